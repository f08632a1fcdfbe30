mod differences;
mod endpoints;
mod faults;
mod statements;

use std::{sync::OnceLock, time::Duration};

use db::{Access, Domain, Url};
use sql_gateway::{Config, Gateway, Limits, Log, Upstream};
use tokio::{runtime::Runtime, time::Instant};

use crate::{Client, Endpoint};

/// Runs a test; the gateway that all tests share lives in the same runtime.
fn run<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().unwrap()
    };
    RUNTIME.get_or_init(runtime).block_on(work)
}

/// The same database over TCP and over HTTP.
struct Both {
    tcp: tokio_postgres::Client,
    http: Client,
}

/// A gateway in front of the local servers, with these limits.
async fn gateway(limits: Limits) -> sql_gateway::Handle {
    let running = tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap();
    let urls = running.server_urls();
    let upstreams = urls.iter().map(|url| Upstream::parse(url).unwrap()).collect();
    Gateway::start(Config { port: 0, upstreams, limits, log: Log::silent() }).await.unwrap()
}

async fn admin_url() -> String {
    tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap().admin_url
}

/// A client of the local primary behind that gateway.
async fn client(gateway: &sql_gateway::Handle) -> Client {
    Client::plain(Endpoint::new(&admin_url().await, Some(&gateway.url())).unwrap())
}

/// The local primary; or, if `ARUURI_TEST_SQL_HTTP_URL` names one, the database of an endpoint
/// elsewhere, at `ARUURI_TEST_SQL_HTTP_ADDRESS` if that is not where its host says.
async fn both() -> Vec<Both> {
    static LOCAL: OnceLock<sql_gateway::Handle> = OnceLock::new();
    if LOCAL.get().is_none() {
        drop(LOCAL.set(gateway(Limits::default()).await));
    }
    let url = admin_url().await;
    let http = client(LOCAL.get().unwrap()).await;
    let mut all = vec![Both { tcp: connect(&url).await, http }];
    if let Ok(url) = std::env::var("ARUURI_TEST_SQL_HTTP_URL") {
        let address = std::env::var("ARUURI_TEST_SQL_HTTP_ADDRESS").ok();
        let endpoint = Endpoint::new(&url, address.as_deref()).unwrap();
        let http = if endpoint.is_tls() {
            Client::new(endpoint, crate::TlsConnector::new().unwrap())
        } else {
            Client::plain(endpoint)
        };
        all.push(Both { tcp: connect(&url).await, http });
    }
    all
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let url = Url::find(Domain::Platform, Access::Admin, |_| Some(url.to_owned())).unwrap();
    db::connect(&url, "sqlhttp").await.unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}
