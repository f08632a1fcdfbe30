//! `status`: what runs.
use clap::Args;
use serde::Serialize;
use stack::{Stack, Status as Found};

use crate::{
    failure::{Exit, Failure},
    output::{Output, Paint, Table},
};

/// Ask each local server and each of the twelve URLs; exits 5 if something does not answer
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri status
  cargo aruuri status -o json | jq '.servers[] | select(.up | not)'
  cargo aruuri status -q > /dev/null || cargo aruuri up")]
pub(crate) struct Status {}

#[derive(Serialize)]
struct Answer<'a> {
    up: bool,
    #[serde(flatten)]
    found: &'a Found,
}

impl Status {
    /// Writes what it found.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let found = Stack::find()?.status()?;
        let up = found.is_up();
        out.data(&Answer { up, found: &found }, text(&found))?;
        Ok(if up { Exit::Ok } else { Exit::Unreachable })
    }
}

fn text(found: &Found) -> String {
    let mut servers = Table::new(&["server", "state", "port", "version", "note"]);
    for server in &found.servers {
        let lag = server.lag_bytes.map(|bytes| format!("{bytes} bytes behind"));
        servers.row([
            server.name.to_owned(),
            state(server.up),
            port(server.port),
            server.version.clone().unwrap_or_default(),
            server.problem.clone().or(lag).unwrap_or_default(),
        ]);
    }
    let mut urls = Table::new(&["variable", "state", "port", "user", "note"]);
    for url in &found.urls {
        urls.row([
            url.variable.clone(),
            state(url.up),
            port(url.port),
            url.user.clone(),
            url.problem.clone().unwrap_or_default(),
        ]);
    }
    let mut text = format!("{servers}\n{urls}");
    if let Some(log) = found.servers.iter().find(|server| !server.up).and_then(|it| it.log.as_ref())
    {
        text.push_str(&format!("\nlog   {}\nnext  cargo aruuri up\n", log.display()));
    }
    text
}

fn state(up: bool) -> String {
    if up { Paint::good("up").to_string() } else { Paint::bad("down").to_string() }
}

fn port(port: Option<u16>) -> String {
    port.map_or_else(|| "-".to_owned(), |port| port.to_string())
}
