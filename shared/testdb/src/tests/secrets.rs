//! URLs that AWS keeps.
use aws::Moto;
use db::Domain;
use serde_json::{Value, json};

use super::{READ, WRITE};
use crate::{App, Call};

const POOLED: &str = "ARUURI_CONTENT_DATABASE_URL_POOLED";
const READ_URL: &str = "ARUURI_CONTENT_DATABASE_URL_READ";
const AWS: [&str; 4] =
    ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// A role of its own, so that its password can be changed.
struct Rotating {
    app: App,
    name: String,
    url: String,
}

impl Rotating {
    async fn new(moto: &Moto) -> Rotating {
        let app = App::empty(Domain::Content).await;
        let app = AWS.iter().fold(app, |app, name| app.set(name, moto.variable(name).as_deref()));
        let database = app.database.name.clone();
        let name = format!("rotating_{database}");
        app.execute(&format!(
            "create role {name} login password 'first' in role content_writer;
             grant connect on database {database} to {name}"
        ))
        .await;
        let url = app.var(POOLED).unwrap();
        let (_, place) = url.rsplit_once('@').unwrap();
        let url = format!("postgres://{name}:first@{place}");
        Rotating { app, name, url }
    }

    async fn end(self) {
        let Rotating { app, name, .. } = self;
        app.execute(&format!(
            "revoke connect on database {} from {name}; drop role {name}",
            app.database.name
        ))
        .await;
    }
}

#[tokio::test]
async fn a_url_is_asked_for_once_and_again_when_its_password_has_changed() {
    let Some(moto) = Moto::start().await else { return };
    let mut test = Rotating::new(&moto).await;
    let create =
        json!({ "Name": "content", "SecretString": json!({ "url": test.url }).to_string() });
    moto.tell("secretsmanager.CreateSecret", create).await;
    test.app = test.app.set(POOLED, Some("secretsmanager:content#url"));

    let first = test.app.call(&WRITE, Call::anonymous().path("a")).await;
    let second = test.app.call(&WRITE, Call::anonymous().path("b")).await;
    let name = &test.name;
    let changed = test.url.replace(":first@", ":second@");
    let put =
        json!({ "SecretId": "content", "SecretString": json!({ "url": changed }).to_string() });
    moto.tell("secretsmanager.PutSecretValue", put).await;
    test.app
        .execute(&format!(
            "alter role {name} password 'second';
             select pg_terminate_backend(pid) from pg_stat_activity where usename = '{name}'"
        ))
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let third = test.app.call(&WRITE, Call::anonymous().path("c")).await;
    // Now nobody knows the password.
    test.app
        .execute(&format!(
            "alter role {name} password 'third';
             select pg_terminate_backend(pid) from pg_stat_activity where usename = '{name}'"
        ))
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let fourth = test.app.call(&WRITE, Call::anonymous().path("d")).await;

    assert_eq!((first.status, second.status, third.status), (204, 204, 204), "{}", third.log);
    let source = |log: &Value| log["secrets"][0]["source"].clone();
    assert_eq!(source(&first.log), "secretsmanager:content#url");
    assert_eq!(first.log["secrets"][0]["variable"], POOLED);
    assert!(first.log["secrets"][0]["duration_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(second.log["secrets"], Value::Null);
    assert_eq!(source(&third.log), "secretsmanager:content#url");
    assert_eq!((fourth.status, fourth.code()), (500, "internal_error"));
    for answer in [first, second, third, fourth] {
        let told = format!("{}{}", answer.log, answer.body);
        assert!(!told.contains("postgres://") && !told.contains("third"), "{told}");
    }
    test.end().await;
}

#[tokio::test]
async fn a_parameter_serves_too_and_a_missing_one_is_our_mistake() {
    let Some(moto) = Moto::start().await else { return };
    let app = App::empty(Domain::Content).await;
    let url = app.var(READ_URL).unwrap().to_owned();
    let put = json!({ "Name": "/content/read", "Type": "SecureString", "Value": url });
    moto.tell("AmazonSSM.PutParameter", put).await;
    let app = AWS.iter().fold(app, |app, name| app.set(name, moto.variable(name).as_deref()));
    let app = app.set(READ_URL, Some("ssm:/content/read"));

    let found = app.call(&READ, Call::anonymous()).await;
    let app = app.set(READ_URL, Some("ssm:/content/nobody"));
    let missing = app.call(&READ, Call::anonymous()).await;

    assert_eq!((found.status, &found.body["role"]), (200, &json!("content_read")));
    assert_eq!((missing.status, missing.code()), (500, "internal_error"));
    let error = missing.log["error"].as_str().unwrap();
    assert!(error.contains("no value for ARUURI_CONTENT_DATABASE_URL_READ"), "{error}");
    assert!(error.ends_with(" ParameterNotFound"), "{error}");
}

#[tokio::test]
async fn aws_that_is_not_there_is_waited_for_no_longer_than_a_database() {
    let app = App::empty(Domain::Content).await;
    let app = AWS.iter().fold(app, |app, name| app.set(name, Some("eu-west-2")));
    let app = app.set("AWS_ENDPOINT_URL", Some("http://127.0.0.1:1"));
    let app = app.set(POOLED, Some("secretsmanager:content"));

    let answer = app.call(&WRITE, Call::anonymous().path("a")).await;

    assert_eq!((answer.status, answer.code()), (503, "database_unreachable"), "{}", answer.log);
    assert_eq!(answer.header("retry-after"), Some("1"));
}

/// RDS alone takes such a token; that it is the right one is shown where it is made.
#[tokio::test]
async fn a_token_of_rds_is_sent_in_place_of_a_password() {
    let app = App::empty(Domain::Content).await;
    let app = AWS.iter().fold(app, |app, name| app.set(name, Some("eu-west-2")));
    let url = app.var(POOLED).unwrap();
    let (head, place) = url.rsplit_once('@').unwrap();
    let (scheme, _) = head.rsplit_once(':').unwrap();
    let app = {
        let with_iam = format!("{scheme}@{place}&iam");
        app.set(POOLED, Some(&with_iam))
    };

    let answer = app.call(&WRITE, Call::anonymous().path("a")).await;

    assert_eq!((answer.status, answer.code()), (500, "internal_error"));
    let error = answer.log["error"].as_str().unwrap();
    assert!(error.contains("28P01"), "{error}");
    // The first, and once more after the server had refused it.
    let secrets = answer.log["secrets"].as_array().unwrap();
    assert!(secrets.len() >= 2 && secrets.iter().all(|secret| secret["source"] == "iam"));
}
