//! Random sequences of what can happen to money, beside a model in memory that knows nothing of SQL: after each step the
//! answer is the model's, and in the end so is every balance.
use std::collections::BTreeMap;

use db::Domain;
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde_json::{Value, json};
use testdb::{Answer, App, Call};
use types::{ContactId, ProjectId};

use super::golden::pence;
use crate::{allocations, contributions, contributors, disbursements, refunds};

/// Sequences, and events in each: a few seconds in all.
const SEQUENCES: u32 = 24;
const EVENTS: usize = 30;

/// What happens. Which gift, allocation or payment is meant is chosen among those that there are by then.
#[derive(Clone, Debug)]
enum Event {
    /// To the general fund or a project; by card, the processor keeps its fee of the gift.
    Give {
        to: usize,
        minor: i64,
        tip: i64,
        card: bool,
    },
    /// Part of the gift, maybe more than is left.
    Refund {
        gift: Index,
        minor: i64,
    },
    /// Out of the general fund, maybe more than it holds.
    Allocate {
        to: usize,
        minor: i64,
    },
    /// Maybe a second time.
    Reverse {
        allocation: Index,
    },
    Propose {
        from: usize,
        minor: i64,
    },
    /// Maybe one that is not possible now.
    Step {
        payment: Index,
        step: Step,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Approve,
    Send,
    Confirm,
    Fail,
    Withdraw,
}

fn event() -> impl Strategy<Value = Event> {
    let minor = || prop_oneof![4 => 100..5_000_i64, 1 => 5_000..20_000_i64];
    let step = prop_oneof![
        3 => Just(Step::Approve), 3 => Just(Step::Send), 2 => Just(Step::Confirm),
        2 => Just(Step::Fail), 1 => Just(Step::Withdraw),
    ];
    prop_oneof![
        4 => (0..3_usize, minor(), prop_oneof![Just(0), 1..500_i64], any::<bool>())
            .prop_map(|(to, minor, tip, card)| Event::Give { to, minor, tip: if card { 0 } else { tip }, card }),
        3 => (any::<Index>(), minor()).prop_map(|(gift, minor)| Event::Refund { gift, minor }),
        2 => (1..3_usize, minor()).prop_map(|(to, minor)| Event::Allocate { to, minor }),
        2 => any::<Index>().prop_map(|allocation| Event::Reverse { allocation }),
        2 => (0..3_usize, minor()).prop_map(|(from, minor)| Event::Propose { from, minor }),
        5 => (any::<Index>(), step).prop_map(|(payment, step)| Event::Step { payment, step }),
    ]
}

/// What the processor keeps of a card payment.
const FEE: i64 = 29;

#[derive(Clone, Debug)]
struct Gift {
    id: String,
    to: usize,
    left: i64,
    card: bool,
}

#[derive(Clone, Debug)]
struct Allocation {
    id: String,
    version: Value,
    to: usize,
    minor: i64,
    reversed: bool,
}

#[derive(Clone, Debug)]
struct Payment {
    id: String,
    version: Value,
    from: usize,
    minor: i64,
    state: &'static str,
    was_approved: bool,
}

/// The model: balances by code and fund (3: none), debit positive.
#[derive(Clone, Debug, Default)]
struct Model {
    balances: BTreeMap<(&'static str, usize), i64>,
    gifts: Vec<Gift>,
    allocations: Vec<Allocation>,
    payments: Vec<Payment>,
}

/// In place of a fund.
const POOLED: usize = 3;

impl Model {
    fn post(&mut self, lines: &[(&'static str, usize, i64)]) {
        for (code, fund, minor) in lines {
            *self.balances.entry((code, *fund)).or_default() += minor;
        }
    }

    /// What a fund holds.
    fn held(&self, fund: usize) -> i64 {
        let own = self.balances.iter().filter(|((_, of), _)| *of == fund);
        -own.map(|(_, minor)| minor).sum::<i64>()
    }
}

/// The model beside the books.
struct Both<'a> {
    app: &'a App,
    giver: &'a str,
    account: &'a str,
    projects: [ProjectId; 2],
    funds: [String; 3],
    calls: u32,
    model: Model,
}

const PARTNER: &str = "8ca9f0c4-39ae-5e76-bce7-f0d837dcbdb3";
const GENERAL: &str = super::golden::GENERAL;

impl Both<'_> {
    fn call(&mut self, role: &str) -> (String, Call) {
        self.calls += 1;
        let key = format!("{}-{}", self.projects[0], self.calls);
        (key.clone(), Call::role(role).header("idempotency-key", key))
    }

    async fn happen(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::Give { to, minor, tip, card } => self.give(*to, *minor, *tip, *card).await,
            Event::Refund { gift, minor } if !self.model.gifts.is_empty() => {
                self.refund(gift.index(self.model.gifts.len()), *minor).await
            }
            Event::Allocate { to, minor } => self.allocate(*to, *minor).await,
            Event::Reverse { allocation } if !self.model.allocations.is_empty() => {
                self.reverse(allocation.index(self.model.allocations.len())).await
            }
            Event::Propose { from, minor } => self.propose(*from, *minor).await,
            Event::Step { payment, step } if !self.model.payments.is_empty() => {
                self.step(payment.index(self.model.payments.len()), *step).await
            }
            _ => Ok(()),
        }
    }

    async fn give(
        &mut self,
        to: usize,
        minor: i64,
        tip: i64,
        card: bool,
    ) -> Result<(), TestCaseError> {
        let (key, call) = self.call("treasurer");
        let project = (to > 0).then(|| self.projects[to - 1]);
        let mut body = json!({
            "contributor_id": self.giver, "project_ref": project, "amount": pence(minor), "tip": pence(tip),
        });
        if card {
            body["processor"] = json!("stripe");
            body["processor_ref"] = json!(key);
            body["fee"] = pence(FEE);
        }
        let answer = self.app.call(&contributions::create::ROUTE, call.json(&body)).await;
        is(&answer, 201, "")?;
        let id = answer.body["id"].as_str().unwrap().to_owned();
        self.model.post(&[("1200", POOLED, minor + tip), ("4000", to, -minor), ("4040", 0, -tip)]);
        if card {
            self.model.post(&[("5100", to, FEE), ("1200", POOLED, -FEE)]);
        }
        self.model.gifts.push(Gift { id, to, left: minor, card });
        Ok(())
    }

    /// Recorded even if the fund has spent it: the money has left.
    async fn refund(&mut self, at: usize, minor: i64) -> Result<(), TestCaseError> {
        let (key, call) = self.call("treasurer");
        let gift = self.model.gifts[at].clone();
        let mut body = json!({ "amount": pence(minor), "reason": "requested", "fee": "kept" });
        if gift.card {
            body["processor_ref"] = json!(key);
        }
        let answer = self.app.call(&refunds::create::ROUTE, call.path(&gift.id).json(&body)).await;
        if minor > gift.left {
            return is(&answer, 409, "not_refundable");
        }
        is(&answer, 201, "")?;
        self.model.post(&[("4000", gift.to, minor), ("1200", POOLED, -minor)]);
        self.model.gifts[at].left -= minor;
        Ok(())
    }

    async fn allocate(&mut self, to: usize, minor: i64) -> Result<(), TestCaseError> {
        let (_, call) = self.call("treasurer");
        let body = json!({
            "from_fund_id": GENERAL, "amount": pence(minor), "reason": "Where it is needed",
            "to": [{ "project_ref": self.projects[to - 1] }],
        });
        let answer = self.app.call(&allocations::create::ROUTE, call.json(&body)).await;
        if minor > self.model.held(0) {
            return is(&answer, 402, "insufficient_funds");
        }
        is(&answer, 201, "")?;
        let row = &answer.body["data"][0];
        let (id, version) = (row["id"].as_str().unwrap().to_owned(), row["version"].clone());
        self.model.post(&[("3900", 0, minor), ("3900", to, -minor)]);
        self.model.allocations.push(Allocation { id, version, to, minor, reversed: false });
        Ok(())
    }

    async fn reverse(&mut self, at: usize) -> Result<(), TestCaseError> {
        let (_, call) = self.call("treasurer");
        let Allocation { id, version, to, minor, reversed } = self.model.allocations[at].clone();
        let call = call.path(&id).header("if-match", format!("\"{version}\""));
        let call = call.json(&json!({ "reason": "Called off" }));
        let answer = self.app.call(&allocations::reverse::ROUTE, call).await;
        if reversed {
            return is(&answer, 409, "conflict");
        }
        if minor > self.model.held(to) {
            return is(&answer, 402, "insufficient_funds");
        }
        is(&answer, 200, "")?;
        self.model.post(&[("3900", 0, -minor), ("3900", to, minor)]);
        let allocation = &mut self.model.allocations[at];
        (allocation.reversed, allocation.version) = (true, answer.body["version"].clone());
        Ok(())
    }

    /// Posts nothing.
    async fn propose(&mut self, from: usize, minor: i64) -> Result<(), TestCaseError> {
        let (_, call) = self.call("treasurer");
        let body = json!({
            "partner_ref": PARTNER, "bank_account_id": self.account, "project_ref": self.projects[0],
            "without_milestone_reason": "A survey", "amount": pence(minor),
            "lines": [{ "fund_id": self.funds[from], "amount": pence(minor) }],
        });
        let answer = self.app.call(&disbursements::create::ROUTE, call.json(&body)).await;
        is(&answer, 201, "")?;
        let id = answer.body["id"].as_str().unwrap().to_owned();
        let version = answer.body["version"].clone();
        let state = "proposed";
        self.model.payments.push(Payment { id, version, from, minor, state, was_approved: false });
        Ok(())
    }

    async fn step(&mut self, at: usize, step: Step) -> Result<(), TestCaseError> {
        let Payment { id, version, from, minor, state, was_approved } =
            self.model.payments[at].clone();
        let role = if step == Step::Approve { "approver" } else { "treasurer" };
        let (key, call) = self.call(role);
        let (route, body) = match step {
            Step::Approve => (&disbursements::approve::ROUTE, json!({})),
            Step::Send => (&disbursements::send::ROUTE, json!({})),
            Step::Confirm => (&disbursements::confirm::ROUTE, json!({ "bank_ref": key })),
            Step::Fail => (&disbursements::fail::ROUTE, json!({ "reason": "Closed" })),
            Step::Withdraw => (&disbursements::withdraw::ROUTE, json!({ "reason": "Not needed" })),
        };
        let call = call.path(&id).header("if-match", format!("\"{version}\""));
        let call = call.contact(ContactId::new()).json(&body);
        let answer = self.app.call(route, call).await;
        let next = match (step, state) {
            (Step::Approve, "proposed") if minor > self.model.held(from) => {
                return is(&answer, 402, "insufficient_funds");
            }
            (Step::Approve, "proposed") => "approved",
            (Step::Send, "approved" | "failed") => "sending",
            (Step::Confirm, "sending") => "paid",
            (Step::Fail, "sending") => "failed",
            (Step::Withdraw, "proposed" | "approved" | "failed") => "withdrawn",
            _ => return is(&answer, 409, "conflict"),
        };
        is(&answer, 200, "")?;
        prop_assert_eq!(&answer.body["status"], next);
        match step {
            Step::Approve => self.model.post(&[("5000", from, minor), ("2100", POOLED, -minor)]),
            Step::Send => self.model.post(&[("2100", POOLED, minor), ("1020", POOLED, -minor)]),
            Step::Confirm => self.model.post(&[("1020", POOLED, minor), ("1000", POOLED, -minor)]),
            Step::Fail => self.model.post(&[("2100", POOLED, -minor), ("1020", POOLED, minor)]),
            Step::Withdraw if was_approved => {
                self.model.post(&[("5000", from, -minor), ("2100", POOLED, minor)]);
            }
            Step::Withdraw => {}
        }
        let payment = &mut self.model.payments[at];
        payment.version = answer.body["version"].clone();
        payment.was_approved |= step == Step::Approve;
        payment.state = next;
        Ok(())
    }

    /// Balances as the books have them: those of the pooled codes and of the three funds.
    async fn books(&self) -> BTreeMap<(String, usize), i64> {
        let sql = format!(
            "select coalesce(jsonb_agg(jsonb_build_array(a.code, coalesce(array_position(array['{}'], a.fund_id::text) - 1, {POOLED}),
               ledger.balance(a.id))), '[]')::text
             from ledger.accounts a
             where a.currency = 'GBP' and (a.fund_id is null or a.fund_id::text = any (array['{}']))",
            self.funds.join("', '"),
            self.funds.join("', '")
        );
        let rows: Vec<(String, usize, i64)> =
            serde_json::from_str(&self.app.value(&sql).await).unwrap();
        rows.into_iter().map(|(code, fund, minor)| ((code, fund), minor)).collect()
    }
}

fn is(answer: &Answer, status: u16, code: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.body);
    Ok(())
}

/// One database for all sequences; each has its own projects, and knows what the others have left.
async fn play(
    app: &App,
    giver: &str,
    account: &str,
    events: &[Event],
) -> Result<(), TestCaseError> {
    let projects = [ProjectId::new(), ProjectId::new()];
    let purpose = |project| format!("select giving.purpose_fund('{project}', null, null)::text");
    let funds = [
        GENERAL.to_owned(),
        app.value(&purpose(projects[0])).await,
        app.value(&purpose(projects[1])).await,
    ];
    let mut both = Both { app, giver, account, projects, funds, calls: 0, model: Model::default() };
    let before = both.books().await;
    for ((code, fund), minor) in &before {
        let code: &'static str = Box::leak(code.clone().into_boxed_str());
        both.model.post(&[(code, *fund, *minor)]);
    }

    for event in events {
        both.happen(event).await?;
    }

    let mut books = both.books().await;
    let mut model: BTreeMap<_, _> = both
        .model
        .balances
        .iter()
        .map(|((code, fund), minor)| (((*code).to_owned(), *fund), *minor))
        .collect();
    // An account that was never opened holds as much as one that is empty.
    books.retain(|_, minor| *minor != 0);
    model.retain(|_, minor| *minor != 0);
    prop_assert_eq!(books, model);
    let refused = "select count(*)::text from ledger.invariant_breaks";
    prop_assert_eq!(app.value(refused).await, "0");
    Ok(())
}

#[test]
fn whatever_happens_balances_and_refusals_are_those_of_the_model() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.unwrap();
    let (app, giver, account) = runtime.block_on(async {
        let app = App::empty(Domain::Finance).await;
        let body = json!({ "type": "individual", "display_name": "Ada" });
        let giver = app.created(&contributors::create::ROUTE, "treasurer", &body).await;
        let (writer, checker) = (ContactId::new(), ContactId::new());
        app.execute(&format!(
            "insert into finance.ref_partners (id, version, label, status)
             values ('{PARTNER}', 1, '{{\"de\": \"Demir\", \"en\": \"Demir\"}}', 'active');
             insert into giving.partner_bank_accounts (partner_ref, holder_name, currency, country, details_ciphertext,
               details_fingerprint, last_four, created_at, usable_from, created_by)
             values ('{PARTNER}', 'Demir', 'GBP', 'GB', '\\x00', sha256('a'), '9911', now() - interval '9 days',
               now() - interval '1 day', '{writer}');
             update giving.partner_bank_accounts set status = 'verified', verified_at = now(), verified_by = '{checker}'"
        ))
        .await;
        let account = app.value("select id::text from giving.partner_bank_accounts").await;
        (app, giver["id"].as_str().unwrap().to_owned(), account)
    });
    let config = Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() };
    let events = proptest::collection::vec(event(), 1..EVENTS);

    TestRunner::new(config)
        .run(&events, |events| runtime.block_on(play(&app, &giver, &account, &events)))
        .unwrap();
}
