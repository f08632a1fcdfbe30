//! Signature Version 4, for the two forms that are needed here: headers of a POST to `/`, and a query.
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::{digest, hmac};

/// What a query may hold as it is (RFC 3986, unreserved).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// SHA-256 of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// What AWS allows for a log-in token, in seconds.
const TOKEN_LIFE: &str = "900";

/// Who signs.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// What is signed.
pub(crate) struct Request<'a> {
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) host: &'a str,
    pub(crate) target: &'a str,
    pub(crate) body: &'a [u8],
}

pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// The headers that the request must carry, `host` included.
pub(crate) fn headers(
    credentials: &Credentials,
    request: &Request<'_>,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let moment = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    // In the order of their names, as the signature wants them.
    let mut headers = vec![
        ("content-type", CONTENT_TYPE.to_owned()),
        ("host", request.host.to_owned()),
        ("x-amz-date", moment.clone()),
    ];
    if let Some(token) = &credentials.token {
        headers.push(("x-amz-security-token", token.clone()));
    }
    headers.push(("x-amz-target", request.target.to_owned()));
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let digest = hex(digest::digest(&digest::SHA256, request.body).as_ref());
    let canonical = format!("POST\n/\n\n{lines}\n{names}\n{digest}");
    let scope = scope(&moment, request.region, request.service);
    let signature = signature(credentials, &moment, &scope, &canonical);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        credentials.key
    );
    headers.push(("authorization", authorization));
    headers
}

/// A presigned request to log in, which the server takes for a password.
pub(crate) fn rds_token(
    credentials: &Credentials,
    region: &str,
    host: &str,
    port: u16,
    user: &str,
    now: Timestamp,
) -> String {
    let moment = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = scope(&moment, region, "rds-db");
    let encoded = |text: &str| utf8_percent_encode(text, QUERY).to_string();
    let credential = encoded(&format!("{}/{scope}", credentials.key));
    // In the order of their names.
    let mut query = format!(
        "Action=connect&DBUser={}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}\
         &X-Amz-Date={moment}&X-Amz-Expires={TOKEN_LIFE}",
        encoded(user)
    );
    if let Some(token) = &credentials.token {
        query.push_str(&format!("&X-Amz-Security-Token={}", encoded(token)));
    }
    query.push_str("&X-Amz-SignedHeaders=host");
    let canonical = format!("GET\n/\n{query}\nhost:{host}:{port}\n\nhost\n{EMPTY}");
    let signature = signature(credentials, &moment, &scope, &canonical);
    format!("{host}:{port}/?{query}&X-Amz-Signature={signature}")
}

fn scope(moment: &str, region: &str, service: &str) -> String {
    let day = moment.split('T').next().unwrap_or_default();
    format!("{day}/{region}/{service}/aws4_request")
}

fn signature(credentials: &Credentials, moment: &str, scope: &str, canonical: &str) -> String {
    let digest = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}");
    let mut key = format!("AWS4{}", credentials.secret).into_bytes();
    for part in scope.split('/').chain([text.as_str()]) {
        let hmac_key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        key = hmac::sign(&hmac_key, part.as_bytes()).as_ref().to_vec();
    }
    hex(&key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
