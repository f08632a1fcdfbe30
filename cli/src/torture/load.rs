//! The load: workers that post, jobs that tidy up meanwhile, and a reader that holds on to an old snapshot.
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use api::{Job, Worker as Clockwork};
use db::Domain;
use finance::jobs::{fold_balances, seal_journals};
use futures_util::future::join_all;
use serde_json::{Value, json};
use stack::{Kind, Running, variable};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    client::{Answer, Client},
    plan::{Act, Dice, Record, Request},
    scene::{Places, Scene, superuser},
};

/// How long a request is repeated before it counts as one that cannot be resolved.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two attempts of one request.
const PAUSE: Duration = Duration::from_millis(100);
/// Requests of a worker that may be delivered again.
const KEPT: usize = 50;

/// Everything under way; ended when dropped.
#[derive(Debug)]
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    workers: JoinSet<(Vec<Record>, Vec<String>)>,
    upkeep: JoinSet<()>,
}

impl Load {
    pub(super) fn start(scene: &Scene, seed: u64, round: u32, workers: u16, year: u32) -> Load {
        let stop = Arc::new(AtomicBool::new(false));
        let mut load = Load { stop, workers: JoinSet::new(), upkeep: JoinSet::new() };
        for number in 0..u64::from(workers) {
            let worker = Worker {
                client: scene.client.clone(),
                places: scene.places.clone(),
                dice: Dice::new(seed, round, number + 1),
                tag: format!("torture-{seed:x}-{round}-{number}"),
                year,
                stop: Arc::clone(&load.stop),
                ..Worker::default()
            };
            load.workers.spawn(worker.run());
        }
        // Two of each: they may meet.
        for job in
            [&fold_balances::JOB, &seal_journals::JOB, &fold_balances::JOB, &seal_journals::JOB]
        {
            load.upkeep.spawn(tick(job, scene.running.clone()));
        }
        load.upkeep.spawn(hold(scene.running.clone()));
        load
    }

    /// Lets every worker finish what it has asked for: what became of all, and what should not have come.
    pub(super) async fn finish(mut self) -> (Vec<Record>, Vec<String>) {
        self.stop.store(true, Ordering::SeqCst);
        let (mut records, mut breaks) = (Vec::new(), Vec::new());
        while let Some(ended) = self.workers.join_next().await {
            match ended {
                Ok((made, odd)) => {
                    records.extend(made);
                    breaks.extend(odd);
                }
                Err(error) => breaks.push(format!("a worker ended: {error}")),
            }
        }
        (records, breaks)
    }
}

/// Runs a job again and again, as the clock does but for the pauses.
async fn tick(job: &'static Job, running: Running) {
    let variable = |ending| variable(Domain::Finance, ending);
    let env: HashMap<String, String> = [("_POOLED", Kind::Pooled)]
        .into_iter()
        .filter_map(|(ending, kind)| {
            Some((variable(ending), running.url(Domain::Finance, kind, "finance")?))
        })
        .chain([("SSL_CERT_FILE".to_owned(), running.ca_pem.display().to_string())])
        .collect();
    let Ok(clockwork) = Clockwork::new(job, |name| env.get(name).cloned()) else { return };
    loop {
        // A job that fails because its server was killed is started again by the clock.
        let _ = clockwork.run("torture", None).await;
        sleep(Duration::from_millis(200)).await;
    }
}

/// Keeps a snapshot open, so that no version of a row that was replaced since can go.
async fn hold(running: Running) {
    loop {
        if let Ok(session) = superuser(&running, "finance").await {
            let old = "begin isolation level repeatable read; select count(*) from ledger.entries";
            if session.batch_execute(old).await.is_ok() {
                while !session.is_closed() {
                    sleep(PAUSE).await;
                }
            }
        }
        sleep(PAUSE).await;
    }
}

/// A client with what it has made so far: nobody else changes that.
#[derive(Debug, Default)]
struct Worker {
    client: Client,
    places: Places,
    dice: Dice,
    tag: String,
    made: usize,
    year: u32,
    stop: Arc<AtomicBool>,
    /// Ids, and what can still be refunded.
    gifts: Vec<(String, i64)>,
    /// Ids and versions.
    moved: Vec<(String, i64)>,
    payment: Option<Payment>,
    old: Vec<(Request, Answer)>,
    records: Vec<Record>,
    odd: Vec<String>,
}

#[derive(Clone, Debug)]
struct Payment {
    id: String,
    version: i64,
    status: String,
    minor: i64,
}

impl Worker {
    async fn run(mut self) -> (Vec<Record>, Vec<String>) {
        while !self.stop.load(Ordering::SeqCst) {
            match self.dice.below(100) {
                0..=44 => self.give().await,
                45..=56 => self.refund().await,
                57..=68 => self.allocate().await,
                69..=74 => self.reverse().await,
                75..=94 => self.pay().await,
                _ => self.deliver_again().await,
            }
        }
        (self.records, self.odd)
    }

    fn request(&mut self, act: Act, minor: i64, body: impl FnOnce(&str) -> Value) -> Request {
        self.made += 1;
        let key = format!("{}-{}", self.tag, self.made);
        let refusals: &[_] = match act {
            Act::Allocate | Act::Reverse | Act::Approve => &["insufficient_funds"],
            _ => &[],
        };
        let body = body(&key);
        Request { act, key, id: None, version: None, body, minor, refusals }
    }

    async fn give(&mut self) {
        let minor = self.dice.minor(100, 6_000);
        let id = uuid::Builder::from_random_bytes(std::array::from_fn(|_| {
            u8::try_from(self.dice.below(256)).unwrap_or_default()
        }));
        let id = id.into_uuid();
        let [a, b] = self.places.projects;
        let project = [None, Some(a), Some(b)][self.dice.index(3)];
        let dated = self.dice.percent(15).then(|| format!("{}-06-15", self.year));
        let giver = self.places.giver;
        let mut request = self.request(Act::Give, minor, |key| {
            json!({
                "id": id, "contributor_id": giver, "project_ref": project, "note": key,
                "amount": pence(minor), "occurred_on": dated,
            })
        });
        if dated.is_some() {
            // The period may be closed by now.
            request.refusals = &["invalid_request"];
        }
        let other = self.dice.percent(4);
        if self.submit(&request).await.is_none() {
            return;
        }
        if dated.is_none() {
            self.gifts.push((id.to_string(), minor));
        }
        if other {
            let mut other = request.clone();
            other.body["note"] = json!("another request");
            let (answer, _) = self.ask(&other).await;
            if answer.as_ref().is_none_or(|it| it.code() != "idempotency_key_reused") {
                self.odd.push(format!("another request under {}: {answer:?}", request.key));
            }
        }
    }

    async fn refund(&mut self) {
        let Some(at) = (!self.gifts.is_empty()).then(|| self.dice.index(self.gifts.len())) else {
            return;
        };
        let (id, left) = self.gifts[at].clone();
        let minor = if self.dice.percent(30) { left } else { self.dice.minor(1, left) };
        let mut request = self.request(
            Act::Refund,
            minor,
            |key| json!({ "amount": pence(minor), "reason": "requested", "note": key }),
        );
        request.id = Some(id);
        if self.submit(&request).await.is_none() {
            return;
        }
        self.gifts[at].1 -= minor;
        if self.gifts[at].1 == 0 {
            self.gifts.swap_remove(at);
        }
    }

    async fn allocate(&mut self) {
        let minor = self.dice.minor(500, 40_000);
        let [from, to @ ..] = self.places.funds.clone();
        let to = &to[self.dice.index(to.len())];
        let request = self.request(Act::Allocate, minor, |key| {
            json!({ "from_fund_id": from, "amount": pence(minor), "to": [{ "fund_id": to }], "reason": key })
        });
        let Some(answer) = self.submit(&request).await else { return };
        let row = &answer.body["data"][0];
        self.moved.push((text(&row["id"]), row["version"].as_i64().unwrap_or_default()));
    }

    async fn reverse(&mut self) {
        let Some((id, version)) = self.moved.pop() else { return };
        let mut request = self.request(Act::Reverse, 0, |key| json!({ "reason": key }));
        request.id = Some(id);
        request.version = Some(version);
        self.submit(&request).await;
    }

    /// The next step of the payment under way, or a new one.
    async fn pay(&mut self) {
        let Some(payment) = self.payment.take() else { return self.propose().await };
        let on = self.dice.percent(65);
        let act = match payment.status.as_str() {
            "proposed" => Act::Approve,
            "approved" | "failed" if on => Act::Send,
            "approved" | "failed" => Act::Withdraw,
            "sending" if on => Act::Confirm,
            "sending" => Act::Fail,
            _ => return,
        };
        let mut request = self.request(act, payment.minor, |key| match act {
            Act::Approve => json!({ "comment": key }),
            Act::Confirm => json!({ "bank_ref": key }),
            Act::Fail | Act::Withdraw => json!({ "reason": key }),
            _ => json!({}),
        });
        request.id = Some(payment.id);
        request.version = Some(payment.version);
        if let Some(answer) = self.submit(&request).await {
            self.payment = Some(Payment::of(&answer.body, payment.minor));
        }
    }

    /// From all three funds, in any order.
    async fn propose(&mut self) {
        let mut funds = self.places.funds.clone();
        for at in (1..funds.len()).rev() {
            funds.swap(at, self.dice.index(at + 1));
        }
        let parts = funds.map(|fund| (fund, self.dice.minor(1, 3_000)));
        let minor: i64 = parts.iter().map(|(_, minor)| minor).sum();
        let lines: Vec<Value> = parts
            .iter()
            .map(|(fund, minor)| json!({ "fund_id": fund, "amount": pence(*minor) }))
            .collect();
        let Places { partner, account, projects, .. } = self.places.clone();
        let request = self.request(Act::Propose, minor, |key| {
            json!({
                "partner_ref": partner, "bank_account_id": account, "project_ref": projects[0],
                "without_milestone_reason": key, "amount": pence(minor), "lines": lines,
            })
        });
        if let Some(answer) = self.submit(&request).await {
            self.payment = Some(Payment::of(&answer.body, minor));
        }
    }

    /// What was answered before is delivered once more, much later.
    async fn deliver_again(&mut self) {
        if self.old.is_empty() {
            return;
        }
        let (request, before) = self.old[self.dice.index(self.old.len())].clone();
        let (answer, _) = self.ask(&request).await;
        let same = answer.as_ref().is_some_and(|answer| {
            answer.replayed && answer.status == before.status && id(answer) == id(&before)
        });
        if !same {
            self.odd.push(format!("{} delivered again: {answer:?}", request.key));
        }
    }

    /// Sends a request, sometimes three times at once, until its outcome is known: the answer if it was carried out.
    async fn submit(&mut self, request: &Request) -> Option<Answer> {
        let copies = if self.dice.percent(8) { 3 } else { 1 };
        let answers = join_all((0..copies).map(|_| self.ask(request))).await;
        let unknown = answers.iter().any(|(_, unknown)| *unknown);
        let all: Vec<&Answer> = answers.iter().filter_map(|(answer, _)| answer.as_ref()).collect();
        let accepted: Vec<&Answer> =
            all.iter().copied().filter(|it| (200..300).contains(&it.status)).collect();
        if all.len() < copies {
            self.odd.push(format!("no answer in {} s: {}", PATIENCE.as_secs(), request.key));
        }
        if accepted.iter().any(|answer| id(answer) != id(accepted[0])) {
            self.odd.push(format!("different answers under one key: {}", request.key));
        }
        for answer in &all {
            let refused = !(200..300).contains(&answer.status);
            if refused && !request.refusals.contains(&answer.code()) {
                let Answer { status, body, .. } = answer;
                self.odd.push(format!("{} {}: {status} {body}", request.act.name(), request.key));
            }
        }
        let first = accepted.first().map(|answer| (*answer).clone());
        self.records.push(Record {
            act: request.act,
            key: request.key.clone(),
            minor: request.minor,
            accepted: first.is_some(),
            unknown,
            replayed: copies == 1 && first.as_ref().is_some_and(|answer| answer.replayed),
        });
        let first = first?;
        if self.old.len() == KEPT {
            self.old.swap_remove(self.dice.index(KEPT));
        }
        self.old.push((request.clone(), first.clone()));
        Some(first)
    }

    /// Repeats a request until its outcome is known, and whether it was not at first.
    async fn ask(&self, request: &Request) -> (Option<Answer>, bool) {
        let until = Instant::now() + PATIENCE;
        let mut unknown = false;
        loop {
            match self.client.send(request).await {
                Some(answer) if answer.is_final() => return (Some(answer), unknown),
                _ if Instant::now() > until => return (None, true),
                _ => unknown = true,
            }
            sleep(PAUSE).await;
        }
    }
}

impl Payment {
    fn of(body: &Value, minor: i64) -> Payment {
        let version = body["version"].as_i64().unwrap_or_default();
        Payment { id: text(&body["id"]), version, status: text(&body["status"]), minor }
    }
}

/// What was made, in whatever form the route answers.
fn id(answer: &Answer) -> &Value {
    if answer.body["id"].is_null() { &answer.body["data"][0]["id"] } else { &answer.body["id"] }
}

fn pence(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "GBP" })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
