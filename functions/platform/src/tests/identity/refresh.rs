use db::Domain;
use serde_json::json;
use testdb::App;

use super::{PASSWORD, account, post, sign_in, tokens};
use crate::identity::refresh;

async fn exchange(app: &App, token: &str) -> testdb::Answer {
    post(app, &refresh::ROUTE, &json!({ "refresh_token": token })).await
}

#[tokio::test]
async fn of_two_refreshes_at_once_one_wins_and_nothing_is_revoked() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (_, token) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);

    let (one, other) = tokio::join!(exchange(&app, &token), exchange(&app, &token));
    let winner = if one.status == 200 { &one } else { &other };
    let next = exchange(&app, &tokens(winner).1).await;

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(next.status, 200);
    assert_eq!(
        app.value("select count(*)::text from identity.sessions where revoked_at is not null")
            .await,
        "0"
    );
}

#[tokio::test]
async fn a_token_that_is_used_again_later_ends_its_login_and_no_other() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (_, stolen) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (_, elsewhere) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (_, newest) = tokens(&exchange(&app, &stolen).await);
    // The clock of the server is not ours to turn: the exchange is made to lie back.
    app.execute(
        "set session_replication_role = replica;
         update identity.sessions set rotated_at = rotated_at - interval '11 seconds'
         where rotated_at is not null",
    )
    .await;

    let reused = exchange(&app, &stolen).await;
    let victim = exchange(&app, &newest).await;
    let other = exchange(&app, &elsewhere).await;

    assert_eq!((reused.status, victim.status, other.status), (401, 401, 200));
    let reason =
        "select distinct revoke_reason from identity.sessions where revoked_at is not null";
    assert_eq!(app.value(reason).await, "reuse");
    let noted = "select count(*)::text from audit.audit_logs where action = 'auth.refresh_reused'";
    assert_eq!(app.value(noted).await, "1");
}

#[tokio::test]
async fn a_refresh_token_ends_after_thirty_days_and_a_login_after_ninety() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (_, token) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let age = |days: u32| {
        format!(
            "set session_replication_role = replica;
             update identity.sessions set created_at = now() - interval '{days} days',
               expires_at = now() - interval '{days} days' + interval '30 days'"
        )
    };

    app.execute(&age(29)).await;
    let (_, next) = tokens(&exchange(&app, &token).await);
    app.execute(&age(31)).await;
    let late = exchange(&app, &next).await;
    app.execute(
        "set session_replication_role = replica;
         update identity.sessions set created_at = now() - interval '91 days', expires_at = now() + interval '1 day'",
    )
    .await;
    let old = exchange(&app, &next).await;

    assert_eq!((late.status, old.status), (401, 401));
}

#[tokio::test]
async fn a_caller_cannot_choose_a_session_or_its_owner() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let chosen = json!({
        "email": "ada@example.org", "password": PASSWORD,
        "session_id": "0f5c4f0e-53f0-4f3e-8d6b-0a2c7a1f6f10",
    });

    let fixed = post(&app, &crate::identity::sign_in::ROUTE, &chosen).await;
    let (_, one) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let (_, two) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);

    assert_eq!((fixed.status, fixed.place()), (422, "/session_id"));
    assert_ne!(one, two);
}
