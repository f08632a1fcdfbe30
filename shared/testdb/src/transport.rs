//! How the functions of a test reach their database: `ARUURI_TEST_TRANSPORT`.
use std::{env, sync::OnceLock};

use db::{Access, Domain, transport_variables};
use sql_gateway::{Config, Gateway, Limits, Log, Upstream};
use stack::{Kind, Running};

/// A way to the database; the same tests pass whichever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `tcp-direct`, the default: the primary without a pooler.
    TcpDirect,
    /// `tcp-pooled`: through PgBouncer in transaction mode.
    TcpPooled,
    /// `http`: SQL over HTTP, through a gateway in the test's process.
    Http,
}

impl Transport {
    /// What the variable says.
    pub fn of_environment() -> Transport {
        match env::var("ARUURI_TEST_TRANSPORT").unwrap_or_default().as_str() {
            "" | "tcp-direct" => Transport::TcpDirect,
            "tcp-pooled" => Transport::TcpPooled,
            "http" => Transport::Http,
            other => panic!("ARUURI_TEST_TRANSPORT is {other}: tcp-direct, tcp-pooled or http"),
        }
    }

    /// The servers and roles that functions write and read with.
    pub(crate) fn kinds(self) -> (Kind, Kind) {
        match self {
            Transport::TcpDirect | Transport::Http => (Kind::App, Kind::Reader),
            Transport::TcpPooled => (Kind::Pooled, Kind::PooledRead),
        }
    }

    /// The variables of functions besides their URLs.
    pub(crate) fn variables(self, domain: Domain, stack: &Running) -> Vec<(String, String)> {
        if self != Transport::Http {
            return Vec::new();
        }
        let names = transport_variables(domain, Access::Write);
        let values = ["http".to_owned(), gateway(stack).to_owned()];
        names.into_iter().zip(values).collect()
    }
}

/// The address of this process's gateway. It has a thread of its own: a test's runtime ends with it.
fn gateway(stack: &Running) -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let urls = stack.server_urls();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime starts").block_on(async {
                let upstreams = urls.iter().map(|url| Upstream::parse(url).expect("a URL of ours"));
                let limits = Limits::default();
                let upstreams = upstreams.collect();
                let config = Config { port: 0, upstreams, limits, log: Log::silent() };
                let gateway = Gateway::start(config).await.expect("a free port");
                tell.send(gateway.url()).expect("somebody waits");
                std::future::pending::<()>().await;
            });
        });
        told.recv().expect("the gateway starts")
    })
}
