//! What every route refuses, walked: bodies and path values that an attacker sends, to all domains.
use std::{fs, path::Path};

use api::{Example, Route};
use db::Domain;
use serde_json::{Value, json};
use testdb::{App, Call};

use crate::routes;

/// The OWASP API Security Top 10 (2023), each with the tests that try it; a test that is gone is missed below.
const TRIED: &[(&str, &[&str])] = &[
    (
        "API1 broken object level authorization",
        &[
            "nobody_elses_object_is_there_for_a_second_user",
            "every_statement_that_shows_gifts_or_givers_asks_whose",
            "an_invitation_is_taken_back_by_who_made_it_or_may_change_logins",
            "an_account_is_linked_by_who_proves_the_login_and_opens_it_until_unlinked",
        ],
    ),
    (
        "API2 broken authentication",
        &[
            "forged_stale_and_foreign_tokens_are_refused",
            "tokens_that_are_forged_stale_or_for_somebody_else_are_refused",
            "a_token_works_once_also_when_it_comes_twice_at_the_same_time",
            "a_caller_cannot_choose_a_session_or_its_owner",
            "of_two_refreshes_at_once_one_wins_and_nothing_is_revoked",
            "a_token_that_is_used_again_later_ends_its_login_and_no_other",
            "answers_do_not_tell_who_has_an_account",
            "guesses_are_counted_per_account_even_when_they_come_together",
            "guesses_are_counted_per_address_and_end_with_the_period",
            "who_signed_up_with_somebody_elses_address_loses_it_to_its_owner",
            "look_alikes_and_lines_are_no_addresses",
        ],
    ),
    (
        "API3 broken object property level authorization",
        &[
            "every_body_is_refused_that_is_more_deeper_or_larger_than_asked_for",
            "the_database_holds_no_secret_only_hashes",
            "a_secret_is_noted_as_changed_and_never_shown",
        ],
    ),
    (
        "API4 unrestricted resource consumption",
        &[
            "every_body_is_refused_that_is_more_deeper_or_larger_than_asked_for",
            "mails_to_one_address_are_few",
            "a_guessed_link_takes_as_much_work_as_a_real_one_and_is_counted",
        ],
    ),
    (
        "API5 broken function level authorization",
        &[
            "every_route_lets_in_the_roles_of_the_matrix_and_no_others",
            "nobody_gives_more_than_they_hold_there",
            "nobody_invites_to_more_than_they_hold",
        ],
    ),
    (
        "API6 unrestricted access to sensitive business flows",
        &[
            "who_proposed_a_payment_does_not_approve_it",
            "no_other_way_opens_an_invited_login_and_nobody_keeps_it_from_its_owner",
        ],
    ),
    (
        "API7 server side request forgery",
        &["the_variable_is_read_and_what_is_wrong_with_it_is_said_without_its_value"],
    ),
    (
        "API8 security misconfiguration",
        &[
            "a_preflight_names_the_methods_to_a_known_origin_only",
            "every_id_that_is_none_names_nothing",
        ],
    ),
    ("API9 improper inventory management", &["what_was_written_is_up_to_date"]),
    (
        "API10 unsafe consumption of APIs",
        &[
            "what_is_signed_is_kept_once_and_nothing_else_is_kept",
            "keys_are_kept_and_asked_for_again_at_most_once_a_minute",
        ],
    ),
];

/// The Rust files below a folder, one after the other.
fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("bin") {
            sources(&path, all);
        } else if path.extension().is_some_and(|end| end == "rs") {
            all.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn each_of_the_ten_risks_is_tried_by_tests_that_are_there() {
    let mut all = String::new();
    for folder in ["cli/src", "functions", "shared"] {
        sources(&routes::root_of_this_crate().join(folder), &mut all);
    }

    let gone: Vec<&str> = TRIED
        .iter()
        .flat_map(|(_, tests)| *tests)
        .copied()
        .filter(|test| !all.contains(&format!("fn {test}(")))
        .collect();

    assert_eq!(gone, Vec::<&str>::new());
    assert_eq!(TRIED.len(), 10);
}

/// Takes what a provider sends, byte by byte: its signature decides, not its members.
const FOREIGN_BODIES: &[&str] = &["finance-receive-webhook"];

/// The first example of each route of `domain` that sends a JSON object, or has a path value.
fn walked(domain: Domain) -> impl Iterator<Item = (&'static Route, &'static Example)> {
    routes::all()
        .into_iter()
        .filter(move |route| route.domain == domain && !FOREIGN_BODIES.contains(&route.name))
        .filter_map(|route| {
            let shown = route.examples.iter().find(|example| example.status < 400);
            // What takes id tokens has no example that works: its first one is whole but for the signature.
            let shown = shown.or_else(|| route.examples.iter().find(|e| e.status == 401));
            Some((route, shown?))
        })
}

/// The example without its body.
fn bare(example: &Example, path: &[&str]) -> Call {
    let mut call = example.role.map_or_else(Call::anonymous, Call::role).query(example.query);
    for value in path {
        call = call.path(value);
    }
    example.headers.iter().fold(call, |call, (name, value)| call.header(name, *value))
}

#[tokio::test]
async fn every_body_is_refused_that_is_more_deeper_or_larger_than_asked_for() {
    let mut wrong = Vec::new();
    let mut asked = 0;

    for domain in Domain::ALL {
        let app = App::new(domain).await;
        for (route, example) in walked(domain) {
            let Ok(Value::Object(mut whole)) = serde_json::from_str(example.body) else { continue };
            whole.insert("internal_role".to_owned(), json!("admin"));
            let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
            let bodies = [
                (
                    "a member that nobody asked for",
                    "application/json",
                    json!(whole).to_string(),
                    422,
                ),
                ("a number", "application/json", "1".to_owned(), 422),
                ("nested deep", "application/json", deep, 400),
                ("no JSON", "application/json", "{".to_owned(), 400),
                ("oversized", "application/json", " ".repeat(route.body_limit + 1), 413),
                ("a form", "application/x-www-form-urlencoded", "a=1".to_owned(), 415),
            ];
            for (what, media, body, status) in bodies {
                let answer = app.call(route, bare(example, example.path).text(media, body)).await;
                if answer.status != status {
                    let got = answer.status;
                    wrong.push(format!("{} {what}: {got} instead of {status}", route.name));
                }
                asked += 1;
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
    println!("{asked} bodies refused");
    assert!(asked > 300, "{asked}");
}

#[tokio::test]
async fn every_id_that_is_none_names_nothing() {
    let ids = ["..%2f..%2fadmin", "%00", "1'%20or%20'1'='1", "%EF%BC%91", "0", "*"];
    let mut wrong = Vec::new();
    let mut asked = 0;

    for domain in Domain::ALL {
        let app = App::new(domain).await;
        for (route, example) in walked(domain) {
            let by_id = |value: &&str| uuid::Uuid::try_parse(value).is_ok();
            if !example.path.iter().any(by_id) {
                continue;
            }
            for id in ids {
                let path: Vec<&str> = example
                    .path
                    .iter()
                    .map(|value| if by_id(value) { id } else { *value })
                    .collect();
                let call = bare(example, &path);
                let call = match example.body {
                    "" => call,
                    body => call.text("application/json", body),
                };
                let status = app.call(route, call).await.status;
                // A byte that no text holds cannot be read at all.
                let refused = status == 404 || (id == "%00" && status == 400);
                if !refused {
                    wrong.push(format!("{} {id}: {status}", route.name));
                }
                asked += 1;
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
    println!("{asked} path values refused");
    assert!(asked > 300, "{asked}");
}
