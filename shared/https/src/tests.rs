//! Addresses that are taken and refused, and answers up to their limit. What asks has tests with services of its own.
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{Answer, Cause, Endpoint, Full, Request};

#[test]
fn an_address_is_https_or_on_this_machine() {
    let endpoint = |tls, host: &str, port, authority: &str, path: &str| {
        let (host, authority, path) = (host.to_owned(), authority.to_owned(), path.to_owned());
        Ok(Endpoint { tls, host, port, authority, path })
    };
    let form = "has an address that is not https:// (http:// on loopback)";
    let character = "has an address with a character that it may not have";
    let cases = [
        ("https://a.example", endpoint(true, "a.example", 443, "a.example", "/")),
        ("https://a.example:8443/b/c", endpoint(true, "a.example", 8443, "a.example:8443", "/b/c")),
        ("http://localhost", endpoint(false, "localhost", 80, "localhost", "/")),
        ("http://127.0.0.1:9/", endpoint(false, "127.0.0.1", 9, "127.0.0.1:9", "/")),
        ("http://[::1]:9", endpoint(false, "::1", 9, "[::1]:9", "/")),
        ("https://[2001:db8::1]", endpoint(true, "2001:db8::1", 443, "[2001:db8::1]", "/")),
        ("http://a.example", Err(form)),
        ("http://127.0.0.1.example", Err(form)),
        ("http://localhost.example", Err(form)),
        ("ftp://localhost", Err(form)),
        ("a.example", Err(form)),
        ("https://", Err(form)),
        ("https://:443", Err(form)),
        ("https://a.example:65536", Err("has a port that is no number")),
        ("https://a.example:", Err("has a port that is no number")),
        ("https://b@a.example", Err(character)),
        ("https://a.example/?b", Err(character)),
        ("https://a.example/#b", Err(character)),
        ("https://a.example\\b", Err(character)),
        ("https://a.example /", Err(character)),
    ];

    for (url, expected) in cases {
        assert_eq!(Endpoint::of(url), expected, "{url}");
    }
}

/// What comes of a service that answers `body` with 418, if at most `most` bytes are read.
async fn asked(body: &'static str, most: usize) -> Result<Answer, Cause> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let service = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).await.unwrap();
        let head = format!("HTTP/1.1 418 Teapot\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).await.unwrap();
        String::from_utf8(request[..read].to_vec()).unwrap()
    });
    let endpoint = Endpoint::of(&format!("http://127.0.0.1:{port}/tea")).unwrap();
    let request = Request::post(&endpoint.path)
        .header("host", &endpoint.authority)
        .body(Full::from("milk"))
        .unwrap();

    let answer = endpoint.connect().await.unwrap().send(request, most).await;

    let got = service.await.unwrap();
    assert!(got.starts_with("POST /tea HTTP/1.1\r\n") && got.ends_with("\r\n\r\nmilk"), "{got}");
    answer
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit() {
    let whole = asked("12345", 5).await.unwrap();
    let longer = asked("123456", 5).await;

    assert_eq!((whole.status, &whole.body[..]), (418, &b"12345"[..]));
    assert!(longer.is_err());
}

#[tokio::test]
async fn nobody_at_home_is_no_connection() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();

    assert!(Endpoint::of(&format!("http://{free}")).unwrap().connect().await.is_err());
}
