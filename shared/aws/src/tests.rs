mod aws;
mod bus;

use jiff::Timestamp;

use crate::{
    Aws, Error, Reference, http,
    sign::{self, Credentials, Request},
};

fn credentials(token: Option<&str>) -> Credentials {
    Credentials {
        key: "AKIDEXAMPLE".to_owned(),
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        token: token.map(str::to_owned),
    }
}

#[test]
fn a_reference_names_a_secret_or_a_parameter() {
    let arn = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:finance-AbCdEf";
    let secret = |id: &str, member: Option<&str>| {
        Some(Reference::Secret { id: id.to_owned(), member: member.map(str::to_owned) })
    };

    assert_eq!(Reference::parse("secretsmanager:finance"), secret("finance", None));
    let member = Reference::parse(&format!(" secretsmanager:{arn}#url\n"));
    assert_eq!(member, secret(arn, Some("url")));
    assert_eq!(member.as_ref().unwrap().region(), Some("eu-west-2"));
    assert_eq!(member.unwrap().to_string(), format!("secretsmanager:{arn}#url"));
    let parameter = Reference::parse("ssm:/aruuri/finance/url").unwrap();
    assert_eq!(parameter, Reference::Parameter { name: "/aruuri/finance/url".to_owned() });
    assert_eq!(parameter.region(), None);
    assert_eq!(Reference::parse("postgres://u:p@h/d?ssm:x"), None);
}

/// Compared with botocore, which every AWS command line signs with.
#[test]
fn a_request_is_signed_as_botocore_signs_it() {
    let request = Request {
        service: "secretsmanager",
        region: "eu-west-2",
        host: "secretsmanager.eu-west-2.amazonaws.com",
        target: "secretsmanager.GetSecretValue",
        body: br#"{"SecretId":"finance"}"#,
    };
    let now: Timestamp = "2026-11-22T08:09:10Z".parse().unwrap();

    let headers = sign::headers(&credentials(Some("a/token+==")), &request, now);

    let authorization = &headers.last().unwrap().1;
    assert_eq!(authorization, include_str!("tests/authorization.txt").trim());
}

#[test]
fn a_log_in_token_is_the_one_that_botocore_makes() {
    let now: Timestamp = "2026-11-22T08:09:10Z".parse().unwrap();
    let (host, user) = ("db.abc.eu-west-2.rds.amazonaws.com", "finance_app");

    for (session, botocore) in [
        (None, include_str!("tests/rds_token.txt")),
        (Some("a/token+=="), include_str!("tests/rds_token_of_a_session.txt")),
    ] {
        let token = sign::rds_token(&credentials(session), "eu-west-2", host, 5432, user, now);

        assert_eq!(sorted(&token), sorted(botocore.trim()));
    }
}

/// The order of parameters means nothing.
fn sorted(token: &str) -> (&str, Vec<&str>) {
    let (place, query) = token.split_once('?').unwrap();
    let mut query: Vec<_> = query.split('&').collect();
    query.sort_unstable();
    (place, query)
}

#[test]
fn an_endpoint_without_tls_is_on_loopback() {
    let of = |url| http::endpoint("ssm", "eu-west-2", url);

    assert_eq!(of(None).unwrap().host, "ssm.eu-west-2.amazonaws.com");
    let local = of(Some("http://127.0.0.1:5000/")).unwrap();
    assert_eq!((local.tls, local.port, &*local.authority), (false, 5000, "127.0.0.1:5000"));
    assert!(of(Some("https://vpce-1.ssm.eu-west-2.vpce.amazonaws.com")).unwrap().tls);
    for wrong in
        ["http://ssm.example.org", "ftp://127.0.0.1", "127.0.0.1:5000", "http://127.0.0.1:x"]
    {
        assert!(matches!(of(Some(wrong)), Err(Error::Endpoint { .. })), "{wrong}");
    }
}

#[test]
fn nothing_shows_a_credential() {
    let aws = Aws::find(|name| Some(format!("value-of-{name}"))).unwrap();
    let missing = Aws::find(|name| (name == "AWS_REGION").then(|| "eu-west-2".to_owned()));

    let shown = format!("{aws:?}");
    assert!(shown.contains("value-of-AWS_REGION") && !shown.contains("KEY"), "{shown}");
    assert_eq!(missing.unwrap_err().to_string(), "AWS_ACCESS_KEY_ID is not set, which Lambda does");
}
