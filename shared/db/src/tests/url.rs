use std::collections::HashMap;

use tokio_postgres::config::{ChannelBinding, SslMode};

use crate::{Access, Domain, Error, Kind, Url, variables};

fn find(access: Access, vars: &[(&str, &str)]) -> Result<Url, Error> {
    let vars: HashMap<_, _> = vars.iter().map(|&(k, v)| (k, v.to_owned())).collect();
    Url::find(Domain::Finance, access, |name| vars.get(name).cloned())
}

fn pooled(value: &str) -> Url {
    find(Access::Write, &[("ARUURI_FINANCE_DATABASE_URL_POOLED", value)]).unwrap()
}

const DIRECT: &str = "ARUURI_FINANCE_DATABASE_URL";
const POOLED: &str = "ARUURI_FINANCE_DATABASE_URL_POOLED";
const READ: &str = "ARUURI_FINANCE_DATABASE_URL_READ";

#[test]
fn a_route_gets_the_url_of_what_it_does() {
    let all = [(DIRECT, "postgres://d"), (POOLED, "postgres://p"), (READ, "postgres://r")];
    let cases = [(Access::Read, READ), (Access::Write, POOLED), (Access::Admin, DIRECT)];

    for (access, variable) in cases {
        assert_eq!(find(access, &all).unwrap().variable(), variable);
    }
}

#[test]
fn only_reading_falls_back_and_only_to_the_pooler() {
    let pooled = [(POOLED, "postgres://p")];
    let direct = [(DIRECT, "postgres://d")];
    let empty = [(READ, " "), (POOLED, "postgres://p")];

    assert_eq!(find(Access::Read, &pooled).unwrap().variable(), POOLED);
    assert_eq!(find(Access::Read, &empty).unwrap().variable(), POOLED);
    assert!(find(Access::Write, &direct).is_err());
    assert!(find(Access::Read, &direct).is_err());
    assert!(find(Access::Admin, &pooled).is_err());
}

#[test]
fn an_unset_variable_is_told_by_every_name_that_would_do() {
    let refused = find(Access::Read, &[]).unwrap_err();

    assert_eq!(refused.to_string(), format!("no database URL: set {READ} or {POOLED}"));
    assert_eq!(refused.kind(), Kind::Config);
    assert_eq!(variables(Domain::Finance, Access::None), Vec::<String>::new());
}

#[test]
fn no_error_and_no_debug_shows_a_url() {
    let secret = "hunter2";
    let urls = [
        format!("mysql://u:{secret}@h/d"),
        format!("postgres://u:{secret}@h:port/d"),
        format!("postgres://u:{secret}@h/d?unknown_{secret}=1"),
        format!("postgres://u:{secret}@h/d?sslmode={secret}"),
        format!("postgres://u:{secret}@h/d?sslmode=disable"),
        format!("postgres://u:{secret}@h/d?sslrootcert=/nowhere/{secret}"),
        format!("postgres://u:{secret}@h/d?options=-c%20x={secret}"),
        "postgres://".to_owned(),
    ];

    for url in urls {
        let url = pooled(&url);
        let error = url.prepare("f").unwrap_err();
        let shown = format!("{error} {error:?} {url:?}");
        assert!(shown.contains(POOLED) && !shown.contains(secret), "{shown}");
    }
}

#[test]
fn plain_text_is_for_loopback_and_sockets_only() {
    let cases = [
        ("postgres://db.example.org/d", Some(SslMode::Require)),
        ("postgres://db.example.org/d?sslmode=prefer", Some(SslMode::Require)),
        ("postgres://db.example.org/d?sslmode=verify-full", Some(SslMode::Require)),
        ("postgres://db.example.org/d?sslmode=verify-ca", Some(SslMode::Require)),
        ("postgres://db.example.org/d?sslmode=disable", None),
        ("postgres://127.0.0.1,db.example.org/d?sslmode=disable", None),
        ("postgres://127.0.0.1/d", Some(SslMode::Disable)),
        ("postgres://localhost/d?sslmode=require", Some(SslMode::Require)),
        ("postgres://[::1]/d?sslmode=disable", Some(SslMode::Disable)),
        ("postgres://%2Frun%2Fpostgresql/d", Some(SslMode::Disable)),
    ];

    for (url, mode) in cases {
        let got = pooled(url).prepare("f").ok().map(|(config, _)| config.get_ssl_mode());
        assert_eq!(got, mode, "{url}");
    }
}

#[test]
fn what_other_clients_write_into_urls_does_no_harm() {
    let url = "postgres://u:p%40ss@db.example.org:6432/d?pgbouncer=true&schema=x&connection_limit=1\
               &pool_timeout=0&target_session_attrs=read-write&channel_binding=require\
               &sslmode=require";

    let (config, pem) = pooled(url).prepare("finance-find-contribution").unwrap();

    assert_eq!(config.get_channel_binding(), ChannelBinding::Require);
    assert_eq!(config.get_application_name(), Some("finance-find-contribution"));
    assert_eq!(config.get_password(), Some("p@ss".as_bytes()));
    assert_eq!(config.get_ports(), [6432]);
    assert!(pem.is_none());
}

#[test]
fn a_name_in_the_url_wins_and_options_are_for_direct_urls() {
    let named = pooled("postgres://h/d?application_name=mine");
    let direct =
        find(Access::Admin, &[(DIRECT, "postgres://h/d?options=-c%20geqo%3Doff")]).unwrap();

    assert_eq!(named.prepare("f").unwrap().0.get_application_name(), Some("mine"));
    assert_eq!(direct.prepare("f").unwrap().0.get_options(), Some("-c geqo=off"));
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_function_without_tls_refuses_a_url_that_needs_it_and_takes_one_on_loopback() {
    let find = |value: &'static str| {
        crate::Pool::find(Domain::Finance, Access::Write, "test", |name| {
            (name == POOLED).then(|| value.to_owned())
        })
    };

    let refused = find("postgres://u:secret@db.example.org/d").unwrap_err().to_string();

    assert!(refused.contains(POOLED) && refused.contains("needs TLS"), "{refused}");
    assert!(!refused.contains("secret"), "{refused}");
    assert!(find("postgres://u:secret@127.0.0.1/d").is_ok());
}
