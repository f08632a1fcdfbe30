//! One client: HTTP in, event to the function, answer out.
use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Instant,
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Body, Bytes, Incoming},
    header::{CONTENT_LENGTH, EXPECT, HOST, HeaderName, HeaderValue},
    rt::{Read, ReadBufCursor, Write},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{Sleep, sleep, timeout},
};

use crate::{
    Answer, Call, Entry, Failure, Stamp, event,
    limits::{
        BODY_MAX, BODY_TIMEOUT, EVENT_MAX, HEAD_MAX, HEAD_TIMEOUT, STOP_GRACE, WRITE_TIMEOUT,
    },
    server::State,
};

/// Serves requests until the client leaves, is too slow, or the gateway stops.
pub(crate) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    state: Arc<State>,
    mut stopping: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(answer(request, peer, &state).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(64 * 1024)
        .serve_connection(Patient::new(stream), service);
    let mut connection = pin!(connection);
    let stops = async {
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stops => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(STOP_GRACE, connection).await;
}

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    state: &State,
) -> Response<Full<Bytes>> {
    let stamp = Stamp::now();
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let (outcome, function, since) = handle(request, peer, state, &stamp).await;
    let mut response = outcome.unwrap_or_else(Refusal::response);
    let id = HeaderValue::try_from(&stamp.request_id).expect("a UUID is ASCII");
    response.headers_mut().insert("apigw-requestid", id);
    state.log.write(Entry::Request {
        method: &method,
        path: &path,
        status: response.status().as_u16(),
        took: since.elapsed(),
        function,
    });
    response
}

type Outcome = Result<Response<Full<Bytes>>, Refusal>;

async fn handle<'a>(
    request: Request<Incoming>,
    peer: SocketAddr,
    state: &'a State,
    stamp: &Stamp,
) -> (Outcome, Option<&'a str>, Instant) {
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    let line = head.method.as_str().len() + target.len() + " HTTP/1.1".len() + 1;
    let values: usize = head.headers.values().map(HeaderValue::len).sum();
    let arrived = Instant::now();
    if line + values > HEAD_MAX {
        return (Err(Refusal::Head), None, arrived);
    }
    let mut hosts = head.headers.get_all(HOST).iter();
    if !hosts.next().is_none_or(is_host) || hosts.next().is_some() {
        return (Err(Refusal::BadRequest), None, arrived);
    }
    let expects = head.headers.contains_key(EXPECT);
    let length = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if expects && length.and_then(|l| l.parse().ok()).is_some_and(|l: usize| l > BODY_MAX) {
        return (Err(Refusal::TooLarge), None, arrived);
    }
    let body = match timeout(BODY_TIMEOUT, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(refusal)) => return (Err(refusal), None, arrived),
        Err(_) => return (Err(Refusal::Slow), None, arrived),
    };
    let arrived = Instant::now();
    let Some(found) = state.router.find(head.method.as_str(), head.uri.path()) else {
        return (Err(Refusal::NotFound), None, arrived);
    };
    let pool = &state.pools[found.function];
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let call = Call {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
        source_ip: &peer.ip().to_string(),
        port: state.port,
    };
    let event = event(&pool.function.route_key(), &found.parameters, &call, stamp)
        .and_then(|event| serde_json::to_vec(&event).ok());
    let name = Some(pool.function.name.as_str());
    let Some(event) = event else { return (Err(Refusal::BadRequest), name, arrived) };
    if event.len() > EVENT_MAX {
        return (Err(Refusal::TooLarge), name, arrived);
    }
    let invoked = timeout(state.limits.integration, Arc::clone(pool).invoke(event.into())).await;
    let outcome = match invoked {
        Ok(Ok(answer)) => Ok(response(answer)),
        Ok(Err(failure)) => Err(Refusal::of(&failure)),
        Err(_) => Err(Refusal::Unavailable),
    };
    (outcome, name, arrived)
}

/// Reads the body; of one that is too long the rest as well, within reason, because a client that
/// still sends would see a broken connection instead of the answer.
async fn read(mut body: Incoming) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::BadRequest)?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length <= BODY_MAX {
            bytes.extend_from_slice(&data);
        } else if length > 8 * BODY_MAX || body.is_end_stream() {
            return Err(Refusal::TooLarge);
        }
    }
    if length > BODY_MAX { Err(Refusal::TooLarge) } else { Ok(bytes) }
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Whether this names a host, with or without port.
///
/// lambda_http makes a URL of it and panics when that is none.
fn is_host(value: &HeaderValue) -> bool {
    let Ok(host) = value.to_str() else { return false };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return false;
    }
    if let Some(v6) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return v6.parse::<Ipv6Addr>().is_ok();
    }
    let last = name.rsplit('.').find(|label| !label.is_empty()).unwrap_or_default();
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if last.starts_with(|c: char| c.is_ascii_digit()) {
        return name.parse::<Ipv4Addr>().is_ok();
    }
    plain && !last.is_empty() && !name.starts_with('.') && !name.contains("..")
}

/// An answer of the gateway itself.
#[derive(Debug)]
enum Refusal {
    BadRequest,
    NotFound,
    Slow,
    TooLarge,
    Throttled,
    Head,
    TimedOut,
    NoAnswer,
    Unavailable,
}

impl Refusal {
    fn of(failure: &Failure) -> Refusal {
        match failure {
            Failure::Throttled => Refusal::Throttled,
            Failure::Stopping => Refusal::Unavailable,
            Failure::TimedOut(_) => Refusal::TimedOut,
            _ => Refusal::NoAnswer,
        }
    }

    fn response(self) -> Response<Full<Bytes>> {
        let (status, message) = match self {
            Refusal::BadRequest => (400, "Bad Request"),
            Refusal::NotFound => (404, "Not Found"),
            Refusal::Slow => (408, "Request Timeout"),
            Refusal::TooLarge => (413, "Request Entity Too Large"),
            Refusal::Throttled => (429, "Too Many Requests"),
            Refusal::Head => (431, "Request Header Fields Too Large"),
            Refusal::TimedOut => (500, "Internal Server Error"),
            Refusal::NoAnswer => (502, "Internal Server Error"),
            Refusal::Unavailable => (503, "Service Unavailable"),
        };
        let body = serde_json::json!({ "message": message }).to_string();
        let headers = vec![("content-type".into(), "application/json".into())];
        response(Answer { status, headers, body: body.into() })
    }
}

/// A connection that gives up on a client which does not read.
pub(crate) struct Patient {
    io: TokioIo<TcpStream>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    pub(crate) fn new(stream: TcpStream) -> Patient {
        Patient { io: TokioIo::new(stream), stalled: None }
    }

    fn written(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(WRITE_TIMEOUT)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Read for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl Write for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, buf);
        self.written(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.written(cx, written)
    }
}
