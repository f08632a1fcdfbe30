//! Tokens that others can verify.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

use crate::{AUDIENCE, ISSUER, Signer, developer, place::Place};

#[test]
fn a_token_is_verified_by_the_published_key() {
    let root = std::env::temp_dir().join(format!("aruuri-test-keys-{}", std::process::id()));
    std::fs::create_dir_all(&root).unwrap();
    let place = Place::new(&root);
    place.make_home().unwrap();
    let signer = Signer::load_or_make(&place).unwrap();

    let token = signer.token(developer(), &["admin", "contributor"], 60).unwrap();

    let again = Signer::load_or_make(&place).unwrap().jwks();
    std::fs::remove_dir_all(&root).unwrap();
    assert_eq!(again, signer.jwks(), "the key is made once");
    let key = &signer.jwks()["keys"][0];
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let json = |text: &str| -> Value { serde_json::from_slice(&bytes(text)).unwrap() };
    let point =
        [vec![4], bytes(key["x"].as_str().unwrap()), bytes(key["y"].as_str().unwrap())].concat();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = message.split_once('.').unwrap();
    let verified = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(message.as_bytes(), &bytes(signature));
    assert!(verified.is_ok());
    assert_eq!(json(head)["kid"], key["kid"]);
    assert_eq!(json(head)["alg"], "ES256");
    let claims = json(claims);
    assert_eq!((&claims["iss"], &claims["aud"]), (&ISSUER.into(), &AUDIENCE.into()));
    assert_eq!(claims["sub"], developer().to_string());
    assert_eq!(claims["roles"], serde_json::json!(["admin", "contributor"]));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 60);
    assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
}
