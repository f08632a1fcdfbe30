//! Every example of every route is a test.
use api::Route;
use db::{Access, Domain};

use crate::App;

/// Calls every example of `routes`, each that writes on a database of its own, and says which got
/// another status than it names, and which routes lack a good or a refused one.
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
            let answer = if own || !example.given.is_empty() {
                let app = App::new(domain).await;
                app.execute(example.given).await;
                app.call(route, example).await
            } else {
                shared.call(route, example).await
            };
            if answer.status != example.status {
                wrong.push(format!(
                    "{} {}: {} instead of {}: {}",
                    route.name, example.name, answer.status, example.status, answer.body
                ));
            }
        }
    }
    wrong
}
