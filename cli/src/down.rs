//! `down`: the end of the local servers.
use clap::Args;
use serde::Serialize;
use stack::Stack;

use crate::{
    failure::{Exit, Failure},
    output::Output,
};

/// Stop the local servers of this checkout
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri down
  cargo aruuri down --purge    start afresh next time")]
pub(crate) struct Down {
    /// Also delete .aruuri/: all local data, passwords and keys
    #[arg(long)]
    purge: bool,
}

#[derive(Serialize)]
struct Answer {
    stopped: Vec<&'static str>,
    purged: bool,
}

impl Down {
    /// Stops what runs.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let stack = Stack::find()?;
        let stopped = if self.purge { stack.purge()? } else { stack.down()? };
        let mut text = match &stopped[..] {
            [] => "nothing was running".to_owned(),
            names => format!("stopped {}", names.join(", ")),
        };
        if self.purge {
            text.push_str("; deleted .aruuri");
        }
        out.data(&Answer { stopped, purged: self.purge }, text)?;
        Ok(Exit::Ok)
    }
}
