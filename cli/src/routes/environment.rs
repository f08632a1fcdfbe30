//! `docs/environment.md`: every variable, what it holds, and which functions get it.
use std::{collections::BTreeMap, fmt::Write as _};

use api::{Allow, Job, Route, Unit};
use db::{Access, Domain};

use super::WRITTEN;

/// What a variable holds: what it is for, and its form.
struct About {
    what: &'static str,
    form: &'static str,
}

fn about(variable: &str) -> Option<About> {
    let (what, form) = match variable {
        "ARUURI_JWT_KEYS" => (
            "Public keys that bearer tokens are checked with.",
            "JWKS document with ES256 keys, each with a `kid`",
        ),
        "ARUURI_JWT_ISSUER" => ("The `iss` that a token must carry.", "text, compared exactly"),
        "ARUURI_JWT_AUDIENCE" => ("The `aud` that a token must carry.", "text, compared exactly"),
        "ARUURI_JWT_SIGNING_KEY" => (
            "Signs access tokens; its public half must be in `ARUURI_JWT_KEYS` of all functions first, see \
              [identity.md](identity.md). Secret.",
            "P-256 private key, PKCS#8 DER, base64",
        ),
        "ARUURI_LINK_KEY" => (
            "Makes the tokens of mailed links; another key makes those on their way invalid. Secret.",
            "at least 32 bytes, base64",
        ),
        "ARUURI_TOTP_KEYS" => (
            "Seal the secrets of second factors: the first seals, all open, so that a new one is put before the old. Secret.",
            "`name=key`, separated by commas; a key is 32 bytes, base64",
        ),
        "ARUURI_BANK_DETAILS_KEYS" => (
            "Seal where partners are paid, and know an account again: the first seals, all open, so that a new one is put before \
              the old. Secret.",
            "`name=key`, separated by commas; a key is 32 bytes, base64",
        ),
        "ARUURI_OIDC_ISSUERS" => (
            "Issuers of OpenID Connect whose id tokens sign people in, each with the `client_id` that their tokens are for, see \
              [identity.md](identity.md); `off`: none. One named twice has two clients.",
            "`off`, or `https://issuer?client_id=ours`, separated by commas; the issuer exactly as in `iss`; `http://` on loopback",
        ),
        "ARUURI_CURSOR_KEY" => (
            "Signs page cursors; another key makes those in use invalid. Secret.",
            "at least 32 bytes, base64",
        ),
        "ARUURI_CORS_ORIGINS" => (
            "Origins that a browser may call from; none if unset.",
            "`https://a.example`, separated by commas",
        ),
        "ARUURI_VERSION" => (
            "The build that the version route answers; `unknown` if unset.",
            "text: a commit or a release",
        ),
        "ARUURI_EVENT_BUS" => (
            "The bus of EventBridge that events are handed over to; `off`: they stay in the outbox, or `dev` hands them \
              over itself, see [events.md](events.md).",
            "`off`, or the name of a bus in the function's region and account",
        ),
        "ARUURI_HMRC" => (
            "The tax office's Transaction Engine, for Gift Aid claims; `off`: claims are uploaded by hand. Secret.",
            "`off`, or `https://sender:password@host/?vendor=1234`, with `&test=1` for the test service",
        ),
        "ARUURI_WEBHOOK_SECRETS" => (
            "Payment providers that messages are taken from, and what they sign with: Stripe by its own scheme, all others as \
              Standard Webhooks says. A provider named twice may use either, so that a new secret is put before the old. Secret.",
            "`off`, or `provider=secret`, separated by commas: `stripe=whsec_…,paypal=whsec_<base64>`",
        ),
        "AUTO_SEED" => (
            "Demo data of the set `default`, see [seeds.md](seeds.md). Unset: `dev` loads it, `migrate apply` does not. Never \
              in staging and production.",
            "`true` or `false`",
        ),
        "SSL_CERT_FILE" => (
            "The certificate authority of the databases. Without it OpenSSL reads the system's whole bundle, which takes \
              longer than everything else at a start.",
            "path of a PEM file",
        ),
        name if name.ends_with("_TRANSPORT") => (
            "How statements travel: PostgreSQL's own protocol, or [SQL over HTTP](sqlhttp.md). Unset: TCP, unless \
              `_SQL_HTTP_URL` is set. Routes with an interactive transaction keep TCP.",
            "`tcp` or `http`",
        ),
        name if name.ends_with("_SQL_HTTP_URL") => (
            "Where SQL over HTTP is taken. Unset: `https://api.<rest of the host>/sql` of the database URL.",
            "`https://` URL; `http://` on loopback",
        ),
        name if name.ends_with("_DATABASE_URL_READ") => (
            "The replica, for the reading role. Unset or empty: reads go to `_POOLED`. Secret.",
            "`postgres://` URL, or a [reference](deploy.md#urls-that-aws-keeps)",
        ),
        name if name.ends_with("_DATABASE_URL_POOLED") => (
            "The primary, through a transaction pooler: for the writing role in functions that write, for the reading \
              role in those that read. Secret.",
            "`postgres://` URL, without `options=`, or a [reference](deploy.md#urls-that-aws-keeps)",
        ),
        name if name.ends_with("_DATABASE_URL") => (
            "The primary, directly, for migrations: never in a function. Secret.",
            "`postgres://` URL",
        ),
        _ => return None,
    };
    Some(About { what, form })
}

/// One table; variables of no function follow in a second.
pub(crate) fn text(routes: &[&Route], jobs: &[&Job]) -> String {
    let routes = routes.iter().map(|&route| Unit::Route(route));
    let units: Vec<Unit<'_>> = routes.chain(jobs.iter().map(|&job| Unit::Job(job))).collect();
    let mut functions: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for &unit in &units {
        for variable in gateway::variables(unit) {
            functions.entry(variable).or_default().push(unit.name());
        }
    }
    let mut text = format!(
        "<!-- {WRITTEN} -->\n\
         # Environment\n\
         \n\
         A function gets the variables that its route needs and no others; [routes.md](routes.md) tells which reads, which\n\
         writes, and who may call it. An unset variable that is needed stops the function at its start\n\
         with the variable's name; values are never logged.\n\
         \n\
         | variable | what for | form | functions |\n\
         |---|---|---|---|\n"
    );
    for (variable, users) in &functions {
        row(&mut text, variable, &which(&units, users));
    }
    text.push_str("\n## Not for functions\n\n| variable | what for | form | who reads it |\n|---|---|---|---|\n");
    for domain in Domain::ALL {
        for variable in db::variables(domain, Access::Admin) {
            row(&mut text, &variable, "`cargo aruuri`");
        }
    }
    row(&mut text, "AUTO_SEED", "`cargo aruuri dev`, `cargo aruuri migrate apply`");
    text.push_str("\nThose of the command line itself are in `cargo aruuri help environment`.\n");
    text
}

fn row(text: &mut String, variable: &str, users: &str) {
    let about = about(variable);
    let (what, form) = about.map_or(("", ""), |about| (about.what, about.form));
    let _ = writeln!(text, "| `{variable}` | {what} | {form} | {users} |");
}

/// Who gets it: a group that has a name, else the shorter of those that do and those that do not.
fn which(units: &[Unit<'_>], users: &[&str]) -> String {
    let is_group = |holds: &dyn Fn(Unit<'_>) -> bool| {
        units.iter().all(|&unit| holds(unit) == users.contains(&unit.name()))
    };
    let is_route = |holds: fn(&Route) -> bool| move |unit: Unit<'_>| matches!(unit, Unit::Route(route) if holds(route));
    let groups: [(&str, &dyn Fn(Unit<'_>) -> bool); 5] = [
        ("every one", &|_| true),
        ("every one with a route", &is_route(|_| true)),
        ("those with a database", &|unit| unit.access() != Access::None),
        ("those with a route that is not public", &is_route(|route| route.allow != Allow::Public)),
        ("those that list", &is_route(|route| route.list.is_some())),
    ];
    if let Some((name, _)) = groups.iter().find(|(_, holds)| is_group(holds)) {
        return (*name).to_owned();
    }
    for domain in Domain::ALL {
        let of = |unit: Unit<'_>| unit.domain() == domain && unit.access() != Access::None;
        let accesses = [
            (" with a database", None),
            (" that read", Some(Access::Read)),
            (" that write", Some(Access::Write)),
        ];
        for (which, access) in accesses {
            if is_group(&|unit| of(unit) && access.is_none_or(|access| unit.access() == access)) {
                return format!("those of {}{which}", domain.name());
            }
        }
        let in_session =
            |unit: Unit<'_>| matches!(unit, Unit::Route(route) if route.in_session.is_some());
        if is_group(&|unit| of(unit) && !in_session(unit)) {
            let name = domain.name();
            return format!("those of {name} with a database and no interactive transaction");
        }
    }
    let others: Vec<&str> =
        units.iter().map(|unit| unit.name()).filter(|name| !users.contains(name)).collect();
    let list = |names: &[&str]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    if others.len() < users.len() { format!("all but {}", list(&others)) } else { list(users) }
}

/// Whether a variable is explained at all.
#[cfg(test)]
pub(crate) fn is_known(variable: &str) -> bool {
    about(variable).is_some()
}
