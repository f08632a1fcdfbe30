use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use crate::{
    books::{accounts, chain, funds, invariants, journals, periods, trial_balance},
    contributions::create,
    contributors,
};

const ADA: &str = "f51de6ea-b485-555c-9b1e-bc6eae30e60c";
const GENERAL: &str = "04b25f59-033c-502c-ac71-430477286633";
const BANK: &str = "6ecbe1fb-6bc6-5145-b66e-5a92643c7aed";

fn auditor() -> Call {
    Call::role("auditor")
}

async fn give(app: &App, key: &str, pence: i64, day: &str) -> Answer {
    let body = json!({
        "contributor_id": ADA, "amount": { "amount": pence, "currency": "GBP" }, "occurred_on": day
    });
    let call = Call::role("treasurer").header("idempotency-key", key).json(&body);
    let answer = app.call(&create::ROUTE, call).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer
}

fn line<'a>(balances: &'a Value, code: &str) -> &'a Value {
    let lines = balances["lines"].as_array().unwrap();
    let is = |line: &&Value| line["code"] == code && line["closing"]["currency"] == "GBP";
    lines.iter().find(is).unwrap_or_else(|| panic!("no {code} in {balances}"))
}

#[tokio::test]
async fn a_trial_balance_cancels_out_and_splits_at_its_first_day() {
    let app = App::new(Domain::Finance).await;
    give(&app, "before", 700, "2026-06-30").await;
    give(&app, "within", 30, "2026-07-01").await;
    give(&app, "after", 1, "2026-08-01").await;

    let all = app.call(&trial_balance::ROUTE, auditor()).await;
    let july =
        app.call(&trial_balance::ROUTE, auditor().query("from=2026-07-01&as_of=2026-07-31")).await;

    for balances in [&all.body, &july.body] {
        for currency in ["GBP", "EUR"] {
            let lines = balances["lines"].as_array().unwrap().iter();
            let sum: i64 = lines
                .filter(|line| line["closing"]["currency"] == currency)
                .map(|line| line["closing"]["amount"].as_i64().unwrap())
                .sum();
            assert_eq!(sum, 0, "{currency} of {balances}");
        }
    }
    let amount = |body: &Value, part: &str| line(body, "1200")[part]["amount"].as_i64().unwrap();
    let [opening, debits, credits, closing] =
        ["opening", "debits", "credits", "closing"].map(|part| amount(&july.body, part));
    assert_eq!((debits, credits), (30, 0));
    assert_eq!(closing, opening + 30);
    assert_eq!(amount(&all.body, "opening"), 0);
    let later = "select sum(e.amount)::text from ledger.entries e join ledger.journals j on j.id = e.journal_id
        join ledger.accounts a on a.id = e.account_id
        where a.code = '1200' and a.currency = 'GBP' and j.effective_date > '2026-07-31'";
    let later: i64 = app.value(later).await.parse().unwrap();
    assert_eq!(amount(&all.body, "closing"), closing + later);
}

#[tokio::test]
async fn a_trial_balance_is_written_for_spreadsheets_in_the_language_of_its_reader() {
    let app = App::new(Domain::Finance).await;
    let german = auditor().query("format=csv").header("accept-language", "de");

    let answer = app.call(&trial_balance::ROUTE, german).await;

    let text = answer.text();
    assert!(answer.header("content-type").unwrap().starts_with("text/csv"));
    assert_eq!(answer.header("content-language"), Some("de"));
    let mut lines = text.split("\r\n");
    let head = "code,name,type,currency,opening_minor,debits_minor,credits_minor,closing_minor";
    assert_eq!(lines.next(), Some(head));
    assert_eq!(lines.next(), Some("1000,\"Bank\",asset,EUR,0,45820,120,45700"));
    assert_eq!(lines.next(), Some("1000,\"Bank\",asset,GBP,0,1302000,40000,1262000"));
    assert!(text.contains("4000,\"Spenden\",income,GBP,0,0,"), "{text}");
}

#[tokio::test]
async fn a_fund_has_the_balance_of_its_statement() {
    let app = App::new(Domain::Finance).await;
    give(&app, "general", 4200, "2026-07-01").await;

    let fund = app.call(&funds::find::ROUTE, auditor().path(GENERAL)).await;
    let statement = app.call(&funds::statement::ROUTE, auditor().path(GENERAL)).await;

    let lines = statement.body["lines"].as_array().unwrap();
    let sum: i64 = lines
        .iter()
        .filter(|line| line["closing"]["currency"] == "GBP")
        .map(|line| line["closing"]["amount"].as_i64().unwrap())
        .sum();
    let balances = fund.body["balances"].as_array().unwrap();
    let balance = balances.iter().find(|balance| balance["currency"] == "GBP").unwrap();
    assert_eq!(balance["amount"], -sum);
    assert_eq!(fund.body["code"], "GEN");
    let codes: Vec<&Value> = lines.iter().map(|line| &line["code"]).collect();
    assert!(codes.contains(&&json!("4000")) && !codes.contains(&&json!("1200")), "{codes:?}");
}

#[tokio::test]
async fn the_statement_of_an_account_adds_up_to_its_balance() {
    let app = App::new(Domain::Finance).await;
    for n in 1..=5 {
        give(&app, &format!("gift {n}"), n, &format!("2026-07-0{n}")).await;
    }
    let list =
        app.call(&accounts::list::ROUTE, auditor().query("filter[code]=1200&filter[currency]=GBP"));
    let account = list.await.body["data"][0].clone();
    assert_eq!(account["name"], "Processor clearing");
    let id = account["id"].as_str().unwrap();

    let walk = auditor().path(id).query("limit=2");
    let amounts = app.walk(&accounts::entries::ROUTE, walk, "amount").await;
    let total: i64 = amounts
        .iter()
        .map(|amount| serde_json::from_str::<Value>(amount).unwrap()["amount"].as_i64().unwrap())
        .sum();

    assert_eq!(account["balance"]["amount"], total);
    let as_of = auditor().path(id).query("as_of=2026-07-02");
    let then = app.call(&accounts::find::ROUTE, as_of).await.body["balance"]["amount"].clone();
    let now = app.call(&accounts::find::ROUTE, auditor().path(id)).await.body["balance"].clone();
    assert_eq!(now["amount"], total);
    let later = "select sum(e.amount)::text from ledger.entries e join ledger.journals j on j.id = e.journal_id
        join ledger.accounts a on a.id = e.account_id
        where a.code = '1200' and a.currency = 'GBP' and j.effective_date > '2026-07-02'";
    let later: i64 = app.value(later).await.parse().unwrap();
    assert_eq!(then, total - later);
    let unknown = auditor().path(id).query("posted_until=2020-01-01T00:00:00Z");
    let unknown = app.call(&accounts::find::ROUTE, unknown).await;
    assert_eq!(unknown.body["balance"]["amount"], 0);
}

#[tokio::test]
async fn a_journal_is_found_by_what_caused_it_and_shows_its_entries() {
    let app = App::new(Domain::Finance).await;
    let gift = give(&app, "a gift", 2500, "2026-07-01").await.body;

    let query = format!("filter[source_id]={}", gift["id"].as_str().unwrap());
    let list = app.call(&journals::list::ROUTE, auditor().query(&query)).await.body;
    let id = list["data"][0]["id"].as_str().unwrap();
    let journal = app.call(&journals::find::ROUTE, auditor().path(id)).await.body;

    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(journal["id"], gift["journal_id"]);
    assert_eq!(journal["kind"], "contribution.settled");
    let entries: Vec<(Value, Value)> = journal["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["code"].clone(), entry["amount"]["amount"].clone()))
        .collect();
    let expected = [(json!("1200"), json!(2500)), (json!("4000"), json!(-2500))];
    assert_eq!(entries, expected);
}

#[tokio::test]
async fn lists_of_the_books_are_walked_to_their_end() {
    let app = App::new(Domain::Finance).await;
    for (route, table) in [
        (&funds::list::ROUTE, "ledger.funds"),
        (&accounts::list::ROUTE, "ledger.accounts"),
        (&journals::list::ROUTE, "ledger.journals"),
        (&periods::list::ROUTE, "ledger.accounting_periods"),
    ] {
        let ids = app.walk(route, auditor().query("limit=2"), "id").await;
        let count = usize::try_from(app.count(table).await).unwrap();
        let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
        assert_eq!((ids.len(), distinct.len()), (count, count), "{}", route.name);
    }
}

#[tokio::test]
async fn a_closed_period_takes_no_posting_and_stays_closed() {
    let app = App::new(Domain::Finance).await;
    let periods = app.call(&periods::list::ROUTE, auditor()).await.body;
    let period =
        periods["data"].as_array().unwrap().iter().find(|p| p["starts_on"] == "2025-04-06");
    let id = period.unwrap()["id"].to_string();
    assert_eq!(period.unwrap()["ends_on"], "2026-04-05");
    give(&app, "in time", 100, "2026-01-01").await;

    let treasurer = || Call::role("treasurer").path(&id);
    let closed = app.call(&periods::close::ROUTE, treasurer()).await;
    let again = app.call(&periods::close::ROUTE, treasurer()).await;

    assert_eq!(closed.status, 200, "{}", closed.body);
    assert!(closed.body["closed_at"].is_string() && closed.body["closed_by"].is_string());
    assert_eq!((again.status, again.code()), (409, "conflict"));
    let body = json!({
        "contributor_id": ADA, "amount": { "amount": 1, "currency": "GBP" }, "occurred_on": "2026-01-01"
    });
    let late = Call::role("treasurer").header("idempotency-key", "late").json(&body);
    let late = app.call(&create::ROUTE, late).await;
    assert_eq!((late.status, late.place()), (422, "/occurred_on"));
    assert_eq!(app.count("ledger.invariant_breaks").await, 0);
}

#[tokio::test]
async fn what_breaks_a_rule_is_listed_and_a_changed_journal_is_found() {
    let app = App::new(Domain::Finance).await;
    app.execute("select ledger.seal(1000)").await;
    let sound = app.call(&invariants::ROUTE, auditor()).await;
    let chain = app.call(&chain::find::ROUTE, auditor()).await;
    let verified = app.call(&chain::verify::ROUTE, auditor()).await;
    assert_eq!(sound.body["breaks"], json!([]));
    assert_eq!(verified.body["broken"], json!([]));
    assert_eq!(chain.body["head"], verified.body["head"]);
    assert_eq!(chain.body["head"]["seq"], app.count("ledger.journals").await);

    // A superuser can switch the guards off; nothing else can.
    let root = app.database.superuser().await;
    root.batch_execute(
        "set session_replication_role = replica;
         alter table ledger.entries disable trigger all;
         update ledger.entries set amount = amount + 1
         where journal_id = 'edb5aa7d-0813-5d91-aa86-b2fa44c4b80e' and line = 1",
    )
    .await
    .unwrap();

    let breaks = app.call(&invariants::ROUTE, auditor()).await.body["breaks"].clone();
    let broken = app.call(&chain::verify::ROUTE, auditor()).await.body["broken"].clone();
    let found: Vec<&str> = breaks
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["invariant"].as_str().unwrap().split(' ').next().unwrap())
        .collect();
    assert!(["I1", "I2", "I4"].iter().all(|rule| found.contains(rule)), "{breaks}");
    assert_eq!(broken[0]["why"], "content", "{broken}");
}

#[tokio::test]
async fn an_annual_statement_takes_the_days_of_its_tax_year() {
    let app = App::new(Domain::Finance).await;
    for (key, day) in
        [("a", "2026-04-05"), ("b", "2026-04-06"), ("c", "2027-04-05"), ("d", "2027-04-06")]
    {
        give(&app, key, 1000, day).await;
    }
    let statement = |year: &str| {
        let call = auditor().path(ADA).query(format!("tax_year={year}"));
        app.call(&contributors::annual_statement::ROUTE, call)
    };

    let this = statement("2026").await.body;
    let none = statement("2001").await.body;

    assert_eq!((&this["from"], &this["to"]), (&json!("2026-04-06"), &json!("2027-04-05")));
    let days: Vec<&Value> =
        this["given"].as_array().unwrap().iter().map(|gift| &gift["occurred_on"]).collect();
    assert!(
        days.contains(&&json!("2026-04-06")) && days.contains(&&json!("2027-04-05")),
        "{days:?}"
    );
    assert!(
        !days.contains(&&json!("2026-04-05")) && !days.contains(&&json!("2027-04-06")),
        "{days:?}"
    );
    let sum: i64 = this["given"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gift| gift["amount"]["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(this["totals"], json!([{ "amount": sum, "currency": "GBP" }]));
    assert_eq!((&none["given"], &none["totals"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn reading_the_books_takes_one_round_trip() {
    let (app, relay) = App::new(Domain::Finance).await.through_relay().await;
    for (route, call) in [
        (&trial_balance::ROUTE, auditor()),
        (&accounts::find::ROUTE, auditor().path(BANK)),
        (&accounts::find::ROUTE, auditor().path(BANK).query("as_of=2026-07-01")),
        (&funds::find::ROUTE, auditor().path(GENERAL)),
        (&chain::find::ROUTE, auditor()),
    ] {
        app.call(route, call.clone()).await;
        relay.take_round_trips();
        let answer = app.call(route, call).await;
        assert_eq!((answer.status, relay.take_round_trips()), (200, 1), "{}", route.name);
    }
}
