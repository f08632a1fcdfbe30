//! What AWS is asked: for secrets of Secrets Manager, parameters of Systems Manager and log-in tokens of RDS, and to put
//! events on a bus of EventBridge.
//!
//! Three kinds of requests, signed and sent by hand: the SDK that would do it is larger than a function. What it does not
//! do: keep values, retry, or find credentials anywhere but in the variables that Lambda sets.
mod bus;
mod error;
mod http;
#[cfg(any(test, feature = "moto"))]
mod moto;
mod reference;
mod sign;
#[cfg(test)]
mod tests;

use std::fmt;

use https::Endpoint;
use jiff::Timestamp;
use serde_json::{Value, json};

#[cfg(any(test, feature = "moto"))]
pub use crate::moto::Moto;
use crate::sign::Credentials;
pub use crate::{
    bus::{Entry, Refused},
    error::Error,
    reference::Reference,
};

/// What [`Aws::find`] looks for.
pub const VARIABLES: &[&str] = &[
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_EVENTBRIDGE",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL_SSM",
];

/// Asks AWS, in one region, as whoever the environment says.
#[derive(Clone)]
pub struct Aws {
    region: String,
    credentials: Credentials,
    secrets_manager: Option<String>,
    ssm: Option<String>,
    events: Option<String>,
}

/// Shows no credential.
impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Aws {
    /// From the variables that Lambda sets: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`; and, for an endpoint elsewhere, those of the SDKs: `AWS_ENDPOINT_URL_SECRETS_MANAGER`,
    /// `AWS_ENDPOINT_URL_SSM`, `AWS_ENDPOINT_URL_EVENTBRIDGE`, `AWS_ENDPOINT_URL`.
    ///
    /// # Errors
    /// Names the first variable that is missing.
    pub fn find(var: impl Fn(&str) -> Option<String>) -> Result<Aws, Error> {
        let set = |name: &str| var(name).filter(|value| !value.is_empty());
        let need = |name: &'static str| set(name).ok_or(Error::Unset { variable: name });
        let endpoint = |name: &str| set(name).or_else(|| set("AWS_ENDPOINT_URL"));
        Ok(Aws {
            region: set("AWS_REGION")
                .or_else(|| set("AWS_DEFAULT_REGION"))
                .ok_or(Error::Unset { variable: "AWS_REGION" })?,
            credentials: Credentials {
                key: need("AWS_ACCESS_KEY_ID")?,
                secret: need("AWS_SECRET_ACCESS_KEY")?,
                token: set("AWS_SESSION_TOKEN"),
            },
            secrets_manager: endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
            ssm: endpoint("AWS_ENDPOINT_URL_SSM"),
            events: endpoint("AWS_ENDPOINT_URL_EVENTBRIDGE"),
        })
    }

    /// The value that `reference` names.
    ///
    /// # Errors
    /// When AWS is not reached or refuses, or the secret has no such text. Never shows a value.
    pub async fn fetch(&self, reference: &Reference) -> Result<String, Error> {
        match reference {
            Reference::Secret { id, member } => self.secret(reference, id, member.as_deref()).await,
            Reference::Parameter { name } => {
                let body = json!({ "Name": name, "WithDecryption": true });
                let region = reference.region().unwrap_or(&self.region);
                let endpoint = http::endpoint("ssm", region, self.ssm.as_deref())?;
                let target = "AmazonSSM.GetParameter";
                let answer = self.post(region, &endpoint, "ssm", target, &body).await?;
                text(reference, &answer["Parameter"]["Value"])
            }
        }
    }

    /// A password for `user` at `host`, valid for 15 minutes: made here, nobody is asked.
    pub fn rds_token(&self, host: &str, port: u16, user: &str) -> String {
        sign::rds_token(&self.credentials, &self.region, host, port, user, Timestamp::now())
    }

    async fn secret(
        &self,
        reference: &Reference,
        id: &str,
        member: Option<&str>,
    ) -> Result<String, Error> {
        let body = json!({ "SecretId": id });
        let region = reference.region().unwrap_or(&self.region);
        let endpoint = http::endpoint("secretsmanager", region, self.secrets_manager.as_deref())?;
        let target = "secretsmanager.GetSecretValue";
        let answer = self.post(region, &endpoint, "secretsmanager", target, &body).await?;
        let whole = text(reference, &answer["SecretString"])?;
        let Some(member) = member else { return Ok(whole) };
        let document: Value = serde_json::from_str(&whole).unwrap_or_default();
        text(reference, &document[member])
    }

    async fn post(
        &self,
        region: &str,
        endpoint: &Endpoint,
        service: &str,
        target: &'static str,
        body: &Value,
    ) -> Result<Value, Error> {
        let body = body.to_string();
        let request = sign::Request {
            service,
            region,
            host: &endpoint.authority,
            target,
            body: body.as_bytes(),
        };
        let headers = sign::headers(&self.credentials, &request, Timestamp::now());
        http::post(endpoint, headers, body).await
    }
}

fn text(reference: &Reference, value: &Value) -> Result<String, Error> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| Error::NoText { reference: reference.to_string() })
}
