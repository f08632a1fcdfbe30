//! Certificates of the local servers, from a certificate authority whose key is forgotten at once.
use std::{
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::{
    Error,
    account::Account,
    place::{private_folder, write, write_for},
};

/// Days a certificate is valid: macOS takes no server certificate beyond 825.
const VALID_DAYS: u64 = 800;
/// Days after which a start makes new ones.
const RENEW_DAYS: u64 = 600;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Whether certificates made then should be replaced at the next start.
pub(crate) fn is_old(made: u64) -> bool {
    now().saturating_sub(made) > RENEW_DAYS * DAY.as_secs()
}

/// Makes `tls/ca.pem`, `tls/server.pem` and `tls/server.key` for the servers, and `ca` for clients.
pub(crate) fn make(servers: &Path, ca_file: &Path, account: Account) -> Result<(), Error> {
    let (ca, certificate, key) = issue().map_err(Error::crypto("make a certificate"))?;
    let tls = servers.join("tls");
    private_folder(&tls, account)?;
    write_for(&tls.join("ca.pem"), 0o644, &ca, Some(account))?;
    write_for(&tls.join("server.pem"), 0o644, certificate, Some(account))?;
    write_for(&tls.join("server.key"), 0o600, key, Some(account))?;
    write(ca_file, 0o644, ca)
}

fn issue() -> Result<(String, String, String), rcgen::Error> {
    let today = SystemTime::now();
    let valid = |params: &mut CertificateParams| {
        params.not_before = (today - DAY).into();
        params.not_after = (today + DAY * VALID_DAYS as u32).into();
    };

    let mut ca = CertificateParams::default();
    valid(&mut ca);
    ca.distinguished_name.push(DnType::CommonName, "Aruuri local development");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca, ca_key);

    let mut server = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    valid(&mut server);
    server.distinguished_name.push(DnType::CommonName, "localhost");
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let server_key = KeyPair::generate()?;
    let certificate = server.signed_by(&server_key, &issuer)?;
    Ok((ca_pem, certificate.pem(), server_key.serialize_pem()))
}
