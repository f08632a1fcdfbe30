//! Is a domain's database there?
use db::{Db, Sql, row, statements};
use serde::Serialize;

use crate::{Problem, Request, Response};

row! {
    /// The server answered.
    #[derive(Debug, Serialize)]
    #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
    pub struct Ready {
        /// Always true.
        pub ready: Option<bool>,
    }
}

statements! {
    /// Costs the server nothing.
    pub const PING: Sql<(), Ready> = Sql::new("select true as ready");
}

/// 200 if the domain's database answers a statement, else the problem that any route would have.
///
/// # Errors
/// The database does not answer.
pub async fn ready(db: &Db<'_>) -> Result<Response, Problem> {
    Response::json(200, &PING.one(db, ()).await?)
}

/// Which build answers.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Version {
    /// `ARUURI_VERSION`: a commit or a release; `unknown` if the deployment does not say.
    pub version: String,
}

/// 200 with the build that answers.
///
/// # Errors
/// Never; the type is that of a route's answer.
pub fn version(req: &Request) -> Result<Response, Problem> {
    Response::json(200, &Version { version: req.settings.version.clone() })
}
