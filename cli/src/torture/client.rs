//! A client of the gateway: one connection for each request.
use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::plan::{Request, Role};

/// Longer than a function may take.
const PATIENCE: Duration = Duration::from_secs(32);

/// Where, and as whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    pub(super) port: u16,
    pub(super) treasurer: String,
    pub(super) approver: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) replayed: bool,
    pub(super) body: Value,
}

impl Answer {
    /// Whether it says what became of the request; otherwise that is unknown, and it is to be repeated.
    pub(super) fn is_final(&self) -> bool {
        match self.status {
            200..=299 => true,
            408 | 429 => false,
            400..=499 => self.code() != "request_in_progress",
            _ => false,
        }
    }

    /// A problem's code.
    pub(super) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Client {
    /// Sends a request; nothing if no whole answer came.
    pub(super) async fn send(&self, request: &Request) -> Option<Answer> {
        let mut more = vec![("idempotency-key", request.key.clone())];
        if let Some(version) = request.version {
            more.push(("if-match", format!("\"{version}\"")));
        }
        let id = request.id.as_deref().unwrap_or_default();
        let path = request.act.route().path.replace("{id}", id);
        self.post(&path, request.act.role(), &more, &request.body.to_string()).await
    }

    /// Sends a `POST`.
    pub(super) async fn post(
        &self,
        path: &str,
        role: Role,
        headers: &[(&str, String)],
        body: &str,
    ) -> Option<Answer> {
        let token = match role {
            Role::Treasurer => &self.treasurer,
            Role::Approver => &self.approver,
        };
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {}\r\n\
             authorization: Bearer {token}\r\n",
            body.len()
        );
        if !body.is_empty() {
            head.push_str("content-type: application/json\r\n");
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let message = format!("{head}\r\n{body}");
        let exchange = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
            stream.write_all(message.as_bytes()).await.ok()?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.ok()?;
            read(&answer)
        };
        timeout(PATIENCE, exchange).await.ok().flatten()
    }
}

/// Reads an answer whose end is that of its connection.
fn read(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let body = &answer[end + 4..];
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    if length.is_some_and(|length| length.trim().parse() != Ok(body.len())) {
        return None;
    }
    Some(Answer {
        status: head.split(' ').nth(1)?.parse().ok()?,
        replayed: head.lines().any(|line| line.trim() == "idempotency-replayed: true"),
        body: serde_json::from_slice(body).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Answer, read};

    #[test]
    fn an_answer_that_was_cut_off_is_none() {
        let whole = b"HTTP/1.1 201 Created\r\nIdempotency-Replayed: true\r\ncontent-length: 8\r\n\r\n{\"a\": 1}";

        let answer = read(whole).unwrap();

        assert_eq!((answer.status, answer.replayed, &answer.body["a"]), (201, true, &1.into()));
        assert!(read(&whole[..whole.len() - 1]).is_none());
        assert!(read(b"HTTP/1.1 201 Created\r\n").is_none());
    }

    #[test]
    fn only_what_says_what_became_of_a_request_is_final() {
        let answer = |status, code: &str| Answer {
            status,
            replayed: false,
            body: serde_json::json!({ "code": code }),
        };
        let last =
            [(200, ""), (201, ""), (402, "insufficient_funds"), (409, "conflict"), (422, "")];
        let unknown =
            [(409, "request_in_progress"), (429, ""), (500, ""), (502, ""), (503, "busy")];

        assert!(last.iter().all(|(status, code)| answer(*status, code).is_final()));
        assert!(!unknown.iter().any(|(status, code)| answer(*status, code).is_final()));
        assert_eq!(Answer { status: 502, replayed: false, body: Value::Null }.code(), "");
    }
}
