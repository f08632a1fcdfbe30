//! What a function answered, as API Gateway reads payload format 2.0.
use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::body::Bytes;
use serde_json::{Map, Value};

/// Written by the server itself.
const NOT_THE_FUNCTIONS: [&str; 5] =
    ["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"];

/// An HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 200 to 599.
    pub status: u16,
    /// Names in lower case; `set-cookie` once per cookie.
    pub headers: Vec<(String, String)>,
    /// Decoded.
    pub body: Bytes,
}

impl Answer {
    /// Reads the JSON that a function answered with.
    ///
    /// JSON that is not an object with a `statusCode` is the body of a 200.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(json: &[u8]) -> Result<Answer, String> {
        let value: Value = serde_json::from_slice(json).map_err(|e| format!("no JSON ({e})"))?;
        match value {
            Value::Object(fields) if fields.contains_key("statusCode") => Answer::explicit(&fields),
            Value::String(text) => Ok(Answer::inferred(text.into())),
            _ => Ok(Answer::inferred(Bytes::copy_from_slice(json))),
        }
    }

    fn inferred(body: Bytes) -> Answer {
        let headers = vec![("content-type".into(), "application/json".into())];
        Answer { status: 200, headers, body }
    }

    fn explicit(fields: &Map<String, Value>) -> Result<Answer, String> {
        let status = match &fields["statusCode"] {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        };
        let status = status.and_then(|status| u16::try_from(status).ok());
        let status = status.filter(|status| (200..600).contains(status));
        let status = status.ok_or_else(|| format!("statusCode {}", fields["statusCode"]))?;

        let mut headers = Vec::new();
        for (name, value) in object(fields, "headers")? {
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                Value::Null => continue,
                _ => return Err(format!("header {name} is no string")),
            };
            let name = name.to_ascii_lowercase();
            if hyper::header::HeaderName::try_from(&name).is_err() {
                return Err(format!("header name {name:?}"));
            }
            if hyper::header::HeaderValue::try_from(&value).is_err() {
                return Err(format!("value of header {name}"));
            }
            if !NOT_THE_FUNCTIONS.contains(&&*name) {
                headers.push((name, value));
            }
        }
        for cookie in list(fields, "cookies")? {
            let cookie = cookie.as_str().ok_or("a cookie is no string")?;
            if hyper::header::HeaderValue::try_from(cookie).is_err() {
                return Err("value of a cookie".into());
            }
            headers.push(("set-cookie".into(), cookie.into()));
        }

        let body = match fields.get("body") {
            None | Some(Value::Null) => Bytes::new(),
            Some(Value::String(text)) => match fields.get("isBase64Encoded") {
                Some(Value::Bool(true)) => STANDARD
                    .decode(text)
                    .map_err(|e| format!("body is no base64 though it says so ({e})"))?
                    .into(),
                _ => text.clone().into(),
            },
            Some(_) => return Err("body is no string".into()),
        };
        if !body.is_empty() && !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".into(), "text/plain;charset=UTF-8".into()));
        }
        Ok(Answer { status, headers, body })
    }
}

fn object<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(format!("{name} is no object")),
    }
    .map(|object| object.into_iter().flatten())
}

fn list<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(format!("{name} is no list")),
    }
}
