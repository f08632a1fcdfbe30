//! A function for the gateway's own tests: does what the path or query says.
use std::{env, io::Write, process, time::Duration};

use lambda_http::{Body, Error, LambdaEvent, lambda_runtime, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match env::var("PROBE_INIT").as_deref() {
        Ok("exit") => {
            eprintln!("no configuration");
            process::exit(3);
        }
        Ok("sleep") => tokio::time::sleep(Duration::from_secs(60)).await,
        _ => {}
    }
    if env::var("PROBE_HTTP").is_ok() {
        return lambda_http::run(lambda_http::service_fn(http)).await;
    }
    lambda_runtime::run(service_fn(raw)).await
}

/// Answers what `x-do` asks for; the event itself if it asks for nothing.
async fn raw(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let order = event.payload["headers"]["x-do"].as_str().unwrap_or("echo").to_owned();
    let (order, argument) = order.split_once(' ').unwrap_or((&order, ""));
    let text = |body: String| json!({ "statusCode": 200, "body": body });
    eprintln!("doing {order}");
    Ok(match order {
        "echo" => json!({
            "statusCode": 200,
            "headers": { "content-type": "application/json" },
            "body": event.payload.to_string(),
        }),
        "answer" => serde_json::from_str(argument)?,
        "body" => text(event.payload["body"].as_str().unwrap_or_default().to_owned()),
        "env" => text(serde_json::to_string(&env::vars().collect::<Vec<_>>())?),
        "context" => text(
            json!({
                "deadline": event.context.deadline,
                "arn": event.context.invoked_function_arn,
                "request_id": event.context.request_id,
            })
            .to_string(),
        ),
        "pid" => text(process::id().to_string()),
        "sleep" => {
            tokio::time::sleep(Duration::from_millis(argument.parse()?)).await;
            text(process::id().to_string())
        }
        "big" => Value::String("x".repeat(argument.parse()?)),
        "say" => {
            writeln!(std::io::stdout(), "{argument}")?;
            text(String::new())
        }
        "exit" => {
            eprintln!("the last words");
            process::exit(argument.parse()?)
        }
        "abort" => process::abort(),
        "panic" => panic!("as ordered"),
        "fail" => return Err("as ordered".into()),
        "die-later" => {
            tokio::spawn(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                process::exit(9);
            });
            text(process::id().to_string())
        }
        _ => return Err(format!("cannot {order}").into()),
    })
}

/// The same through lambda_http, as the real functions are.
async fn http(request: lambda_http::Request) -> Result<lambda_http::Response<Body>, Error> {
    let binary = request.uri().path().ends_with("binary");
    let body = request.into_body();
    let bytes = match body {
        Body::Text(text) => text.into_bytes(),
        Body::Binary(bytes) => bytes,
        _ => Vec::new(),
    };
    let kind = if binary { "application/octet-stream" } else { "text/plain" };
    let answer = lambda_http::Response::builder()
        .header("content-type", kind)
        .header("set-cookie", "a=1")
        .header("set-cookie", "b=2");
    Ok(if binary {
        answer.body(bytes.into())?
    } else {
        answer.body(String::from_utf8(bytes)?.into())?
    })
}
