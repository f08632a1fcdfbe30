//! Privileges: what an object has, what it shall have, and the statements between.

use std::collections::BTreeMap;

use super::planner::Planner;
use super::sql::grant_target;
use crate::facts::{Acl, Body, DefaultAcl, Fact, Facts, Id, Kind};

impl Planner<'_> {
    /// Grants to one grantee on an object that is new, or had none for it.
    pub(super) fn create_acl(&self, fact: &Fact) -> Vec<String> {
        let Some((object, wanted)) = parts(fact) else { return Vec::new() };
        let grantee = &fact.id.name;
        if is_owner(self.b, object, grantee) {
            let mut statements =
                vec![format!("revoke all on {} from {grantee}", grant_target(self.b, object))];
            statements.extend(changes(self.b, object, grantee, &[], wanted));
            return statements;
        }
        let is_new = |id: &Id| self.create.contains(id) || self.is_swapped(id);
        let had = if is_new(object) || fact.parent.as_ref().is_some_and(is_new) {
            self.initial(object).remove(&**grantee).unwrap_or_default()
        } else {
            Vec::new()
        };
        changes(self.b, object, grantee, &had, wanted)
    }

    pub(super) fn remove_acl(&self, fact: &Fact) -> Vec<String> {
        let Some((object, had)) = parts(fact) else { return Vec::new() };
        if is_owner(self.a, object, &fact.id.name) {
            // Without a fact, the owner has them all.
            let target = grant_target(self.a, object);
            return vec![format!("grant all on {target} to {}", fact.id.name)];
        }
        changes(self.a, object, &fact.id.name, had, &[])
    }

    pub(super) fn alter_acl(&self, from: &Fact, to: &Fact) -> Vec<String> {
        match (parts(from), parts(to)) {
            (Some((_, had)), Some((object, wanted))) => {
                changes(self.b, object, &to.id.name, had, wanted)
            }
            _ => Vec::new(),
        }
    }

    /// What a new object was given by itself and shall not have: privileges of grantees without a fact.
    pub(super) fn revoke_unwanted(&self, object: &Id) -> Vec<String> {
        let unwanted = self.initial(object).into_iter().filter(|(grantee, had)| {
            let acl = Id::of(Kind::Acl, object.clone(), grantee.as_str());
            !had.is_empty() && !self.b.contains(&acl)
        });
        unwanted.flat_map(|(grantee, had)| changes(self.b, object, &grantee, &had, &[])).collect()
    }

    /// Privileges of a new object by grantee: PostgreSQL's own, then the default privileges of the role that makes it.
    /// They are in force by then, since default privileges change before anything is made.
    fn initial(&self, object: &Id) -> BTreeMap<String, Vec<String>> {
        let mut privileges: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let (letter, builtin) = match object.kind {
            Kind::Table | Kind::View | Kind::MatView => ("r", None),
            Kind::Sequence => ("S", None),
            Kind::Function => ("f", Some("EXECUTE")),
            Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => ("T", Some("USAGE")),
            Kind::Schema => ("n", None),
            _ => return privileges,
        };
        if let Some(builtin) = builtin {
            privileges.entry("PUBLIC".to_owned()).or_default().push(builtin.to_owned());
        }
        let (schema, _) = super::sql::qualified(&object.name);
        let applying = || {
            self.default_acls.iter().filter(|acl| {
                acl.role == self.b.role
                    && acl.object == letter
                    && acl.schema.as_deref().is_none_or(|of| of == schema && !schema.is_empty())
            })
        };
        for acl in applying() {
            let had = privileges.entry(acl.grantee.clone()).or_default();
            had.extend(
                acl.granted.iter().filter(|p| !had.contains(p)).cloned().collect::<Vec<_>>(),
            );
            had.retain(|privilege| !acl.revoked.contains(privilege));
        }
        // The owner's own are not facts as long as they are all.
        privileges.remove(&self.b.role);
        privileges
    }
}

/// Whether a grantee owns the object.
fn is_owner(facts: &Facts, object: &Id, grantee: &str) -> bool {
    match facts.get(&Id::of(Kind::Owner, object.clone(), "")).map(|fact| &fact.body) {
        Some(Body::Owner { role }) => role == grantee,
        _ => object.kind != Kind::Column && facts.role == grantee,
    }
}

fn parts(fact: &Fact) -> Option<(&Id, &[String])> {
    match &fact.body {
        Body::Acl(Acl { privileges }) => Some((fact.id.owner()?, privileges)),
        _ => None,
    }
}

/// Revokes and grants that make one list of privileges another.
fn changes(
    facts: &Facts,
    object: &Id,
    grantee: &str,
    had: &[String],
    wanted: &[String],
) -> Vec<String> {
    let minus = |a: &[String], b: &[String]| -> Vec<String> {
        a.iter().filter(|privilege| !b.contains(privilege)).cloned().collect()
    };
    let plain = |list: &[String]| -> Vec<String> {
        list.iter().map(|privilege| privilege.trim_end_matches('*').to_owned()).collect()
    };
    let (kept, all) = (plain(wanted), plain(had));
    let mut statements = Vec::new();
    let gone: Vec<String> =
        all.iter().filter(|privilege| !kept.contains(privilege)).cloned().collect();
    // `SELECT*` to `SELECT`: only the option goes.
    let option: Vec<String> = minus(had, wanted)
        .iter()
        .filter_map(|privilege| privilege.strip_suffix('*'))
        .filter(|privilege| kept.iter().any(|kept| kept == privilege))
        .map(str::to_owned)
        .collect();
    let new = minus(wanted, had);
    let granted: Vec<String> = new
        .iter()
        .filter(|privilege| !privilege.ends_with('*') && !all.contains(privilege))
        .cloned()
        .collect();
    let with_option: Vec<String> =
        new.iter().filter_map(|privilege| privilege.strip_suffix('*')).map(str::to_owned).collect();
    let role = role(grantee);
    let on = |privileges: &[String]| {
        let privileges = privileges.iter().map(|privilege| {
            let privilege = privilege.to_lowercase();
            match object.kind {
                Kind::Column => format!("{privilege} ({})", object.name),
                _ => privilege,
            }
        });
        let privileges: Vec<_> = privileges.collect();
        format!("{} on {}", privileges.join(", "), grant_target(facts, object))
    };
    if !gone.is_empty() {
        statements.push(format!("revoke {} from {role}", on(&gone)));
    }
    if !option.is_empty() {
        statements.push(format!("revoke grant option for {} from {role}", on(&option)));
    }
    if !granted.is_empty() {
        statements.push(format!("grant {} to {role}", on(&granted)));
    }
    if !with_option.is_empty() {
        statements.push(format!("grant {} to {role} with grant option", on(&with_option)));
    }
    statements
}

fn role(grantee: &str) -> &str {
    if grantee == "PUBLIC" { "public" } else { grantee }
}

/// `alter default privileges … grant|revoke …`.
pub(super) fn default_privileges(
    acl: &DefaultAcl,
    verb: &str,
    privileges: &[String],
) -> Vec<String> {
    let objects = match acl.object.as_str() {
        "r" => "tables",
        "S" => "sequences",
        "f" => "functions",
        "T" => "types",
        _ => "schemas",
    };
    let schema = acl.schema.as_ref().map(|name| format!(" in schema {name}")).unwrap_or_default();
    let direction = if verb == "grant" { "to" } else { "from" };
    let head = format!("alter default privileges for role {}{schema} {verb}", acl.role);
    let grantee = role(&acl.grantee);
    let mut statements = Vec::new();
    for with_option in [false, true] {
        let some: Vec<String> = privileges
            .iter()
            .filter(|privilege| privilege.ends_with('*') == with_option)
            .map(|privilege| privilege.trim_end_matches('*').to_lowercase())
            .collect();
        if !some.is_empty() {
            let option = if with_option && verb == "grant" { " with grant option" } else { "" };
            statements.push(format!(
                "{head} {} on {objects} {direction} {grantee}{option}",
                some.join(", ")
            ));
        }
    }
    statements
}

/// Revokes and grants that make one default another.
pub(super) fn default_changes(from: &DefaultAcl, to: &DefaultAcl) -> Vec<String> {
    let minus = |a: &[String], b: &[String]| -> Vec<String> {
        a.iter().filter(|privilege| !b.contains(privilege)).cloned().collect()
    };
    let mut statements = default_privileges(to, "revoke", &minus(&from.granted, &to.granted));
    statements.extend(default_privileges(to, "grant", &minus(&from.revoked, &to.revoked)));
    statements.extend(default_privileges(to, "grant", &minus(&to.granted, &from.granted)));
    statements.extend(default_privileges(to, "revoke", &minus(&to.revoked, &from.revoked)));
    statements
}
