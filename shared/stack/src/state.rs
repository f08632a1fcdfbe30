//! What a stack must remember between two commands: ports and passwords.
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    io::ErrorKind,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use db::Domain;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::{Error, place::Place, place::write};

/// Ports on 127.0.0.1; 0 before a server's first start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Ports {
    /// PostgreSQL, writable.
    pub primary: u16,
    /// PostgreSQL, a streaming hot standby.
    pub replica: u16,
    /// PgBouncer in transaction mode; 0 where there is none.
    pub pooler: u16,
}

/// The file `.aruuri/state.json`.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct State {
    /// Also written into the servers' folder: data of another stack, whose passwords are unknown, is of no use.
    pub(crate) id: String,
    pub(crate) ports: Ports,
    /// By login role.
    pub(crate) passwords: BTreeMap<String, String>,
    /// The checksum of what was last run to make roles and databases.
    pub(crate) provisioned: String,
    /// Seconds since 1970 at which the certificates were made.
    pub(crate) certificates_made: u64,
}

/// The superuser.
pub(crate) const ADMIN: &str = "postgres";
/// What the replica logs in as.
pub(crate) const REPLICATOR: &str = "replicator";
/// What follows `<d>_` in the names of a domain's logins.
pub(crate) const LOGINS: [&str; 5] = ["migrator", "app", "read", "audit", "studio"];
/// The user of PgBouncer's own console.
pub(crate) const POOLER_ADMIN: &str = "pgbouncer_admin";

impl State {
    /// The remembered one; `None` if there is none or it is broken.
    pub(crate) fn load(place: &Place) -> Result<Option<State>, Error> {
        let path = place.file("state.json");
        match fs::read(&path) {
            Ok(json) => Ok(serde_json::from_slice(&json).ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", path)(error)),
        }
    }

    /// A new one with random passwords.
    pub(crate) fn new() -> Result<State, Error> {
        let mut state = State {
            id: random_word()?,
            ports: Ports::default(),
            passwords: BTreeMap::new(),
            provisioned: String::new(),
            certificates_made: 0,
        };
        state.complete()?;
        Ok(state)
    }

    /// Gives a password to each login that has none yet.
    pub(crate) fn complete(&mut self) -> Result<(), Error> {
        let mut names = vec![ADMIN.to_owned(), REPLICATOR.to_owned(), POOLER_ADMIN.to_owned()];
        for domain in Domain::ALL {
            names.extend(LOGINS.map(|role| format!("{}_{role}", domain.name())));
        }
        for name in names {
            if let Entry::Vacant(missing) = self.passwords.entry(name) {
                missing.insert(random_word()?);
            }
        }
        Ok(())
    }

    pub(crate) fn save(&self, place: &Place) -> Result<(), Error> {
        let json = serde_json::to_vec_pretty(self).map_err(Error::crypto("write the state"))?;
        write(&place.file("state.json"), 0o600, json)
    }

    /// The password of a login role.
    pub(crate) fn password(&self, role: &str) -> &str {
        self.passwords.get(role).map_or("", String::as_str)
    }
}

/// 192 random bits, of letters that no URL, shell or SQL string needs to quote.
pub(crate) fn random_word() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(random::<24>()?))
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| Error::Crypto { what: "read random bytes", source: "no entropy".into() })?;
    Ok(bytes)
}
