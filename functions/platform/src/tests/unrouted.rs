use api::{Method, Route};
use db::Domain;
use testdb::{App, Call};

use crate::{live, unrouted, version};

static DELETE: Route = Route { method: Method::DELETE, ..unrouted::ROUTE };
static GET: Route = Route { method: Method::GET, ..unrouted::ROUTE };

#[tokio::test]
async fn a_path_that_takes_other_methods_says_which() {
    let app = App::empty(Domain::Platform).await;
    let cases = [
        ("/v1/platform/companies", "GET, POST"),
        ("/dev/v1/platform/companies", "GET, POST"),
        ("/v1/finance/contributions/0dd70a6e-8f91-5fde-b0cb-26fee975e135", "GET"),
    ];

    for (path, allow) in cases {
        let answer = app.call(&DELETE, Call::anonymous().path(path).query("x=1")).await;
        assert_eq!((answer.status, answer.code()), (405, "method_not_allowed"), "{path}");
        assert_eq!(answer.header("allow"), Some(allow));
    }
}

#[tokio::test]
async fn a_path_that_nothing_takes_is_no_route() {
    let app = App::empty(Domain::Platform).await;
    let paths = [
        "/",
        "/v1",
        "/v1/platform/settings/",
        "/v1/platform/settings/1/2",
        "/v2/health/live",
        "/a/b/v1/health/live",
        "/v1/health/live/%zz",
    ];

    for path in paths {
        let answer = app.call(&GET, Call::anonymous().path(path)).await;
        assert_eq!((answer.status, answer.code()), (404, "no_such_route"), "{path}");
    }
}

#[tokio::test]
async fn a_request_that_went_past_its_route_is_not_answered_here() {
    let app = App::empty(Domain::Platform).await;

    let answer = app.call(&GET, Call::anonymous().path("/v1/health/live")).await;

    assert_eq!((answer.status, answer.code()), (404, "no_such_route"));
}

#[tokio::test]
async fn a_preflight_names_the_methods_to_a_known_origin_only() {
    let app = App::empty(Domain::Platform).await.set("ARUURI_CORS_ORIGINS", Some("https://a.org"));
    let ask =
        |origin: &str| Call::anonymous().path("/v1/platform/settings/1").header("origin", origin);

    let known = app.call(&unrouted::ROUTE, ask("https://a.org")).await;
    let foreign = app.call(&unrouted::ROUTE, ask("https://b.org")).await;

    assert_eq!((known.status, foreign.status), (204, 204));
    assert_eq!(known.header("access-control-allow-origin"), Some("https://a.org"));
    assert_eq!(known.header("access-control-allow-methods"), Some("GET, PUT, DELETE"));
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    assert_eq!(foreign.header("access-control-allow-methods"), None);
}

#[tokio::test]
async fn liveness_and_version_need_no_database() {
    let app = App::empty(Domain::Platform).await;
    let app = app
        .set("ARUURI_PLATFORM_DATABASE_URL_POOLED", None)
        .set("ARUURI_PLATFORM_DATABASE_URL_READ", None)
        .set("ARUURI_VERSION", Some("abc123"));

    let alive = app.call(&live::ROUTE, Call::anonymous()).await;
    let build = app.call(&version::ROUTE, Call::anonymous()).await;

    assert_eq!((alive.status, alive.body["live"].as_bool()), (200, Some(true)));
    assert_eq!((build.status, build.body["version"].as_str()), (200, Some("abc123")));
}
