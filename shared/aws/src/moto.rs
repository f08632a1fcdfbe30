//! AWS on loopback, for tests: moto's server.
use std::{fmt, net::TcpListener, process::Stdio, time::Duration};

use https::Endpoint;
use jiff::Timestamp;
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::{Aws, Error, Reference, http, sign};

/// A running server, ended when dropped.
pub struct Moto {
    _server: Child,
    aws: Aws,
    endpoint: Endpoint,
}

impl fmt::Debug for Moto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moto").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Moto {
    /// Starts the program that `ARUURI_TEST_MOTO` names; `None` on a machine without it, which CI is not.
    ///
    /// # Panics
    /// When it does not start, and in CI when there is none.
    pub async fn start() -> Option<Moto> {
        let Some(program) = std::env::var_os("ARUURI_TEST_MOTO") else {
            assert!(std::env::var_os("CI").is_none(), "ARUURI_TEST_MOTO is not set");
            return None;
        };
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("ARUURI_TEST_MOTO is moto_server");
        let aws = Aws::find(|name| Moto::variable_at(port, name)).expect("all is set");
        let url = format!("http://127.0.0.1:{port}");
        let endpoint = http::endpoint("ssm", "eu-west-2", Some(&url)).expect("a URL");
        for _ in 0..600 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Some(Moto { _server: server, aws, endpoint });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("moto_server does not listen");
    }

    /// As a function would ask it.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// A variable of a function that is to ask it.
    pub fn variable(&self, name: &str) -> Option<String> {
        Moto::variable_at(self.endpoint.port, name)
    }

    fn variable_at(port: u16, name: &str) -> Option<String> {
        match name {
            "AWS_ENDPOINT_URL" => Some(format!("http://127.0.0.1:{port}")),
            "AWS_REGION" => Some("eu-west-2".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            _ => None,
        }
    }

    /// Sends a request: `secretsmanager.CreateSecret`, `AWSEvents.PutRule`, `AmazonSQS.ReceiveMessage`; and gives back
    /// the answer.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn tell(&self, target: &'static str, body: Value) -> Value {
        let body = body.to_string();
        let service = match target.split('.').next() {
            Some("AmazonSSM") => "ssm",
            Some("AmazonSQS") => "sqs",
            Some("AWSEvents") => "events",
            _ => "secretsmanager",
        };
        let request = sign::Request {
            service,
            region: "eu-west-2",
            host: &self.endpoint.authority,
            target,
            body: body.as_bytes(),
        };
        let headers = sign::headers(&self.aws.credentials, &request, Timestamp::now());
        http::post(&self.endpoint, headers, body).await.expect("moto does it")
    }

    /// The value of a reference, as a function would get it.
    ///
    /// # Errors
    /// As [`Aws::fetch`].
    pub async fn fetch(&self, reference: &str) -> Result<String, Error> {
        self.aws.fetch(&Reference::parse(reference).expect("a reference")).await
    }
}
