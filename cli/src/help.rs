//! `help`: a command, or a topic that belongs to all of them.
use clap::{Args, CommandFactory};

use crate::{
    Cli,
    failure::{Exit, Failure},
    output::Output,
};

/// Shown under the list of commands.
pub(crate) const MAIN: &str = "\
Examples:
  cargo aruuri dev                    start the databases, build the functions, serve them
  cargo aruuri up                     start PostgreSQL, its replica and PgBouncer for this checkout
  cargo aruuri status -o json | jq .  what runs, for a program
  cargo aruuri sqlhttp                SQL over HTTP in front of the local databases
  cargo aruuri down                   stop it again
  cargo aruuri migrate status         what is applied to the databases, and what waits
  cargo aruuri seed --set minimal     load demo data

Topics:
  cargo aruuri help exit-codes
  cargo aruuri help environment";

const ENVIRONMENT: &str = "\
ARUURI_OUTPUT                        as --output: table or json
ARUURI_ROOT                          the checkout to work on; found from the current folder otherwise
ARUURI_PG_BIN                        the folder with initdb, postgres and pg_ctl
ARUURI_PGBOUNCER_BIN                 the pgbouncer program
NO_COLOR, CLICOLOR_FORCE, TERM       colours, unless --color says otherwise
AUTO_SEED                            demo data: false keeps `dev` from loading it, true has `migrate apply` load it
ARUURI_TEST_TRANSPORT                how tests reach it: tcp-direct, tcp-pooled or http
ARUURI_TEST_SQL_HTTP_URL             a database URL whose endpoint the client's tests compare as well
ARUURI_TEST_SQL_HTTP_ADDRESS         where that endpoint is, if not at its api host
CI                                   a missing PgBouncer is an error in tests, not a warning

ARUURI_<DOMAIN>_DATABASE_URL         direct: migrations (PLATFORM, PROJECTS, FINANCE, CONTENT)
ARUURI_<DOMAIN>_DATABASE_URL_POOLED  through PgBouncer: what functions write with
ARUURI_<DOMAIN>_DATABASE_URL_READ    the replica: what functions read with
ARUURI_<DOMAIN>_TRANSPORT            tcp or http: how functions reach the database; tcp if unset
ARUURI_<DOMAIN>_SQL_HTTP_URL         where SQL over HTTP is taken, if not at the api host of the URL
ARUURI_JWT_KEYS                      public keys of bearer tokens, a JWKS document
ARUURI_JWT_ISSUER                    the `iss` a token must carry
ARUURI_JWT_AUDIENCE                  the `aud` a token must carry
ARUURI_JWT_SIGNING_KEY               signs access tokens: P-256, PKCS#8, base64
ARUURI_LINK_KEY                      makes the tokens of mailed links: 32 bytes, base64
ARUURI_TOTP_KEYS                     seal the secrets of second factors: name=32 bytes in base64
ARUURI_BANK_DETAILS_KEYS             seal where partners are paid: name=32 bytes in base64
ARUURI_CURSOR_KEY                    signs page cursors: 32 bytes, base64
ARUURI_CORS_ORIGINS                  origins a browser may call from, separated by commas
ARUURI_EVENT_BUS                     the bus events are handed over to: off, or the name of one of EventBridge
ARUURI_OIDC_ISSUERS                  who else may vouch at a sign-in: off, or https://issuer?client_id=ours, separated by commas
ARUURI_HMRC                          the tax office: off, or https://sender:password@host/?vendor=1234
ARUURI_WEBHOOK_SECRETS               who may send webhooks: off, or provider=secret, separated by commas

`cargo aruuri up` writes the URLs, ARUURI_JWT_* and ARUURI_CURSOR_KEY to .aruuri/env for the local servers.";

/// Explain a command or a topic
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri help token
  cargo aruuri help exit-codes
  cargo aruuri help environment")]
pub(crate) struct Help {
    /// A command (with its subcommand), `exit-codes` or `environment`
    topic: Vec<String>,
}

impl Help {
    /// Writes the text to stdout.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let words: Vec<&str> = self.topic.iter().map(String::as_str).collect();
        match words[..] {
            ["exit-codes"] => out.text(exit_codes())?,
            ["environment"] => out.text(ENVIRONMENT)?,
            _ => out.text(command_help(&words)?)?,
        }
        Ok(Exit::Ok)
    }
}

fn exit_codes() -> String {
    let line = |exit: &Exit| format!("{:>3}  {}\n", exit.code(), exit.title());
    let all: String = Exit::ALL.iter().map(line).collect();
    let migrate: String = Exit::MIGRATE.iter().map(line).collect();
    format!(
        "{all}\n`cargo aruuri migrate` has its own meanings from 4 on; what is not reachable is 1 there, and what is \
         refused for safety 2:\n{migrate}"
    )
}

fn command_help(words: &[&str]) -> Result<String, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut command = &mut root;
    for word in words {
        command = command.find_subcommand_mut(word).ok_or_else(|| {
            Failure::new(Exit::Usage, format_args!("no command or topic `{}`", words.join(" ")))
                .next("cargo aruuri --help")
        })?;
    }
    Ok(command.render_help().ansi().to_string())
}
