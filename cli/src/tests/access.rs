//! Who gets in: every route with every role, and every object with somebody else's token.
use std::{collections::BTreeMap, fs};

use api::{Allow, Route};
use db::{Access, Domain};
use stack::BUNDLES;
use testdb::{App, Call};
use types::{ContactId, DepartmentId};

use crate::routes::{self, access};

/// The matrix as docs/access.md has it: by function, the roles that say yes.
fn checked_in() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(routes::root_of_this_crate().join("docs/access.md")).unwrap();
    let mut heads: Vec<String> = Vec::new();
    let mut matrix = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if cells[0] == "function" {
            heads = cells[2..].iter().map(|&cell| cell.to_owned()).collect();
        } else if let Some(name) = cells[0].strip_prefix('`') {
            let yes = heads.iter().zip(&cells[2..]).filter(|(_, cell)| **cell == "yes");
            let roles = yes.map(|(role, _)| role.clone()).collect();
            matrix.insert(name.trim_end_matches('`').to_owned(), roles);
        }
    }
    matrix
}

#[tokio::test]
async fn every_route_lets_in_the_roles_of_the_matrix_and_no_others() {
    let matrix = checked_in();
    let app = App::empty(Domain::Platform).await;
    let mut wrong = Vec::new();
    let mut asked = 0;

    for route in routes::all() {
        if matches!(route.allow, Allow::Public | Allow::Anyone) {
            continue;
        }
        // The same door without the house: who gets in is answered with 204.
        let door: &'static Route = Box::leak(Box::new(Route {
            method: route.method.clone(),
            access: Access::None,
            in_session: None,
            list: None,
            settings: &[],
            if_match: false,
            idempotency: api::Idempotency::None,
            answer: |_, _| Box::pin(async { api::no_content() }),
            rust_path: route.rust_path,
            examples: &[],
            problems: &[],
            query: &[],
            ..*route
        }));
        for bundle in BUNDLES {
            let call = Call::role(bundle.role).path("one").path("two");
            let status = app.call(door, call).await.status;
            let listed =
                matrix.get(route.name).is_some_and(|roles| roles.iter().any(|r| r == bundle.role));
            let signed_in = matches!(route.allow, Allow::SignedIn | Allow::AnyToken);
            let expected = if listed || signed_in { 204 } else { 403 };
            if status != expected {
                wrong.push(format!("{} {}: {status}, not {expected}", route.name, bundle.role));
            }
            asked += 1;
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
    println!("{asked} pairs of route and role");
    assert!(asked > 400, "{asked}");
}

#[test]
fn every_route_that_is_not_for_everybody_names_a_permission() {
    let known: Vec<&str> = BUNDLES.iter().flat_map(|bundle| bundle.permissions).copied().collect();

    for route in routes::all() {
        match route.allow {
            Allow::Permission(permission) => {
                assert!(known.contains(&permission), "{}: no role has {permission}", route.name);
            }
            Allow::Public | Allow::Anyone | Allow::SignedIn | Allow::AnyToken => {}
            Allow::Nobody => {
                panic!("{}: name a permission, Allow::Permission(\"giving.read\")", route.name)
            }
        }
    }
}

#[test]
fn every_example_is_sent_by_a_role_that_there_is() {
    for route in routes::all() {
        for role in route.examples.iter().filter_map(|example| example.role) {
            let known = BUNDLES.iter().any(|bundle| bundle.role == role);
            assert!(known, "{}: no migration brings the role {role}", route.name);
        }
    }
}

/// Somebody with an account of their own and nothing else: what signing up gives.
#[tokio::test]
async fn nobody_elses_object_is_there_for_a_second_user() {
    let stranger = ContactId::new();
    let mut wrong = Vec::new();
    let (mut hidden, mut closed) = (0, 0);

    for domain in Domain::ALL {
        let shared = App::new(domain).await;
        for route in routes::all() {
            let object = routes::path_parameters(route.path).next().is_some();
            let open = matches!(route.allow, Allow::Public | Allow::Anyone);
            if route.domain != domain || !object || open {
                continue;
            }
            let good = route.examples.iter().find(|example| example.status < 400).unwrap();
            let own;
            let app = match good.given {
                "" => &shared,
                given => {
                    own = App::new(domain).await;
                    own.execute(given).await;
                    &own
                }
            };
            let mut call = Call::from(good).contact(stranger);
            call = call.with_role("contributor");
            match app.call(route, call).await.status {
                404 => hidden += 1,
                403 => closed += 1,
                status => wrong.push(format!("{}: {status}", route.name)),
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
    println!("{hidden} object routes answer 404 to a second user, {closed} more 403 to their role");
    assert!(hidden >= 4 && hidden + closed > 20, "{hidden}, {closed}");
}

/// Objects that belong to a department, or hang on one that does: what whoever works elsewhere must not see.
const OF_DEPARTMENTS: &[&str] = &[
    "/v1/platform/contacts/{id}",
    "/v1/platform/company-links/{id}",
    "/v1/platform/leads/{id}",
    "/v1/platform/departments/{id}/members",
    "/v1/platform/timelines/{entity_type}/{entity_id}",
];

#[tokio::test]
async fn nothing_of_a_department_is_there_for_an_employee_of_another() {
    let elsewhere = DepartmentId::new();
    let shared = App::new(Domain::Platform).await;
    let mut wrong = Vec::new();
    let mut hidden = 0;

    for route in routes::all() {
        let own = |path: &&str| {
            route
                .path
                .strip_prefix(*path)
                .is_some_and(|rest| matches!(rest.chars().next(), None | Some('/')))
        };
        if !OF_DEPARTMENTS.iter().any(own) {
            continue;
        }
        let good = route.examples.iter().find(|example| example.status < 400).unwrap();
        let other;
        let app = match good.given {
            "" => &shared,
            given => {
                other = App::new(Domain::Platform).await;
                other.execute(given).await;
                &other
            }
        };
        // The role that may do it, held somewhere else.
        match app.call(route, Call::from(good).in_department(elsewhere)).await.status {
            404 => hidden += 1,
            status => wrong.push(format!("{}: {status}", route.name)),
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
    println!("{hidden} object routes answer 404 to an employee of another department");
    assert!(hidden >= 19, "{hidden}");
}

/// What opens to who holds its permission in any department, and why.
const OF_NO_DEPARTMENT: &[(&str, &str)] = &[
    ("/v1/platform/companies", "companies belong to nobody: all who may read contacts see them"),
    ("/v1/platform/departments", "which there are is known to all who work there; members are not"),
    (
        "/v1/platform/role-grants/{id}",
        "the database asks whether the caller may grant where the role holds",
    ),
    (
        "/v1/platform/invitations",
        "the caller's own; the database asks for the roles as for a grant",
    ),
];

/// Every route behind a permission, with a token that holds it in a department of nobody.
#[tokio::test]
async fn a_permission_held_in_a_department_opens_only_what_asks_in_which() {
    let elsewhere = DepartmentId::new();
    let mut wrong = Vec::new();
    let (mut denied, mut filtered) = (0, 0);

    for domain in Domain::ALL {
        let shared = App::new(domain).await;
        for route in routes::all() {
            let Allow::Permission(permission) = route.allow else { continue };
            let within = |(path, _): &(&str, &str)| {
                route.path.strip_prefix(*path).is_some_and(|rest| {
                    matches!(rest.chars().next(), None | Some('/')) && !rest.ends_with("/members")
                })
            };
            if route.domain != domain || OF_NO_DEPARTMENT.iter().any(within) {
                continue;
            }
            let good = route.examples.iter().find(|example| example.status < 400).unwrap();
            let own;
            let app = match good.given {
                "" => &shared,
                given => {
                    own = App::new(domain).await;
                    own.execute(given).await;
                    &own
                }
            };
            let answer = app.call(route, Call::from(good).in_department(elsewhere)).await;
            let nothing = answer.body["data"].as_array().is_some_and(Vec::is_empty);
            let held = api::HELD_IN_DEPARTMENTS.contains(&permission);
            match answer.status {
                403 if !held => denied += 1,
                403 | 404 if held => filtered += 1,
                200 if held && nothing => filtered += 1,
                // What is made belongs to the caller's department, which is none here.
                422 if held && answer.place() == "/department_id" => filtered += 1,
                // About the caller alone.
                _ if permission == "tokens.write" => filtered += 1,
                status => wrong.push(format!("{} {permission}: {status}", route.name)),
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
    println!(
        "{denied} routes are closed to who holds their permission in a department, {filtered} ask in which"
    );
    assert!(denied > 100 && filtered > 20, "{denied}, {filtered}");
}

#[test]
fn roles_held_in_one_place_open_nothing_by_themselves() {
    assert_eq!(stack::permissions(&["customer", "partner"]), Vec::<&str>::new());
    assert!(access::roles().iter().all(|bundle| bundle.opens));
}
