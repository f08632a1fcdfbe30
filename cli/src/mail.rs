//! `mail`: the mailbox of everybody, for this machine.
use std::fs;

use clap::Args;
use db::{Domain, FromRow as _, Params as _, Statement as _};
use platform::{
    identity::link,
    mail::{Link, compose},
    sql::mail::{Request, SENT, UNSENT},
};
use serde::{Deserialize, Serialize};
use stack::{Running, Stack};
use tokio_postgres::Client;
use types::VerificationTokenId;

use crate::{
    databases,
    failure::{Exit, Failure},
    functions,
    output::{Output, Table},
};

/// Where the links of local mails lead.
const APP: &str = "http://localhost:3000";
/// Mails taken in one go.
const BATCH: i64 = 100;

/// Deliver the mails that local functions asked for to .aruuri/mail/, and list them
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri mail                                     the newest first
  cargo aruuri mail --to ada@example.org -o json | jq -r '.mails[0].link'

No mail leaves this machine. A mail whose link was used or replaced before it was delivered is not delivered.")]
pub(crate) struct Mail {
    /// Only those to this address
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

/// A delivered mail, as its file holds it.
#[derive(Debug, Deserialize, Serialize)]
struct Delivered {
    id: uuid::Uuid,
    at: jiff::Timestamp,
    to: String,
    subject: String,
    text: String,
    link: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    mails: Vec<Delivered>,
}

impl Mail {
    /// Delivers and lists.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let stack = Stack::find()?;
        let running = stack.running().ok_or_else(|| {
            Failure::new(Exit::Unreachable, "the local servers do not run")
                .next("cargo aruuri dev, in another terminal")
        })?;
        let delivered = functions::runtime()?.block_on(deliver(&stack, &running))?;
        out.detail(format_args!("{delivered} delivered"));
        let mut mails = mailbox(&stack)?;
        mails.retain(|mail| self.to.as_ref().is_none_or(|to| mail.to.eq_ignore_ascii_case(to)));
        mails.sort_by_key(|mail| std::cmp::Reverse(mail.at));
        mails.truncate(self.limit);
        let mut table = Table::new(&["at", "to", "subject", "link"]);
        for mail in &mails {
            let link = mail.link.clone().unwrap_or_default();
            table.row([mail.at.to_string(), mail.to.clone(), mail.subject.clone(), link]);
        }
        out.data(&Answer { mails }, table)?;
        Ok(Exit::Ok)
    }
}

/// Writes each mail that was asked for to a file of its own, then notes that it is sent: one that is written twice
/// is the same file.
async fn deliver(stack: &Stack, running: &Running) -> Result<usize, Failure> {
    let client = databases::connect(running, Domain::Platform).await?;
    let mut count = 0;
    loop {
        let requests = unsent(&client).await.map_err(|error| refused(&*error))?;
        for request in &requests {
            if let Some(mail) = write(running, request)? {
                let path = stack.file("mail").join(format!("{}.json", mail.id));
                let json = serde_json::to_vec_pretty(&mail).unwrap_or_default();
                let written = fs::create_dir_all(stack.file("mail"));
                written.and_then(|()| fs::write(&path, json)).map_err(|error| {
                    Failure::new(Exit::Failure, "cannot write the mail")
                        .place(path.display())
                        .because(&error)
                })?;
                count += 1;
            }
            sent(&client, request).await.map_err(|error| refused(&error))?;
        }
        if requests.is_empty() {
            return Ok(count);
        }
    }
}

fn refused(error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Failure, "the platform database does not tell its mails")
        .because(error)
        .next("cargo aruuri dev applies what is missing")
}

async fn unsent(client: &Client) -> Result<Vec<Request>, Box<dyn std::error::Error>> {
    let rows = client.query_typed(UNSENT.text(), &(BATCH,).values()).await?;
    Ok(rows.into_iter().map(|row| Request::from_row(&row.into())).collect::<Result<_, _>>()?)
}

async fn sent(client: &Client, request: &Request) -> Result<(), tokio_postgres::Error> {
    client.query_typed(SENT.text(), &(request.id,).values()).await.map(drop)
}

/// The mail, unless nobody has the address or its link is no longer good.
fn write(running: &Running, request: &Request) -> Result<Option<Delivered>, Failure> {
    let (Some(to), Some(template)) = (&request.email, &request.template) else { return Ok(None) };
    let key = running.env.get("ARUURI_LINK_KEY").map(String::as_str).unwrap_or_default();
    let token = match request.token_id.map(VerificationTokenId::from_uuid) {
        None => None,
        Some(id) => Some(link::token(key, id).ok_or_else(|| {
            Failure::new(Exit::Failure, "ARUURI_LINK_KEY is not 32 bytes in base64")
                .next("cargo aruuri down, then cargo aruuri dev")
        })?),
    };
    let token = token.map(platform::identity::Secret::reveal);
    let language = request.language.as_deref().unwrap_or("en");
    let minutes = request.link_minutes.unwrap_or_default();
    let link = token.as_deref().map(|token| Link { token, minutes });
    Ok(compose(template, language, APP, link).map(|mail| Delivered {
        id: request.id,
        at: request.occurred_at,
        to: to.clone(),
        subject: mail.subject.to_owned(),
        text: mail.text,
        link: mail.link,
    }))
}

fn mailbox(stack: &Stack) -> Result<Vec<Delivered>, Failure> {
    let folder = stack.file("mail");
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let unreadable = |path: &std::path::Path| {
        Failure::new(Exit::Failure, "a mail of the local mailbox cannot be read")
            .place(path.display())
            .next("delete the file")
    };
    let mut mails = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let text = fs::read(&path).map_err(|error| unreadable(&path).because(&error))?;
        mails.push(serde_json::from_slice(&text).map_err(|e| unreadable(&path).because(&e))?);
    }
    Ok(mails)
}
