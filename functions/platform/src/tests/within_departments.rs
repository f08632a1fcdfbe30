//! Who works in departments sees what belongs to them, and nothing else.
use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call};
use types::{ContactId, DepartmentId};

use crate::{
    api_tokens::exchange,
    audit_logs,
    companies::links,
    contacts::{create, delete, erase, export, find, likely, list, merge, restore, update},
    leads, roles,
};

/// The two of the demo data own their levels, so they take what no other does.
const ENERGY: &str = "d3ee5339-7e22-545a-8665-001ba5725d93";
/// Owns nothing.
const GRANTS: &str = "00000000-0000-4000-8000-000000000007";
const MARA: &str = "8e8c2a66-4291-57b5-b08b-c7be06cd28a8";
/// In no department.
const HELEN: &str = "0e9b19e5-f867-5b75-b859-9763ac7d500b";

async fn with_grants() -> App {
    let app = App::new(Domain::Platform).await;
    app.execute(&format!(
        r#"insert into party.departments (id, code, short_name, name, skill_level)
         values ('{GRANTS}', 'GRANTS', 'Grants', '{{"de": "Fördermittel", "en": "Grants"}}', 'pro')"#
    ))
    .await;
    app
}

fn id(text: &str) -> DepartmentId {
    text.parse().unwrap()
}

/// Somebody with the most that is held in departments, in this one.
fn of(department: &str) -> Call {
    Call::role("team_lead").in_department(id(department))
}

fn at(call: Call, tag: &str) -> Call {
    call.header("if-match", tag)
}

async fn made(app: &App, who: &Call, body: Value) -> String {
    let made = app.call(&create::ROUTE, who.clone().json(&body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn lists_and_searches_show_what_is_in_ones_departments_and_the_owner_takes_the_rest() {
    let (app, relay) = with_grants().await.through_relay().await;
    for (name, department) in
        [("Grantee", Some(GRANTS)), ("Powerful", Some(ENERGY)), ("Unassigned", None)]
    {
        let body = json!({ "first_name": "Kim", "last_name": name, "source": "x", "department_id": department });
        made(&app, &Call::role("admin"), body).await;
        let lead = json!({ "name": name, "department_id": department });
        app.created(&leads::create::ROUTE, "admin", &lead).await;
    }
    let everywhere = Call::role("team_lead");
    let both = of(GRANTS).in_department(id(ENERGY));
    let sees = |call: &Call, wanted: &str| (call.clone(), wanted.to_owned());

    for (call, wanted) in [
        sees(&of(GRANTS), "Grantee"),
        sees(&of(ENERGY), "Powerful,Unassigned"),
        sees(&both, "Grantee,Powerful,Unassigned"),
        sees(&of("00000000-0000-4000-8000-000000000009"), ""),
        sees(&everywhere, "Grantee,Powerful,Unassigned"),
    ] {
        for (route, member) in [(&list::ROUTE, "last_name"), (&leads::list::ROUTE, "name")] {
            let page = call.clone().query("limit=2&sort=created_at");
            let mut names = app.walk(route, page, member).await;
            names.retain(|name| ["Grantee", "Powerful", "Unassigned"].contains(&name.as_str()));
            assert_eq!(names.join(","), wanted, "{}", route.name);
        }
    }
    let search = of(GRANTS).query("filter[last_name]=powerful");
    relay.take_round_trips();
    let found = app.call(&list::ROUTE, search).await;
    assert_eq!((&found.body["data"], relay.take_round_trips()), (&json!([]), 1));
}

#[tokio::test]
async fn what_belongs_to_another_department_is_not_there() {
    let (app, relay) = with_grants().await.through_relay().await;
    let body =
        json!({ "last_name": "Secret", "email": "secret@example.org", "department_id": ENERGY });
    let contact = made(&app, &Call::role("admin"), body.clone()).await;
    let mut twin = body;
    twin["department_id"] = json!(GRANTS);
    let twin = made(&app, &Call::role("admin"), twin).await;
    let lead = json!({ "name": "Attic", "department_id": ENERGY, "contact_id": contact });
    let lead = app.created(&leads::create::ROUTE, "admin", &lead).await;
    let lead = lead["id"].as_str().unwrap();
    let other = || of(GRANTS).with_role("admin").path(&contact);
    let other_lead = || at(of(GRANTS).path(lead), "\"1\"");
    let company =
        json!({ "company_id": "873c8d5e-1105-57a9-8fdf-7659fab39db4", "role": "employee" });
    let linked = Call::role("admin").path(&contact).json(&company);
    let link = app.call(&links::create::ROUTE, linked).await;
    let link = link.body["id"].as_str().unwrap().to_owned();
    relay.take_round_trips();

    for (route, call) in [
        (&find::ROUTE, other()),
        (&update::ROUTE, at(other(), "\"1\"").json(&json!({ "title": "Dr." }))),
        (&delete::ROUTE, at(other(), "\"1\"")),
        (&restore::ROUTE, other()),
        (&likely::ROUTE, other()),
        (&merge::ROUTE, at(other(), "\"1\"").json(&json!({ "into": twin }))),
        (&export::ROUTE, other()),
        (&erase::ROUTE, at(other(), "\"1\"")),
        (&links::list::ROUTE, other()),
        (&links::create::ROUTE, other().json(&company)),
        (
            &links::update::ROUTE,
            at(of(GRANTS).path(&link), "\"1\"").json(&json!({ "is_primary": false })),
        ),
        (&roles::list::ROUTE, other()),
        (&roles::grant::ROUTE, other().json(&json!({ "role": "auditor", "scope_type": "global" }))),
        (
            &audit_logs::timeline::ROUTE,
            of(GRANTS).with_role("auditor").path("contact").path(&contact),
        ),
        (
            &audit_logs::timeline::ROUTE,
            of(GRANTS).with_role("auditor").path("project").path(&contact),
        ),
        (&leads::find::ROUTE, other_lead()),
        (&leads::update::ROUTE, other_lead().json(&json!({ "name": "Mine" }))),
        (&leads::archive::ROUTE, other_lead().json(&json!({ "reason": "Mine." }))),
        (&leads::convert::ROUTE, other_lead().json(&json!({}))),
    ] {
        let answer = app.call(route, call).await;
        assert_eq!(
            (answer.status, answer.code()),
            (404, "not_found"),
            "{}: {}",
            route.name,
            answer.body
        );
    }
    // Nothing happened, and the duplicate next door is no duplicate.
    let versions = format!("select version::text from party.contacts where id = '{contact}'");
    assert_eq!(app.value(&versions).await, "1");
    relay.take_round_trips();
    let alone = app.call(&likely::ROUTE, of(GRANTS).path(&twin)).await;
    assert_eq!((&alone.body["data"], relay.take_round_trips()), (&json!([]), 1));
    let both = app.call(&likely::ROUTE, Call::role("team_lead").path(&twin)).await;
    assert_eq!(both.body["data"][0]["id"], json!(contact), "{}", both.body);
    // The log as a whole belongs to no department.
    let log = app.call(&audit_logs::list::ROUTE, of(GRANTS).with_role("auditor")).await;
    let own = of(ENERGY).with_role("auditor").path("contact").path(&contact);
    assert_eq!((log.status, app.call(&audit_logs::timeline::ROUTE, own).await.status), (403, 200));
}

#[tokio::test]
async fn nothing_is_made_for_moved_to_or_merged_with_another_department() {
    let app = with_grants().await;
    let both = of(GRANTS).in_department(id(ENERGY));
    let mine = made(&app, &of(GRANTS), json!({ "last_name": "Mine" })).await;
    let theirs = json!({ "last_name": "Theirs", "department_id": ENERGY });
    let theirs = made(&app, &both, theirs).await;
    let lead = json!({ "name": "Attic" });
    let lead = app.call(&leads::create::ROUTE, of(GRANTS).json(&lead)).await.body;
    let contact_change = at(of(GRANTS).path(&mine), "\"1\"");
    let lead_change = at(of(GRANTS).path(lead["id"].as_str().unwrap()), "\"1\"");
    let contact = |department: Value| json!({ "last_name": "New", "department_id": department });

    for (route, call, body, expected) in [
        (&create::ROUTE, of(GRANTS), contact(json!(ENERGY)), (403, "other_department", "")),
        (
            &create::ROUTE,
            both.clone(),
            contact(Value::Null),
            (422, "invalid_request", "/department_id"),
        ),
        (
            &update::ROUTE,
            contact_change.clone(),
            json!({ "department_id": ENERGY }),
            (403, "other_department", ""),
        ),
        (
            &update::ROUTE,
            contact_change.clone(),
            json!({ "department_id": null }),
            (403, "other_department", ""),
        ),
        (
            &merge::ROUTE,
            contact_change.clone(),
            json!({ "into": theirs }),
            (422, "invalid_request", "/into"),
        ),
        (
            &leads::create::ROUTE,
            of(GRANTS),
            json!({ "name": "A", "department_id": ENERGY }),
            (403, "other_department", ""),
        ),
        (
            &leads::create::ROUTE,
            of(GRANTS),
            json!({ "name": "A", "contact_id": theirs }),
            (422, "invalid_request", "/contact_id"),
        ),
        (
            &leads::update::ROUTE,
            lead_change.clone(),
            json!({ "department_id": ENERGY }),
            (403, "other_department", ""),
        ),
        (
            &leads::update::ROUTE,
            lead_change.clone(),
            json!({ "contact_id": theirs }),
            (422, "invalid_request", "/contact_id"),
        ),
        (
            &leads::convert::ROUTE,
            lead_change.clone(),
            json!({ "contact_id": theirs }),
            (422, "invalid_request", "/contact_id"),
        ),
    ] {
        let answer = app.call(route, call.json(&body)).await;
        let got = (answer.status, answer.code(), answer.place());
        assert_eq!(got, expected, "{} {body}: {}", route.name, answer.body);
    }
    let found = app.call(&find::ROUTE, of(GRANTS).path(&mine)).await;
    assert_eq!(
        (&found.body["department_id"], &lead["department_id"]),
        (&json!(GRANTS), &json!(GRANTS))
    );
    // Whoever works in both may hand it over, and an owner takes what has none.
    let handed = at(both.path(&mine), "\"1\"").json(&json!({ "department_id": ENERGY }));
    let taken = at(of(ENERGY).path(HELEN), "\"1\"").json(&json!({ "department_id": ENERGY }));
    assert_eq!(app.call(&update::ROUTE, handed).await.status, 200);
    assert_eq!(app.call(&update::ROUTE, taken).await.status, 200);
    assert_eq!(app.call(&find::ROUTE, of(GRANTS).path(&mine)).await.status, 404);
    // A lead's customer belongs to its department.
    let qualified = lead_change.clone().json(&json!({ "status": "qualified" }));
    assert_eq!(app.call(&leads::update::ROUTE, qualified).await.status, 200);
    let customer = at(of(GRANTS).path(lead["id"].as_str().unwrap()), "\"2\"");
    let customer = customer.json(&json!({ "last_name": "Customer" }));
    let converted = app.call(&leads::convert::ROUTE, customer).await;
    let customer = of(GRANTS).path(converted.body["contact_id"].as_str().unwrap());
    assert_eq!(app.call(&find::ROUTE, customer).await.body["department_id"], GRANTS);
}

#[tokio::test]
async fn a_token_says_where_what_is_held_only_there_is_held() {
    let app = with_grants().await;
    let limits = format!("identity.limits_of('{MARA}') as l, jsonb_array_elements(l) as e");
    let places = |permission: &str| {
        format!(
            "select coalesce(string_agg(d.code, ',' order by d.code), '-')
         from {limits}, jsonb_array_elements_text(e -> 'departments') as p
         join party.departments d on d.id = p::uuid
         where e -> 'permissions' ? '{permission}'"
        )
    };
    let held =
        format!("select (identity.claims_of('{MARA}') -> 'permissions' ? 'contacts.read')::text");
    let grant = |role: &str, scope: &str, days: &str| {
        format!(
        "insert into identity.user_roles (contact_id, role_id, scope_type, scope_id, valid_from, valid_to)
         select '{MARA}', id, {scope}, {days} from identity.roles where code = '{role}'"
    )
    };
    let (mine, everywhere) = (format!("'department', '{GRANTS}'"), "'global', null".to_owned());
    let of_mara = format!("where contact_id = '{MARA}'");

    for (change, reads, writes, may) in [
        (String::new(), "ENERGY", "ENERGY", "true"),
        (grant("employee", &mine, "current_date + 1, null"), "ENERGY", "ENERGY", "true"),
        (grant("team_lead", &mine, "current_date - 9, current_date"), "ENERGY", "ENERGY", "true"),
        (grant("team_lead", &mine, "current_date, null"), "ENERGY,GRANTS", "ENERGY,GRANTS", "true"),
        (
            format!("update party.departments set status = 'inactive' where id = '{GRANTS}'"),
            "ENERGY",
            "ENERGY",
            "true",
        ),
        (grant("treasurer", &everywhere, "current_date, null"), "-", "ENERGY", "true"),
        (
            format!(
                "update identity.user_roles set revoked_at = now() {of_mara} and scope_type = 'global'"
            ),
            "ENERGY",
            "ENERGY",
            "true",
        ),
        (
            format!(
                "update identity.user_roles set revoked_at = now() {of_mara} and revoked_at is null"
            ),
            "-",
            "-",
            "false",
        ),
    ] {
        app.execute(&change).await;
        let got = (
            app.value(&places("contacts.read")).await,
            app.value(&places("contacts.write")).await,
            app.value(&held).await,
        );
        assert_eq!(
            (got.0.as_str(), got.1.as_str(), got.2.as_str()),
            (reads, writes, may),
            "{change}"
        );
    }
}

#[tokio::test]
async fn a_program_sees_no_more_than_its_owner() {
    let app = App::new(Domain::Platform).await;
    app.execute(&format!(
        "insert into identity.api_tokens (owner_contact_id, name, token_prefix, token_hash, scopes)
         values ('{MARA}', 'export', 'aru_mara', sha256('aru_mara_token'), '{{contacts.read}}')"
    ))
    .await;
    let token = json!({ "api_token": "aru_mara_token" });
    let token = app.call(&exchange::ROUTE, Call::anonymous().json(&token)).await;
    let token = token.body["access_token"].as_str().unwrap();

    let own = app.call(&find::ROUTE, Call::bearer(token).path(MARA)).await;
    let sam = ContactId::seed("sam-okafor");
    let other = app.call(&find::ROUTE, Call::bearer(token).path(sam)).await;

    assert_eq!((own.status, other.status), (200, 404), "{}", own.body);
}
