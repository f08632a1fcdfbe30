//! One route, ready to answer: its settings, its database, and everything around its answer function.
use std::{
    collections::BTreeMap,
    fmt,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use db::{Access, Chain, Db, Pool, Session};
use futures_util::FutureExt as _;
use lambda_http::RequestExt as _;
use ring::{hmac, rand};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::{
    Allow, Auth, Idempotency, Problem, Request, Response, Route, consistency::Wanted, cors, log,
    problem, response::header, route::InSession,
};

/// Time kept for writing the answer before Lambda ends the function.
pub(crate) const RESERVE: Duration = Duration::from_millis(200);

/// The variables that `route` reads. A function is given these and no others.
pub fn variables(route: &Route) -> Vec<String> {
    let mut names = db::variables(route.domain, route.access);
    if route.in_session.is_none() {
        names.extend(db::transport_variables(route.domain, route.access));
    }
    if route.allow != Allow::Public {
        names.extend([JWT_KEYS, JWT_ISSUER, JWT_AUDIENCE].map(str::to_owned));
    }
    if route.list.is_some() {
        names.push(CURSOR_KEY.to_owned());
    }
    names.extend([CORS_ORIGINS, VERSION].map(str::to_owned));
    for name in route.settings {
        if !names.iter().any(|known| known == name) {
            names.push((*name).to_owned());
        }
    }
    names
}

const JWT_KEYS: &str = "ARUURI_JWT_KEYS";
const JWT_ISSUER: &str = "ARUURI_JWT_ISSUER";
const JWT_AUDIENCE: &str = "ARUURI_JWT_AUDIENCE";
const CURSOR_KEY: &str = "ARUURI_CURSOR_KEY";
const CORS_ORIGINS: &str = "ARUURI_CORS_ORIGINS";
const VERSION: &str = "ARUURI_VERSION";

/// A function cannot start: the variable and what is wrong with it, never its value.
#[derive(Debug)]
pub enum Unfit {
    /// A variable is unset or malformed.
    Variable(&'static str, &'static str),
    /// So is a database URL.
    Database(db::Error),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Variable(name, why) => write!(f, "{name} {why}"),
            Unfit::Database(e) => write!(f, "{}", Chain(e)),
        }
    }
}

impl std::error::Error for Unfit {}

/// What every request of one instance shares.
pub(crate) struct Settings {
    pub(crate) cursor_key: hmac::Key,
    pub(crate) origins: Vec<String>,
    pub(crate) version: String,
    /// What the route names in `settings`.
    pub(crate) further: BTreeMap<&'static str, String>,
}

/// Shows names of variables, never values: they hold keys.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("origins", &self.origins)
            .field("version", &self.version)
            .field("further", &self.further.keys())
            .finish_non_exhaustive()
    }
}

/// The values of variables, all of which must be set.
pub(crate) fn settings(
    names: &'static [&'static str],
    var: &impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<&'static str, String>, Unfit> {
    names.iter().map(|&name| Ok((name, need(name, var)?))).collect()
}

fn need(name: &'static str, var: &impl Fn(&str) -> Option<String>) -> Result<String, Unfit> {
    var(name).filter(|v| !v.trim().is_empty()).ok_or(Unfit::Variable(name, "is not set"))
}

/// One route with its settings and its connections.
#[derive(Debug)]
pub struct Server {
    route: &'static Route,
    auth: Option<Auth>,
    settings: Arc<Settings>,
    pool: Pool,
    /// The query parameters that the route takes.
    parameters: Vec<String>,
}

/// What the answer of a route gets.
enum Handle<'a> {
    Db(Db<'a>),
    Session(InSession, Session<'a>),
}

impl<'a> Handle<'a> {
    fn new(route: &Route, pool: &'a Pool, deadline: Instant, wanted: Wanted) -> Handle<'a> {
        match route.in_session {
            None => {
                let db = pool.begin(deadline).after(wanted.position);
                Handle::Db(if wanted.staleness { db.measured() } else { db })
            }
            Some(answer) => {
                let session = pool.begin_session(deadline);
                Handle::Session(answer, session.expect("tried when the server was made"))
            }
        }
    }

    fn db(&self) -> &Db<'a> {
        match self {
            Handle::Db(db) => db,
            Handle::Session(_, session) => session.db(),
        }
    }
}

/// A response, and what the log should keep of it.
#[derive(Debug)]
pub struct Answered {
    /// For the caller.
    pub response: Response,
    /// One line of JSON for us.
    pub log: String,
}

impl Server {
    /// Reads the settings that the route needs. Connects to nothing.
    ///
    /// # Errors
    /// Names the first variable that is unset or cannot be used.
    pub fn new(
        route: &'static Route,
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Server, Unfit> {
        let need = |name| need(name, &var);
        let auth = match route.allow {
            Allow::Public => None,
            _ => {
                let auth = Auth::new(&need(JWT_KEYS)?, need(JWT_ISSUER)?, need(JWT_AUDIENCE)?);
                Some(auth.map_err(|why| Unfit::Variable(JWT_KEYS, why))?)
            }
        };
        let cursor_key = match route.list {
            None => hmac::Key::generate(hmac::HMAC_SHA256, &rand::SystemRandom::new()).map_err(
                |_| Unfit::Variable(CURSOR_KEY, "could not be replaced by a random one"),
            )?,
            Some(_) => {
                let bytes = STANDARD.decode(need(CURSOR_KEY)?.trim());
                let bytes = bytes.ok().filter(|b| b.len() >= 32);
                let why = "must be at least 32 bytes in base64";
                let bytes = bytes.ok_or(Unfit::Variable(CURSOR_KEY, why))?;
                hmac::Key::new(hmac::HMAC_SHA256, &bytes)
            }
        };
        let origins = var(CORS_ORIGINS).unwrap_or_default();
        let origins = origins.split(',').map(str::trim).filter(|o| !o.is_empty());
        let shared = Settings {
            cursor_key,
            origins: origins.map(str::to_owned).collect(),
            version: var(VERSION).unwrap_or_else(|| "unknown".to_owned()),
            further: settings(route.settings, &var)?,
        };
        let pool = match route.in_session {
            None => Pool::find(route.domain, route.access, route.name, var),
            Some(_) => Pool::find_for_sessions(route.domain, route.access, route.name, var),
        };
        let pool = pool.map_err(Unfit::Database)?;
        if route.in_session.is_some() {
            pool.begin_session(Instant::now()).map_err(Unfit::Database)?;
        }
        let listed = route.list.iter().flat_map(|list| list.parameters());
        let named = route.query.iter().map(|query| query.name.to_owned());
        let localize = route.localized.then(|| "localize".to_owned());
        let parameters = listed.chain(named).chain(localize).collect();
        Ok(Server { route, auth, settings: Arc::new(shared), pool, parameters })
    }

    /// Opens the database connection ahead of the first request, if that is quick.
    pub async fn warm(&self) {
        self.pool.warm(Duration::from_millis(500)).await;
    }

    /// Answers one request: never fails, every problem becomes a response.
    pub async fn answer(&self, http: lambda_http::Request) -> Answered {
        let started = Instant::now();
        let deadline = self.deadline(&http, started);
        // What is asked of databases is for routes that have one.
        let wanted = match self.has_database() {
            true => Wanted::of(http.headers(), self.route.domain),
            false => Ok(Wanted::default()),
        };
        let wishes = *wanted.as_ref().unwrap_or(&Wanted::default());
        let db = Handle::new(self.route, &self.pool, deadline, wishes);
        let id = request_id(&http);
        let trace = traceparent(&http);
        let origin =
            http.headers().get(header::ORIGIN).and_then(|o| o.to_str().ok()).map(str::to_owned);
        let request = Request::new(self.route, self.settings.clone(), id.clone(), http);
        let result = match wanted.and(request) {
            Ok(request) => self.work(request, &db, deadline).await,
            Err(problem) => Err(problem),
        };
        let (mut response, problem) = match result {
            Ok(response) => (response, None),
            Err(problem) => (problem.response(&id), Some(problem)),
        };
        let seen = db.db().seen();
        wishes.answer(self.route.domain, &seen, &mut response);
        response.set(header::REQUEST_ID, id.as_str());
        if let Some(trace) = &trace {
            response.set(header::TRACEPARENT, trace.as_str());
        }
        if response.get(header::CACHE_CONTROL).is_none() {
            response.set(header::CACHE_CONTROL, "private, no-store");
        }
        cors::allow(&self.settings.origins, origin.as_deref(), &mut response);
        let log = log::request(&log::Line {
            route: self.route.name,
            request_id: &id,
            trace: trace.as_deref(),
            status: response.status,
            duration: started.elapsed(),
            round_trips: db.db().round_trips(),
            source: seen.source.map(db::Source::name),
            resolved: &self.pool.take_resolved(),
            problem: problem.as_ref(),
        });
        Answered { response, log }
    }

    /// What every route has in common comes first, so that none can forget it.
    async fn work(
        &self,
        mut request: Request,
        db: &Handle<'_>,
        deadline: Instant,
    ) -> Result<Response, Problem> {
        if let Some(auth) = &self.auth {
            let header = request.header(header::AUTHORIZATION);
            if header.is_some() || self.route.allow != Allow::Anyone {
                request.caller = Some(auth.admit(self.route.allow, header)?);
            }
        }
        if self.route.access == Access::Write {
            db.db().act_as(request.context());
        }
        self.check_query(&request)?;
        if self.route.if_match {
            request.if_match()?;
        }
        if self.route.idempotency == Idempotency::Required {
            request.required_key()?;
        }
        let answer = match db {
            Handle::Db(db) => (self.route.answer)(&request, db),
            Handle::Session(answer, session) => answer(&request, session),
        };
        let answer = AssertUnwindSafe(answer).catch_unwind();
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Problem::new(problem::INTERNAL, "the request was not carried out")
                .because(Panicked)),
            Err(_) => {
                let detail = "repeat the request with the same Idempotency-Key";
                Err(Problem::new(problem::TOO_SLOW, detail).with(header::RETRY_AFTER, "1"))
            }
        }
    }

    fn check_query(&self, request: &Request) -> Result<(), Problem> {
        if self.route.path == Route::UNROUTED {
            return Ok(());
        }
        for (name, _) in request.queries() {
            if !self.parameters.contains(name) {
                return Err(Problem::parameter(problem::INVALID, name, "is not known here"));
            }
        }
        match request.query::<String>("localize")?.as_deref() {
            None | Some("all") => Ok(()),
            Some(_) => Err(Problem::parameter(problem::INVALID, "localize", "must be all")),
        }
    }

    fn deadline(&self, http: &lambda_http::Request, now: Instant) -> Instant {
        let limit = Duration::from_secs(u64::from(self.route.timeout_s));
        // One that is past is none: cargo-lambda's local server always says ten minutes after 1970.
        let left = http.lambda_context_ref().and_then(|context| {
            let end = UNIX_EPOCH + Duration::from_millis(context.deadline);
            end.duration_since(SystemTime::now()).ok()
        });
        now + left.map_or(limit, |left| left.min(limit)).saturating_sub(RESERVE)
    }

    /// Whether the route has a database at all.
    pub fn has_database(&self) -> bool {
        self.route.access != Access::None
    }
}

#[derive(Debug)]
pub(crate) struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it panicked; the message is above")
    }
}

impl std::error::Error for Panicked {}

/// The caller's `X-Request-Id` if it is harmless, else a new one.
fn request_id(http: &lambda_http::Request) -> String {
    let sent = http.headers().get(header::REQUEST_ID).and_then(|id| id.to_str().ok());
    let harmless = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    sent.filter(harmless).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// W3C Trace Context, section 3.2: `00-<32 hex>-<16 hex>-<2 hex>`, ids not all zero.
fn traceparent(http: &lambda_http::Request) -> Option<String> {
    let value = http.headers().get(header::TRACEPARENT)?.to_str().ok()?;
    let parts: Vec<&str> = value.split('-').collect();
    let [version, trace, span, flags] = parts.as_slice() else { return None };
    let hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |part: &str| part.bytes().all(|b| b == b'0');
    let valid = *version == "00" && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    (valid && !zero(trace) && !zero(span)).then(|| value.to_owned())
}
