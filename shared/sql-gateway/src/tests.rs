use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    Upstream,
    login::Login,
    refusal::Refusal,
    request::{Options, Payload},
};

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(pair).collect()
}

fn login(url: &str) -> Result<Login, String> {
    Login::of(&headers(&[("neon-connection-string", url)])).map_err(|e| e.report.message)
}

#[test]
fn a_connection_string_is_decoded_and_its_parameters_have_no_effect() {
    let found = login("postgresql://a%40b:p%40ss%3A%2F@h.example:6432/d%20b?options=x&sslmode=no");

    let Login { host, port, user, password, database } = found.unwrap();
    assert_eq!((host.as_str(), port), ("h.example", 6432));
    assert_eq!((user.as_str(), password.as_str(), database.as_str()), ("a@b", "p@ss:/", "d b"));
}

#[test]
fn a_connection_string_that_will_not_do_says_why() {
    for (url, message) in [
        ("mysql://u:p@h/d", "incorrect scheme"),
        ("postgres://u:p@h:port/d", "incorrect scheme"),
        ("postgres://h/d", "missing username"),
        ("postgres://u:p@h", "missing database name"),
        ("postgres://u@h/d", "missing authentication credentials: required password"),
    ] {
        assert_eq!(login(url).err().as_deref(), Some(message), "{url}");
    }
    let none = Login::of(&HeaderMap::new()).err().unwrap();
    assert_eq!(none.report.message, "invalid header: neon-connection-string");
    let token =
        headers(&[("neon-connection-string", "postgres://u:p@h/d"), ("authorization", "x")]);
    assert!(Login::of(&token).is_err());
}

#[test]
fn a_refusal_has_every_member_whether_known_or_not() {
    let body = String::from_utf8(Refusal::bad("no").body()).unwrap();

    let rest = "\"detail\":null,\"hint\":null,\"position\":null,\"internalPosition\":null,\
                \"internalQuery\":null,\"severity\":\"\",\"where\":null,\"table\":null,\
                \"column\":null,\"schema\":null,\"dataType\":null,\"constraint\":null,\
                \"file\":null,\"line\":null,\"routine\":null}";
    assert_eq!(body, format!("{{\"message\":\"no\",\"code\":\"\",{rest}"));
}

#[test]
fn a_batch_begins_as_its_headers_say() {
    let begin = |pairs: &[_]| Options::of(&headers(pairs)).map(|o| o.begin()).ok();
    let (isolation, read_only) = ("neon-batch-isolation-level", "neon-batch-read-only");

    assert_eq!(begin(&[]).as_deref(), Some("begin"));
    let all = [(isolation, "Serializable"), (read_only, "true"), ("neon-batch-deferrable", "true")];
    assert_eq!(
        begin(&all).as_deref(),
        Some("begin isolation level serializable read only deferrable")
    );
    assert_eq!(begin(&[(read_only, "True")]).as_deref(), Some("begin"));
    assert_eq!(begin(&[(isolation, "serializable")]), None);
}

#[test]
fn parameters_become_text_as_at_neon() {
    let body =
        br#"{"query": "x", "params": [null, "a", 1, 1.5, true, {"k": "v"}, ["a\nb", null, [1]]]}"#;

    let payload = Payload::of(body).ok().unwrap();

    let texts: Vec<Option<String>> = payload.queries()[0].parameters().collect();
    let expected = [None, Some("a"), Some("1"), Some("1.5"), Some("true"), Some(r#"{"k":"v"}"#)];
    assert_eq!(texts[..6], expected.map(|text| text.map(str::to_owned)));
    assert_eq!(texts[6].as_deref(), Some(r#"{"a\nb",NULL,{1}}"#));
    assert!(Payload::of(b"{}").is_err() && Payload::of(b"[]").is_err());
}

#[test]
fn a_server_is_reached_without_tls_on_this_machine_only() {
    let tls = |url| Upstream::parse(url).map(|upstream| upstream.tls.is_some()).ok();

    assert_eq!(tls("postgres://localhost"), Some(false));
    assert_eq!(tls("postgres://[::1]:5433/?sslmode=prefer"), Some(false));
    assert_eq!(tls("postgres:///?host=/run/postgresql"), Some(false));
    assert_eq!(tls("postgres://127.0.0.1/?sslmode=require"), Some(true));
    assert_eq!(tls("postgres://db.example"), Some(true));
    assert_eq!(tls("postgres://db.example/?sslmode=disable"), None);
    assert_eq!(tls("postgres://db.example/?sslrootcert=/nonexistent"), None);
    assert_eq!(tls("http://localhost"), None);
    assert_eq!(tls("postgres://"), None);
}

#[test]
fn a_pooler_is_sent_no_cancel_request() {
    let cancels = |url| Upstream::parse(url).unwrap().cancels;

    assert!(cancels("postgres://127.0.0.1:5432"));
    assert!(!cancels("postgres://127.0.0.1:6432/?pgbouncer=true"));
}
