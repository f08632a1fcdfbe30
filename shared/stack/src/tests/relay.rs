//! A network that breaks on demand.
use std::{io::ErrorKind, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::Relay;

/// For nothing to come.
const MOMENT: Duration = Duration::from_millis(300);
/// For what must come, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that says back what it hears, with a letter before it.
async fn echo(letter: u8) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut byte = [0];
                while let Ok(1) = stream.read(&mut byte).await {
                    let _ = stream.write_all(&[letter, byte[0]]).await;
                }
            });
        }
    });
    port
}

async fn connect(relay: &Relay) -> std::io::Result<TcpStream> {
    TcpStream::connect(("127.0.0.1", relay.port)).await
}

async fn ask(stream: &mut TcpStream) -> Result<[u8; 2], ErrorKind> {
    ask_for(PATIENCE, stream).await
}

async fn ask_for(limit: Duration, stream: &mut TcpStream) -> Result<[u8; 2], ErrorKind> {
    let mut answer = [0; 2];
    let asked = async {
        stream.write_all(b"?").await?;
        stream.read_exact(&mut answer).await
    };
    match timeout(limit, asked).await {
        Ok(Ok(_)) => Ok(answer),
        Ok(Err(error)) => Err(error.kind()),
        Err(_) => Err(ErrorKind::TimedOut),
    }
}

#[tokio::test]
async fn a_relay_refuses_and_takes_connections_again() {
    let relay = Relay::start(echo(b'a').await).await.unwrap();
    let mut open = connect(&relay).await.unwrap();
    assert_eq!(ask(&mut open).await, Ok(*b"a?"));

    relay.refuse(true);
    while connect(&relay).await.is_ok() {}
    let refused = connect(&relay).await.unwrap_err();
    relay.refuse(false);
    while connect(&relay).await.is_err() {}

    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(ask(&mut open).await, Ok(*b"a?"), "what is open stays open");
}

#[tokio::test]
async fn a_relay_leads_new_connections_elsewhere() {
    let relay = Relay::start(echo(b'a').await).await.unwrap();
    let mut old = connect(&relay).await.unwrap();
    assert_eq!(ask(&mut old).await, Ok(*b"a?"));

    relay.lead_to(echo(b'b').await);
    let mut new = connect(&relay).await.unwrap();

    assert_eq!(ask(&mut new).await, Ok(*b"b?"));
    assert_eq!(ask(&mut old).await, Ok(*b"a?"));
}

#[tokio::test]
async fn what_is_held_comes_through_later() {
    let relay = Relay::start(echo(b'a').await).await.unwrap();
    let mut stream = connect(&relay).await.unwrap();

    relay.hold(true);
    let held = ask_for(MOMENT, &mut stream).await;
    relay.hold(false);
    let mut late = [0; 2];
    stream.read_exact(&mut late).await.unwrap();

    assert_eq!((held, &late), (Err(ErrorKind::TimedOut), b"a?"));
}

#[tokio::test]
async fn a_relay_resets_what_is_open_and_nothing_else() {
    let relay = Relay::start(echo(b'a').await).await.unwrap();
    let mut old = connect(&relay).await.unwrap();
    assert_eq!(ask(&mut old).await, Ok(*b"a?"));

    relay.reset();
    let end = old.read(&mut [0]).await.unwrap_err();

    assert_eq!(end.kind(), ErrorKind::ConnectionReset);
    assert_eq!(ask(&mut connect(&relay).await.unwrap()).await, Ok(*b"a?"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn lost_packets_are_neither_answered_nor_refused() {
    let relay = Relay::start(echo(b'a').await).await.unwrap();
    let mut old = connect(&relay).await.unwrap();
    assert_eq!(ask(&mut old).await, Ok(*b"a?"));

    relay.lose();
    relay.lose_new(true);
    while timeout(MOMENT, connect(&relay)).await.is_ok() {}
    let lost = ask_for(MOMENT, &mut old).await;
    relay.lose_new(false);
    let mut new = connect(&relay).await.unwrap();
    while ask_for(MOMENT, &mut new).await.is_err() {
        new = connect(&relay).await.unwrap();
    }

    assert_eq!(lost, Err(ErrorKind::TimedOut));
    let still = ask_for(MOMENT, &mut old).await;
    assert_eq!(still, Err(ErrorKind::TimedOut), "the old one stays lost");
}
