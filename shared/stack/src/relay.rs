//! A relay on loopback that counts round trips and connections, and can go silent or cut: for tests and benchmarks.
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Notify,
};

/// A relay to one port. It ends with the runtime that it was started in.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Where it listens.
    pub port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    round_trips: AtomicU32,
    connections: AtomicU32,
    silent: AtomicBool,
    delay_us: AtomicU64,
    cut: Notify,
}

impl Relay {
    /// Relays to `port` on loopback.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(port: u16) -> io::Result<Relay> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let relay = Relay { port: listener.local_addr()?.port(), state: Arc::default() };
        let state = relay.state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                state.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(join(client, server, state.clone()));
            }
        });
        Ok(relay)
    }

    /// Round trips since the last call: how often a client spoke after the server had.
    pub fn take_round_trips(&self) -> u32 {
        self.state.round_trips.swap(0, Ordering::SeqCst)
    }

    /// Connections since the start.
    pub fn connections(&self) -> u32 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// From now on nothing the server says comes through, or it does again.
    pub fn silence(&self, silent: bool) {
        self.state.silent.store(silent, Ordering::SeqCst);
    }

    /// From now on what the client says comes through that much later: a server far away.
    pub fn delay(&self, delay: Duration) {
        let us = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.state.delay_us.store(us, Ordering::SeqCst);
    }

    /// Ends every connection.
    pub fn cut(&self) {
        self.state.cut.notify_waiters();
    }
}

async fn join(client: TcpStream, server: TcpStream, state: Arc<State>) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whose turn it was last: a round trip begins when the client speaks after the server.
    let clients_turn = Arc::new(AtomicBool::new(false));
    tokio::select! {
        () = up(from_client, to_server, &state, &clients_turn) => {}
        () = down(from_server, to_client, &state, &clients_turn) => {}
        () = state.cut.notified() => {}
    }
}

async fn up(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: &State, turn: &AtomicBool) {
    let mut buffer = vec![0; 65_536];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        if !turn.swap(true, Ordering::SeqCst) {
            state.round_trips.fetch_add(1, Ordering::SeqCst);
        }
        let delay = Duration::from_micros(state.delay_us.load(Ordering::SeqCst));
        if !delay.is_zero() {
            // The runtime's timers count whole milliseconds.
            let _ = tokio::task::spawn_blocking(move || thread::sleep(delay)).await;
        }
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

async fn down(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: &State, turn: &AtomicBool) {
    let mut buffer = vec![0; 65_536];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        while state.silent.load(Ordering::SeqCst) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        turn.store(false, Ordering::SeqCst);
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}
