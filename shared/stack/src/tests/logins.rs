//! Who gets in where, and what they may do there.
use db::Domain;
use tokio_postgres::config::SslMode;

use super::sandbox::{Sandbox, ask, session};
use crate::{
    Kind,
    admin::{Tls, log_in, value, wait},
    create_database_sql, grant_connect_sql, postgres, prepare_database_sql,
    state::State,
};

#[test]
fn every_login_works_with_and_without_tls_and_in_its_own_database_only() {
    let sandbox = Sandbox::shared();
    let (running, _) = sandbox.up();
    let kinds = [Kind::Direct, Kind::Pooled, Kind::Read, Kind::PooledRead];

    for (kind, ssl) in
        kinds.iter().flat_map(|kind| [(*kind, SslMode::Require), (*kind, SslMode::Disable)])
    {
        for domain in Domain::ALL {
            let answer = wait(async {
                let client = session(&running, domain, kind, domain.name(), ssl).await;
                let client = client.unwrap_or_else(|error| panic!("{domain:?} {kind:?}: {error}"));
                Ok(value(&client, "select session_user || ' ' || current_database()")
                    .await
                    .unwrap())
            });
            let expected = format!("{} {}", kind.user(domain), domain.name());
            assert_eq!(answer.unwrap(), Some(expected));
        }
        let refusal = wait(async {
            // Through PgBouncer the login is its own; the server refuses when a statement needs it.
            match session(&running, Domain::Finance, kind, "content", ssl).await {
                Err(error) => Ok(error),
                Ok(client) => Ok(value(&client, "select 1").await.unwrap_err().to_string()),
            }
        });
        let refusal = refusal.unwrap();
        assert!(!refusal.is_empty(), "{kind:?} {ssl:?}: {refusal}");
    }
}

#[test]
fn roles_may_do_what_they_are_for_and_no_more() {
    let sandbox = Sandbox::shared();
    let (running, _) = sandbox.up();
    let ask = |kind, sql: &str| ask(&running, kind, sql);
    let denied = |answer: Result<String, String>| {
        let message = answer.unwrap_err();
        assert!(
            message.contains("permission denied") || message.contains("read-only"),
            "{message}"
        );
    };

    assert_eq!(ask(Kind::Direct, "select current_user::text").as_deref(), Ok("platform_owner"));
    let schema = "create schema demo;
                  grant usage on schema demo to platform_writer, platform_reader;
                  create table demo.things (id int primary key);
                  grant select, insert on demo.things to platform_writer;
                  grant select on demo.things to platform_reader;
                  create function demo.answer() returns int language sql return 42";
    ask(Kind::Direct, schema).unwrap();
    ask(Kind::Pooled, "insert into demo.things values (1)").unwrap();
    assert_eq!(ask(Kind::PooledRead, "select id from demo.things").as_deref(), Ok("1"));

    denied(ask(Kind::Pooled, "create table demo.mine ()"));
    denied(ask(Kind::Pooled, "create table public.mine ()"));
    denied(ask(Kind::Pooled, "create temporary table mine ()"));
    denied(ask(Kind::Pooled, "delete from demo.things"));
    denied(
        ask(Kind::Pooled, "drop table demo.things")
            .map_err(|it| it.replace("must be owner", "permission denied")),
    );
    denied(ask(Kind::Pooled, "set role platform_owner"));
    denied(ask(Kind::Pooled, "select demo.answer()"));
    denied(ask(Kind::PooledRead, "insert into demo.things values (2)"));
    denied(ask(Kind::PooledRead, "begin read write; insert into demo.things values (2)"));

    for (kind, statement, lock) in
        [(Kind::Pooled, "5s", "2s"), (Kind::Read, "5s", "2s"), (Kind::Direct, "15min", "30s")]
    {
        assert_eq!(ask(kind, "show statement_timeout").as_deref(), Ok(statement));
        assert_eq!(ask(kind, "show lock_timeout").as_deref(), Ok(lock));
    }
    assert_eq!(ask(Kind::Read, "show default_transaction_read_only").as_deref(), Ok("on"));
    assert_eq!(ask(Kind::Read, "select pg_is_in_recovery()").as_deref(), Ok("t"));
}

#[test]
fn a_copied_database_is_reachable_through_the_pooler() {
    let sandbox = Sandbox::shared();
    let (running, _) = sandbox.up();
    let (domain, template, copy) = (Domain::Finance, "a \"template\"", "test_copy");

    let made = wait(async {
        let state = State::load(&sandbox.stack.place)?.unwrap();
        let trust = Tls::trusting(Some(&running.ca_pem))?;
        let mut login = postgres::admin(running.ports.primary, &state);
        let client = log_in(login, &trust).await?;
        for sql in [
            create_database_sql(domain, template, None),
            create_database_sql(domain, copy, Some(template)),
            grant_connect_sql(domain, copy),
        ] {
            client.batch_execute(&sql).await.unwrap();
        }
        login.database = copy;
        let inside = log_in(login, &trust).await?;
        inside.batch_execute(&prepare_database_sql(domain)).await.unwrap();
        let client = session(&running, domain, Kind::Pooled, copy, SslMode::Require).await.unwrap();
        Ok(value(&client, "select current_database()").await.unwrap())
    });

    assert_eq!(made.unwrap().as_deref(), Some(copy));
    let url = running.url(domain, Kind::Direct, template).unwrap();
    assert!(url.contains("/a%20%22template%22?sslmode=verify-full&sslrootcert="), "{url}");
}
