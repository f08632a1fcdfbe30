use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};
use types::ContactId;

use crate::roles::{grant, list, revoke};

/// Staff of the demo data.
const SAM: &str = "835e9be8-9c23-5a88-8771-571ddfd64d84";
const DEPARTMENT: &str = "d3ee5339-7e22-545a-8665-001ba5725d93";
const ELSEWHERE: &str = "4195c964-9530-52fb-bd17-e7173db04418";

async fn give(app: &App, who: &Call, body: &Value) -> Answer {
    app.call(&grant::ROUTE, who.clone().path(SAM).json(body)).await
}

#[tokio::test]
async fn a_role_is_granted_seen_taken_away_and_noted() {
    let app = App::new(Domain::Platform).await;
    let admin = Call::role("admin");

    let granted = give(&app, &admin, &json!({ "role": "auditor", "scope_type": "global" })).await;
    assert_eq!(granted.status, 201, "{}", granted.body);
    let id = granted.body["id"].as_str().unwrap();
    let may = format!("select identity.holds('{SAM}', 'audit.read', 'global', null)::text");
    let while_held = app.value(&may).await;
    let gone = admin.clone().path(id).header("if-match", "\"1\"");
    let gone = app.call(&revoke::ROUTE, gone).await;
    let again = app.call(&revoke::ROUTE, admin.clone().path(id).header("if-match", "\"1\"")).await;

    assert_eq!(
        (while_held.as_str(), gone.status, again.status),
        ("true", 204, 204),
        "{}",
        gone.body
    );
    assert_eq!(app.value(&may).await, "false");
    let held = app.call(&list::ROUTE, admin.clone().path(SAM)).await;
    assert_eq!(held.body["data"][0]["role"], "auditor");
    assert!(held.body["data"][0]["revoked_at"].is_string(), "{}", held.body);
    assert_eq!(app.entries(&granted).await, ["user_role.create"]);
    assert_eq!(app.entries(&gone).await, ["user_role.update"]);
    assert_eq!(app.entries(&again).await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_gives_more_than_they_hold_there() {
    let app = App::new(Domain::Platform).await;
    let lead = ContactId::new();
    app.execute(&format!(
        "insert into party.contacts (id, last_name) values ('{lead}', 'Lead');
         insert into identity.users (contact_id, email, user_type, internal_role, status)
         values ('{lead}', 'lead@example.org', 'internal', 'employee', 'invited');
         insert into identity.user_roles (contact_id, role_id, scope_type, scope_id)
         select '{lead}', id, 'department', '{DEPARTMENT}' from identity.roles where code = 'team_lead'"
    ))
    .await;
    // The token of a lead of one department carries the permission, and does not say where.
    let lead = Call::role("team_lead").contact(lead);
    let employee =
        |place: &str| json!({ "role": "employee", "scope_type": "department", "scope_id": place });

    let here = give(&app, &lead, &employee(DEPARTMENT)).await;
    let elsewhere = give(&app, &lead, &employee(ELSEWHERE)).await;
    let nowhere = give(&app, &lead, &employee("00000000-0000-4000-8000-000000000008")).await;
    assert_eq!((nowhere.status, nowhere.place()), (422, "/scope_id"), "{}", nowhere.body);
    let everything = give(&app, &lead, &json!({ "role": "admin", "scope_type": "global" })).await;
    let grant = here.body["id"].as_str().unwrap_or_default();
    app.execute(&format!(
        "insert into identity.user_roles (id, contact_id, role_id, scope_type)
         select '{ELSEWHERE}', '{SAM}', id, 'global' from identity.roles where code = 'auditor'"
    ))
    .await;
    let above = lead.clone().path(ELSEWHERE).header("if-match", "\"1\"");
    let above = app.call(&revoke::ROUTE, above).await;
    let own = app.call(&revoke::ROUTE, lead.clone().path(grant).header("if-match", "\"1\"")).await;

    assert_eq!(
        (here.status, elsewhere.status, everything.status),
        (201, 403, 403),
        "{}",
        here.body
    );
    assert_eq!((above.status, own.status), (404, 204), "{}", own.body);
}
