use crate::Endpoint;

fn name(url: &str) -> Result<String, &'static str> {
    let endpoint = Endpoint::new(url, None)?;
    Ok(format!(
        "{}{}{}",
        if endpoint.tls { "https://" } else { "http://" },
        endpoint.name(),
        endpoint.path
    ))
}

#[test]
fn a_request_goes_to_the_api_host_of_the_database() {
    for (url, address) in [
        ("postgres://u:p@ep-a-1.us-east-2.aws.neon.tech/d", "api.us-east-2.aws.neon.tech"),
        (
            "postgres://u:p@ep-a-1-pooler.us-east-2.aws.neon.tech:5432/d",
            "api.us-east-2.aws.neon.tech",
        ),
        (
            "postgresql://u:p@ep-a-1-pooler.c-2.us-east-2.aws.neon.tech/d",
            "api.c-2.us-east-2.aws.neon.tech",
        ),
        ("postgres://u:p@localhost/d", "localhost"),
        ("postgres://u:p@10.0.0.1/d", "10.0.0.1"),
    ] {
        assert_eq!(name(url), Ok(format!("https://{address}:443/sql")), "{url}");
    }
}

#[test]
fn an_address_is_taken_as_it_is_and_only_loopback_without_tls() {
    let url = "postgres://u:p@h.example/d?sslrootcert=/secret/ca.pem&options=endpoint%3Da";
    let at = |address| Endpoint::new(url, Some(address));

    let local = at("http://127.0.0.1:9080").unwrap();
    assert_eq!((local.name().as_str(), local.path.as_str()), ("127.0.0.1:9080", "/sql"));
    let other = at("https://sql.example/v1/sql").unwrap();
    assert_eq!((other.name().as_str(), other.path.as_str()), ("sql.example:443", "/v1/sql"));
    for address in [
        "http://sql.example/sql",
        "sql.example",
        "https://",
        "https://u:p@h/sql",
        "http://localhost:x",
    ] {
        assert!(at(address).is_err(), "{address}");
    }
}

#[test]
fn a_connection_string_is_never_shown_and_names_no_file() {
    let url = "postgres://u:secret@h.example/d?sslrootcert=/home/me/ca.pem&options=endpoint%3Da";

    let endpoint = Endpoint::new(url, None).unwrap();

    assert_eq!(format!("{endpoint:?}"), "Endpoint(api.example:443)");
    assert_eq!(
        endpoint.connection_string,
        "postgresql://u:secret@h.example/d?options=endpoint%3Da"
    );
    assert!(endpoint.connection_string.is_sensitive());
    for url in ["http://h/d", "postgres://h/d", "postgres://u@h/d", "postgres://u:p@h"] {
        assert!(Endpoint::new(url, None).is_err(), "{url}");
    }
}
