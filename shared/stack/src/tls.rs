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
    Certificate, Error,
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

/// When a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validity {
    Now,
    /// Until yesterday.
    Past,
}

/// Makes `tls/ca.pem`, `tls/server.pem` and `tls/server.key` for the servers, and `ca` for clients.
pub(crate) fn make(servers: &Path, ca_file: &Path, account: Account) -> Result<(), Error> {
    let made = write_all(servers, "tls", &["localhost", "127.0.0.1"], Validity::Now, account)?;
    write(ca_file, 0o644, made)
}

/// The same in another folder, for a server of another name or another time.
pub(crate) fn make_other(
    servers: &Path,
    name: &str,
    validity: Validity,
    account: Account,
) -> Result<Certificate, Error> {
    let folder = if validity == Validity::Past { "tls-expired" } else { "tls-other" };
    write_all(servers, folder, &[name], validity, account)?;
    let file = |name| servers.join(folder).join(name);
    Ok(Certificate { ca: file("ca.pem"), certificate: file("server.pem"), key: file("server.key") })
}

/// PEM of an authority, of a certificate that it signed for `names`, and of its key. Nothing is written.
///
/// # Errors
/// When it cannot be made.
pub fn issued(names: &[&str]) -> Result<(String, String, String), Error> {
    issue(names, Validity::Now).map_err(Error::crypto("make a certificate"))
}

/// The authority's PEM.
fn write_all(
    servers: &Path,
    folder: &str,
    names: &[&str],
    validity: Validity,
    account: Account,
) -> Result<String, Error> {
    let issued = issue(names, validity).map_err(Error::crypto("make a certificate"))?;
    let (ca, certificate, key) = issued;
    let tls = servers.join(folder);
    private_folder(&tls, account)?;
    write_for(&tls.join("ca.pem"), 0o644, &ca, Some(account))?;
    write_for(&tls.join("server.pem"), 0o644, certificate, Some(account))?;
    write_for(&tls.join("server.key"), 0o600, key, Some(account))?;
    Ok(ca)
}

fn issue(names: &[&str], validity: Validity) -> Result<(String, String, String), rcgen::Error> {
    let today = SystemTime::now();
    let valid = |params: &mut CertificateParams, validity| {
        let (from, to) = match validity {
            Validity::Now => (today - DAY, today + DAY * VALID_DAYS as u32),
            Validity::Past => (today - DAY * 30, today - DAY),
        };
        params.not_before = from.into();
        params.not_after = to.into();
    };

    let mut ca = CertificateParams::default();
    valid(&mut ca, Validity::Now);
    ca.distinguished_name.push(DnType::CommonName, "Aruuri local development");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca, ca_key);

    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut server = CertificateParams::new(names.clone())?;
    valid(&mut server, validity);
    server.distinguished_name.push(DnType::CommonName, names.first().cloned().unwrap_or_default());
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let server_key = KeyPair::generate()?;
    let certificate = server.signed_by(&server_key, &issuer)?;
    Ok((ca_pem, certificate.pem(), server_key.serialize_pem()))
}
