//! `access`: who may call what.
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::{
    failure::{Exit, Failure},
    output::{Output, Table},
    routes::{self, access},
};

/// Show which role may call which route
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri access matrix
  cargo aruuri access matrix --domain finance
  cargo aruuri access matrix -o json | jq '.routes[] | select(.roles | index(\"auditor\")) | .function'")]
pub(crate) struct Access {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every route with every role that opens it; docs/access.md is the same
    Matrix {
        /// Only those of this domain
        #[arg(long, value_name = "DOMAIN", value_parser = ["platform", "projects", "finance", "content"])]
        domain: Option<String>,
    },
}

#[derive(Serialize)]
struct Answer {
    routes: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    function: &'static str,
    /// A permission, `public` or `signed in`.
    permission: String,
    /// Those whose token opens it; none where no token is needed.
    roles: Vec<&'static str>,
}

impl Access {
    /// Writes the matrix.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let What::Matrix { domain } = self.what;
        let roles = access::roles();
        let mut heads = vec!["function", "permission"];
        heads.extend(roles.iter().map(|bundle| bundle.role));
        let mut table = Table::new(&heads);
        let mut rows = Vec::new();
        for route in routes::all() {
            if domain.as_ref().is_some_and(|domain| domain != route.domain.name()) {
                continue;
            }
            let permission = routes::callers(route).join(", ");
            let mut cells = vec![route.name.to_owned(), permission.clone()];
            cells.extend(roles.iter().map(|bundle| access::cell(route, bundle).to_owned()));
            table.row(cells);
            let open = roles.iter().filter(|bundle| access::opens(route, bundle) == Some(true));
            let roles = open.map(|bundle| bundle.role).collect();
            rows.push(Row { function: route.name, permission, roles });
        }
        out.data(&Answer { routes: rows }, table)?;
        Ok(Exit::Ok)
    }
}
