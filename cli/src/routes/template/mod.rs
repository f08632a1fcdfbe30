//! `template.yaml` and a template in `templates/` for each domain: what is deployed, and how much room is left in it.
//!
//! Why it is not one template: docs/decisions/0017.
mod domain;
mod parameters;
mod root;

use std::{collections::BTreeMap, path::PathBuf};

use api::{Job, Route, Unit, bus::BUS};
use db::{Access, Domain};
use serde::Serialize;

/// CloudFormation takes 500 resources in a stack, 1,000,000 bytes and 200 parameters in a template; an HTTP API takes
/// 300 integrations, and that is no quota that can be raised. Packaging makes a template longer.
const MAX: Size = Size { resources: 450, parameters: 200, bytes: 600_000 };
/// Integrations of an HTTP API: one for each route.
pub(crate) const MAX_ROUTES: usize = 300;

/// One file, and what it takes of what CloudFormation gives.
#[derive(Debug, Serialize)]
pub(crate) struct Template {
    /// In the checkout.
    pub(crate) path: String,
    #[serde(flatten)]
    size: Size,
    #[serde(skip)]
    text: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Size {
    /// In CloudFormation, after the transform.
    resources: usize,
    parameters: usize,
    bytes: usize,
}

/// Every template, the root first.
pub(crate) fn all(routes: &[&Route], jobs: &[&Job]) -> Vec<Template> {
    let routes_only = routes.iter().map(|&route| Unit::Route(route));
    let units: Vec<Unit<'_>> = routes_only.chain(jobs.iter().map(|&job| Unit::Job(job))).collect();
    let root = root::text(&units);
    let children = domains(&units).into_iter().map(|domain| {
        (format!("templates/{}.yaml", domain.name()), domain::text(domain, &units, &root))
    });
    let mut all = vec![Template::new("template.yaml".to_owned(), root.clone())];
    all.extend(children.map(|(path, text)| Template::new(path, text)));
    all
}

/// Their texts by their paths.
pub(crate) fn files(routes: &[&Route], jobs: &[&Job]) -> BTreeMap<PathBuf, String> {
    all(routes, jobs).into_iter().map(|it| (it.path.into(), it.text)).collect()
}

/// What there is too much of, one sentence each.
pub(crate) fn too_large(routes: &[&Route], jobs: &[&Job]) -> Vec<String> {
    let mut wrong: Vec<String> = all(routes, jobs).iter().flat_map(Template::too_large).collect();
    if routes.len() > MAX_ROUTES {
        wrong.push(format!(
            "{} routes are more than the {MAX_ROUTES} integrations that an HTTP API takes: \
             give a domain an API of its own, docs/decisions/0017",
            routes.len()
        ));
    }
    wrong
}

impl Template {
    fn new(path: String, text: String) -> Template {
        let size = Size {
            resources: resources(&text),
            parameters: parameters::declared(&text).len(),
            bytes: text.len(),
        };
        Template { path, size, text }
    }

    fn too_large(&self) -> Vec<String> {
        let Size { resources, parameters, bytes } = self.size;
        let sizes = [
            (resources, MAX.resources, "resources in CloudFormation"),
            (parameters, MAX.parameters, "parameters"),
            (bytes, MAX.bytes, "bytes"),
        ];
        let too_many = sizes.into_iter().filter(|(size, max, _)| size > max);
        let path = &self.path;
        too_many
            .map(|(size, max, what)| {
                format!(
                    "{path}: {size} {what} are more than {max}: split the template of this domain"
                )
            })
            .collect()
    }

    /// As `routes check` says it.
    pub(crate) fn summary(&self) -> String {
        let Size { resources, parameters, bytes } = self.size;
        format!(
            "{}: {resources} of at most {} resources, {parameters} parameters, {} KB",
            self.path,
            MAX.resources,
            bytes.div_ceil(1000)
        )
    }
}

/// What CloudFormation counts once the transform has been applied: it makes a stage of an API, and of an event a rule
/// and the permission to start the function.
fn resources(text: &str) -> usize {
    let count = |line: &str| match line.strip_prefix("    Type: AWS::") {
        Some("Serverless::HttpApi") => 2,
        Some(_) => 1,
        None if line.contains("{Type: Schedule,") => 2,
        None if line == "          Type: EventBridgeRule" => 2,
        None if line == "      EventInvokeConfig:" => 1,
        None => 0,
    };
    text.lines().map(count).sum()
}

fn domains(units: &[Unit<'_>]) -> Vec<Domain> {
    let used = |domain: &Domain| units.iter().any(|unit| unit.domain() == *domain);
    Domain::ALL.into_iter().filter(used).collect()
}

/// `finance-create` is `FinanceCreate`, `CURSOR_KEY` is `CursorKey`.
fn pascal(text: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    text.split(['-', '_']).map(word).collect()
}

/// Shared by the functions of a domain with the same access: what may write is never what only reads. What hands events
/// over, and what takes them, may each do one thing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Role {
    domain: Domain,
    access: &'static str,
}

fn roles(units: &[Unit<'_>]) -> Vec<Role> {
    let mut roles = Vec::new();
    for role in units.iter().map(|unit| Role::of(*unit)) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles.sort_by_key(|role| role.access);
    roles
}

impl Role {
    fn of(unit: Unit<'_>) -> Role {
        let access = match (unit, unit.access()) {
            (Unit::Job(job), _) if !job.takes.is_empty() => "Take",
            (Unit::Job(job), _) if job.settings.contains(&BUS) => "Relay",
            (_, Access::None) => "Plain",
            (_, Access::Read) => "Read",
            (_, Access::Write) => "Write",
            (_, Access::Admin) => "Admin",
        };
        Role { domain: unit.domain(), access }
    }

    fn id(self) -> String {
        format!("{}{}Role", pascal(self.domain.name()), self.access)
    }

    /// The parameter with what it may ask AWS for, if it has a database: one for each role, so that what only reads
    /// cannot ask for the URL of what writes.
    fn url_policy(self) -> Option<String> {
        let url = match self.access {
            "Read" => "Read",
            "Write" | "Relay" | "Take" => "Write",
            _ => return None,
        };
        Some(format!("{}{url}UrlPolicy", pascal(self.domain.name())))
    }
}

/// Those of the roles of one domain, each once.
fn url_policies(domain: Domain, roles: &[Role]) -> Vec<String> {
    let of_domain = roles.iter().filter(|role| role.domain == domain);
    let mut policies: Vec<String> = of_domain.filter_map(|role| role.url_policy()).collect();
    policies.sort_unstable();
    policies.dedup();
    policies
}
