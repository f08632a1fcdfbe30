//! Accounts and funds that people open, and close once nothing is in them.
use serde_json::{Value, json};
use testdb::Answer;

use super::golden::{Books, GENERAL, PROJECT, pence};
use crate::{
    allocations,
    books::{accounts, funds},
};

const THEME: &str = "c1875ce8-83fd-5a39-bd60-7bd57f2b6e19";

impl Books {
    async fn open(&self, route: &'static api::Route, body: &Value) -> Answer {
        self.app.call(route, self.call("treasurer").json(body)).await
    }

    async fn shut(&self, route: &'static api::Route, id: &Value) -> Answer {
        self.app.call(route, self.call("treasurer").path(id.as_str().unwrap())).await
    }
}

#[tokio::test]
async fn an_account_is_opened_once_and_closed_when_it_is_empty() {
    let books = Books::new().await;
    let call = books.call("treasurer").json(&json!({ "code": "1200", "currency": "GBP" }));

    let opened = books.app.call(&accounts::create::ROUTE, call.clone()).await;
    let again = books.app.call(&accounts::create::ROUTE, call).await;
    let twin =
        books.open(&accounts::create::ROUTE, &json!({ "code": "1200", "currency": "GBP" })).await;
    books.give(&json!({})).await;
    let full = books.shut(&accounts::close::ROUTE, &opened.body["id"]).await;
    let spare =
        books.open(&accounts::create::ROUTE, &json!({ "code": "1200", "currency": "EUR" })).await;
    let shut = books.shut(&accounts::close::ROUTE, &spare.body["id"]).await;
    let twice = books.shut(&accounts::close::ROUTE, &spare.body["id"]).await;
    let late = json!({
        "contributor_id": books.ada, "amount": { "amount": 1, "currency": "EUR" }, "project_ref": PROJECT,
    });
    let late = books.open(&crate::contributions::create::ROUTE, &late).await;

    assert_eq!((opened.status, &again.body), (201, &opened.body), "{}", opened.body);
    assert_eq!((twin.status, twin.code()), (409, "conflict"), "{}", twin.body);
    assert_eq!((full.status, full.code()), (409, "not_empty"), "{}", full.body);
    assert_eq!((shut.status, twice.status, twice.code()), (200, 409, "conflict"), "{}", shut.body);
    assert!(shut.body["closed_at"].is_string());
    assert_eq!((late.status, late.code()), (409, "conflict"), "{}", late.body);
    books.are_sound().await;
}

#[tokio::test]
async fn a_fund_is_opened_for_its_purpose_and_closed_when_no_money_stands_in_it() {
    let books = Books::new().await;
    let reserve = json!({ "code": "RESERVE", "restriction": "designated" });
    let theme = json!({ "theme_ref": THEME, "restriction": "restricted" });

    let reserve = books.open(&funds::create::ROUTE, &reserve).await;
    let theme = books.open(&funds::create::ROUTE, &theme).await;
    let gift = books.give(&json!({ "project_ref": null, "theme_ref": THEME })).await;
    let part =
        json!({ "code": "PART", "restriction": "designated", "parent_id": reserve.body["id"] });
    let part = books.open(&funds::create::ROUTE, &part).await;
    let general = books.shut(&funds::close::ROUTE, &json!(GENERAL)).await;
    let whole = books.shut(&funds::close::ROUTE, &reserve.body["id"]).await;
    let full = books.shut(&funds::close::ROUTE, &theme.body["id"]).await;
    let shut = books.shut(&funds::close::ROUTE, &part.body["id"]).await;
    let twice = books.shut(&funds::close::ROUTE, &part.body["id"]).await;
    let child = json!({ "code": "NEW", "restriction": "designated", "parent_id": part.body["id"] });
    let child = books.open(&funds::create::ROUTE, &child).await;
    let account = json!({ "code": "4000", "currency": "GBP", "fund_id": part.body["id"] });
    let account = books.open(&accounts::create::ROUTE, &account).await;
    books.give(&json!({ "project_ref": null })).await;
    let late = json!({
        "from_fund_id": GENERAL, "amount": pence(5), "to": [{ "fund_id": part.body["id"] }], "reason": "Late",
    });
    let late = books.open(&allocations::create::ROUTE, &late).await;

    assert_eq!((reserve.status, theme.status), (201, 201), "{} {}", reserve.body, theme.body);
    assert_eq!(
        (&gift["fund_id"], &theme.body["code"]),
        (&theme.body["id"], &json!(format!("theme:{THEME}")))
    );
    for (refused, code) in [
        (&general, "conflict"),
        (&whole, "conflict"),
        (&full, "not_empty"),
        (&twice, "conflict"),
        (&child, "conflict"),
        (&account, "conflict"),
        (&late, "conflict"),
    ] {
        assert_eq!((refused.status, refused.code()), (409, code), "{}", refused.body);
    }
    assert_eq!(shut.status, 200, "{}", shut.body);
    assert!(shut.body["closed_at"].is_string());
    books.are_sound().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_account_or_a_fund_is_said() {
    let books = Books::new().await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let account = &accounts::create::ROUTE;
    let fund = &funds::create::ROUTE;
    let cases = [
        (account, json!({ "code": "1998", "currency": "GBP" }), 422, "/code"),
        (account, json!({ "code": "1000", "currency": "XAU" }), 422, "/currency"),
        (account, json!({ "code": "4000", "currency": "GBP" }), 422, "/fund_id"),
        (account, json!({ "code": "4000", "currency": "GBP", "fund_id": nobody }), 422, "/fund_id"),
        (
            account,
            json!({ "code": "2100", "currency": "GBP", "counterparty": { "type": "Him", "id": nobody } }),
            422,
            "/counterparty/type",
        ),
        (fund, json!({ "restriction": "designated" }), 422, "/code"),
        (
            fund,
            json!({ "restriction": "designated", "code": "A", "theme_ref": THEME }),
            422,
            "/code",
        ),
        (fund, json!({ "restriction": "designated", "code": "theme:x" }), 422, "/code"),
        (fund, json!({ "restriction": "loose", "code": "A" }), 422, "/restriction"),
        (fund, json!({ "restriction": "unrestricted", "theme_ref": THEME }), 422, "/restriction"),
        (fund, json!({ "restriction": "restricted", "stage_ref": nobody }), 422, "/stage_ref"),
        (
            fund,
            json!({ "restriction": "designated", "code": "A", "parent_id": nobody }),
            422,
            "/parent_id",
        ),
        (fund, json!({ "restriction": "unrestricted", "code": "GEN" }), 409, ""),
    ];

    for (route, body, status, place) in cases {
        let refused = books.open(route, &body).await;
        assert_eq!((refused.status, refused.place()), (status, place), "{body}: {}", refused.body);
    }

    assert_eq!(books.app.count("ledger.accounts").await, 0);
    assert_eq!(books.app.count("ledger.funds").await, 1);
    books.are_sound().await;
}
