//! Who may do more than before.

use super::Raw;
use super::old::Old;
use super::source::Unit;
use crate::facts::{Body, Fact, Facts, Function, Id, Kind, Policy};
use crate::plan::Severity;

/// Whether a new or changed fact opens what was closed.
pub(super) fn check(
    unit: &Unit<'_>,
    then: Option<&Fact>,
    fact: &Fact,
    is: &Facts,
    old: &Old<'_>,
    found: &mut Vec<Raw>,
) {
    let then = then.map(|then| &then.body);
    if then == Some(&fact.body) {
        return;
    }
    let name = &*fact.id.name;
    match (then, &fact.body) {
        (Some(Body::Table(then)), Body::Table(now)) => {
            if then.row_security && !now.row_security {
                let sentence = format!("row security of {name} is switched off");
                found.push(unit.find("AR105", name, sentence));
            } else if then.force_row_security && !now.force_row_security {
                let sentence = format!("row security of {name} does not bind its owner any more");
                found.push(unit.find("AR105", name, sentence));
            }
        }
        (then, Body::Function(Function { security_definer: true, search_path: false, .. })) => {
            let was = matches!(
                then,
                Some(Body::Function(Function { security_definer: true, search_path: false, .. }))
            );
            if !was {
                let sentence =
                    format!("{name} runs with its owner's rights on names that its caller chooses");
                found.push(unit.find("AR106", name, sentence));
            }
        }
        (then, Body::Acl(now)) if name == "PUBLIC" => {
            let Some(of) = fact.id.owner() else { return };
            // Everybody may name a type; what is in it is guarded by tables.
            if matches!(of.kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range) {
                return;
            }
            let had = |privilege: &&String| matches!(then, Some(Body::Acl(then)) if then.privileges.contains(*privilege));
            let more: Vec<&str> =
                now.privileges.iter().filter(|p| !had(p)).map(String::as_str).collect();
            if !more.is_empty() {
                let sentence = format!("everybody gets {} on {of}", more.join(", "));
                found.push(unit.find_with("AR105", &of.name, "public", sentence));
            }
        }
        (_, Body::DefaultAcl(now)) if now.grantee == "PUBLIC" && !now.granted.is_empty() => {
            let sentence = format!("everybody gets {} on every new object", now.granted.join(", "));
            found.push(unit.find("AR105", "public", sentence));
        }
        (then, Body::Policy(now)) => {
            let Some(table) = fact.id.owner().filter(|table| old.has(&table.name)) else { return };
            let then = match then {
                Some(Body::Policy(then)) => Some(then),
                _ => None,
            };
            let id = Id::new(Kind::Table, table.name.clone());
            let guarded = matches!(is.get(&id).map(|fact| &fact.body), Some(Body::Table(t)) if t.row_security);
            if let Some((severity, why)) = wider(then, now).filter(|_| guarded) {
                let sentence = format!("policy {name} of {} {why}", table.name);
                found.push(unit.find("AR105", name, sentence).with(severity));
            }
        }
        _ => {}
    }
}

/// How a policy lets more through than before, as far as its text tells.
fn wider(then: Option<&Policy>, now: &Policy) -> Option<(Severity, &'static str)> {
    let open = |text: &Option<String>| text.as_deref().is_some_and(|text| text.trim() == "true");
    let public =
        |policy: &Policy| policy.roles.iter().any(|role| role == "PUBLIC" || role == "public");
    let Some(then) = then else {
        return match now.permissive {
            true if open(&now.using) && public(now) => {
                Some((Severity::Error, "lets everybody see every row"))
            }
            true => Some((Severity::Warning, "is one more way to rows that were closed")),
            false => None,
        };
    };
    if !then.permissive && now.permissive {
        return Some((Severity::Error, "adds rows where it took some away"));
    }
    if (open(&now.using) && !open(&then.using)) || (open(&now.check) && !open(&then.check)) {
        return Some((Severity::Error, "lets every row through"));
    }
    if then.check.is_some() && now.check.is_none() && now.using != then.check {
        return Some((Severity::Error, "does not check new rows any more"));
    }
    if public(now) && !public(then) {
        return Some((Severity::Error, "is for everybody"));
    }
    let more = now.roles.iter().any(|role| !then.roles.contains(role)) && !public(then);
    if now.permissive && (more || (now.command == "*" && then.command != "*")) {
        return Some((Severity::Error, "is for more roles or statements than before"));
    }
    if now.using != then.using || now.check != then.check {
        return Some((Severity::Warning, "has another condition: see that it is not a wider one"));
    }
    None
}
