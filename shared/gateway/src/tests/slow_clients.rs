//! Clients that stop in the middle. The clock is a test's own: it jumps to the next timer when nothing happens.
use std::{future::poll_fn, net::SocketAddr, pin::Pin, sync::Arc};

use hyper::rt::Write;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::Instant,
};

use crate::{
    Limits, Log,
    connection::{Patient, serve},
    limits::{HEAD_TIMEOUT, WRITE_TIMEOUT},
    router::Router,
    server::State,
};

/// Both ends of a connection.
async fn connection() -> (TcpStream, TcpStream, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, peer) = listener.accept().await.unwrap();
    (client, server, peer)
}

#[tokio::test(start_paused = true)]
async fn who_sends_no_head_is_left() {
    for begun in [&b""[..], b"GET / HTTP/1.1\r\nhost: local"] {
        let (mut client, server, peer) = connection().await;
        let state = State {
            router: Router::default(),
            pools: Vec::new(),
            limits: Limits::default(),
            log: Log::none(),
            port: 0,
        };
        let (_stopping, stops) = watch::channel(false);
        let start = Instant::now();
        client.write_all(begun).await.unwrap();

        serve(server, peer, Arc::new(state), stops).await;

        assert!(start.elapsed() >= HEAD_TIMEOUT);
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"");
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_left() {
    let (_client, server, _) = connection().await;
    let mut server = Patient::new(server);
    let start = Instant::now();

    let error = loop {
        let write = poll_fn(|cx| Pin::new(&mut server).poll_write(cx, &[0; 65_536]));
        if let Err(error) = write.await {
            break error;
        }
    };

    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    assert!(start.elapsed() >= WRITE_TIMEOUT);
}
