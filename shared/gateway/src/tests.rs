//! Real processes behind a real listener: `examples/probe.rs` does what a request's headers say.
use std::{
    net::SocketAddr,
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Config, Entry, Function, Gateway, Handle, Limits, Log};

mod answers;
mod events;
mod examples;
mod lifecycle;
mod limits;
mod routes;
mod slow_clients;

/// The test function on one route, with a minute to answer.
fn function(name: &str, method: &str, path: &str) -> Function {
    Function {
        name: name.into(),
        method: method.into(),
        path: path.into(),
        timeout: Duration::from_secs(60),
        memory_mb: 128,
        binary: probe(),
        env: Vec::new(),
    }
}

/// `cargo test` builds examples beside the tests; `cargo test --lib` does not.
fn probe() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let probe = test.parent().unwrap().parent().unwrap().join("examples/probe");
    if !probe.exists() {
        let cargo = Command::new(env!("CARGO"))
            .args(["build", "--package", "gateway", "--example", "probe"])
            .status();
        assert!(cargo.unwrap().success() && probe.exists(), "no {}", probe.display());
    }
    probe
}

/// A gateway with everything it logged.
struct Started {
    handle: Handle,
    logged: Arc<Mutex<Vec<String>>>,
}

impl Started {
    fn addr(&self) -> SocketAddr {
        self.handle.addr()
    }

    fn log(&self) -> String {
        self.logged.lock().unwrap().join("\n")
    }
}

async fn start(functions: Vec<Function>) -> Started {
    start_with(functions, Limits::default()).await
}

async fn start_with(functions: Vec<Function>, limits: Limits) -> Started {
    let logged = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&logged);
    let log = Log::new(move |entry| {
        let line = match entry {
            Entry::Failed { function, failure, last_lines } => {
                format!("{function} {failure} after {last_lines:?}")
            }
            entry => format!("{entry:?}"),
        };
        lines.lock().unwrap().push(line);
    });
    let handle = Gateway::start(Config { port: 0, functions, limits, log }).await.unwrap();
    Started { handle, logged }
}

/// One function on `$default`.
async fn probe_gateway() -> Started {
    start(vec![function("probe", "ANY", "$default")]).await
}

#[derive(Debug)]
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn headers(&self, wanted: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str()).collect()
    }
}

async fn get(addr: SocketAddr, target: &str, order: &str) -> Reply {
    send(addr, "GET", target, &[("x-do", order)], b"").await
}

async fn send(
    addr: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut request = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        request += &format!("host: {addr}\r\n");
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        request += &format!("content-length: {}\r\n", body.len());
    }
    let bytes = [request.as_bytes(), b"\r\n", body].concat();
    raw(addr, &bytes).await
}

async fn raw(addr: SocketAddr, request: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Reply {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    });
    Reply { status, headers: headers.collect(), body: bytes[end + 4..].to_vec() }
}

/// Waits for what another task does; fails after ten seconds.
async fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

/// Whether a process with this id runs and is no zombie.
fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
}
