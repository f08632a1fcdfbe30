//! Every example of every route is a test.
use api::{Example, Route};
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
    ("platform-create-access-token", "good", "the token notes when it was used last"),
    ("platform-refresh", "good", "a login that goes on is told by its beginning and its end"),
    ("platform-set-up-totp", "good", "the first of two steps: nothing counts yet"),
    ("platform-sign-out", "good", "nobody was signed in"),
    ("platform-sign-out-everywhere", "good", "nobody was signed in"),
    ("platform-restore-company", "good", "it is live"),
    ("platform-restore-contact", "good", "it is live"),
    ("platform-restore-setting", "good", "it is live"),
    ("projects-restore-project", "good", "it is live"),
    ("projects-restore-theme", "good", "it is live"),
];

/// Calls every example of `routes`, each that writes on a database of its own, and says which got
/// another status than it names, which left no entry in the audit log, or one for nothing, and which routes lack a good
/// or a refused one.
pub async fn wrong_examples(domain: Domain, routes: &[&'static Route]) -> Vec<String> {
    let shared = App::new(domain).await;
    let mut wrong = Vec::new();
    for route in routes {
        let good = route.examples.iter().filter(|e| e.status < 400).count();
        if good == 0 || good == route.examples.len() {
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
        }
    }
    wrong
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
