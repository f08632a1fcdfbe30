//! The migrate function as the process that is deployed, behind a Lambda Runtime API.
use std::{sync::Arc, time::Duration};

use db::Domain;
use gateway::{Failure, Function, Instance, Log, Watchdog};
use serde_json::{Value, json};
use stack::{Kind, Stack};
use testdb::Database;
use tokio_postgres::Client;

use super::{connect, url};
use crate::{
    cargo::Build,
    output::{Format, Output},
};

/// Starts the real binary with these variables; its invocations end after so many seconds.
async fn start(env: &[(&str, String)], seconds: u64) -> Instance {
    let stack = Stack::find().unwrap();
    let build = Build { root: stack.root(), release: false, only: &["migrate"], http: false };
    let binaries = build.run(&Output::new(Format::Table, true, 0)).await.unwrap();
    let function = Function {
        name: "aruuri-test-migrate".into(),
        method: String::new(),
        path: String::new(),
        timeout: Duration::from_secs(seconds),
        memory_mb: 256,
        binary: binaries["migrate"].clone(),
        env: env.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    };
    let watchdog = Arc::new(Watchdog::start().unwrap());
    let mut instance = Instance::start(&function, &Log::none(), &watchdog).await.unwrap();
    instance.ready(Duration::from_secs(30)).await.unwrap();
    instance
}

async fn invoke(instance: &mut Instance, event: &Value) -> Result<Value, String> {
    match instance.invoke("request", event.to_string().into()).await {
        Ok((answer, _)) => Ok(serde_json::from_slice(&answer).unwrap()),
        Err(Failure::Reported(said)) => Err(said),
        Err(other) => panic!("{other:?}"),
    }
}

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_typed(sql, &[]).await.unwrap()[0].get(0)
}

const REVISIONS: &str = "select count(*) from atlas_schema_revisions.atlas_schema_revisions";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_function_applies_once_and_goes_on_where_it_stopped() {
    let (content, platform) =
        (Database::empty(Domain::Content).await, Database::empty(Domain::Platform).await);
    let files = migrate_function::directory(Domain::Content).files().len();
    let all = files + migrate_function::directory(Domain::Platform).files().len();
    let env = [
        ("ARUURI_CONTENT_DATABASE_URL", url(&content)),
        ("ARUURI_PLATFORM_DATABASE_URL", url(&platform)),
        // As the template has it for a domain that is left alone.
        ("ARUURI_FINANCE_DATABASE_URL", String::new()),
    ];
    let both = json!({ "mark": "preview" });

    let mut short = start(&env, 20).await;
    let late = invoke(&mut short, &both).await.unwrap();
    let mut long = start(&env, 900).await;
    let one = invoke(&mut long, &json!({ "domains": ["content"] })).await.unwrap();
    let rest = invoke(&mut long, &both).await.unwrap();
    let again = invoke(&mut long, &both).await.unwrap();
    let session = connect(&url(&content)).await;

    assert_eq!((late["applied"].as_array().unwrap().len(), &late["pending"]), (0, &json!(all)));
    assert_eq!((one["applied"].as_array().unwrap().len(), &one["pending"]), (files, &json!(0)));
    assert_eq!(one["applied"][0]["domain"], "content");
    assert_eq!(rest["applied"].as_array().unwrap().len(), all - files);
    assert_eq!((again["applied"].as_array().unwrap().len(), &again["pending"]), (0, &json!(0)));
    assert_eq!(again["domains"].as_array().unwrap().len(), 2);
    assert_eq!(count(&session, REVISIONS).await, i64::try_from(files).unwrap());
    let mark = migrate::marker::read(&session).await.unwrap();
    assert_eq!(mark, Some(migrate::marker::Environment::Preview));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_ahead_of_the_function_is_left_alone_and_a_failure_is_an_error_of_the_function()
{
    let content = Database::empty(Domain::Content).await;
    let mut env = vec![("ARUURI_CONTENT_DATABASE_URL", url(&content))];
    let mut function = start(&env, 900).await;
    invoke(&mut function, &Value::Null).await.unwrap();
    let session = connect(&url(&content)).await;
    let newer = "insert into atlas_schema_revisions.atlas_schema_revisions
        (version, description, applied, total, executed_at, execution_time, hash, operator_version)
        values ('29990101000000', 'later', 1, 1, now(), 0, 'x', 'test')";
    session.batch_execute(newer).await.unwrap();

    let ahead = invoke(&mut function, &Value::Null).await.unwrap();
    session
        .batch_execute(
            "update atlas_schema_revisions.atlas_schema_revisions set hash = 'other' where version < '2999'",
        )
        .await
        .unwrap();
    let changed = invoke(&mut function, &Value::Null).await.unwrap_err();
    let odd = invoke(&mut function, &json!({ "domain": "content" })).await.unwrap_err();

    assert_eq!((&ahead["ahead"], &ahead["pending"]), (&json!(["content"]), &json!(0)));
    assert!(changed.contains("\"errorType\":\"Checksum\""), "{changed}");
    assert!(changed.contains("content: ") && changed.contains("was changed after"), "{changed}");
    assert!(odd.contains("unknown field `domain`"), "{odd}");
    if let Some(pooled) = content.url(Kind::Pooled) {
        env[0].1 = pooled;
        let refused = invoke(&mut start(&env, 900).await, &Value::Null).await.unwrap_err();
        assert!(refused.contains("use the direct URL"), "{refused}");
    }
}
