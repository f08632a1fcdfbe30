//! `token`: a bearer token that the local functions accept.
use clap::Args;
use serde::Serialize;
use stack::Stack;
use uuid::Uuid;

use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Print a bearer token signed with the local development key
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri token --role contributor
  curl -H \"authorization: Bearer $(cargo aruuri token --role admin)\" http://127.0.0.1:9000/v1/finance/contributions
  cargo aruuri token --ttl 1m --sub 3f0e2a52-0c8a-4b0e-9d58-6f1c2f7b9a10

Only servers started by `cargo aruuri` trust this key.")]
pub(crate) struct Token {
    /// A role it carries; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// The contact it speaks for; the developer of the demo data otherwise
    #[arg(long, value_name = "UUID")]
    sub: Option<Uuid>,
    /// How long it is valid: seconds, or a number with s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = seconds)]
    ttl: u64,
}

#[derive(Serialize)]
struct Answer<'a> {
    token: &'a str,
    sub: Uuid,
    roles: &'a [String],
    expires_in: u64,
}

impl Token {
    /// Writes the token alone.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let sub = self.sub.unwrap_or_else(stack::developer);
        let roles: Vec<&str> = self.roles.iter().map(String::as_str).collect();
        let token = Stack::find()?.signer()?.token(sub, &roles, self.ttl)?;
        let answer = Answer { token: &token, sub, roles: &self.roles, expires_in: self.ttl };
        out.data(&answer, &token)?;
        Ok(Exit::Ok)
    }
}

/// `90`, `90s`, `15m`, `1h`, `7d`.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        unit => return Err(format!("unknown unit `{unit}`: use s, m, h or d")),
    };
    let number: u64 = digits.parse().map_err(|_| "expected a number such as 90, 15m or 1h")?;
    number.checked_mul(unit).filter(|seconds| *seconds > 0).ok_or("out of range".to_owned())
}
