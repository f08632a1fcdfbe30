use db::Domain;
use serde_json::json;
use testdb::{App, Call};

use crate::{
    departments::{create, delete, find, members, update},
    roles::grant,
};

const ENERGY: &str = "d3ee5339-7e22-545a-8665-001ba5725d93";
/// Staff of the demo data.
const SAM: &str = "835e9be8-9c23-5a88-8771-571ddfd64d84";

#[tokio::test]
async fn a_level_always_has_one_owner() {
    let app = App::new(Domain::Platform).await;
    let admin = Call::role("admin");
    let body = json!({ "code": "GRANTS", "short_name": "Grants", "skill_level": "pro",
        "name": { "de": "Fördermittel", "en": "Grants" } });
    let grants = app.created(&create::ROUTE, "admin", &body).await;
    let id = grants["id"].as_str().unwrap();
    let change = async |id: &str, tag: &str, body: serde_json::Value| {
        let call = admin.clone().path(id).header("if-match", tag).json(&body);
        app.call(&update::ROUTE, call).await
    };

    let nobody = change(ENERGY, "\"1\"", json!({ "is_owner": false })).await;
    let asleep = change(ENERGY, "\"1\"", json!({ "status": "inactive" })).await;
    let handed = change(id, "\"1\"", json!({ "is_owner": true })).await;
    let old = app.call(&find::ROUTE, admin.clone().path(ENERGY)).await;
    let rested = change(ENERGY, "\"2\"", json!({ "status": "inactive" })).await;
    let remove = async || {
        let call = admin.clone().path(ENERGY).header("if-match", "\"3\"");
        app.call(&delete::ROUTE, call).await
    };
    let worked_in = remove().await;
    app.execute("update party.contacts set department_id = null").await;
    let gone = remove().await;

    assert_eq!((nobody.status, asleep.status), (409, 409), "{}", nobody.body);
    assert_eq!((handed.status, &handed.body["is_owner"]), (200, &json!(true)), "{}", handed.body);
    assert_eq!((&old.body["is_owner"], &old.body["version"]), (&json!(false), &json!(2)));
    // What owns nothing may go.
    assert_eq!((rested.status, worked_in.status, gone.status), (200, 409, 204), "{}", gone.body);
}

#[tokio::test]
async fn who_holds_a_role_in_a_department_is_its_member_while_the_grant_lasts() {
    let app = App::new(Domain::Platform).await;
    let lead = Call::role("team_lead").path(ENERGY);
    let before = app.walk(&members::ROUTE, lead.clone(), "contact_id").await;
    let body = json!({ "role": "employee", "scope_type": "department", "scope_id": ENERGY });
    let granted = app.call(&grant::ROUTE, Call::role("admin").path(SAM).json(&body)).await;
    assert_eq!(granted.status, 201, "{}", granted.body);

    let during = app.walk(&members::ROUTE, lead.clone(), "contact_id").await;
    app.execute(&format!(
        "update identity.user_roles set valid_from = current_date - 2, valid_to = current_date where contact_id = '{SAM}'
           and scope_id = '{ENERGY}'"
    ))
    .await;
    let after = app.walk(&members::ROUTE, lead, "contact_id").await;

    assert!(!before.contains(&SAM.to_owned()) && during.contains(&SAM.to_owned()));
    assert_eq!(after, before);
}
