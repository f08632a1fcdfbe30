//! Requests of AWS: where each service is, and what its answers say.
use https::{Endpoint, Full, Request};
use serde_json::Value;

use crate::Error;

/// Bytes of an answer: a secret has 65,536 at the most.
const ANSWER_MAX: usize = 256 * 1024;

/// Of `service` in `region`, or elsewhere.
pub(crate) fn endpoint(
    service: &str,
    region: &str,
    elsewhere: Option<&str>,
) -> Result<Endpoint, Error> {
    let end = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let url = match elsewhere {
        Some(url) => url.trim().to_owned(),
        None => format!("https://{service}.{region}.{end}"),
    };
    Endpoint::of(&url).map_err(|reason| Error::Endpoint { reason })
}

/// Sends `body` and reads the answer, which is JSON.
pub(crate) async fn post(
    endpoint: &Endpoint,
    headers: Vec<(&'static str, String)>,
    body: String,
) -> Result<Value, Error> {
    let failed = |source| Error::Unreachable { host: endpoint.host.clone(), source };
    let mut request = Request::post("/");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::from(body)).map_err(|e| failed(e.into()))?;
    let connection = endpoint.connect().await.map_err(failed)?;
    let https::Answer { status, body } =
        connection.send(request, ANSWER_MAX).await.map_err(failed)?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status == 200 {
        return Ok(answer);
    }
    // `com.amazonaws.secretsmanager#ResourceNotFoundException`
    let kind = answer["__type"].as_str().unwrap_or("without a reason");
    let kind = kind.rsplit('#').next().unwrap_or(kind).to_owned();
    Err(Error::Refused { status, kind })
}
