//! Who calls: a bearer JWT (RFC 7519, RFC 6750), signed with ES256, verified in the function.
//!
//! What API Gateway may have verified before is not trusted: a function can be invoked otherwise.
use std::{
    fmt,
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use db::Departments;
use ring::{digest, signature};
use serde::Deserialize;
use types::{ApiTokenId, ContactId, DepartmentId, SessionId};

use crate::{
    Problem,
    problem::{FORBIDDEN, UNAUTHENTICATED},
};

/// Why a program is refused what its owner has to do themselves.
pub(crate) const NO_SESSION: &str = "an api token is not enough for this: sign in";
/// Clocks of issuer and function may differ by so much.
const LEEWAY_S: u64 = 30;
/// Longer than any token of ours.
const MAX_TOKEN: usize = 8 * 1024;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allow {
    /// The default: a route says who may call it.
    Nobody,
    /// Everybody; a token is not looked at.
    Public,
    /// Everybody; whoever sends a valid token may see more, an invalid one is refused.
    Anyone,
    /// Whoever signed in; a token that an api token was exchanged for is not enough.
    SignedIn,
    /// Whoever has a valid token, that of an api token too.
    AnyToken,
    /// Whoever has a valid token with this permission; docs/access.md says which roles bundle it.
    Permission(&'static str),
}

/// Permissions that may be held in some departments only: what they open asks in which ones
/// ([`Request::departments`](crate::Request::departments)), or is about the caller alone. Any other that a token limits to
/// departments opens nothing. `identity.held_in_departments()` gives out the same.
pub const HELD_IN_DEPARTMENTS: &[&str] = &[
    "audit.read",
    "contacts.erase",
    "contacts.export",
    "contacts.merge",
    "contacts.read",
    "contacts.write",
    "leads.write",
    "roles.grant",
    "tokens.write",
    "users.read",
];

/// Who calls, from a verified token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub contact: ContactId,
    /// Their roles.
    pub roles: Vec<String>,
    /// What the token lets them do: never more than their roles do.
    pub permissions: Vec<String>,
    /// Which of these hold in some departments only.
    pub limits: Vec<Limited>,
    /// The login that the token came from, if it came from one.
    pub session: Option<SessionId>,
    /// The api token that it was exchanged for, if it was.
    pub token: Option<ApiTokenId>,
}

/// Permissions that are held in some departments only.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Limited {
    /// Codes.
    pub permissions: Vec<String>,
    /// Where they are held.
    pub departments: Vec<DepartmentId>,
}

impl Caller {
    /// Whether the caller may do what `permission` names: everywhere, or in departments if that can be.
    pub fn may(&self, permission: &str) -> bool {
        let limited = || self.limits.iter().flat_map(|limit| &limit.permissions);
        self.permissions.iter().any(|held| held == permission)
            && (HELD_IN_DEPARTMENTS.contains(&permission) || !limited().any(|p| p == permission))
    }

    /// In which departments the caller may do that: nowhere without the permission.
    pub fn departments(&self, permission: &str) -> Departments {
        let limits = self.limits.iter();
        let mut limits =
            limits.filter(|limit| limit.permissions.iter().any(|p| p == permission)).peekable();
        if self.may(permission) && limits.peek().is_none() {
            return Departments::ALL;
        }
        let mut ids = match self.may(permission) {
            true => limits.flat_map(|limit| limit.departments.iter().copied()).collect(),
            false => Vec::new(),
        };
        ids.sort_unstable_by_key(|id| id.uuid());
        ids.dedup();
        Departments::only(ids)
    }
}

/// The keys and names that tokens are checked against.
pub struct Auth {
    keys: Vec<Key>,
    issuer: String,
    audience: String,
    /// The last token whose signature was found good, by its digest: a signature does not get
    /// worse with time, and `exp` and `nbf` are looked at again each time.
    last: Mutex<Option<(digest::Digest, Claims)>>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Auth({} keys of {})", self.keys.len(), self.issuer)
    }
}

struct Key {
    id: String,
    /// The point, uncompressed (SEC 1, section 2.3.3).
    point: Vec<u8>,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

/// RFC 7517 and RFC 7518, section 6.2.1; keys of other kinds are passed over.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    crv: Option<String>,
    alg: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Clone, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: ContactId,
    exp: u64,
    nbf: Option<u64>,
    sid: Option<SessionId>,
    token: Option<ApiTokenId>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    permissions: Vec<String>,
    #[serde(default)]
    limits: Vec<Limited>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, audience: &str) -> bool {
        match self {
            Audience::One(one) => one == audience,
            Audience::Many(many) => many.iter().any(|one| one == audience),
        }
    }
}

impl Auth {
    /// Reads the keys from a JWKS document.
    ///
    /// # Errors
    /// Says what is wrong with the document, without quoting it.
    pub fn new(jwks: &str, issuer: String, audience: String) -> Result<Auth, &'static str> {
        let Jwks { keys } =
            serde_json::from_str(jwks).map_err(|_| "is not a JWKS document (RFC 7517)")?;
        let keys: Vec<Key> = keys.into_iter().filter_map(es256).collect();
        if keys.is_empty() {
            return Err("holds no ES256 key with kid, crv P-256, x and y");
        }
        Ok(Auth { keys, issuer, audience, last: Mutex::new(None) })
    }

    /// Lets the caller in, or says why not.
    pub(crate) fn admit(&self, allow: Allow, header: Option<&str>) -> Result<Caller, Problem> {
        let caller = self.verify(header, now_s()).map_err(|why| {
            let challenge = match header {
                None => "Bearer".to_owned(),
                Some(_) => format!("Bearer error=\"invalid_token\", error_description=\"{why}\""),
            };
            Problem::new(UNAUTHENTICATED, why).with("www-authenticate", challenge)
        })?;
        let allowed = match allow {
            Allow::Nobody => false,
            Allow::Public | Allow::Anyone | Allow::AnyToken => true,
            Allow::SignedIn => caller.token.is_none(),
            Allow::Permission(permission) => caller.may(permission),
        };
        if allowed {
            Ok(caller)
        } else {
            let challenge = "Bearer error=\"insufficient_scope\"";
            let detail = match allow {
                Allow::SignedIn => NO_SESSION,
                _ => "the caller's roles do not allow this",
            };
            Err(Problem::new(FORBIDDEN, detail).with("www-authenticate", challenge))
        }
    }

    fn verify(&self, header: Option<&str>, now: u64) -> Result<Caller, &'static str> {
        let header = header.ok_or("send Authorization: Bearer <token>")?;
        let (scheme, token) =
            header.split_once(' ').ok_or("the Authorization header is not Bearer")?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err("the Authorization header is not Bearer");
        }
        let claims = self.claims(token.trim())?;
        if claims.iss != self.issuer {
            return Err("the token is from another issuer");
        }
        if !claims.aud.names(&self.audience) {
            return Err("the token is for another audience");
        }
        if now >= claims.exp.saturating_add(LEEWAY_S) {
            return Err("the token has expired");
        }
        if claims.nbf.is_some_and(|nbf| now + LEEWAY_S < nbf) {
            return Err("the token is not valid yet");
        }
        let Claims { sub, roles, permissions, limits, sid, token, .. } = claims;
        Ok(Caller { contact: sub, roles, permissions, limits, session: sid, token })
    }

    fn claims(&self, token: &str) -> Result<Claims, &'static str> {
        if token.len() > MAX_TOKEN {
            return Err("the token is too long");
        }
        let digest = digest::digest(&digest::SHA256, token.as_bytes());
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((known, claims)) = &*last
            && known.as_ref() == digest.as_ref()
        {
            return Ok(claims.clone());
        }
        let claims = self.signed(token)?;
        *last = Some((digest, claims.clone()));
        Ok(claims)
    }

    /// The claims of a token whose signature is good.
    fn signed(&self, token: &str) -> Result<Claims, &'static str> {
        const MALFORMED: &str = "the token is malformed";
        let (message, mac) = token.rsplit_once('.').ok_or(MALFORMED)?;
        let (head, payload) = message.split_once('.').ok_or(MALFORMED)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| MALFORMED);
        let head: Header = serde_json::from_slice(&decode(head)?).map_err(|_| MALFORMED)?;
        if head.alg != "ES256" || head.crit.is_some() {
            return Err("the token is not signed with ES256");
        }
        let key = self.keys.iter().find(|key| head.kid.as_deref() == Some(&key.id));
        let key = key.ok_or("the token is signed with an unknown key")?;
        signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, &key.point)
            .verify(message.as_bytes(), &decode(mac)?)
            .map_err(|_| "the token's signature is wrong")?;
        serde_json::from_slice(&decode(payload)?).map_err(|_| "the token's claims are malformed")
    }
}

fn es256(jwk: Jwk) -> Option<Key> {
    let fits = jwk.kty == "EC"
        && jwk.crv.as_deref() == Some("P-256")
        && jwk.alg.as_deref().is_none_or(|alg| alg == "ES256");
    let (x, y) = (URL_SAFE_NO_PAD.decode(jwk.x?).ok()?, URL_SAFE_NO_PAD.decode(jwk.y?).ok()?);
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    (fits && x.len() == 32 && y.len() == 32).then_some(Key { id: jwk.kid?, point })
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs())
}
