//! What every domain's audit log has in common: a chain that tells what was changed.
use std::time::Duration;

use api::Job;
use db::{Access, Pool, audit};
use tokio::time::Instant;

use crate::App;

/// Three entries about one contact's thing, by that contact, and one of somebody else.
const ENTRIES: &str = "insert into {log} (
    id, domain, actor_kind, actor_contact_id, action, change_type, entity_type, entity_id, old_value, new_value, ip)
  select ('00000000-0000-4000-8000-00000000000' || n)::uuid, '{domain}', 'user',
    case when n < 4 then '11111111-1111-4111-8111-111111111111'::uuid end, 'contact.update', 'update', 'contact',
    case when n < 4 then '11111111-1111-4111-8111-111111111111'::uuid else gen_random_uuid() end,
    jsonb_build_object('email', n || '@example.org'), jsonb_build_object('email', null), '192.0.2.1'
  from generate_series(1, 4) as n";

/// Seals, then changes what nobody may change, and looks whether the chain names it; takes personal data away, and
/// looks whether the chain stays whole.
pub async fn chain_finds_what_was_changed(app: &App, job: &'static Job) {
    let (log, domain) = (app.audit_log(), app.database.domain);
    let schema = log.split('.').next().expect("schema and table");
    let fill = |sql: &str| {
        sql.replace("{log}", log).replace("{domain}", domain.name()).replace("{schema}", schema)
    };
    app.execute(&fill(ENTRIES)).await;
    let waiting = app.count(&fill("{schema}.audit_queue")).await;
    assert!(waiting >= 4);

    let ran = app.run(job).await.result.expect("it seals");
    let again = app.run(job).await.result.expect("nothing waits");

    assert_eq!((ran["entries"].as_i64(), again["entries"].as_i64()), (Some(waiting), Some(0)));
    assert_eq!(broken(app).await, None);
    let place = |n: u8| {
        fill(&format!(
            "select seq::text from {{schema}}.audit_seals where entry_id = '00000000-0000-4000-8000-00000000000{n}'"
        ))
    };
    let second = app.value(&place(2)).await;
    let tamper = |change: &str| {
        fill(&format!(
            "alter table {{log}} disable trigger refuse_change;
             alter table {{schema}}.audit_seals disable trigger guard_seal;
             {change};
             alter table {{log}} enable always trigger refuse_change;
             alter table {{schema}}.audit_seals enable always trigger guard_seal"
        ))
    };
    let own = "where id = '00000000-0000-4000-8000-000000000002'";
    for (change, back) in [
        ("action = 'contact.create'", "action = 'contact.update'"),
        ("new_value = '{}'", "new_value = '{\"email\": null}'"),
        ("ip = '192.0.2.2'", "ip = '192.0.2.1'"),
        ("actor_contact_id = null", "actor_contact_id = '11111111-1111-4111-8111-111111111111'"),
    ] {
        app.execute(&tamper(&format!("update {{log}} set {change} {own}"))).await;
        assert_eq!(broken(app).await, Some(format!("{second} content")), "{change}");
        app.execute(&tamper(&format!("update {{log}} set {back} {own}"))).await;
        assert_eq!(broken(app).await, None, "{back}");
    }

    let redact = "select {schema}.redact_audit('11111111-1111-4111-8111-111111111111', '{contact}',
        '{11111111-1111-4111-8111-111111111111}')::text";
    assert_eq!(app.value(&fill(redact)).await, "3");
    assert_eq!(app.value(&fill(redact)).await, "3", "again, the same ones");
    assert_eq!(broken(app).await, None);
    let left = "{log} where id::text ~ '^0{8}-' and (old_value is not null or ip is not null)";
    assert_eq!(app.count(&fill(left)).await, 1, "that of somebody else");
    app.execute(&tamper(&format!("update {{log}} set old_value = '{{}}' {own}"))).await;
    assert_eq!(broken(app).await, Some(format!("{second} redaction")));
    app.execute(&tamper(&format!("update {{log}} set old_value = null {own}"))).await;

    app.execute(&tamper(&format!("delete from {{log}} {own}"))).await;
    assert_eq!(broken(app).await, Some(format!("{second} missing")));
    app.execute(&tamper(&format!("delete from {{schema}}.audit_seals where seq = {second}"))).await;
    let next = second.parse::<i64>().expect("a place") + 1;
    assert_eq!(broken(app).await, Some(format!("{next} gap")));
}

/// Place and reason of the first thing that is not as it was sealed, asked as a function may.
async fn broken(app: &App) -> Option<String> {
    let domain = app.database.domain;
    let pool = Pool::find(domain, Access::Write, "test", |name| app.var(name).map(str::to_owned));
    let pool = pool.expect("the variables are set");
    let db = pool.begin(Instant::now() + Duration::from_secs(30));
    let log = audit::log(domain);
    let chain = log.chain.one(&db, ()).await.expect("a chain");
    let mut broken = log.broken.opt(&db, (1, chain.sealed)).await.expect("links");
    if broken.is_none() {
        broken = log.loose.opt(&db, ()).await.expect("a head");
    }
    broken.map(|it| format!("{} {}", it.seq.unwrap_or_default(), it.why))
}
