use db::Domain;
use serde_json::json;
use testdb::{App, Call, Life};

use crate::{
    companies::{create, delete, find, links, restore, update},
    contacts,
};

#[tokio::test]
async fn a_company_lives_as_every_resource_does() {
    let life = Life {
        find: &find::ROUTE,
        create: &create::ROUTE,
        update: &update::ROUTE,
        delete: &delete::ROUTE,
        restore: &restore::ROUTE,
        role: "employee",
        reader: "contributor",
        body: json!({ "kind": "contractor", "legal_name": "Pennine Ltd", "vat_id": "GB999000099" }),
        change: json!({ "kind": "supplier", "trade_name": "Pennine" }),
        unique: true,
    };

    life.live(&App::empty(Domain::Platform).await).await;
}

#[tokio::test]
async fn a_person_is_one_thing_in_a_company_at_a_time_and_leaves_it() {
    let app = App::empty(Domain::Platform).await;
    let company = json!({ "kind": "bank", "legal_name": "Bank" });
    let company = app.created(&create::ROUTE, "employee", &company).await;
    let ada = json!({ "last_name": "Ada" });
    let ada = app.created(&contacts::create::ROUTE, "employee", &ada).await;
    let ada = ada["id"].as_str().unwrap();
    let body = |from: &str, first: bool| json!({ "company_id": company["id"], "role": "director", "valid_from": from, "is_primary": first });
    let call = || Call::role("employee").path(ada);

    let link = app.call(&links::create::ROUTE, call().json(&body("2026-01-01", true))).await;
    let twice = app.call(&links::create::ROUTE, call().json(&body("2026-06-01", false))).await;
    let id = link.body["id"].as_str().unwrap();
    let end = Call::role("employee").path(id).header("if-match", "\"1\"");
    let ended =
        app.call(&links::update::ROUTE, end.json(&json!({ "valid_to": "2026-06-01" }))).await;
    let after = app.call(&links::create::ROUTE, call().json(&body("2026-06-01", true))).await;
    let in_use = Call::role("employee").path(company["id"].as_str().unwrap());
    let in_use = app.call(&delete::ROUTE, in_use.header("if-match", "\"1\"")).await;

    assert_eq!(
        (link.status, twice.status, ended.status, after.status),
        (201, 409, 200, 201),
        "{}",
        after.body
    );
    assert_eq!(
        (&ended.body["valid_to"], &ended.body["is_primary"]),
        (&json!("2026-06-01"), &json!(true))
    );
    assert_eq!((in_use.status, in_use.code()), (409, "conflict"));
    let days = app.walk(&links::list::ROUTE, call(), "valid_from").await;
    assert_eq!(days, ["2026-06-01", "2026-01-01"]);
}
