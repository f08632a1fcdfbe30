//! Where it happens: servers of its own with the demo data, and the functions behind a gateway.
use std::path::PathBuf;

use db::{Chain, Domain, Url};
use gateway::{Config, Entry, Gateway, Handle, Limits, Log};
use stack::{Running, Stack, Throwaway};
use tokio_postgres::{Client as Session, SimpleQueryMessage};

use super::{
    client::Client,
    plan::{Act, Dice, Request, Role},
};
use crate::{
    cargo::Build,
    databases,
    failure::{Exit, Failure},
    functions,
    output::Output,
};

/// Who gives: one of the demo data.
const GIVER: &str = "a8cfb5cc-b2b8-5e6a-9e23-050196403c82";
/// Two projects of the demo data.
const PROJECTS: [&str; 2] =
    ["03262721-01f4-5300-9f04-f6a6dee60d17", "bfe66c82-2203-5d0b-9154-deaf37beb63b"];
/// What every fund has to begin with, so that there is something to spend.
const START_MINOR: i64 = 100_000;
/// The first of the years that rounds close, before any that the books know.
const YEAR: u32 = 1400;

/// What requests are made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) giver: &'static str,
    pub(super) projects: [&'static str; 2],
    /// The general fund, then those of the projects.
    pub(super) funds: [String; 3],
    pub(super) partner: String,
    pub(super) account: String,
}

/// A period that a round closes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    pub(super) id: i32,
    pub(super) year: u32,
}

/// Functions first: they end before their servers do.
#[derive(Debug)]
pub(super) struct Scene {
    _gateway: Handle,
    binaries: Vec<PathBuf>,
    pub(super) client: Client,
    pub(super) places: Places,
    pub(super) running: Running,
    pub(super) servers: Throwaway,
}

impl Scene {
    /// Builds and starts all of it.
    pub(super) async fn set(workers: u16, no_build: bool, out: &Output) -> Result<Scene, Failure> {
        let stack = Stack::find()?;
        let close = &finance::books::periods::close::ROUTE;
        let routes: Vec<_> = Act::ALL.into_iter().map(Act::route).chain([close]).collect();
        let names: Vec<&str> = routes.iter().map(|route| route.name).collect();
        let build = Build { root: stack.root(), release: false, only: &names, http: false };
        let binaries = if no_build { build.find().await? } else { build.run(out).await? };

        out.step("starting servers of its own");
        let made =
            tokio::task::block_in_place(|| Throwaway::start(&stack, |step| out.detail(step)));
        let servers = made?;
        let running = servers.running()?;
        let mut owner = databases::connect(&running, Domain::Finance).await?;
        databases::fill(&mut owner, stack.root(), Domain::Finance).await?;

        let of = |route: &'static api::Route| functions::function(route, &running, &binaries);
        let functions = routes.into_iter().map(of).collect();
        let heard = out.clone();
        let log = Log::new(move |entry| {
            if let Entry::Failed { function, failure, .. } = entry {
                heard.detail(format_args!("{function} {failure}"));
            }
        });
        // A worker may have three requests under way.
        let limits = Limits { concurrency: usize::from(workers) * 3 + 2, ..Limits::default() };
        let config = Config { port: 0, functions, limits, log };
        let gateway = Gateway::start(config).await.map_err(|error| {
            Failure::new(Exit::Failure, "the gateway does not start").because(&error)
        })?;
        let signer = servers.signer()?;
        let token = |role: &str| signer.token(uuid::Uuid::new_v4(), &[role], 24 * 60 * 60);
        let client = Client {
            port: gateway.addr().port(),
            treasurer: token("treasurer")?,
            approver: token("approver")?,
        };
        let mut scene = Scene {
            _gateway: gateway,
            binaries: binaries.into_values().collect(),
            client,
            places: Places { giver: GIVER, projects: PROJECTS, ..Places::default() },
            running,
            servers,
        };
        scene.furnish().await?;
        Ok(scene)
    }

    /// Money in three funds, and whom to pay.
    async fn furnish(&mut self) -> Result<(), Failure> {
        for (n, project) in [None, Some(PROJECTS[0]), Some(PROJECTS[1])].into_iter().enumerate() {
            let body = serde_json::json!({
                "contributor_id": GIVER, "project_ref": project, "note": "to begin with",
                "amount": { "amount": START_MINOR, "currency": "GBP" },
            });
            let request = Request {
                act: Act::Give,
                key: format!("to-begin-with-{n}"),
                id: None,
                version: None,
                body,
                minor: START_MINOR,
                refusals: &[],
            };
            let answer = self.client.send(&request).await;
            if answer.as_ref().is_none_or(|answer| answer.status != 201) {
                return Err(Failure::new(Exit::Failure, "the first contribution is not taken")
                    .why(format!("{answer:?}")));
            }
        }
        let session = self.superuser("finance").await?;
        let [a, b] = PROJECTS;
        let funds = format!(
            "select id from ledger.funds where code in ('GEN', 'project:{a}', 'project:{b}')
             order by code <> 'GEN', code <> 'project:{a}'"
        );
        let funds: Vec<String> = column(&session, &funds).await?;
        let found = <[String; 3]>::try_from(funds);
        self.places.funds = found.map_err(|funds| odd("three funds are not there", &funds))?;
        let account = "select partner_ref, id from giving.partner_bank_accounts
                       where status = 'verified' and usable_from <= now() and currency = 'GBP' limit 1";
        let rows = rows(&session, account).await?;
        let [partner, account] = rows.first().map_or(&[][..], Vec::as_slice) else {
            return Err(odd("no partner has a verified account", &[]));
        };
        (self.places.partner, self.places.account) = (partner.clone(), account.clone());
        Ok(())
    }

    /// A period of its own for a round, before all others.
    pub(super) async fn open_period(&self, round: u32) -> Result<Period, Failure> {
        let year = YEAR + round;
        let sql = format!(
            "insert into ledger.accounting_periods (span)
             values (daterange('{year}-01-01', '{}-01-01')) returning id",
            year + 1
        );
        let id = column(&self.superuser("finance").await?, &sql).await?;
        let id = id.first().and_then(|id| id.parse().ok());
        Ok(Period { id: id.ok_or_else(|| odd("a period has no id", &[]))?, year })
    }

    /// Closes a period through its route, however often that has to be said.
    pub(super) async fn close_period(&self, period: &Period) -> Result<bool, Failure> {
        let path = format!("/v1/finance/periods/{}/close", period.id);
        for _ in 0..600 {
            let answer = self.client.post(&path, Role::Treasurer, &[], "").await;
            if let Some(answer) = answer.filter(super::client::Answer::is_final) {
                // 409: an earlier request, whose answer was lost, has closed it.
                return Ok([200, 409].contains(&answer.status));
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Ok(false)
    }

    /// A session that may do everything.
    pub(super) async fn superuser(&self, database: &str) -> Result<Session, Failure> {
        superuser(&self.running, database).await
    }

    /// Ends up to so many functions that run, with `kill -9`.
    pub(super) fn kill_functions(&self, dice: &mut Dice, at_most: usize) -> usize {
        let mut running = functions_of_ours(&self.binaries);
        let mut killed = 0;
        while killed < at_most && !running.is_empty() {
            let pid = running.swap_remove(dice.index(running.len()));
            // One that has ended meanwhile does not count.
            killed += usize::from(
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok(),
            );
        }
        killed
    }
}

/// The processes of these programs that this process has started.
fn functions_of_ours(binaries: &[PathBuf]) -> Vec<rustix::process::Pid> {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let children = tasks.flat_map(|task| {
        let listed = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        listed.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()
    });
    let is_ours = |pid: &i32| {
        let program = std::fs::read_link(format!("/proc/{pid}/exe"));
        program.is_ok_and(|program| binaries.contains(&program))
    };
    children.filter(is_ours).filter_map(rustix::process::Pid::from_raw).collect()
}

/// A session of the superuser on the primary.
pub(super) async fn superuser(running: &Running, database: &str) -> Result<Session, Failure> {
    let url = Url::direct("the servers of this torture", running.admin_url_of(database));
    db::connect(&url, "aruuri torture").await.map_err(|error| {
        Failure::new(Exit::Unreachable, "the books cannot be looked at").why(Chain(&error))
    })
}

/// Rows as text; null is empty.
pub(super) async fn rows(session: &Session, sql: &str) -> Result<Vec<Vec<String>>, Failure> {
    let messages = session.simple_query(sql).await.map_err(|error| {
        Failure::new(Exit::Failure, "the books cannot be looked at").why(Chain(&error)).why(sql)
    })?;
    let row = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|n| row.get(n).unwrap_or_default().to_owned()).collect())
        }
        _ => None,
    };
    Ok(messages.iter().filter_map(row).collect())
}

/// The first column.
pub(super) async fn column(session: &Session, sql: &str) -> Result<Vec<String>, Failure> {
    Ok(rows(session, sql).await?.into_iter().filter_map(|row| row.into_iter().next()).collect())
}

fn odd(what: &str, found: &[String]) -> Failure {
    Failure::new(Exit::Failure, what)
        .why(format!("found {found:?}"))
        .next("the demo data in seeds/finance/default has changed: mend cli/src/torture/scene.rs")
}
