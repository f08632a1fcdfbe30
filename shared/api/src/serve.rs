//! The Lambda loop, compiled once for all functions.
use std::{
    convert::Infallible,
    env,
    future::{Future, ready},
    pin::Pin,
    process::ExitCode,
};

use lambda_http::{Body, IntoResponse, service_fn};

use crate::{Answered, Response, Route, Server, log};

/// What `main` returns.
pub type Exit = ExitCode;

/// Runs one route as a Lambda function until the environment is shut down.
pub fn serve(route: &'static Route) -> Exit {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let server = Server::new(route, |name| env::var(name).ok()).map_err(|e| e.to_string());
    let (runtime, server) = match (runtime, server) {
        (Ok(runtime), Ok(server)) => (runtime, &*Box::leak(Box::new(server))),
        (Err(e), _) => return log::exit_unfit(route.name, &e.to_string()),
        (_, Err(e)) => return log::exit_unfit(route.name, &e),
    };
    let ended = runtime.block_on(async {
        // The init phase has the full processor, a small function's handler has a share of it.
        server.warm().await;
        let answer = async |http| {
            let Answered { response, log } = server.answer(http).await;
            log::write(&log);
            Ok::<_, Infallible>(lambda(response))
        };
        lambda_http::run(service_fn(answer)).await
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => log::exit_unfit(route.name, &e.to_string()),
    }
}

/// What is sent as it is. For a response of its own, lambda_http would read the body again in the charset that its
/// content type names, and link the tables of all charsets for that: 190 kB of each function.
struct Whole(lambda_http::Response<Body>);

impl IntoResponse for Whole {
    fn into_response(self) -> Pin<Box<dyn Future<Output = lambda_http::Response<Body>> + Send>> {
        Box::pin(ready(self.0))
    }
}

fn lambda(response: Response) -> Whole {
    let mut builder = lambda_http::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        builder = builder.header(*name, value);
    }
    let body = match (response.body.is_empty(), response.bytes.is_empty()) {
        (false, _) => Body::Text(response.body),
        (true, false) => Body::Binary(response.bytes),
        (true, true) => Body::Empty,
    };
    // A header with a control character is the only way to fail: none of ours carries input unchecked.
    Whole(builder.body(body).unwrap_or_else(|_| {
        let mut broken = lambda_http::Response::new(Body::Empty);
        *broken.status_mut() = lambda_http::http::StatusCode::INTERNAL_SERVER_ERROR;
        broken
    }))
}
