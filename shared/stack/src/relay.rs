//! A relay on loopback that counts round trips and connections, and can break in every way that a network can: for tests
//! and benchmarks.
use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::{Notify, watch},
};

/// A relay to one port. It ends with the runtime that it was started in.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Where it listens.
    pub port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    target: AtomicU16,
    round_trips: AtomicU32,
    connections: AtomicU32,
    silent: AtomicBool,
    deaf: AtomicBool,
    delay_us: AtomicU64,
    cut: Notify,
    fault: watch::Sender<Fault>,
    door: watch::Sender<Door>,
}

/// What befalls the connections that are open when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// The system drops every packet of the client unread.
    Lost,
    /// They end with a RST.
    Reset,
}

/// What becomes of those who want to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open,
    /// Nobody listens.
    Closed,
    /// The system drops their packets.
    Lost,
}

impl Relay {
    /// Relays to `port` on loopback.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(port: u16) -> io::Result<Relay> {
        let listener = listen(0).await?;
        let state = State {
            target: AtomicU16::new(port),
            round_trips: AtomicU32::default(),
            connections: AtomicU32::default(),
            silent: AtomicBool::default(),
            deaf: AtomicBool::default(),
            delay_us: AtomicU64::default(),
            cut: Notify::new(),
            fault: watch::Sender::new(Fault::None),
            door: watch::Sender::new(Door::Open),
        };
        let relay = Relay { port: listener.local_addr()?.port(), state: Arc::new(state) };
        // Subscribed before this returns, so that nothing said to the relay is missed.
        tokio::spawn(accept(listener, relay.clone(), relay.state.door.subscribe()));
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

    /// From now on nothing the client says comes through, or it does again.
    pub fn hold(&self, held: bool) {
        self.state.deaf.store(held, Ordering::SeqCst);
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

    /// Ends every connection with a RST, as who has forgotten it does.
    pub fn reset(&self) {
        self.state.fault.send_replace(Fault::Reset);
    }

    /// New connections go to that port on loopback: a name that leads elsewhere now.
    pub fn lead_to(&self, port: u16) {
        self.state.target.store(port, Ordering::SeqCst);
    }

    /// From now on nobody listens, or somebody does again. Connections that are open stay.
    pub fn refuse(&self, refused: bool) {
        self.state.door.send_replace(if refused { Door::Closed } else { Door::Open });
    }

    /// From now on the system drops every packet that comes on the open connections: nothing is acknowledged, nothing is
    /// refused. They stay so until they are [cut](Relay::cut).
    pub fn lose(&self) {
        self.state.fault.send_replace(Fault::Lost);
    }

    /// The same for the packets of those who want to connect; or they arrive again.
    pub fn lose_new(&self, lost: bool) {
        self.state.door.send_replace(if lost { Door::Lost } else { Door::Open });
    }
}

async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

async fn accept(listener: TcpListener, relay: Relay, mut doors: watch::Receiver<Door>) {
    let state = &relay.state;
    let mut listener = Some(listener);
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accepted => {
                let Ok((client, _)) = accepted else { return };
                let target = state.target.load(Ordering::SeqCst);
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await else { continue };
                state.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(join(client, server, state.clone()));
            }
            changed = doors.changed() => {
                if changed.is_err() {
                    return;
                }
                let door = *doors.borrow_and_update();
                // Whoever took the port meanwhile is found out by what connects.
                listener = match (door, listener.take()) {
                    (Door::Closed, _) => None,
                    (_, Some(listener)) => Some(listener),
                    (_, None) => listen(relay.port).await.ok(),
                };
                if let Some(listener) = &listener {
                    let _ = drop_packets(listener, door == Door::Lost);
                }
            }
        }
    }
}

/// Has the system drop what arrives at a socket before TCP sees it, or no longer.
#[cfg(target_os = "linux")]
fn drop_packets<'a, S>(socket: &'a S, dropped: bool) -> io::Result<()>
where
    socket2::SockRef<'a>: From<&'a S>,
{
    /// `ret #0`: of each packet keep no byte.
    const RET: u16 = 0x06;
    let socket = socket2::SockRef::from(socket);
    if dropped {
        socket.attach_filter(&[socket2::SockFilter::new(RET, 0, 0, 0)])
    } else {
        socket.detach_filter()
    }
}

/// Elsewhere packets only stay unread.
#[cfg(not(target_os = "linux"))]
fn drop_packets<S>(_: &S, _: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

async fn join(mut client: TcpStream, mut server: TcpStream, state: Arc<State>) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    // Borrowed: a half that is owned says good-bye when it is dropped, also before a RST.
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    // Whose turn it was last: a round trip begins when the client speaks after the server.
    let clients_turn = Arc::new(AtomicBool::new(false));
    tokio::select! {
        () = up(from_client, to_server, &state, &clients_turn) => {}
        () = down(from_server, to_client, &state, &clients_turn) => {}
        () = state.cut.notified() => {}
    }
}

async fn up(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, state: &State, turn: &AtomicBool) {
    let mut buffer = vec![0; 65_536];
    let mut faults = state.fault.subscribe();
    loop {
        let n = tokio::select! {
            read = from.read(&mut buffer) => read.unwrap_or(0),
            _ = faults.changed() => {
                let fault = *faults.borrow_and_update();
                match fault {
                    Fault::None => {}
                    Fault::Lost => { let _ = drop_packets(from.as_ref(), true); }
                    Fault::Reset => {
                        let _ = socket2::SockRef::from(from.as_ref()).set_linger(Some(Duration::ZERO));
                        return;
                    }
                }
                continue;
            }
        };
        if n == 0 {
            return;
        }
        while state.deaf.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
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

async fn down(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, state: &State, turn: &AtomicBool) {
    let mut buffer = vec![0; 65_536];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        while state.silent.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        turn.store(false, Ordering::SeqCst);
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}
