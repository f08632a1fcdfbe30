//! What the tables of people and logins refuse.

use tokio_postgres::Client;

use super::cases::{done, filled, refused};
use super::support::{Database, value, values};

/// Two contacts (1, 2), a department (3), active logins of both (4 internal, 5 external).
const PEOPLE: &str = "
    insert into party.contacts (id, first_name, last_name) values (#1, 'Ada', 'Byron'), (#2, 'Max', 'Frisch');
    insert into party.departments (id, code, short_name, name, skill_level, is_owner)
    values (#3, 'EB', 'EB', #t, 'pro', true);
    insert into identity.users (id, contact_id, email, user_type, internal_role, status) values
      (#4, #1, 'ada@example.org', 'internal', 'admin', 'active'),
      (#5, #2, 'max@example.org', 'external', null, 'active')";
const SESSION: &str =
    "insert into identity.sessions (id, user_id, family_id, token_hash, expires_at)
    values ({id}, {user}, {family}, sha256({id}), now() + interval '1 hour')";

/// A platform database with people in it, and a session of the application.
async fn platform() -> (Database, Client) {
    let database = Database::migrated("platform").await;
    let app = database.app().await;
    app.batch_execute(&filled(PEOPLE)).await.unwrap();
    (database, app)
}

fn session(id: &str, user: &str, family: &str) -> String {
    SESSION.replace("{id}", id).replace("{user}", user).replace("{family}", family)
}

#[tokio::test]
async fn a_merged_contact_stays_archived_and_an_erased_one_stays_empty() {
    let (_database, app) = platform().await;
    let merge = "update party.contacts set status = 'archived', archived_at = now(), archive_reason = 'merged',
        merged_into_id = {into} where id = {id}";
    let merge = |id: &str, into: &str| merge.replace("{id}", id).replace("{into}", into);
    done(&app, "insert into party.contacts (id, last_name) values (#6, 'Byron'), (#7, 'Lost')")
        .await;

    refused(&app, &merge("#6", "#6"), "contacts_merged_other").await;
    done(&app, &merge("#6", "#1")).await;
    // The survivor of a circle would be nobody.
    refused(&app, &merge("#1", "#6"), "contacts_merged_into_live").await;
    refused(&app, &merge("#6", "#2"), "contacts_merged_into_id_once").await;
    refused(
        &app,
        "update party.contacts set status = 'live', archived_at = null, archive_reason = null where id = #6",
        "contacts_merged_final",
    )
    .await;
    refused(
        &app,
        "update party.contacts set status = 'archived' where id = #7",
        "contacts_archived_whole",
    )
    .await;
    refused(
        &app,
        "update party.contacts set deleted_at = now(), erased_at = now() where id = #7",
        "contacts_erased_blank",
    )
    .await;
    done(&app, "update party.contacts set deleted_at = now(), erased_at = now(), last_name = null where id = #7").await;
    refused(
        &app,
        "update party.contacts set deleted_at = null where id = #7",
        "contacts_erased_final",
    )
    .await;
    refused(
        &app,
        "update party.contacts set erased_at = null where id = #7",
        "contacts_erased_at_once",
    )
    .await;
    // A login needs its contact.
    refused(
        &app,
        "update party.contacts set deleted_at = now() where id = #2",
        "users_contact_id_fkey",
    )
    .await;
}

#[tokio::test]
async fn a_person_has_one_live_login_and_an_address_belongs_to_one_login() {
    let (_database, app) = platform().await;
    let add = |contact: &str, email: &str| {
        format!(
            "insert into identity.users (contact_id, email, user_type) values ({contact}, '{email}', 'external')"
        )
    };
    done(&app, "insert into party.contacts (id) values (#6)").await;

    refused(&app, &add("#2", "other@example.org"), "users_contact_id_key").await;
    refused(&app, &add("#6", "MAX@Example.ORG"), "users_email_key").await;
    refused(&app, &add("#9", "none@example.org"), "users_contact_id_fkey").await;
    done(&app, "update identity.users set status = 'deleted', deleted_at = now() where id = #5")
        .await;
    done(&app, &add("#6", "MAX@Example.ORG")).await;
    refused(
        &app,
        "update identity.users set status = 'deleted' where id = #4",
        "users_deleted_whole",
    )
    .await;
    refused(
        &app,
        "update identity.users set internal_role = null where id = #4",
        "users_internal_role_whole",
    )
    .await;
    refused(
        &app,
        "update identity.users set status = 'invited' where id = #4",
        "users_status_transition",
    )
    .await;
}

#[tokio::test]
async fn a_rotated_session_that_is_used_again_ends_its_family() {
    let (_database, app) = platform().await;
    done(&app, &session("#11", "#5", "#11")).await;
    done(&app, &session("#12", "#5", "#11")).await;
    done(&app, &session("#21", "#5", "#21")).await;
    done(
        &app,
        "update identity.sessions set rotated_at = now(), replaced_by_id = #12 where id = #11",
    )
    .await;

    let unused: i64 =
        value(&app, &filled("select identity.end_family_on_reuse(sha256(#12))")).await;
    let reused: i64 =
        value(&app, &filled("select identity.end_family_on_reuse(sha256(#11))")).await;

    assert_eq!((unused, reused), (0, 2));
    assert_eq!(
        values::<String>(
            &app,
            "select revoke_reason from identity.sessions where revoked_at is not null"
        )
        .await,
        ["reuse", "reuse"]
    );
    refused(&app, &session("#13", "#5", "#11"), "sessions_family_live").await;
    refused(&app, &session("#13", "#4", "#21"), "sessions_family_user").await;
    refused(&app, &session("#13", "#5", "#14"), "sessions_family_user").await;
    refused(
        &app,
        "update identity.sessions set rotated_at = null, replaced_by_id = null where id = #11",
        "sessions_rotated_at_once",
    )
    .await;
    refused(
        &app,
        "update identity.sessions set revoked_at = null, revoke_reason = null where id = #11",
        "sessions_revoked_at_once",
    )
    .await;
}

#[tokio::test]
async fn a_login_that_is_suspended_has_no_session_and_no_token() {
    let (_database, app) = platform().await;
    done(&app, &session("#11", "#4", "#11")).await;
    done(&app, &session("#12", "#5", "#12")).await;
    grant(&app, "admin", "#1", "'global', null").await.unwrap();
    done(&app, &token("#31", "#1", "projects.read")).await;

    done(&app, "update identity.users set status = 'suspended' where id = #4").await;

    let ended = "select s.revoke_reason from identity.sessions s order by s.id";
    assert_eq!(
        values::<Option<String>>(&app, ended).await,
        [Some("user_suspended".to_owned()), None]
    );
    assert_eq!(
        value::<String>(&app, "select revoke_reason from identity.api_tokens").await,
        "owner_suspended"
    );
    refused(&app, &session("#13", "#4", "#13"), "sessions_user_active").await;
}

fn token(id: &str, owner: &str, scopes: &str) -> String {
    format!(
        "insert into identity.api_tokens (id, owner_contact_id, name, token_prefix, token_hash, scopes)
         values ({id}, {owner}, 'a', 'aru_' || right({id}::text, 4), sha256({id}), '{{{scopes}}}')"
    )
}

async fn grant(
    app: &Client,
    role: &str,
    contact: &str,
    scope: &str,
) -> Result<(), tokio_postgres::Error> {
    app.batch_execute(&filled(&grant_sql(role, contact, scope))).await
}

fn grant_sql(role: &str, contact: &str, scope: &str) -> String {
    format!(
        "insert into identity.user_roles (contact_id, role_id, scope_type, scope_id, valid_from)
         select {contact}, id, {scope}, '2026-01-01' from identity.roles where code = '{role}'"
    )
}

#[tokio::test]
async fn a_role_is_granted_by_somebody_else_where_it_may_be_and_once_at_a_time() {
    let (_database, app) = platform().await;
    grant(&app, "employee", "#1", "'department', #3").await.unwrap();

    for (sql, constraint) in [
        (grant_sql("employee", "#1", "'department', #3"), "user_roles_no_overlap"),
        (grant_sql("employee", "#2", "'department', #3"), "user_roles_audience"),
        (grant_sql("customer", "#1", "'project', #3"), "user_roles_audience"),
        (grant_sql("admin", "#1", "'department', #3"), "user_roles_scope_allowed"),
        (grant_sql("employee", "#1", "'department', null"), "user_roles_scope_whole"),
        (grant_sql("admin", "#9", "'global', null"), "user_roles_audience"),
        (
            "insert into identity.user_roles (contact_id, role_id, scope_type, granted_by)
             select #1, id, 'global', #1 from identity.roles where code = 'admin'"
                .to_owned(),
            "user_roles_granted_by_other",
        ),
        (
            "update identity.user_roles set scope_type = 'global', scope_id = null".to_owned(),
            "user_roles_scope_type_once",
        ),
        (
            "update identity.roles set code = 'root' where code = 'admin'".to_owned(),
            "roles_system_kept",
        ),
    ] {
        refused(&app, &sql, constraint).await;
    }
    done(&app, "update identity.user_roles set revoked_at = now(), revoked_by = #2").await;
    refused(
        &app,
        "update identity.user_roles set revoked_at = null, revoked_by = null",
        "user_roles_revoked_at_once",
    )
    .await;
    grant(&app, "employee", "#1", "'department', #3").await.unwrap();
}

#[tokio::test]
async fn a_token_may_do_what_its_owner_may_and_no_more() {
    let (_database, app) = platform().await;
    grant(&app, "auditor", "#2", "'global', null").await.unwrap();

    refused(&app, &token("#31", "#2", "ledger.read,ledger.post"), "api_tokens_scopes_held").await;
    refused(&app, &token("#31", "#1", "ledger.read"), "api_tokens_scopes_held").await;
    refused(&app, &token("#31", "#2", ""), "api_tokens_scopes_some").await;
    done(&app, &token("#31", "#2", "ledger.read")).await;
    refused(
        &app,
        "update identity.api_tokens set scopes = '{ledger.post}'",
        "api_tokens_scopes_once",
    )
    .await;
    refused(
        &app,
        "update identity.api_tokens set token_hash = sha256('x')",
        "api_tokens_token_hash_once",
    )
    .await;
    done(&app, "update identity.user_roles set revoked_at = now()").await;
    refused(&app, &token("#32", "#2", "ledger.read"), "api_tokens_scopes_held").await;
}

#[tokio::test]
async fn a_link_that_was_sent_works_once_and_in_time() {
    let (_database, app) = platform().await;
    let insert = "insert into identity.verification_tokens (id, identifier, purpose, token_hash, created_at, expires_at)
        values ({id}, 'max@example.org', 'reset_password', sha256({id}), now() - interval '2 hours', now() + interval '{h} hours')";
    let insert = |id: &str, hours: &str| insert.replace("{id}", id).replace("{h}", hours);
    done(&app, &insert("#41", "1")).await;
    done(&app, &insert("#42", "-1")).await;

    refused(
        &app,
        "update identity.verification_tokens set used_at = now() where id = #42",
        "verification_tokens_used_order",
    )
    .await;
    done(&app, "update identity.verification_tokens set used_at = now() where id = #41").await;
    for (change, constraint) in [
        ("used_at = null", "verification_tokens_used_at_once"),
        ("used_at = now() - interval '1 minute'", "verification_tokens_used_at_once"),
        ("expires_at = now() + interval '9 days'", "verification_tokens_expires_at_once"),
        ("token_hash = sha256('x')", "verification_tokens_token_hash_once"),
        ("revoked_at = now()", "verification_tokens_used_once"),
    ] {
        let sql = format!("update identity.verification_tokens set {change} where id = #41");
        refused(&app, &sql, constraint).await;
    }
    done(&app, "insert into identity.recovery_codes (user_id, code_hash, used_at) values (#5, sha256('a'), now())").await;
    refused(
        &app,
        "update identity.recovery_codes set used_at = null",
        "recovery_codes_used_at_once",
    )
    .await;
}

#[tokio::test]
async fn secrets_are_hashes_and_readers_do_not_see_even_those() {
    let (database, app) = platform().await;
    let secret = "insert into identity.user_secrets (user_id, password_hash, password_changed_at) values (#5, '{h}', now())";
    for bad in ["hunter2", "$2b$12$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=1"] {
        refused(&app, &secret.replace("{h}", bad), "user_secrets_password_hash_shape").await;
    }
    done(&app, &secret.replace("{h}", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA")).await;

    let reader = database.reader().await;
    for column in [
        "password_hash from identity.user_secrets",
        "id from identity.user_secrets",
        "id from identity.verification_tokens",
        "id from identity.recovery_codes",
        "token_hash from identity.sessions",
        "token_hash from identity.api_tokens",
        "portal_token_hash from scheduling.appointment_proposals",
    ] {
        refused(&reader, &format!("select {column}"), "").await;
    }
    for column in [
        "ip from identity.sessions",
        "token_prefix from identity.api_tokens",
        "email from identity.users",
    ] {
        reader.batch_execute(&format!("select {column}")).await.unwrap();
    }
}

#[tokio::test]
async fn each_skill_level_has_one_owning_department() {
    let (_database, app) = platform().await;
    let add = |code: &str, level: &str, owner: bool| {
        format!(
            "insert into party.departments (code, short_name, name, skill_level, is_owner)
             values ('{code}', '{code}', #t, '{level}', {owner})"
        )
    };

    refused(&app, &add("A", "pro", true), "departments_owner_exact").await;
    refused(&app, &add("A", "basic", false), "departments_owner_exact").await;
    done(
        &app,
        &format!("begin; {}; {}; commit", add("A", "basic", true), add("B", "basic", false)),
    )
    .await;
    refused(
        &app,
        "update party.departments set status = 'inactive' where code = 'A'",
        "departments_owner_exact",
    )
    .await;
    refused(
        &app,
        "update party.departments set skill_level = 'pro', is_owner = false where code = 'A'",
        "departments_owner_exact",
    )
    .await;
    done(&app, "update party.departments set is_owner = (code = 'B') where skill_level = 'basic'")
        .await;
}

#[tokio::test]
async fn a_lead_is_converted_once_and_then_only_read() {
    let (_database, app) = platform().await;
    done(&app, "insert into party.leads (id, name) values (#51, 'Frisch')").await;
    let convert = "update party.leads set status = 'converted', converted_at = now()";

    refused(&app, convert, "leads_status_transition").await;
    done(&app, "update party.leads set status = 'qualified'").await;
    refused(&app, convert, "leads_converted_contact").await;
    done(&app, &format!("{convert}, contact_id = #2")).await;
    for (change, constraint) in [
        ("status = 'new'", "leads_status_transition"),
        ("name = 'Other'", "leads_frozen"),
        ("converted_at = now() + interval '1 day'", "leads_frozen"),
    ] {
        refused(&app, &format!("update party.leads set {change}"), constraint).await;
    }
    done(&app, "update party.leads set archived_at = now(), archive_reason = 'done'").await;
}
