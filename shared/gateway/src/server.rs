//! The listening side.
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time::{interval, sleep},
};

use crate::{
    Function, Limits, Log, StartError, Watchdog, connection, limits, pool::Pool, router::Router,
};

/// What to serve.
#[derive(Clone, Debug)]
pub struct Config {
    /// On 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// One per route.
    pub functions: Vec<Function>,
    /// Numbers that may be chosen.
    pub limits: Limits,
    /// Where to tell what happens.
    pub log: Log,
}

/// Starts gateways.
#[derive(Debug)]
pub struct Gateway;

/// A running gateway; it and its functions end when this is dropped.
#[derive(Debug)]
pub struct Handle {
    addr: SocketAddr,
    state: Arc<State>,
    stopping: watch::Sender<bool>,
    ending: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    reaping: JoinHandle<()>,
}

/// What every connection needs.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) router: Router,
    pub(crate) pools: Vec<Arc<Pool>>,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
    pub(crate) port: u16,
}

impl Gateway {
    /// Listens on 127.0.0.1; no function is started before its first request.
    ///
    /// # Errors
    /// When the port is taken or two functions have the same route.
    pub async fn start(config: Config) -> Result<Handle, StartError> {
        let Config { port, functions, limits, log } = config;
        let routes = functions.iter().map(|f| (f.method.as_str(), f.path.as_str()));
        let router = Router::new(routes)?;
        let listen = |source| StartError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        let watchdog = Arc::new(Watchdog::start().map_err(StartError::Watchdog)?);

        let (stopping, stops) = watch::channel(false);
        let (ending, ends) = watch::channel(false);
        let pool = |function| {
            let (limits, log, watchdog) = (limits.clone(), log.clone(), Arc::clone(&watchdog));
            Arc::new(Pool::new(function, limits, log, watchdog, ends.clone()))
        };
        let pools: Vec<_> = functions.into_iter().map(pool).collect();
        let reaping = tokio::spawn(reap(pools.clone(), limits.idle));
        let state = Arc::new(State { router, pools, limits, log, port: addr.port() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state), stops));
        Ok(Handle { addr, state, stopping, ending, accepting, reaping })
    }
}

impl Handle {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Ends the processes of a function whose binary changed; the next request starts the new one.
    pub async fn restart(&self, function: &str) {
        for pool in self.pools_of(function) {
            pool.restart().await;
        }
    }

    /// The ids of the processes of a function that wait for work.
    #[must_use]
    pub fn idle_pids(&self, function: &str) -> Vec<u32> {
        self.pools_of(function).flat_map(|pool| pool.idle_pids()).collect()
    }

    fn pools_of<'a>(&'a self, function: &'a str) -> impl Iterator<Item = &'a Arc<Pool>> {
        self.state.pools.iter().filter(move |pool| pool.function.name == function)
    }

    /// Takes no more requests, lets those in flight finish for a moment, ends every process.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        let _ = (&mut self.accepting).await;
        self.ending.send_replace(true);
        self.reaping.abort();
        for pool in &self.state.pools {
            pool.stop().await;
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.accepting.abort();
        self.reaping.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>, mut stopping: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    let mut connections = JoinSet::new();
    let stops = stopping.clone();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        // Out of file descriptors, most likely: others must end before this can work.
        let Ok((stream, peer)) = accepted else {
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (state, stops) = (Arc::clone(&state), stops.clone());
        connections.spawn(async move {
            connection::serve(stream, peer, state, stops).await;
            drop(place);
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn reap(pools: Vec<Arc<Pool>>, idle: Duration) {
    let every = (idle / 4).clamp(Duration::from_millis(20), Duration::from_secs(5));
    let mut ticks = interval(every);
    loop {
        ticks.tick().await;
        for pool in &pools {
            pool.reap().await;
        }
    }
}
