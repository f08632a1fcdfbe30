//! Rules that a single route or job cannot keep by its types: what is wrong with which.
use std::collections::BTreeMap;

use api::{Allow, Idempotency, Job, Method, Route, Unit};
use db::Access;

use super::{is_fallback, path_parameters, schemas, template};

/// A function's name is `aruuri-<stage>-<name>`, at most 64 characters, and a stage has at most 12.
const MAX_NAME: usize = 64 - "aruuri--".len() - 12;
/// Characters of a function's description, in Lambda.
const MAX_SUMMARY: usize = 256;
/// An HTTP API waits 30 s for its function, in API Gateway.
const MAX_TIMEOUT_S: u16 = 29;
/// A function runs for 15 minutes at most, in Lambda.
const MAX_JOB_S: u16 = 900;

/// Everything that is wrong, one sentence each, beginning with the name of the route or job.
pub(crate) fn audit(routes: &[&Route], jobs: &[&Job]) -> Vec<String> {
    let mut findings = Vec::new();
    for route in routes {
        let unit = Unit::Route(route);
        let wrong = [names(unit), path(route), contract(route), examples(route)];
        let wrong = wrong.into_iter().flatten();
        findings.extend(wrong.map(|wrong| format!("{}: {wrong}", name(unit))));
    }
    for job in jobs {
        let unit = Unit::Job(job);
        let wrong = names(unit).into_iter().chain(clock(job));
        findings.extend(wrong.map(|wrong| format!("{}: {wrong}", name(unit))));
    }
    let routes_only: Vec<_> =
        routes.iter().map(|&route| (Unit::Route(route), key(route))).collect();
    let all = routes_only.iter().map(|(unit, _)| *unit).chain(jobs.iter().map(|&job| job.into()));
    findings.extend(twice("name", all.map(|unit| (unit, unit.name().to_owned()))));
    findings.extend(twice("method and path", routes_only.into_iter()));
    findings.extend(schemas::clashes(routes));
    findings.extend(template::too_large(routes, jobs));
    findings
}

fn name(unit: Unit<'_>) -> &'static str {
    if unit.name().is_empty() { "a function without a name" } else { unit.name() }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// Name, place, summary and memory.
fn names(unit: Unit<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut refuse = |holds: bool, sentence: &str| {
        if holds {
            wrong.push(sentence.to_owned());
        }
    };
    let domain = unit.domain().name();
    let (name, summary) = (unit.name(), unit.summary());
    let list = if matches!(unit, Unit::Job(_)) { "jobs" } else { "routes" };
    let prefix = format!("{domain}-");
    refuse(
        !is_word(name) || !name.starts_with(&prefix),
        &format!("its name must be lower-case words joined by hyphens, beginning with {prefix}"),
    );
    refuse(name.len() > MAX_NAME, &format!("its name must have at most {MAX_NAME} characters"));
    refuse(
        unit.rust_path().is_empty(),
        &format!("list it in functions/{domain}/src/lib.rs with api::{list}![…]"),
    );
    refuse(
        !summary.ends_with('.') || summary.len() > MAX_SUMMARY,
        &format!("its summary must be a sentence of at most {MAX_SUMMARY} characters"),
    );
    refuse(
        !(128..=10_240).contains(&unit.memory_mb()),
        "its memory must be 128 to 10,240 megabytes",
    );
    refuse(
        unit.access() == Access::Admin,
        "a function never gets the direct URL: access must not be Admin",
    );
    wrong
}

fn path(route: &Route) -> Vec<String> {
    let parts: Option<Vec<&str>> =
        route.path.strip_prefix("/v1/").map(|path| path.split('/').collect());
    let fits = |part: &&str| {
        let inner = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        inner.map_or(is_word(part), |name| is_word(&name.replace('_', "-")))
    };
    // RFC 8615 says where those are.
    let elsewhere = is_fallback(route) || route.path.starts_with("/.well-known/");
    let fits = elsewhere || parts.is_some_and(|parts| parts.iter().all(fits));
    let wrong = "its path must be /v1/ and then lower-case words or {parameters}, without a slash at the end";
    if fits { Vec::new() } else { vec![wrong.to_owned()] }
}

/// What starts a job, and how long it runs.
fn clock(job: &Job) -> Vec<String> {
    let inner = |kind: &str| job.schedule.strip_prefix(kind)?.strip_suffix(')');
    let rate = inner("rate(").and_then(|rate| rate.split_once(' ')).is_some_and(|(count, unit)| {
        let one = count == "1";
        count.parse().is_ok_and(|count: u32| count > 0)
            && ["minute", "hour", "day"].iter().any(|word| match one {
                true => unit == *word,
                false => unit.strip_suffix('s') == Some(word),
            })
    });
    let cron = inner("cron(").is_some_and(|cron| cron.split(' ').count() == 6);
    let rules = [
        (
            job.takes.is_empty() && !rate && !cron,
            "its schedule must be as rate(1 minute), rate(5 hours) or cron(0 3 * * ? *)",
        ),
        (
            !job.takes.is_empty() && !job.schedule.is_empty(),
            "either the clock starts it or events do: schedule or takes",
        ),
        (!(1..=MAX_JOB_S).contains(&job.timeout_s), "its timeout must be 1 to 900 seconds"),
    ];
    rules.into_iter().filter(|(holds, _)| *holds).map(|(_, sentence)| sentence.to_owned()).collect()
}

/// Members that do not go together.
fn contract(route: &Route) -> Vec<String> {
    let get = route.method == Method::GET;
    let has_body = schemas::has_body(route);
    let rules = [
        (route.allow == Allow::Nobody, "nobody may call it: say who in allow"),
        (!(1..=MAX_TIMEOUT_S).contains(&route.timeout_s), "its timeout must be 1 to 29 seconds"),
        (!(200..=299).contains(&route.status), "its status of success must be 200 to 299"),
        (route.status == 204 && schemas::has_reply(route), "204 has no body, so it has no reply"),
        (route.list.is_some() && !get, "only a GET lists"),
        (route.list.is_some_and(|list| list.sorts.is_empty()), "a list needs at least one order"),
        (has_body && (get || route.method == Method::DELETE), "a GET or DELETE takes no body"),
        (route.if_match && get, "a GET takes If-None-Match, not If-Match"),
        (get && route.idempotency != Idempotency::None, "a GET takes no Idempotency-Key"),
    ];
    rules.into_iter().filter(|(holds, _)| *holds).map(|(_, sentence)| sentence.to_owned()).collect()
}

/// At least one example that works and one that is refused, each with a file name of its own.
fn examples(route: &Route) -> Vec<String> {
    let mut wrong = Vec::new();
    let good = route.examples.iter().any(|example| example.status < 400);
    let refused = route.examples.iter().any(|example| example.status >= 400);
    if !good && !is_fallback(route) && !route.takes_id_tokens() {
        wrong.push("it needs an example that works".to_owned());
    }
    if !refused {
        wrong.push("it needs an example that is refused".to_owned());
    }
    for (index, example) in route.examples.iter().enumerate() {
        let name = example.name;
        if !is_word(name) {
            wrong.push(format!(
                "the example {name:?} needs a name for a file: lower-case words joined by hyphens"
            ));
        }
        if route.examples[..index].iter().any(|other| other.name == name) {
            wrong.push(format!("two examples are called {name}"));
        }
        let (wanted, given) = (path_parameters(route.path).count(), example.path.len());
        if wanted != given && !is_fallback(route) {
            wrong.push(format!(
                "the example {name} gives {given} path values, the path has {wanted}"
            ));
        }
    }
    wrong
}

/// What decides which route takes a request; names of parameters do not.
fn key(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    if is_fallback(route) { path } else { format!("{} {path}", route.method) }
}

fn twice<'a>(what: &str, keys: impl Iterator<Item = (Unit<'a>, String)>) -> Vec<String> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (unit, key) in keys {
        match seen.get(&key) {
            Some(first) => wrong.push(format!(
                "{}: has the same {what} as {first}, listed as {}",
                name(unit),
                unit.rust_path()
            )),
            None => {
                seen.insert(key, unit.name());
            }
        }
    }
    wrong
}
