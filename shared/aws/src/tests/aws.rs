use std::net::TcpListener;

use serde_json::json;

use crate::{Aws, Moto, Reference};

#[tokio::test]
async fn secrets_and_parameters_are_read_and_read_again_when_they_change() {
    const URL: &str = "postgres://finance_app:old@db.example.org/finance";
    let Some(moto) = Moto::start().await else { return };
    let create = json!({ "Name": "whole", "SecretString": URL });
    moto.tell("secretsmanager.CreateSecret", create).await;
    let document = json!({ "url": URL, "port": 5432 }).to_string();
    let create = json!({ "Name": "document", "SecretString": document });
    moto.tell("secretsmanager.CreateSecret", create).await;
    let put = json!({ "Name": "/finance/url", "Type": "SecureString", "Value": URL });
    moto.tell("AmazonSSM.PutParameter", put).await;

    for reference in ["secretsmanager:whole", "secretsmanager:document#url", "ssm:/finance/url"] {
        assert_eq!(moto.fetch(reference).await.unwrap(), URL, "{reference}");
    }
    let change = json!({ "SecretId": "whole", "SecretString": URL.replace("old", "new") });
    moto.tell("secretsmanager.PutSecretValue", change).await;
    assert!(moto.fetch("secretsmanager:whole").await.unwrap().contains("new"));

    let missing = moto.fetch("secretsmanager:nobody").await.unwrap_err();
    // The status is moto's, which has another one than AWS.
    assert!(missing.to_string().ends_with(" ResourceNotFoundException"), "{missing}");
    assert!(!missing.is_for_now());
    let missing = moto.fetch("ssm:/nobody").await.unwrap_err();
    assert!(missing.to_string().ends_with(" ParameterNotFound"), "{missing}");
    for no_text in ["secretsmanager:document#port", "secretsmanager:whole#url"] {
        let wrong = moto.fetch(no_text).await.unwrap_err();
        assert_eq!(wrong.to_string(), format!("{no_text} is no text"));
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_named() {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let aws = Aws::find(|name| match name {
        "AWS_ENDPOINT_URL_SSM" => Some(format!("http://127.0.0.1:{port}")),
        _ => Some("eu-west-2".to_owned()),
    });

    let failed = aws.unwrap().fetch(&Reference::parse("ssm:x").unwrap()).await.unwrap_err();

    assert!(failed.is_for_now());
    assert_eq!(failed.to_string(), "no answer from 127.0.0.1");
}
