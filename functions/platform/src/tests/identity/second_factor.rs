use db::Domain;
use serde_json::{Value, json};
use testdb::{Answer, App, Call};

use super::{PASSWORD, account, credentials, post, sign_in, tokens};
use crate::identity::{disable_totp, now_step, one_time, set_up_totp};

async fn with_code(app: &App, code: &str) -> Answer {
    let mut body = credentials("ada@example.org", PASSWORD);
    body["code"] = json!(code);
    post(app, &crate::identity::sign_in::ROUTE, &body).await
}

async fn set_up(app: &App, access: &str, code: Option<&str>) -> Answer {
    let body = json!({ "current_password": PASSWORD, "code": code });
    app.call(&set_up_totp::ROUTE, Call::bearer(access).json(&body)).await
}

/// RFC 4648, section 6, backwards.
pub(in crate::tests) fn bytes(base32: &Value) -> Vec<u8> {
    let bits: String = base32
        .as_str()
        .unwrap()
        .bytes()
        .map(|letter| {
            let value = if letter >= b'A' { letter - b'A' } else { letter - b'2' + 26 };
            format!("{value:05b}")
        })
        .collect();
    let whole = bits.len() / 8;
    (0..whole).map(|i| u8::from_str_radix(&bits[8 * i..8 * i + 8], 2).unwrap()).collect()
}

pub(in crate::tests) fn code(secret: &[u8], step: i64) -> String {
    format!("{:06}", one_time(secret, step))
}

#[test]
fn codes_are_those_of_the_rfc() {
    // RFC 6238, appendix B, the last six of eight digits.
    let secret = b"12345678901234567890";

    for (time, digits) in [
        (59, 287_082),
        (1_111_111_109, 81_804),
        (1_111_111_111, 50_471),
        (1_234_567_890, 5_924),
        (2_000_000_000, 279_037),
        (20_000_000_000_i64, 353_130),
    ] {
        assert_eq!(one_time(secret, time / 30), digits, "{time}");
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_is_proven_and_a_code_works_once() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (access, _) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);

    let begun = set_up(&app, &access, None).await;
    let secret = bytes(&begun.body["secret"]);
    let not_yet = sign_in(&app, "ada@example.org", PASSWORD).await;
    let wrong = set_up(&app, &access, Some(&code(&secret, now_step() + 9))).await;
    let step = now_step();
    let enabled = set_up(&app, &access, Some(&code(&secret, step))).await;
    let again = set_up(&app, &access, None).await;
    let asked = sign_in(&app, "ada@example.org", PASSWORD).await;
    let replayed = with_code(&app, &code(&secret, step)).await;
    let next = with_code(&app, &code(&secret, step + 1)).await;
    let twice = with_code(&app, &code(&secret, step + 1)).await;

    assert!(
        begun.body["uri"].as_str().unwrap().starts_with("otpauth://totp/Aruuri:ada@example.org?")
    );
    assert_eq!((not_yet.status, wrong.status), (200, 401));
    assert_eq!((enabled.status, &enabled.body["enabled"], again.status), (200, &json!(true), 409));
    assert_eq!((asked.status, asked.code()), (401, "second_factor_needed"));
    assert_eq!((replayed.status, next.status, twice.status), (401, 200, 401));
    let stored = app.value("select encode(totp_secret, 'hex') from identity.user_secrets").await;
    let plain: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(stored.len() == 96 && !stored.contains(&plain));
}

#[tokio::test]
async fn a_recovery_code_signs_in_once_and_the_factor_can_be_switched_off() {
    let app = App::empty(Domain::Platform).await;
    account(&app, "ada@example.org").await;
    let (access, _) = tokens(&sign_in(&app, "ada@example.org", PASSWORD).await);
    let secret = bytes(&set_up(&app, &access, None).await.body["secret"]);
    let enabled = set_up(&app, &access, Some(&code(&secret, now_step()))).await;
    let codes = enabled.body["recovery_codes"].as_array().unwrap();
    let first = codes[0].as_str().unwrap();

    let once = with_code(&app, &first.to_lowercase()).await;
    let twice = with_code(&app, first).await;
    let made_up = with_code(&app, "AAAA-BBBB-CCCC-DDDD").await;
    let (access, _) = tokens(&once);
    let off = async |password: &str| {
        let body = json!({ "current_password": password });
        app.call(&disable_totp::ROUTE, Call::bearer(&access).json(&body)).await.status
    };
    let statuses = [off("not the right one").await, off(PASSWORD).await, off(PASSWORD).await];
    let without = sign_in(&app, "ada@example.org", PASSWORD).await;

    assert_eq!(codes.len(), 10);
    assert_eq!((twice.status, made_up.status), (401, 401));
    assert_eq!((statuses, without.status), ([401, 204, 404], 200));
    let noted = "select string_agg(action, ',' order by created_at) from audit.audit_logs where action like 'auth.totp%'";
    assert_eq!(app.value(noted).await, "auth.totp_enabled,auth.totp_disabled");
}
