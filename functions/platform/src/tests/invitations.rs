use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};
use types::ContactId;

use super::identity::{PASSWORD, SPENT, mailed};
use crate::{
    api_tokens,
    identity::{me, request_password_reset, reset_password, sign_in, sign_up},
    invitations::{accept, create, list, revoke},
};

const ENERGY: &str = "d3ee5339-7e22-545a-8665-001ba5725d93";
const SERVICE: &str = "4195c964-9530-52fb-bd17-e7173db04418";

fn staff(email: &str, role: &str, place: Option<&str>) -> Value {
    let scope = if place.is_some() { "department" } else { "global" };
    json!({ "email": email, "kind": "internal",
        "roles": [{ "role": role, "scope_type": scope, "scope_id": place }] })
}

async fn invite(app: &App, who: &Call, body: &Value) -> Answer {
    app.call(&create::ROUTE, who.clone().json(body)).await
}

async fn accept(app: &App, token: &str) -> Answer {
    let body = json!({ "token": token, "password": PASSWORD });
    app.call(&accept::ROUTE, Call::anonymous().json(&body)).await
}

async fn enter(app: &App, email: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD });
    app.call(&sign_in::ROUTE, Call::anonymous().json(&body)).await
}

/// A lead of one department.
async fn lead(app: &App) -> Call {
    let lead = ContactId::new();
    app.execute(&format!(
        "insert into party.contacts (id, last_name) values ('{lead}', 'Lead');
         insert into identity.users (contact_id, email, user_type, internal_role, status)
         values ('{lead}', 'lead@example.org', 'internal', 'employee', 'invited');
         insert into identity.user_roles (contact_id, role_id, scope_type, scope_id)
         select '{lead}', id, 'department', '{ENERGY}' from identity.roles where code = 'team_lead'"
    ))
    .await;
    Call::role("team_lead").contact(lead)
}

#[tokio::test]
async fn who_is_invited_sets_a_password_once_and_has_the_roles() {
    let app = App::new(Domain::Platform).await;
    let admin = Call::role("admin");

    let invited = invite(&app, &admin, &staff("Robin@example.org", "employee", Some(ENERGY))).await;
    assert_eq!(
        (invited.status, &invited.body["status"]),
        (201, &json!("pending")),
        "{}",
        invited.body
    );
    let early = enter(&app, "robin@example.org").await.status;
    let token = mailed(&app, "invite").await;
    let kept = app.value("select encode(token_hash, 'escape') from identity.verification_tokens where purpose = 'invite'");
    assert!(!kept.await.contains(&token), "a hash is kept, not the token");
    let accepted = accept(&app, &token).await;
    let again = accept(&app, &token).await;
    let entered = enter(&app, "robin@example.org").await;

    assert_eq!((early, accepted.status, again.status, entered.status), (401, 204, 404, 200));
    let access = entered.body["access_token"].as_str().unwrap();
    let who = app.call(&me::ROUTE, Call::bearer(access)).await;
    assert_eq!(who.body["claims"]["roles"], json!(["employee"]));
    assert_eq!(who.body["claims"]["grants"][0]["id"], ENERGY);
    let listed = app.call(&list::ROUTE, admin.query("limit=1")).await;
    assert_eq!(listed.body["data"][0]["status"], "accepted");
    assert_eq!(listed.body["data"][0]["roles"][0]["role"], "employee");
    assert_eq!(
        app.entries(&invited).await,
        ["contact.create", "invitation.create", "user.create", "user_role.create"]
    );
    assert!(app.entries(&accepted).await.contains(&"auth.invitation_accepted".to_owned()));
}

#[tokio::test]
async fn nobody_invites_to_more_than_they_hold() {
    let app = App::new(Domain::Platform).await;
    let lead = lead(&app).await;
    let wanted = [
        ("their own department", staff("a@example.org", "employee", Some(ENERGY)), 201),
        ("another one", staff("b@example.org", "employee", Some(SERVICE)), 403),
        (
            "a department that is none",
            staff("i@example.org", "employee", Some("00000000-0000-4000-8000-000000000008")),
            422,
        ),
        ("every department", staff("c@example.org", "admin", None), 403),
        ("a role that is not theirs", staff("d@example.org", "auditor", None), 403),
        (
            "one of both",
            json!({ "email": "e@example.org", "kind": "internal", "roles": [
            { "role": "employee", "scope_type": "department", "scope_id": ENERGY },
            { "role": "admin", "scope_type": "global" } ] }),
            403,
        ),
        (
            "members that nobody asked for",
            json!({ "email": "f@example.org", "kind": "internal", "internal_role": "admin",
            "roles": [{ "role": "employee", "scope_type": "department", "scope_id": ENERGY }] }),
            422,
        ),
        (
            "too many",
            json!({ "email": "g@example.org", "kind": "internal",
            "roles": vec![json!({ "role": "employee", "scope_type": "department", "scope_id": ENERGY }); 11] }),
            422,
        ),
        (
            "one twice",
            json!({ "email": "h@example.org", "kind": "internal",
            "roles": vec![json!({ "role": "employee", "scope_type": "department", "scope_id": ENERGY }); 2] }),
            422,
        ),
    ];
    let before = app.count("identity.users").await;

    for (what, body, status) in wanted {
        let answer = invite(&app, &lead, &body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
    }
    assert_eq!(app.count("identity.users").await, before + 1, "what is refused leaves nobody");
    let role = "select internal_role from identity.users where email = 'a@example.org'";
    assert_eq!(app.value(role).await, "employee");
}

#[tokio::test]
async fn an_invitation_is_taken_back_by_who_made_it_or_may_change_logins() {
    let app = App::new(Domain::Platform).await;
    let lead = lead(&app).await;
    let admin = Call::role("admin");
    let own = invite(&app, &lead, &staff("a@example.org", "employee", Some(ENERGY))).await;
    let token = mailed(&app, "invite").await;
    let foreign = invite(&app, &admin, &staff("b@example.org", "auditor", None)).await;
    let take = async |who: &Call, of: &Answer| {
        let id = of.body["id"].as_str().unwrap();
        app.call(&revoke::ROUTE, who.clone().path(id)).await.status
    };

    let seen = app.walk(&list::ROUTE, lead.clone(), "email").await;
    let all = app.walk(&list::ROUTE, admin.clone(), "email").await.len();
    let statuses =
        [take(&lead, &foreign).await, take(&admin, &own).await, take(&admin, &own).await];

    assert_eq!((seen, all), (vec!["a@example.org".to_owned()], 4), "two are of the demo data");
    assert_eq!(statuses, [404, 204, 204]);
    assert_eq!(accept(&app, &token).await.status, 404);
    let left = "identity.user_roles g join identity.users u on u.contact_id = g.contact_id
        where u.email = 'a@example.org' and g.revoked_at is null";
    assert_eq!(app.count(left).await, 0);
    assert_eq!(
        invite(&app, &lead, &staff("a@example.org", "employee", Some(ENERGY))).await.status,
        201
    );
    let token = mailed(&app, "invite").await;
    assert_eq!(accept(&app, &token).await.status, 204);
    let id =
        app.value("select id::text from identity.invitations where accepted_at is not null").await;
    assert_eq!(app.call(&revoke::ROUTE, admin.path(id)).await.status, 409);
}

#[tokio::test]
async fn a_program_takes_back_what_others_invited_only_if_it_was_given_that() {
    let app = App::new(Domain::Platform).await;
    let lead = lead(&app).await;
    let foreign = invite(&app, &lead, &staff("a@example.org", "employee", Some(ENERGY))).await;
    let own = invite(&app, &Call::role("admin"), &staff("b@example.org", "auditor", None)).await;
    let program = async |scopes: Value| {
        let body = json!({ "name": "tidy", "scopes": scopes });
        let made = app.created(&api_tokens::create::ROUTE, "admin", &body).await;
        let body = json!({ "api_token": made["token"] });
        let used = app.call(&api_tokens::exchange::ROUTE, Call::anonymous().json(&body)).await;
        Call::bearer(used.body["access_token"].as_str().unwrap())
    };
    let (narrow, wide) = (
        program(json!(["roles.grant"])).await,
        program(json!(["roles.grant", "users.write"])).await,
    );
    let take = async |who: &Call, of: &Answer| {
        let id = of.body["id"].as_str().unwrap();
        app.call(&revoke::ROUTE, who.clone().path(id)).await.status
    };

    let statuses =
        [take(&narrow, &foreign).await, take(&narrow, &own).await, take(&wide, &foreign).await];

    assert_eq!(statuses, [404, 204, 204]);
}

#[tokio::test]
async fn no_other_way_opens_an_invited_login_and_nobody_keeps_it_from_its_owner() {
    let app = App::new(Domain::Platform).await;
    let admin = Call::role("admin");
    let anonymous = |body: &Value| Call::anonymous().json(body);
    let guess = json!({ "email": "robin@example.org", "password": "the password of eve" });
    // Eve was here first.
    app.call(&sign_up::ROUTE, anonymous(&guess)).await;
    let hers = mailed(&app, "verify_email").await;

    let invited = invite(&app, &admin, &staff("robin@example.org", "auditor", None)).await;
    let twice = invite(&app, &admin, &staff("ROBIN@example.org", "auditor", None)).await;
    app.call(&sign_up::ROUTE, anonymous(&guess)).await;
    let reset = json!({ "email": "robin@example.org" });
    app.call(&request_password_reset::ROUTE, anonymous(&reset)).await;
    app.execute(
        "insert into identity.verification_tokens (identifier, purpose, token_hash, user_id, expires_at)
         select u.email, 'reset_password', sha256('sneaked'), u.id, now() + interval '1 hour'
         from identity.users u where u.email = 'robin@example.org' and u.status = 'invited'",
    )
    .await;
    let sneaked = json!({ "token": "sneaked", "password": PASSWORD });
    let sneaked = app.call(&reset_password::ROUTE, anonymous(&sneaked)).await.status;
    let hers = json!({ "token": hers });
    let hers = app.call(&crate::identity::verify_email::ROUTE, anonymous(&hers)).await.status;

    assert_eq!((invited.status, twice.status, sneaked, hers), (201, 409, 404, 404));
    let mails = "select count(*)::text from platform.outbox_events e
        join identity.verification_tokens t on t.id = e.aggregate_id and t.revoked_at is null
        join identity.users u on u.id = t.user_id and u.deleted_at is null and u.status = 'invited'
        where e.payload ->> 'template' <> 'invite'";
    assert_eq!(app.value(mails).await, "0", "no other mail goes to who was invited");
    app.execute(
        "alter table identity.verification_tokens disable trigger keep_once_set;
         update identity.verification_tokens set created_at = now() - interval '8 days', expires_at = now() - interval '1 day'
         where purpose = 'invite'",
    )
    .await;
    let late = mailed(&app, "invite").await;
    assert_eq!(accept(&app, &late).await.status, 404, "it ends by itself");
}

#[tokio::test]
async fn a_guessed_link_takes_as_much_work_as_a_real_one_and_is_counted() {
    let app = App::new(Domain::Platform).await;
    invite(&app, &Call::role("admin"), &staff("robin@example.org", "auditor", None)).await;
    let token = mailed(&app, "invite").await;
    let work = async |token: &str| {
        let before = SPENT.with(std::cell::Cell::get);
        let answer = accept(&app, token).await;
        (
            answer.status,
            SPENT.with(std::cell::Cell::get) - before,
            answer.log["round_trips"].clone(),
        )
    };

    let (wrong, right) = (work("guess").await, work(&token).await);
    app.execute("update identity.attempts set count = 60").await;
    let many = work("guess").await;

    assert_eq!((wrong.0, right.0, many.0), (404, 204, 429));
    assert_eq!((wrong.1, &wrong.2), (right.1, &right.2));
}
