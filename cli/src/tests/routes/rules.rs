//! What `routes check` refuses.
use api::{Allow, Example, Idempotency, Job, Route};
use db::Access;

use super::samples::{CREATE, FALLBACK, FIND, JOBS, LIST, LIVE, SAMPLES, SWEEP, TAKE};
use crate::routes::{MAX_ROUTES, audit};

#[test]
fn routes_that_keep_the_rules_are_not_complained_about() {
    assert_eq!(audit(SAMPLES, JOBS), [""; 0]);
}

#[test]
fn each_broken_rule_is_named_with_its_route() {
    const GOOD: Example = Example::DEFAULT;
    let broken = [
        (Route { name: "live", ..LIVE }, "beginning with platform-"),
        (Route { name: "platform-a_b", ..LIVE }, "lower-case words"),
        (
            Route { name: "platform-this-name-is-longer-than-lambda-takes", ..LIVE },
            "at most 44 characters",
        ),
        (Route { rust_path: "", ..LIVE }, "api::routes!"),
        (Route { path: "/live", ..LIVE }, "must be /v1/"),
        (Route { path: "/v1/live/", ..LIVE }, "must be /v1/"),
        (Route { path: "/v1/{id", ..LIVE }, "must be /v1/"),
        (Route { summary: "Without an end", ..LIVE }, "must be a sentence"),
        (Route { allow: Allow::Nobody, ..LIVE }, "nobody may call it"),
        (Route { access: Access::Admin, ..LIVE }, "must not be Admin"),
        (Route { timeout_s: 30, ..LIVE }, "1 to 29 seconds"),
        (Route { memory_mb: 64, ..LIVE }, "128 to 10,240"),
        (Route { status: 404, ..LIVE }, "200 to 299"),
        (Route { status: 204, ..FIND }, "204 has no body"),
        (Route { list: LIST.list, ..CREATE }, "only a GET lists"),
        (Route { body: CREATE.body, ..LIVE }, "takes no body"),
        (Route { if_match: true, ..LIVE }, "If-None-Match"),
        (Route { idempotency: Idempotency::Accepted, ..LIVE }, "no Idempotency-Key"),
        (Route { examples: &[GOOD], ..LIVE }, "an example that is refused"),
        (Route { examples: FALLBACK.examples, ..LIVE }, "an example that works"),
        (Route { examples: &[GOOD, GOOD], ..LIVE }, "two examples are called good"),
        (Route { examples: &[Example { name: "a/b", ..GOOD }], ..LIVE }, "a name for a file"),
        (Route { examples: &[GOOD], ..FIND }, "gives 0 path values, the path has 1"),
    ];
    for (route, sentence) in &broken {
        let findings = audit(&[route], &[]);

        let named =
            |finding: &String| finding.starts_with(route.name) && finding.contains(sentence);
        assert!(findings.iter().any(named), "{sentence}: {findings:?}");
    }
}

#[test]
fn each_broken_rule_of_a_job_is_named_with_it() {
    let broken = [
        (Job { name: "sweep", ..SWEEP }, "beginning with content-"),
        (Job { rust_path: "", ..SWEEP }, "api::jobs!"),
        (Job { schedule: "", ..SWEEP }, "its schedule"),
        (Job { schedule: "rate(1 minute)", ..TAKE }, "schedule or takes"),
        (Job { schedule: "rate(1 minutes)", ..SWEEP }, "its schedule"),
        (Job { schedule: "rate(5 minute)", ..SWEEP }, "its schedule"),
        (Job { schedule: "rate(0 minutes)", ..SWEEP }, "its schedule"),
        (Job { schedule: "cron(0 3 * * *)", ..SWEEP }, "its schedule"),
        (Job { timeout_s: 901, ..SWEEP }, "1 to 900 seconds"),
        (Job { memory_mb: 64, ..SWEEP }, "128 to 10,240"),
        (Job { access: Access::Admin, ..SWEEP }, "must not be Admin"),
    ];
    for (job, sentence) in &broken {
        let findings = audit(&[], &[job]);

        let named = |finding: &String| finding.starts_with(job.name) && finding.contains(sentence);
        assert!(findings.iter().any(named), "{sentence}: {findings:?}");
    }
    for schedule in ["rate(1 hour)", "rate(2 days)", "cron(0 3 * * ? *)"] {
        assert_eq!(audit(&[], &[&Job { schedule, ..SWEEP }]), [""; 0], "{schedule}");
    }
    let taken = Job { name: CREATE.name, ..SWEEP };
    let findings = audit(&[&CREATE], &[&taken]);
    assert!(findings.iter().any(|it| it.contains("the same name as content-create-sample")));
}

#[test]
fn two_routes_for_one_request_or_of_one_name_are_refused() {
    let same_path =
        Route { name: "content-find-other", path: "/v1/content/samples/{slug}", ..FIND };

    let findings = audit(&[&FIND, &same_path, &LIVE, &LIVE, &FALLBACK], &[]);

    assert!(
        findings.iter().any(|it| it.contains("the same method and path as content-find-sample"))
    );
    assert!(findings.iter().any(|it| it.contains("the same name as platform-live")));
}

#[test]
fn one_name_for_two_schemas_is_refused() {
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "SamplePost")]
    #[expect(dead_code, reason = "only its schema is asked for")]
    struct Other {
        other: bool,
    }
    let taken = Route { body: api::Shape::of::<Other>(), ..CREATE };
    let answered = Route { reply: api::Shape::of::<Other>(), ..LIVE };

    let both_ways = audit(&[&FIND, &taken], &[]);
    let twice = audit(&[&FIND, &answered], &[]);

    assert!(both_ways.iter().any(|it| it.contains("SamplePost: what is taken differs")));
    assert!(twice.iter().any(|it| it.contains("SamplePost: two types have this name")));
}

#[test]
fn an_api_with_too_many_routes_is_refused() {
    let many: Vec<&Route> = std::iter::repeat_n(&LIVE, MAX_ROUTES + 1).collect();
    let is_too_many = |finding: &String| finding.contains("give a domain an API of its own");

    assert!(audit(&many, &[]).iter().any(is_too_many));
    assert!(!audit(&many[1..], &[]).iter().any(is_too_many));
}

#[test]
fn a_stack_with_too_many_resources_is_refused() {
    // A function, its rule, and the permission of that.
    let many: Vec<&Job> = std::iter::repeat_n(&SWEEP, 150).collect();
    let is_too_many = |finding: &String| finding.contains("templates/content.yaml: 45");

    assert!(audit(&[], &many).iter().any(is_too_many));
    assert!(!audit(&[], &many[4..]).iter().any(is_too_many));
}
