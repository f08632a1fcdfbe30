//! The life of Gift Aid, from a declaration to the money, on one database per test.
use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};
use types::ContactId;

use crate::{
    contributions, contributors,
    gift_aid::{claims, declarations},
    jobs::accrue_gift_aid,
};

mod claims_life;
mod declaring;
mod small_donations;
mod tax_office;

/// A charity, and a contributor of whom everything is known.
struct Charity {
    app: App,
    claimant: String,
    keys: std::sync::atomic::AtomicU32,
}

/// Who prepares claims; the developer's contact submits them.
fn bookkeeper() -> ContactId {
    ContactId::seed("bookkeeper")
}

impl Charity {
    async fn new() -> Charity {
        let app = App::empty(Domain::Finance).await;
        let claimant = app
            .value(
                "insert into giftaid.claimants (
                   org_name, hmrc_ref, regulator, entity_type, year_end, recognised_on,
                   official_first_name, official_last_name, official_phone)
                 values ('Test Charity', 'AB1', 'ccew', 'cio', '03-31', '2020-01-01', 'Grace', 'Hopper', '020 7946 0000')
                 returning id",
            )
            .await;
        Charity { app, claimant, keys: Default::default() }
    }

    /// A key that was not used before.
    fn key(&self) -> String {
        format!("k{}", self.keys.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }

    /// A person with a name and an address.
    async fn person(&self, first: &str, last: &str) -> String {
        let body = json!({ "type": "individual", "display_name": format!("{first} {last}") });
        let made = self.app.created(&contributors::create::ROUTE, "treasurer", &body).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let known = json!({
            "title": "Ms", "first_name": first, "last_name": last, "house": "12", "postcode": "SW1A 1AA",
        });
        let call = Call::role("treasurer").path(&id).header("if-match", "\"0\"").json(&known);
        let set = self.app.call(&contributors::set_tax_identity::ROUTE, call).await;
        assert_eq!(set.status, 200, "{}", set.body);
        id
    }

    /// A gift of a day, settled.
    async fn gift(&self, contributor: &str, pence: i64, day: &str) -> String {
        let body = json!({ "contributor_id": contributor, "amount": { "amount": pence, "currency": "GBP" }, "occurred_on": day });
        let call = Call::role("treasurer").header("idempotency-key", self.key()).json(&body);
        let given = self.app.call(&contributions::create::ROUTE, call).await;
        assert_eq!(given.status, 201, "{}", given.body);
        given.body["id"].as_str().unwrap().to_owned()
    }

    async fn declare(&self, body: &Value) -> Answer {
        let call = Call::role("treasurer").header("idempotency-key", self.key()).json(body);
        self.app.call(&declarations::create::ROUTE, call).await
    }

    /// An enduring declaration that covers the past.
    async fn declared(&self, contributor: &str) -> Value {
        let body = json!({
            "contributor_id": contributor, "scope": "enduring", "past_four_years": true, "channel": "digital",
        });
        let declared = self.declare(&body).await;
        assert_eq!(declared.status, 201, "{}", declared.body);
        declared.body
    }

    /// What the hourly job does.
    async fn accrue(&self) -> Value {
        self.app.run(&accrue_gift_aid::JOB).await.result.unwrap()
    }

    async fn collect(&self, reference: &str) -> Answer {
        let body = json!({ "claimant_id": self.claimant, "reference": reference });
        let call =
            Call::role("treasurer").contact(bookkeeper()).header("idempotency-key", self.key());
        self.app.call(&claims::create::ROUTE, call.json(&body)).await
    }

    /// A step of a claim with the version and state it is in.
    async fn step(
        &self,
        route: &'static api::Route,
        claim: &Value,
        body: Option<&Value>,
    ) -> Answer {
        let call = Call::role("treasurer")
            .path(claim["id"].as_str().unwrap())
            .header("if-match", format!("\"{}\"", claim["version"]))
            .header("idempotency-key", self.key());
        let call = match body {
            Some(body) => call.json(body),
            None => call,
        };
        self.app.call(route, call).await
    }

    /// A claim of all that can be claimed, validated.
    async fn validated(&self, reference: &str) -> Value {
        let collected = self.collect(reference).await;
        assert_eq!(collected.status, 201, "{} {}", collected.body, collected.log);
        let validated = self.step(&claims::validate::ROUTE, &collected.body, None).await;
        assert_eq!(validated.status, 200, "{}", validated.body);
        validated.body
    }

    /// The same, uploaded by hand.
    async fn uploaded(&self, reference: &str) -> Value {
        let claim = self.validated(reference).await;
        let body = json!({ "channel": "upload" });
        let submitted = self.step(&claims::submit::ROUTE, &claim, Some(&body)).await;
        assert_eq!(submitted.status, 200, "{}", submitted.body);
        submitted.body
    }

    async fn receive(&self, claim: &Value, pence: i64, unpaid: &[u16]) -> Answer {
        let body = json!({
            "amount": { "amount": pence, "currency": "GBP" }, "received_on": "2026-11-01", "unpaid": unpaid,
        });
        self.step(&claims::receive::ROUTE, claim, Some(&body)).await
    }

    /// The postings of a kind, oldest first: code, fund's first letters, amount.
    async fn postings(&self, kind: &str) -> String {
        self.app
            .value(&format!(
                "select string_agg(lines, ' | ' order by posted_at, id) from (
                   select j.id, j.posted_at, string_agg(a.code || coalesce(':' || left(f.code, 3), '') || ' ' || e.amount, ', ' order by e.line) as lines
                   from ledger.journals j join ledger.entries e on e.journal_id = j.id
                   join ledger.accounts a on a.id = e.account_id left join ledger.funds f on f.id = a.fund_id
                   where j.kind = '{kind}' group by j.id, j.posted_at
                 ) t"
            ))
            .await
    }

    /// The books are whole: no invariant is broken.
    async fn is_whole(&self) {
        let broken = self
            .app
            .value(
                "select string_agg(invariant || ': ' || what, ', ') from ledger.invariant_breaks",
            )
            .await;
        assert_eq!(broken, "");
    }

    /// What the books say of an account, pence.
    async fn balance(&self, code: &str) -> String {
        self.app
            .value(&format!(
                "select coalesce(sum(e.amount), 0)::text from ledger.entries e
                 join ledger.accounts a on a.id = e.account_id where a.code = '{code}'"
            ))
            .await
    }

    /// A refund, settled as the flow of refunds leaves it.
    async fn refund(&self, contribution: &str, pence: i64, status: &str) {
        self.app
            .execute(&format!(
                "with posted as (
                   select j.journal_id from giving.contributions g
                   cross join lateral ledger.post(null, 'refund.settled', '2026-11-10', 'refund', gen_random_uuid(),
                     array[ledger.leaf_account('4000', g.fund_id, 'GBP'), ledger.leaf_account('1200', null, 'GBP')],
                     array[{pence}, -{pence}]::bigint[]) j
                   where g.id = '{contribution}'
                 )
                 insert into giving.refunds (contribution_id, processor, amount_minor, currency, reason, status, settled_at, journal_id)
                 select '{contribution}', 'manual', {pence}, 'GBP', 'requested', 'requested', null, null from posted;
                 update giving.refunds r set status = 'settled', settled_at = now(), journal_id = (
                   select id from ledger.journals where kind = 'refund.settled' order by id desc limit 1)
                 where r.contribution_id = '{contribution}' and r.status = 'requested';
                 update giving.contributions set status = '{status}' where id = '{contribution}'"
            ))
            .await;
    }
}
