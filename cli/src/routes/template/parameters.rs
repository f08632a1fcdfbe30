//! Parameters: those of the root beside the ones kept by hand, and those that a domain is handed on.
use std::fmt::Write as _;

use api::Unit;
use db::{Access, Domain};

use super::{domains, pascal, roles, url_policies};

/// The database URLs that functions get. A reading function gets a role that cannot write, whichever way it goes.
pub(super) fn of_databases(units: &[Unit<'_>]) -> String {
    domains(units).into_iter().map(|domain| of_database(domain, units)).collect()
}

fn of_database(domain: Domain, units: &[Unit<'_>]) -> String {
    let mut text = String::new();
    let used = |access| units.iter().any(|it| it.domain() == domain && it.access() == access);
    let (id, name) = (pascal(domain.name()), domain.name());
    if used(Access::Write) {
        let about = format!("URL of the {name} database for its writing role, through a pooler.");
        secret(&mut text, &format!("{id}PooledUrl"), &about, true);
    }
    if used(Access::Read) {
        let about = format!("URL of the {name} database for its reading role, through a pooler.");
        secret(&mut text, &format!("{id}PooledReadUrl"), &about, true);
        let about = format!(
            "URL of a replica of the {name} database for its reading role; empty if there is none."
        );
        secret(&mut text, &format!("{id}ReadUrl"), &about, false);
    }
    if used(Access::Write) || used(Access::Read) {
        let _ = write!(
            text,
            "  {id}Transport:\n    Type: String\n    \
             Description: How statements reach the {name} database.\n    \
             Default: tcp\n    AllowedValues: [tcp, http]\n  \
             {id}SqlHttpUrl:\n    Type: String\n    \
             Description: Where SQL over HTTP is taken for it; empty for the api host of its URL.\n    \
             Default: \"\"\n"
        );
    }
    for policy in url_policies(domain, &roles(units)) {
        let _ = write!(
            text,
            "  {policy}:\n    Type: String\n    \
             Description: ARN of a policy to ask AWS for those URLs with; empty if they are no references.\n    \
             Default: \"\"\n"
        );
    }
    text
}

fn secret(text: &mut String, id: &str, about: &str, required: bool) {
    let default = if required { "" } else { "    Default: \"\"\n" };
    let _ = write!(
        text,
        "  {id}:\n    Type: String\n    Description: {about}\n{default}    NoEcho: true\n"
    );
}

/// A parameter of a template: its name, and the lines that say what it is.
type Declared<'a> = (&'a str, Vec<&'a str>);

/// The parameters of a template, in its order.
pub(super) fn declared(template: &str) -> Vec<Declared<'_>> {
    let section = template.lines().skip_while(|line| *line != "Parameters:").skip(1);
    let mut found: Vec<Declared<'_>> = Vec::new();
    for line in section.take_while(|line| line.is_empty() || line.starts_with(' ')) {
        match line.strip_prefix("  ") {
            Some(line) if line.starts_with("  ") => {
                if let Some((_, lines)) = found.last_mut() {
                    lines.push(line.trim());
                }
            }
            Some(line) => found.extend(line.strip_suffix(':').map(|name| (name, Vec::new()))),
            None => {}
        }
    }
    found
}

/// The parameters of the root that a domain's text refers to. Without defaults, so that none is forgotten when the
/// root hands them on.
pub(super) fn handed_on<'a>(root: &'a str, child: &str) -> Vec<Declared<'a>> {
    let used = |name: &str| {
        let reference = format!("!Ref {name}");
        let substitute = format!("${{{name}}}");
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric());
        child.split(&reference).skip(1).any(ends) || child.contains(&substitute)
    };
    let kept = |line: &&str| line.starts_with("Type: ") || line.starts_with("NoEcho: ");
    // Not a parameter of the root: a resource, handed on by its name as the parameters are.
    let bus = ("EventBus", vec!["Type: String"]);
    declared(root)
        .into_iter()
        .chain([bus])
        .filter(|(name, _)| used(name))
        .map(|(name, lines)| (name, lines.into_iter().filter(kept).collect()))
        .collect()
}
