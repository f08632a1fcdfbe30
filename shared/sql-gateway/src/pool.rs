//! Sessions that wait for the next request of their login.
use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use hyper::StatusCode;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    limits::{IDLE, Limits, WAIT_TIMEOUT},
    login::Login,
    refusal::Refusal,
    session::{CancelKey, Session, cancel},
    upstream::Upstream,
};

/// All servers and the sessions on them.
#[derive(Debug)]
pub(crate) struct Pool {
    upstreams: Vec<Arc<Upstream>>,
    places: Arc<Semaphore>,
    limit: usize,
    idle: Mutex<HashMap<Login, Vec<(Session, Instant)>>>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({} on {})", self.user, self.database)
    }
}

/// A session in use. Dropped without [`Lease::keep`], whatever it is at is cancelled.
#[derive(Debug)]
pub(crate) struct Lease {
    session: Option<Session>,
    pub(crate) upstream: Arc<Upstream>,
    _place: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(upstreams: Vec<Upstream>, limits: &Limits) -> Pool {
        Pool {
            upstreams: upstreams.into_iter().map(Arc::new).collect(),
            places: Arc::new(Semaphore::new(limits.sessions)),
            limit: limits.sessions,
            idle: Mutex::default(),
        }
    }

    /// The server that a connection string means: the only one there is, else the one it names.
    fn upstream(&self, login: &Login) -> Result<Arc<Upstream>, Refusal> {
        if let [only] = self.upstreams.as_slice() {
            return Ok(Arc::clone(only));
        }
        let found = self.upstreams.iter().find(|upstream| upstream.is(&login.host, login.port));
        found.cloned().ok_or_else(|| {
            let known: Vec<String> = self.upstreams.iter().map(|u| u.name()).collect();
            let known = known.join(", ");
            let (host, port) = (&login.host, login.port);
            Refusal::bad(format!("no server at {host}:{port}: the gateway stands before {known}"))
        })
    }

    /// A session of this login, kept or new.
    pub(crate) async fn lease(&self, login: &Login) -> Result<Lease, Refusal> {
        let upstream = self.upstream(login)?;
        let waited = timeout(WAIT_TIMEOUT, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = waited else {
            let message = "Failed to acquire permit to connect to the database. \
                           Too many database connection attempts are currently ongoing.";
            return Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message));
        };
        let kept = self.kept(login);
        let session = match kept {
            Some(session) => session,
            None => Session::open(&upstream, login).await?,
        };
        Ok(Lease { session: Some(session), upstream, _place: place })
    }

    fn kept(&self, login: &Login) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let sessions = idle.get_mut(login)?;
        while let Some((mut session, since)) = sessions.pop() {
            if since.elapsed() < IDLE && !session.is_stale() {
                return Some(session);
            }
        }
        None
    }

    /// Keeps a session for others, in place of one that has waited longest if there are too many.
    pub(crate) fn give_back(&self, login: Login, mut lease: Lease) {
        let Some(session) = lease.session.take() else { return };
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|_, sessions| {
            sessions.retain(|(_, since)| since.elapsed() < IDLE);
            !sessions.is_empty()
        });
        if idle.values().map(Vec::len).sum::<usize>() >= self.limit {
            let oldest = |sessions: &Vec<(Session, Instant)>| sessions.first().map(|s| s.1);
            if let Some(sessions) = idle.values_mut().min_by_key(|sessions| oldest(sessions)) {
                sessions.remove(0);
            }
        }
        idle.entry(login).or_default().push((session, Instant::now()));
    }

    /// Ends the sessions that have waited too long.
    pub(crate) fn reap(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|_, sessions| {
            sessions.retain(|(_, since)| since.elapsed() < IDLE);
            !sessions.is_empty()
        });
    }

    /// Ends all that wait.
    pub(crate) fn clear(&self) {
        drop(mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner)));
    }
}

impl Lease {
    pub(crate) fn session(&mut self) -> &mut Session {
        self.session.as_mut().expect("taken only by its owner")
    }

    /// For ending what this session is at while it goes on to read how that ended.
    pub(crate) fn cancel_handle(&self) -> CancelHandle {
        let key = self.session.as_ref().and_then(|session| session.key);
        CancelHandle {
            upstream: Arc::clone(&self.upstream),
            key: key.filter(|_| self.upstream.cancels),
        }
    }

    /// Ends the session, which is not at anything any more.
    pub(crate) fn end(mut self) {
        self.session = None;
    }
}

/// Ends what a session is at.
pub(crate) struct CancelHandle {
    upstream: Arc<Upstream>,
    key: Option<CancelKey>,
}

impl CancelHandle {
    /// Asks the server; behind a pooler that takes no such request, nobody.
    pub(crate) async fn cancel(self) {
        if let Some(key) = self.key {
            cancel(self.upstream, key).await;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        if let (Some(key), true) = (session.key, self.upstream.cancels) {
            let upstream = Arc::clone(&self.upstream);
            // The connection stays until the server has been asked, or it would ask for nothing.
            tokio::spawn(async move {
                cancel(upstream, key).await;
                drop(session);
            });
        }
    }
}
