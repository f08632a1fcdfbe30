use db::Domain;
use serde_json::json;
use testdb::{App, Call};

use super::{PASSWORD, account, post, sign_in, tokens};
use crate::{identity::refresh, invitations, jobs::purge};

async fn ran(app: &App) -> serde_json::Value {
    app.run(&purge::JOB).await.result.unwrap()
}

#[tokio::test]
async fn what_ended_long_ago_goes_and_what_still_counts_stays() {
    let app = App::new(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (_, refresh) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (_, old) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    post(&app, &refresh::ROUTE, &json!({ "refresh_token": old })).await;
    let invite = json!({ "email": "eve@example.org", "kind": "internal",
        "roles": [{ "role": "auditor", "scope_type": "global" }] });
    let call = Call::role("admin").header("idempotency-key", "eve").json(&invite);
    assert_eq!(app.call(&invitations::create::ROUTE, call).await.status, 201);
    let before = ran(&app).await;
    assert_eq!(
        before,
        json!({ "links": 0, "sessions": 0, "attempts": 1, "codes": 0, "invitations": 0, "complete": true }),
        "a good password has begun its count anew"
    );

    // The demo data keeps links for 14 days, sign-ins for the default of 90.
    app.execute(
        "set session_replication_role = replica;
         update identity.verification_tokens
         set created_at = now() - interval '16 days', expires_at = now() - interval '15 days', used_at = null
         where purpose = 'verify_email';
         insert into identity.verification_tokens (identifier, purpose, token_hash, created_at, expires_at)
         values ('x', 'portal', sha256('x'), now() - interval '16 days', now() - interval '13 days');
         update identity.sessions s set created_at = now() - interval '150 days', expires_at = now() - interval '91 days'
         where s.rotated_at is not null
           or s.family_id in (select r.family_id from identity.sessions r where r.rotated_at is not null);
         insert into identity.sessions (id, user_id, family_id, token_hash, created_at, expires_at)
         select 'a0000000-0000-4000-8000-000000000001', user_id, 'a0000000-0000-4000-8000-000000000001', sha256('y'),
           now() - interval '100 days', now() - interval '89 days'
         from identity.sessions limit 1;
         update identity.attempts set began_at = now() - interval '25 hours'
         where key = sha256('mail:ada@example.org');
         update identity.invitations i set created_at = now() - interval '30 days', expires_at = now() - interval '15 days'
         from identity.users u where u.id = i.user_id and u.email = 'eve@example.org'",
    )
    .await;
    let noted = "audit.audit_logs where action like 'auth.%'";
    let kept = app.count(noted).await;
    let ended = ran(&app).await;

    assert_eq!(
        ended,
        json!({ "links": 1, "sessions": 2, "attempts": 1, "codes": 0, "invitations": 1, "complete": true })
    );
    assert_eq!(app.count(noted).await, kept, "what happened stays");
    assert_eq!(app.count("identity.verification_tokens where purpose = 'portal'").await, 1);
    let sessions = "select string_agg((expires_at > now())::text, ',' order by expires_at) from identity.sessions";
    assert_eq!(app.value(sessions).await, "false,true");
    let on = post(&app, &refresh::ROUTE, &json!({ "refresh_token": refresh })).await;
    assert_eq!(on.status, 200, "{}", on.body);
    let guest = "select concat_ws(' ', u.status, i.revoked_at is not null, bool_and(g.revoked_at is not null))
        from identity.users u
        join identity.invitations i on i.user_id = u.id
        join identity.user_roles g on g.contact_id = u.contact_id
        where u.email = 'eve@example.org'
        group by u.status, i.revoked_at";
    assert_eq!(app.value(guest).await, "deleted t t");
    let trail = "select string_agg(action, ',' order by action) from audit.audit_logs
        where actor_kind = 'system' and action not like 'auth.%'";
    let trail = app.value(trail).await;
    for action in ["invitation.update", "user.delete", "user_role.update"] {
        assert!(trail.contains(action), "{trail}");
    }
    // The address is free again.
    let call = Call::role("admin").header("idempotency-key", "eve-again").json(&invite);
    assert_eq!(app.call(&invitations::create::ROUTE, call).await.status, 201);
    assert_eq!(ran(&app).await["sessions"], 0);
}
