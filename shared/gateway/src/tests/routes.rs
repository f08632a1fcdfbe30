//! Which function gets a request.
use super::{function, get, send, start};
use crate::{Config, Gateway, Limits, Log, router::Router};

fn found(routes: &[(&str, &str)], method: &str, path: &str) -> Option<usize> {
    let router = Router::new(routes.iter().copied()).unwrap();
    router.find(method, path).map(|found| found.function)
}

#[test]
fn a_literal_beats_a_parameter_in_any_order() {
    let routes = [
        ("GET", "/{a}/{b}"),
        ("GET", "/x/{b}"),
        ("GET", "/{a}/y"),
        ("GET", "/x/y"),
        ("ANY", "/x/{b}"),
        ("GET", "$default"),
    ];
    for (method, path, expected) in [
        ("GET", "/x/y", 3),
        ("GET", "/x/z", 1),
        ("GET", "/w/y", 2),
        ("GET", "/w/z", 0),
        ("POST", "/x/z", 4),
        ("POST", "/w/z", 5),
        ("GET", "/x", 5),
        ("GET", "/x/y/", 5),
        ("GET", "/x/", 5),
        ("GET", "/X/y", 2),
        ("GET", "/%78/%79", 3),
    ] {
        assert_eq!(found(&routes, method, path), Some(expected), "{method} {path}");
    }
    assert_eq!(found(&routes[..5], "GET", "/x"), None);
    assert_eq!(found(&routes, "OPTIONS", "*"), None);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_not_found() {
    let gateway = start(vec![function("a", "GET", "/a")]).await;

    for (method, path) in
        [("GET", "/b"), ("POST", "/a"), ("HEAD", "/b"), ("GET", "/a/"), ("GET", "//a")]
    {
        let reply = send(gateway.addr(), method, path, &[], b"").await;
        assert_eq!(reply.status, 404, "{method} {path}");
        if method != "HEAD" {
            assert_eq!(reply.text(), r#"{"message":"Not Found"}"#);
        }
    }
    assert_eq!(get(gateway.addr(), "/a", "echo").await.status, 200);
}

#[tokio::test]
async fn a_route_table_that_cannot_be_served_is_refused_at_start() {
    for (paths, why) in [
        (["/a/{b}", "/a/{c}"], "two functions have the route /a/{c}"),
        (["$default", "$default"], "two functions have the route $default"),
        (["/a", "/b/{c+}"], "no {name+}"),
        (["/a", "b"], "is no route"),
        (["/a", "/{}"], "is no route"),
        (["/a", "/a{b}"], "is no route"),
    ] {
        let functions = paths.iter().map(|path| function("f", "GET", path)).collect();
        let config = Config { port: 0, functions, limits: Limits::default(), log: Log::none() };
        let error = Gateway::start(config).await.expect_err(why).to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let gateway = start(Vec::new()).await;
    let port = gateway.addr().port();

    let config =
        Config { port, functions: Vec::new(), limits: Limits::default(), log: Log::none() };
    let error = Gateway::start(config).await.expect_err("taken");

    assert_eq!(error.to_string(), format!("cannot listen on 127.0.0.1:{port}"));
}
