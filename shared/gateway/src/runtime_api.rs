//! The Lambda Runtime API for one process: its own listener, so that no process can take another's work.
use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

use crate::{Failure, Function, limits};

const PREFIX: &str = "/2018-06-01/runtime/";

/// An event on its way to the process.
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) event: Bytes,
    /// What the process is told; otherwise the timeout from now.
    pub(crate) deadline: Option<SystemTime>,
    pub(crate) reply: oneshot::Sender<Reply>,
}

/// What the process made of it, and how long that took since the event was handed over.
pub(crate) struct Reply {
    pub(crate) outcome: Result<Bytes, Failure>,
    pub(crate) took: Duration,
}

/// How far the process is.
#[derive(Clone, Debug)]
pub(crate) enum Init {
    Starting,
    Polled(Instant),
    Failed(String),
}

/// The listener of one process.
pub(crate) struct RuntimeApi {
    listener: TcpListener,
    shared: Arc<Shared>,
}

struct Shared {
    arn: String,
    timeout: Duration,
    inbox: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    current: Mutex<Option<Current>>,
    init: watch::Sender<Init>,
    polls: watch::Sender<u64>,
}

struct Current {
    request_id: String,
    handed_over: Instant,
    reply: oneshot::Sender<Reply>,
}

impl RuntimeApi {
    pub(crate) async fn bind(
        function: &Function,
        inbox: mpsc::Receiver<Invocation>,
    ) -> io::Result<(RuntimeApi, watch::Receiver<Init>, watch::Receiver<u64>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (init, starting) = watch::channel(Init::Starting);
        let (polls, polled) = watch::channel(0);
        let shared = Shared {
            arn: function.arn(),
            timeout: function.timeout,
            inbox: tokio::sync::Mutex::new(inbox),
            current: Mutex::new(None),
            init,
            polls,
        };
        Ok((RuntimeApi { listener, shared: Arc::new(shared) }, starting, polled))
    }

    pub(crate) fn addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until dropped; all connections end with it.
    pub(crate) async fn serve(self) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let _ = stream.set_nodelay(true);
                    let shared = Arc::clone(&self.shared);
                    connections.spawn(async move {
                        let service = service_fn(|request| {
                            let shared = Arc::clone(&shared);
                            async move { Ok::<_, Infallible>(shared.answer(request).await) }
                        });
                        let _ = http1::Builder::new()
                            .serve_connection(TokioIo::new(stream), service)
                            .await;
                    });
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        let Some(path) = path.strip_prefix(PREFIX) else {
            return refusal(StatusCode::NOT_FOUND, "UnknownPath", &path);
        };
        let method = request.method().clone();
        match (method, path.split('/').collect::<Vec<_>>().as_slice()) {
            (Method::GET, ["invocation", "next"]) => self.next().await,
            (Method::POST, ["invocation", id, "response"]) => {
                let id = (*id).to_owned();
                self.response(&id, request.into_body()).await
            }
            (Method::POST, ["invocation", id, "error"]) => {
                let id = (*id).to_owned();
                let said = self.text(request.into_body()).await;
                self.finish(&id, Err(Failure::Reported(said)))
            }
            (Method::POST, ["init", "error"]) => {
                let said = self.text(request.into_body()).await;
                self.init.send_replace(Init::Failed(said));
                accepted()
            }
            _ => refusal(StatusCode::NOT_FOUND, "UnknownPath", path),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        self.init.send_if_modified(|init| {
            let first = matches!(init, Init::Starting);
            if first {
                *init = Init::Polled(Instant::now());
            }
            first
        });
        self.polls.send_modify(|polls| *polls += 1);
        // Nothing may be awaited between the event leaving the inbox and it being recorded as
        // current: a process that goes away in between would leave the caller without an answer.
        let mut inbox = self.inbox.lock().await;
        if let Some(left) = self.take_current(|_| true) {
            let took = left.handed_over.elapsed();
            let _ = left.reply.send(Reply { outcome: Err(Failure::Unanswered), took });
        }
        let Some(invocation) = inbox.recv().await else {
            return refusal(StatusCode::GONE, "Stopping", "the instance ends");
        };
        let Invocation { request_id, event, deadline, reply } = invocation;
        let deadline = deadline.unwrap_or_else(|| SystemTime::now() + self.timeout);
        let deadline_ms = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", &request_id)
            .header("lambda-runtime-deadline-ms", deadline_ms.to_string())
            .header("lambda-runtime-invoked-function-arn", &self.arn)
            .header("lambda-runtime-trace-id", trace_id(&request_id))
            .body(Full::new(event))
            .expect("header values are ASCII");
        let current = Current { request_id, handed_over: Instant::now(), reply };
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(current);
        response
    }

    async fn response(&self, id: &str, body: Incoming) -> Response<Full<Bytes>> {
        match read(body, limits::ANSWER_MAX).await {
            Ok(Ok(bytes)) => self.finish(id, Ok(bytes)),
            Ok(Err(bytes)) => {
                let answer = self.finish(id, Err(Failure::TooLarge(bytes)));
                if answer.status() != StatusCode::ACCEPTED {
                    return answer;
                }
                let said = format!(
                    "Exceeded maximum allowed payload size ({} bytes).",
                    limits::ANSWER_MAX
                );
                refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &said)
            }
            // The process went away while it sent: its end says why.
            Err(_) => refusal(StatusCode::BAD_REQUEST, "InvalidRequest", "body incomplete"),
        }
    }

    async fn text(&self, body: Incoming) -> String {
        match read(body, 64 * 1024).await {
            Ok(Ok(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => "(unreadable)".into(),
        }
    }

    fn finish(&self, id: &str, outcome: Result<Bytes, Failure>) -> Response<Full<Bytes>> {
        let Some(current) = self.take_current(|current| current.request_id == id) else {
            return refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID");
        };
        let took = current.handed_over.elapsed();
        let _ = current.reply.send(Reply { outcome, took });
        accepted()
    }

    fn take_current(&self, wanted: impl Fn(&Current) -> bool) -> Option<Current> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.take_if(|current| wanted(current))
    }
}

/// Reads all of `body`, keeps at most `max` bytes; the inner error is the length of a longer one.
///
/// The rest is read too: a refusal in the middle would reach the process as a broken connection.
async fn read(mut body: Incoming, max: usize) -> Result<Result<Bytes, usize>, hyper::Error> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        length += data.len();
        if length <= max {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(if length <= max { Ok(bytes.into()) } else { Err(length) })
}

/// X-Ray's format with the request id as trace, not sampled.
fn trace_id(request_id: &str) -> String {
    let hex: String = request_id.chars().filter(char::is_ascii_hexdigit).collect();
    let (time, rest) = hex.split_at(hex.len().min(8));
    format!("Root=1-{time}-{rest};Sampled=0")
}

fn accepted() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(r#"{"status":"OK"}"#));
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

fn refusal(status: StatusCode, kind: &str, said: &str) -> Response<Full<Bytes>> {
    let body = serde_json::json!({ "errorMessage": said, "errorType": kind }).to_string();
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response
}
