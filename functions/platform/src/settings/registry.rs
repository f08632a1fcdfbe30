//! Every setting that there is: another key is refused, and nobody would read it.
//!
//! The functions of the database that read a setting find its limits and default in `platform.setting_rules()`, which
//! says the same as this list; a test compares them, and looks for a reader of each key.
use serde_json::{Value, json};

/// A setting that operators may change without a release.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Name, dotted.
    pub key: &'static str,
    /// What its value may be, and is while nobody sets it.
    pub kind: Kind,
    /// What a number counts; empty for what is no number.
    pub unit: &'static str,
    /// Whether the value is kept from every reader.
    pub secret: bool,
    /// What it does, in German.
    pub german: &'static str,
    /// What it does, in English.
    pub english: &'static str,
    /// Which domain reads it.
    pub read_by: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number from a least to a most.
    Integer {
        /// The least.
        least: i32,
        /// The most.
        most: i32,
        /// While nobody sets another.
        default: i32,
    },
    /// One of some words.
    Choice {
        /// The words.
        of: &'static [&'static str],
        /// While nobody sets another.
        default: &'static str,
    },
    /// Text of one to so many characters, absent while nobody sets it.
    Text {
        /// Characters at most.
        most: usize,
    },
}

impl Kind {
    /// As JSON Schema.
    pub fn schema(&self) -> Value {
        match *self {
            Kind::Integer { least, most, default } => {
                json!({ "type": "integer", "minimum": least, "maximum": most, "default": default })
            }
            Kind::Choice { of, default } => {
                json!({ "type": "string", "enum": of, "default": default })
            }
            Kind::Text { most } => json!({ "type": "string", "minLength": 1, "maxLength": most }),
        }
    }

    /// The value while nobody sets one; null for none.
    pub fn default(&self) -> Value {
        match *self {
            Kind::Integer { default, .. } => json!(default),
            Kind::Choice { default, .. } => json!(default),
            Kind::Text { .. } => Value::Null,
        }
    }

    /// What is wrong with a value, as far as anything is.
    pub fn fault(&self, value: &Value) -> Option<String> {
        let (fits, rule) = match *self {
            Kind::Integer { least, most, .. } => {
                let within = |n: i64| (i64::from(least)..=i64::from(most)).contains(&n);
                let fits = value.as_i64().is_some_and(within);
                (fits, format!("must be a whole number from {least} to {most}"))
            }
            Kind::Choice { of, .. } => {
                let fits = value.as_str().is_some_and(|word| of.contains(&word));
                (fits, format!("must be one of {}", of.join(", ")))
            }
            Kind::Text { most } => {
                let fits = value.as_str().is_some_and(|t| (1..=most).contains(&t.chars().count()));
                (fits, format!("must be text of 1 to {most} characters"))
            }
        };
        (!fits).then_some(rule)
    }
}

/// Every setting, by key.
pub const REGISTRY: &[Known] = &[
    Known {
        key: "links.invitation_days",
        kind: Kind::Integer { least: 1, most: 60, default: 7 },
        unit: "days",
        german: "So lange gilt der Link einer Einladung.",
        english: "How long the link of an invitation is good.",
        ..PLATFORM
    },
    Known {
        key: "links.reset_minutes",
        kind: Kind::Integer { least: 5, most: 1440, default: 60 },
        unit: "minutes",
        german: "So lange gilt ein Link für ein neues Passwort.",
        english: "How long a link for a new password is good.",
        ..PLATFORM
    },
    Known {
        key: "links.verify_hours",
        kind: Kind::Integer { least: 1, most: 168, default: 24 },
        unit: "hours",
        german: "So lange gilt ein Link, der eine Adresse beweist.",
        english: "How long a link that proves an address is good.",
        ..PLATFORM
    },
    Known {
        key: "mail.requests_per_hour",
        kind: Kind::Integer { least: 1, most: 100, default: 5 },
        unit: "mails",
        german: "So viele Anmeldungen und neue Passwörter lassen sich je Adresse und Stunde wünschen.",
        english: "How many sign-ups and new passwords can be asked for per address of mail and hour.",
        ..PLATFORM
    },
    Known {
        key: "platform.default_locale",
        kind: Kind::Choice { of: &["de", "en"], default: "en" },
        german: "Sprache von Zugängen, deren Anfrage keine nennt.",
        english: "Language of logins whose request names none.",
        ..PLATFORM
    },
    Known {
        key: "retention.links_days",
        kind: Kind::Integer { least: 1, most: 3650, default: 30 },
        unit: "days",
        german: "So lange bleiben Links, verbrauchte Codes und Einladungen nach ihrem Ende stehen.",
        english: "How long links, used codes and invitations are kept after their end.",
        ..PLATFORM
    },
    Known {
        key: "retention.sessions_days",
        kind: Kind::Integer { least: 1, most: 3650, default: 90 },
        unit: "days",
        german: "So lange bleiben Anmeldungen nach ihrem Ende stehen.",
        english: "How long sign-ins are kept after their end.",
        ..PLATFORM
    },
    Known {
        key: "sessions.idle_days",
        kind: Kind::Integer { least: 1, most: 365, default: 30 },
        unit: "days",
        german: "So lange gilt eine Anmeldung, die nicht erneuert wird.",
        english: "How long a sign-in lasts that is not refreshed.",
        ..PLATFORM
    },
    Known {
        key: "sessions.most_days",
        kind: Kind::Integer { least: 1, most: 365, default: 90 },
        unit: "days",
        german: "So lange gilt eine Anmeldung, wie oft sie auch erneuert wird.",
        english: "How long a sign-in lasts however often it is refreshed.",
        ..PLATFORM
    },
    Known {
        key: "sign_in.attempts_minutes",
        kind: Kind::Integer { least: 1, most: 1440, default: 15 },
        unit: "minutes",
        german: "In so vielen Minuten werden Versuche der Anmeldung gezählt.",
        english: "In how many minutes attempts to sign in are counted.",
        ..PLATFORM
    },
    Known {
        key: "sign_in.attempts_per_account",
        kind: Kind::Integer { least: 3, most: 100, default: 10 },
        unit: "attempts",
        german: "So viele Versuche der Anmeldung hat ein Zugang in dieser Zeit.",
        english: "How many attempts to sign in an account has in that time.",
        ..PLATFORM
    },
    Known {
        key: "sign_in.attempts_per_address",
        kind: Kind::Integer { least: 10, most: 10_000, default: 100 },
        unit: "attempts",
        german: "So viele Versuche der Anmeldung hat eine Netzadresse in dieser Zeit.",
        english: "How many attempts to sign in a network address has in that time.",
        ..PLATFORM
    },
    Known {
        key: "tokens.default_days",
        kind: Kind::Integer { least: 1, most: 365, default: 90 },
        unit: "days",
        german: "So lange gilt ein Zugriffsschlüssel, für den nichts anderes gewünscht wird.",
        english: "How long an api token is good for which nothing else is asked.",
        ..PLATFORM
    },
    Known {
        key: "tokens.most_days",
        kind: Kind::Integer { least: 1, most: 365, default: 365 },
        unit: "days",
        german: "So lange gilt ein Zugriffsschlüssel höchstens.",
        english: "How long an api token is good at most.",
        ..PLATFORM
    },
    Known {
        key: "tokens.per_owner",
        kind: Kind::Integer { least: 1, most: 100, default: 20 },
        unit: "tokens",
        german: "So viele gültige Zugriffsschlüssel hat jemand höchstens.",
        english: "How many valid api tokens somebody has at most.",
        ..PLATFORM
    },
];

const PLATFORM: Known = Known {
    key: "",
    kind: Kind::Text { most: 200 },
    unit: "",
    secret: false,
    german: "",
    english: "",
    read_by: "platform",
};

/// Nothing that operators change is a secret yet: what is kept of one is tested with this key.
#[cfg(test)]
pub const SECRET: Known = Known {
    key: "zz.secret",
    secret: true,
    german: "Ein Geheimnis.",
    english: "A secret.",
    ..PLATFORM
};

/// Every setting, by key.
pub fn all() -> impl Iterator<Item = &'static Known> {
    let all = REGISTRY.iter();
    #[cfg(test)]
    let all = all.chain([&SECRET]);
    all
}

/// The setting of a key.
pub fn find(key: &str) -> Option<&'static Known> {
    all().find(|known| known.key == key)
}
