//! What mails say: plain text in the reader's language, with nothing in it that a stranger could have chosen.

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: &'static str,
    /// Lines of text.
    pub text: String,
    /// The link in it, if there is one.
    pub link: Option<String>,
}

struct Words {
    subject: &'static str,
    before: &'static str,
    /// Path of the page that takes the token; empty for no link.
    page: &'static str,
    after: &'static str,
}

/// A link of a mail.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// What it carries.
    pub token: &'a str,
    /// How long it is good.
    pub minutes: i32,
}

/// The mail of a template in `de` or `en`; `app` is where the pages are: `https://app.example.org`.
///
/// `None` for a template that is unknown, or that needs a link and has none: it is no longer good.
pub fn compose(template: &str, language: &str, app: &str, link: Option<Link<'_>>) -> Option<Mail> {
    let Words { subject, before, page, after } = words(template, language)?;
    let after = match link {
        Some(link) => after.replace("{time}", &time(link.minutes, language)),
        None => after.to_owned(),
    };
    let link = match (page, link) {
        ("", _) => None,
        // Behind `#`, it reaches no server's log and no referrer.
        (page, Some(Link { token, .. })) => {
            Some(format!("{}/{page}#token={token}", app.trim_end_matches('/')))
        }
        (_, None) => return None,
    };
    let text = match &link {
        Some(link) => format!("{before}\n\n{link}\n\n{after}\n"),
        None => format!("{before}\n\n{after}\n"),
    };
    Some(Mail { subject, text, link })
}

/// In the largest unit that makes it a whole number: "24 hours", "7 days".
fn time(minutes: i32, language: &str) -> String {
    let (count, [one, many]) = match (minutes, language) {
        (m, "de") if m % 1440 == 0 && m > 1440 => (m / 1440, ["Tag", "Tage"]),
        (m, "de") if m % 60 == 0 => (m / 60, ["Stunde", "Stunden"]),
        (m, "de") => (m, ["Minute", "Minuten"]),
        (m, _) if m % 1440 == 0 && m > 1440 => (m / 1440, ["day", "days"]),
        (m, _) if m % 60 == 0 => (m / 60, ["hour", "hours"]),
        (m, _) => (m, ["minute", "minutes"]),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

fn words(template: &str, language: &str) -> Option<Words> {
    Some(match (template, language) {
        ("verify_email", "de") => Words {
            subject: "Bitte bestätigen Sie Ihre Adresse",
            before: "Mit dieser Adresse soll ein Zugang angelegt werden. Öffnen Sie den Link, wenn Sie das waren:",
            page: "verify-email",
            after: "Er gilt {time}. Waren Sie es nicht, müssen Sie nichts tun: ohne den Link entsteht kein Zugang.",
        },
        ("verify_email", _) => Words {
            subject: "Please confirm your address",
            before: "Somebody asked for an account with this address. If it was you, open this link:",
            page: "verify-email",
            after: "It is good for {time}. If it was not you, do nothing: without the link there is no account.",
        },
        ("already_registered", "de") => Words {
            subject: "Sie haben schon einen Zugang",
            before: "Mit dieser Adresse sollte ein Zugang angelegt werden, aber es gibt schon einen. Haben Sie das \
                     Passwort vergessen, setzt dieser Link ein neues:",
            page: "reset-password",
            after: "Er gilt {time}. Waren Sie es nicht, müssen Sie nichts tun.",
        },
        ("already_registered", _) => Words {
            subject: "You already have an account",
            before: "Somebody asked for an account with this address, but there is one. If you forgot its password, \
                     this link sets a new one:",
            page: "reset-password",
            after: "It is good for {time}. If it was not you, do nothing.",
        },
        ("reset_password", "de") => Words {
            subject: "Neues Passwort",
            before: "Für Ihren Zugang wurde ein neues Passwort gewünscht. Dieser Link setzt es:",
            page: "reset-password",
            after: "Er gilt {time}. Waren Sie es nicht, müssen Sie nichts tun: Ihr Passwort gilt weiter.",
        },
        ("reset_password", _) => Words {
            subject: "A new password",
            before: "Somebody asked for a new password for your account. This link sets it:",
            page: "reset-password",
            after: "It is good for {time}. If it was not you, do nothing: your password stays as it is.",
        },
        ("invite", "de") => Words {
            subject: "Sie sind eingeladen",
            before: "Für Sie wurde ein Zugang angelegt. Dieser Link öffnet ihn und fragt nach einem Passwort:",
            page: "accept-invitation",
            after: "Er gilt {time}. Erwarten Sie keine Einladung, müssen Sie nichts tun: ohne den Link bleibt der \
                    Zugang geschlossen.",
        },
        ("invite", _) => Words {
            subject: "You are invited",
            before: "An account was made for you. This link opens it and asks for a password:",
            page: "accept-invitation",
            after: "It is good for {time}. If you expect no invitation, do nothing: without the link the account stays \
                    closed.",
        },
        ("account_linked", "de") => Words {
            subject: "Eine weitere Anmeldung öffnet Ihren Zugang",
            before: "Ihr Zugang lässt sich ab jetzt auch mit einem Konto bei einem anderen Anbieter öffnen.",
            page: "",
            after: "Waren Sie es nicht, fordern Sie sofort ein neues Passwort an: das beendet jede andere Anmeldung. Melden \
                    Sie sich dann bei uns.",
        },
        ("account_linked", _) => Words {
            subject: "Another sign-in opens your account",
            before: "From now on, an account with another provider opens your account too.",
            page: "",
            after: "If it was not you, ask for a new password at once: that ends every other way in. Then tell us.",
        },
        ("password_changed", "de") => Words {
            subject: "Ihr Passwort wurde geändert",
            before: "Das Passwort Ihres Zugangs wurde soeben geändert, andere Anmeldungen wurden beendet.",
            page: "",
            after: "Waren Sie es nicht, fordern Sie sofort ein neues Passwort an und melden Sie sich bei uns.",
        },
        ("password_changed", _) => Words {
            subject: "Your password was changed",
            before: "The password of your account was changed just now, and other logins were ended.",
            page: "",
            after: "If it was not you, ask for a new password at once and tell us.",
        },
        ("totp_disabled", "de") => Words {
            subject: "Ihr zweiter Faktor wurde abgeschaltet",
            before: "Bei der Anmeldung wird ab jetzt nur noch das Passwort verlangt.",
            page: "",
            after: "Waren Sie es nicht, fordern Sie sofort ein neues Passwort an und melden Sie sich bei uns.",
        },
        ("totp_disabled", _) => Words {
            subject: "Your second factor was switched off",
            before: "From now on, only the password is asked for.",
            page: "",
            after: "If it was not you, ask for a new password at once and tell us.",
        },
        _ => return None,
    })
}
