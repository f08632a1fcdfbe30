//! Every example of every route is a test.
use api::{Example, Idempotency, Route};
use db::{Access, Domain};

use crate::{Answer, App};

/// Examples that succeed without an entry of the audit log, and why.
const UNNOTED: &[(&str, &str, &str)] = &[
    ("content-restore-category", "good", "it is live"),
    ("content-restore-post", "good", "it is live"),
    ("finance-restore-contributor", "good", "it is live"),
    ("finance-restore-product", "good", "it is live"),
    ("finance-retry-webhook-event", "good", "when a message is tried next is no fact"),
    ("finance-poll-claim", "good", "the tax office has no news"),
    ("platform-refresh", "good", "a login that goes on is told by its beginning and its end"),
    ("platform-set-up-totp", "good", "the first of two steps: nothing counts yet"),
    ("platform-sign-out", "good", "nobody was signed in"),
    ("platform-sign-out-everywhere", "good", "nobody was signed in"),
    ("platform-restore-company", "good", "it is live"),
    ("platform-restore-contact", "good", "it is live"),
    ("projects-restore-project", "good", "it is live"),
    ("projects-restore-theme", "good", "it is live"),
];

/// Routes that succeed in more round trips than one, in how many, and why. With an `Idempotency-Key` that moves no money
/// they may take two, the key's and their own; what is refused may take one more, to say why.
const ROUND_TRIPS: &[(&str, u64, &str)] = &[
    ("content-restore-category", 2, "whether it was live"),
    ("content-restore-post", 2, "whether it was live"),
    (
        "finance-cancel-declaration",
        3,
        "which gifts it covered is decided between reading and writing",
    ),
    (
        "finance-create-claim",
        3,
        "which gifts may be claimed is decided between reading and writing",
    ),
    ("finance-export-claim", 3, "the claim, its lines, and who claims"),
    ("finance-list-refunds", 2, "whether the gift is there, if it has none"),
    ("finance-restore-contributor", 2, "whether it was live"),
    ("finance-restore-product", 2, "whether it was live"),
    ("finance-submit-claim", 2, "it is frozen before it is sent"),
    ("finance-update-product", 2, "whether the price and the row have one currency"),
    ("finance-validate-claim", 4, "what is checked must not change meanwhile"),
    ("platform-change-password", 2, "the hash is compared between reading and writing"),
    ("platform-create-invitation", 3, "what was granted with it is shown once it is"),
    ("platform-disable-totp", 2, "the code is compared between reading and writing"),
    ("platform-restore-company", 2, "whether it was live"),
    ("platform-restore-contact", 2, "whether it was live"),
    ("platform-set-up-totp", 2, "the hash is compared between reading and writing"),
    ("platform-sign-in", 2, "the hash is compared between reading and writing"),
    ("projects-restore-project", 2, "whether it was live"),
    ("projects-restore-theme", 2, "whether it was live"),
];

/// Calls every example of `routes`, each that writes on a database of its own, and says which got
/// another status than it names, which left no entry in the audit log, or one for nothing, which took more round trips
/// than it may, and which routes lack a good or a refused one.
pub async fn wrong_examples(domain: Domain, routes: &[&'static Route]) -> Vec<String> {
    let shared = App::new(domain).await;
    let mut wrong = Vec::new();
    for route in routes {
        let good = route.examples.iter().filter(|e| e.status < 400).count();
        if (good == 0 && !route.takes_id_tokens()) || good == route.examples.len() {
            wrong.push(format!("{} needs a good example and a refused one", route.name));
        }
        for example in route.examples {
            let own = route.access == Access::Write && example.status < 400;
            let app;
            let (on, answer) = if own || !example.given.is_empty() {
                app = App::new(domain).await;
                app.execute(example.given).await;
                (&app, app.call(route, example).await)
            } else {
                (&shared, shared.call(route, example).await)
            };
            if answer.status != example.status {
                wrong.push(format!(
                    "{} {}: {} instead of {}: {}",
                    route.name, example.name, answer.status, example.status, answer.body
                ));
            } else if route.access == Access::Write {
                wrong.extend(wrong_entries(on, route, example, &answer).await);
            }
            wrong.extend(too_many_round_trips(route, example, &answer));
        }
    }
    wrong
}

fn too_many_round_trips(route: &Route, example: &Example, answer: &Answer) -> Option<String> {
    let known = ROUND_TRIPS.iter().find(|(name, ..)| *name == route.name);
    let usual = 1 + u64::from(route.idempotency == Idempotency::Accepted);
    let most = known.map_or(usual, |(_, most, _)| *most) + u64::from(example.status >= 400);
    let took = answer.log["round_trips"].as_u64().expect("a function logs its round trips");
    (took > most).then(|| format!("{} {}: {took} round trips", route.name, example.name))
}

/// What is done leaves an entry that names its request; what is refused leaves none, but for attempts to sign in.
async fn wrong_entries(
    app: &App,
    route: &Route,
    example: &Example,
    answer: &Answer,
) -> Option<String> {
    let done = example.status < 400;
    let unnoted = |(name, of, _): &(&str, &str, &str)| (*name, *of) == (route.name, example.name);
    let entries = app.entries(answer).await;
    let attempts = |action: &String| action.starts_with("auth.");
    let wrong = match done {
        true => entries.is_empty() != UNNOTED.iter().any(unnoted),
        false => !entries.iter().all(attempts),
    };
    wrong.then(|| format!("{} {}: audit log: {entries:?}", route.name, example.name))
}
