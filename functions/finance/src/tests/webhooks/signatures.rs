//! Both schemes on values that others have published or computed.
use crate::webhooks::signature::{Doubt, check, keys};

const BODY: &[u8] = br#"{"test": 2432232314}"#;
const AT: i64 = 1_614_265_330;
/// The example that the libraries of Standard Webhooks test themselves with.
const SECRET: &str = "gocardless=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TAG: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn standard(setting: &str, tag: &str, body: &[u8], now: i64) -> Result<String, Doubt> {
    let header = |name: &str| match name {
        "webhook-id" => Some("msg_p5jXN8AQM9LWM0D4loKWxJek"),
        "webhook-timestamp" => Some("1614265330"),
        "webhook-signature" => Some(tag),
        _ => None,
    };
    let keys = keys(setting, "gocardless").unwrap();
    check("gocardless", &keys, header, body, now).map(str::to_owned)
}

fn stripe(setting: &str, value: &str, now: i64) -> Result<(), Doubt> {
    let header = |name: &str| (name == "stripe-signature").then_some(value);
    let keys = keys(setting, "stripe").unwrap();
    check("stripe", &keys, header, br#"{"id": "evt_1"}"#, now).map(|_| ())
}

#[test]
fn standard_webhooks_sign_id_time_and_body() {
    let forged = Err(Doubt::Forged("webhook-signature"));
    let rotated = format!("v1,AAAA {TAG}");
    let id = Ok("msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned());

    assert_eq!(standard(SECRET, TAG, BODY, AT), id);
    assert_eq!(standard(SECRET, &rotated, BODY, AT), id);
    assert_eq!(standard(SECRET, TAG, BODY, AT + 300), id);
    assert_eq!(standard(SECRET, TAG, BODY, AT - 300), id);
    assert_eq!(standard(SECRET, TAG, BODY, AT + 301), Err(Doubt::Late("webhook-timestamp")));
    assert_eq!(standard(SECRET, TAG, BODY, AT - 301), Err(Doubt::Late("webhook-timestamp")));
    assert_eq!(standard(SECRET, TAG, br#"{"test": 2432232315}"#, AT), forged);
    // Who cannot sign learns nothing of the clock.
    assert_eq!(standard(SECRET, "v1,AAAA", BODY, 0), forged);
    for unsigned in ["", "v1", "v2,AAAA", "v1,%%%"] {
        let refused = standard(SECRET, unsigned, BODY, AT);
        assert_eq!(refused, Err(Doubt::Unsigned("webhook-signature")), "{unsigned}");
    }
}

#[test]
fn stripe_signs_time_and_body() {
    let setting = "stripe=whsec_test_secret_0,stripe=whsec_test_secret_1";
    let tag = "079f6d6b4c048c82d15b8d54129551d7f84ed155c742472a0109b3526e87b920";
    let forged = Err(Doubt::Forged("stripe-signature"));

    assert_eq!(stripe(setting, &format!("t={AT},v1={tag}"), AT), Ok(()));
    assert_eq!(stripe(setting, &format!("t={AT},v1=00,v0=11,v1={tag}"), AT + 300), Ok(()));
    assert_eq!(
        stripe(setting, &format!("t={AT},v1={tag}"), AT + 301),
        Err(Doubt::Late("stripe-signature"))
    );
    assert_eq!(stripe(setting, &format!("t={},v1={tag}", AT + 1), AT), forged);
    assert_eq!(stripe("stripe=whsec_test_secret_2", &format!("t={AT},v1={tag}"), AT), forged);
    // A scheme that was given up proves nothing.
    for unsigned in
        ["", "t=1", &format!("t={AT},v0={tag}"), &format!("v1={tag}"), "t=x,v1=00", "t=1,v1=0"]
    {
        let refused = stripe(setting, unsigned, AT);
        assert_eq!(refused, Err(Doubt::Unsigned("stripe-signature")), "{unsigned}");
    }
}

#[test]
fn only_named_providers_have_keys() {
    assert_eq!(keys("off", "stripe").unwrap().len(), 0);
    assert_eq!(keys(SECRET, "stripe").unwrap().len(), 0);
    assert_eq!(keys(&format!("{SECRET},{SECRET}"), "gocardless").unwrap().len(), 2);
    for malformed in ["", "gocardless", "gocardless=short", "gocardless=whsec_%%%%%%%%%%%%%%%%"] {
        let wrong = keys(malformed, "gocardless").unwrap_err().to_string();
        assert!(wrong.starts_with("ARUURI_WEBHOOK_SECRETS "), "{wrong}");
        assert!(!wrong.contains("%%"), "{wrong}");
    }
}
