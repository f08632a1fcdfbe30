use std::{sync::Mutex, time::Duration};

use aws::Moto;
use db::{
    Access, Domain, Pool,
    events::{self, Event, MOST_ATTEMPTS, Relayed, Sender, Unsent},
};
use serde_json::json;
use testdb::{App, Call};
use tokio::time::Instant;

use crate::events::{Pools, again, deliver, relay};

const HOUR: Duration = Duration::from_secs(3_600);

fn pool(app: &App) -> Pool {
    let var = |name: &str| app.var(name).map(str::to_owned);
    Pool::find(app.database.domain, Access::Write, "test", var).unwrap()
}

fn pools(apps: &[&App]) -> Pools {
    Pools::of(apps.iter().map(|app| pool(app)).collect())
}

struct Told(Mutex<Vec<Event>>);

impl Sender for Told {
    async fn send(&self, events: &[Event]) -> Vec<Result<(), Unsent>> {
        self.0.lock().unwrap().extend_from_slice(events);
        events.iter().map(|_| Ok(())).collect()
    }
}

/// Takes what is due out of an outbox, as if it had been handed over.
async fn told(app: &App) -> Vec<Event> {
    let told = Told(Mutex::new(Vec::new()));
    let pool = pool(app);
    let db = pool.begin(Instant::now() + Duration::from_secs(60));
    assert!(events::relay(&db, || HOUR, &told).await.unwrap().complete);
    told.0.into_inner().unwrap()
}

/// What finance, content and projects know of others.
async fn known(finance: &App, content: &App, projects: &App) -> String {
    let row = |table: &str| {
        format!(
            "select string_agg((to_jsonb(r) - 'seen_at')::text, E'\\n' order by id) from {table} r"
        )
    };
    let mut all = Vec::new();
    for (app, schema) in [(finance, "finance"), (content, "content")] {
        for table in ["ref_projects", "ref_contacts"] {
            all.push(app.value(&row(&format!("{schema}.{table}"))).await);
        }
    }
    for table in ["ref_contacts", "ref_companies"] {
        all.push(projects.value(&row(&format!("projects.{table}"))).await);
    }
    let givers = "select string_agg(
        concat_ws(' ', id, type, status, display_name, email, contact_ref, erased_at is not null), E'\\n' order by id)
        from giving.contributors where id::text ~ '^0{8}-'";
    all.push(finance.value(givers).await);
    all.join("\n---\n")
}

/// A project that is made, renamed and deleted; a contact that is merged into another, which is erased.
async fn happen(platform: &App, projects: &App) -> Vec<Event> {
    let body = json!({
        "slug": "told", "name": { "de": "Erzählt", "en": "Told" }, "summary": { "de": "", "en": "Of what is told." },
    });
    let made = projects.created(projects_create(), "admin", &body).await;
    let id = made["id"].as_str().unwrap();
    let change = Call::role("admin").path(id).header("if-match", "\"1\"");
    let renamed = change.json(&json!({ "name": { "de": "Neu erzählt", "en": "Told again" } }));
    let renamed = projects.call(&::projects::projects::update::ROUTE, renamed).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let gone = Call::role("admin").path(id).header("if-match", "\"2\"");
    let gone = projects.call(&::projects::projects::delete::ROUTE, gone).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    platform
        .execute(
            "insert into party.contacts (id, last_name)
             values ('00000000-0000-4000-8000-000000000001', 'One'), ('00000000-0000-4000-8000-000000000002', 'Two');
             update party.contacts
             set status = 'archived', archived_at = now(), archive_reason = 'merged',
                 merged_into_id = '00000000-0000-4000-8000-000000000002'
             where id = '00000000-0000-4000-8000-000000000001';
             update party.contacts
             set deleted_at = now(), erased_at = now(), last_name = null
             where id::text ~ '^0{8}-';
             insert into party.companies (id, kind, legal_name)
             values ('00000000-0000-4000-8000-000000000003', 'other', 'Three'),
               ('00000000-0000-4000-8000-000000000004', 'other', 'Four');
             update party.companies
             set status = 'archived', archived_at = now(), archive_reason = 'merged',
                 merged_into_id = '00000000-0000-4000-8000-000000000004'
             where id = '00000000-0000-4000-8000-000000000003'",
        )
        .await;
    let mut all = told(projects).await;
    all.extend(told(platform).await);
    all
}

fn projects_create() -> &'static api::Route {
    &::projects::projects::create::ROUTE
}

async fn every_domain() -> [App; 4] {
    [
        App::new(Domain::Platform).await,
        App::new(Domain::Projects).await,
        App::new(Domain::Finance).await,
        App::new(Domain::Content).await,
    ]
}

#[tokio::test]
async fn events_that_come_twice_late_or_in_another_order_end_in_the_same_state() {
    let (platform, projects) = (App::new(Domain::Platform).await, App::new(Domain::Projects).await);
    let domains = async || {
        let (finance, content) = (App::new(Domain::Finance).await, App::new(Domain::Content).await);
        (finance, content, App::new(Domain::Projects).await)
    };
    let (once, often) = (domains().await, domains().await);
    for finance in [&once.0, &often.0] {
        finance
            .execute(
                "insert into giving.contributors (id, type, display_name, email, contact_ref)
                 values ('00000000-0000-4000-8000-000000000001', 'individual', 'One', 'one@example.org',
                     '00000000-0000-4000-8000-000000000001'),
                   ('00000000-0000-4000-8000-000000000002', 'company', 'Two Ltd', 'two@example.org',
                     '00000000-0000-4000-8000-000000000002')",
            )
            .await;
    }
    let before = known(&once.0, &once.1, &once.2).await;
    let all = happen(&platform, &projects).await;
    let topics: Vec<&str> = all.iter().map(|event| event.topic.as_str()).collect();
    assert_eq!(
        topics,
        [
            "projects.project.changed.v1",
            "projects.project.changed.v1",
            "projects.project.changed.v1",
            "platform.contact.merged.v1",
            "platform.contact.erased.v1",
            "platform.contact.erased.v1",
            "platform.company.merged.v1",
        ]
    );

    let straight = pools(&[&platform, &once.0, &once.1, &once.2]);
    for event in &all {
        deliver(&straight, event).await.unwrap();
    }
    let mixed = pools(&[&platform, &often.0, &often.1, &often.2]);
    let reversed = all.iter().rev().chain(&all).chain(&all[1..3]);
    for event in reversed {
        deliver(&mixed, event).await.unwrap();
    }

    let after = known(&once.0, &once.1, &once.2).await;
    assert_ne!(before, after);
    assert_eq!(after, known(&often.0, &often.1, &often.2).await);
    assert!(after.contains("Told again") && after.contains("erased"), "{after}");
    let givers = "00000000-0000-4000-8000-000000000001 individual erased Erased t\n\
                  00000000-0000-4000-8000-000000000002 company active Two Ltd f";
    assert!(after.ends_with(givers), "{after}");
    assert_eq!(often.0.count("finance.inbox_dedup").await, 6);
}

/// What others should know of projects, contacts and companies by now, and what they do know: all of it, not a sample.
async fn differences(apps: [&App; 4]) -> Vec<String> {
    let [platform, projects, finance, content] = apps;
    let all = |columns: &str, from: &str| {
        format!("select string_agg(concat_ws(' ', {columns}), E'\\n' order by id) from {from}")
    };
    let told = "label ->> 'en' like 'Lost %'";
    let named = "community.projects where name ->> 'en' like 'Lost %'";
    let ended = "party.contacts where merged_into_id is not null or erased_at is not null";
    let status = "case when erased_at is null then 'merged' else 'erased' end";
    let pairs = [
        (
            projects.value(&all("id, name, status, target_minor", named)).await,
            finance
                .value(&all(
                    "id, label, status, target_minor",
                    &format!("finance.ref_projects where {told}"),
                ))
                .await,
        ),
        (
            projects.value(&all("id, name, slug, status, deleted_at", named)).await,
            content
                .value(&all(
                    "id, label, slug, status, removed_at",
                    &format!("content.ref_projects where {told}"),
                ))
                .await,
        ),
        (
            platform.value(&all(&format!("id, {status}, merged_into_id"), ended)).await,
            finance
                .value(&all(
                    "id, status, merged_into_ref",
                    "finance.ref_contacts where status <> 'active'",
                ))
                .await,
        ),
        (
            platform.value(&all(&format!("id, {status}, merged_into_id"), ended)).await,
            content
                .value(&all(
                    "id, status, merged_into_ref",
                    "content.ref_contacts where status <> 'active'",
                ))
                .await,
        ),
        (
            platform.value(&all(&format!("id, {status}, merged_into_id"), ended)).await,
            projects.value(&all("id, status, merged_into_ref", "projects.ref_contacts")).await,
        ),
        (
            platform
                .value(&all(
                    "id, merged_into_id",
                    "party.companies where merged_into_id is not null",
                ))
                .await,
            projects.value(&all("id, merged_into_ref", "projects.ref_companies")).await,
        ),
    ];
    let differ = pairs.into_iter().filter(|(there, here)| there != here);
    differ.map(|(there, here)| format!("there:\n{there}\nhere:\n{here}")).collect()
}

#[tokio::test]
async fn what_was_lost_doubled_and_mixed_up_between_domains_is_equal_again_after_one_run() {
    let apps = every_domain().await;
    let [platform, projects, finance, content] = &apps;
    let before = differences(apps.each_ref()).await;
    projects
        .execute(
            "insert into community.projects (slug, name, summary)
             select 'lost-' || n, jsonb_build_object('de', '', 'en', 'Lost ' || n), '{\"de\": \"\", \"en\": \"Lost\"}'
             from generate_series(1, 100) n;
             update community.projects set name = name || '{\"de\": \"Verloren\"}' where slug like 'lost-%';
             update community.projects set deleted_at = now() where slug like 'lost-%7'",
        )
        .await;
    platform
        .execute(
            "insert into party.contacts (id, last_name)
             select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Somebody' from generate_series(1, 100) n;
             update party.contacts
             set status = 'archived', archived_at = now(), archive_reason = 'merged',
                 merged_into_id = '00000000-0000-4000-8000-000000000100'
             where id::text ~ '^0{8}-.*[1-9]$';
             update party.contacts
             set deleted_at = now(), erased_at = now(), last_name = null
             where id::text ~ '^0{8}-.*[5-9]$';
             insert into party.companies (id, kind, legal_name)
             select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'other', 'Some'
             from generate_series(1, 100) n;
             update party.companies
             set status = 'archived', archived_at = now(), archive_reason = 'merged',
                 merged_into_id = '00000000-0000-4000-8000-000000000100'
             where id::text ~ '^0{8}-.*[1-9]$'",
        )
        .await;
    let mut all = told(projects).await;
    all.extend(told(platform).await);
    all.retain(|event| event.aggregate_type != "audit_log");
    all.reverse();

    // Of each hundred each domain loses another five, among them the newest of their things; each tenth comes twice.
    for (app, subscribers, lost) in [
        (finance, ::finance::events::SUBSCRIBERS, 0),
        (content, ::content::events::SUBSCRIBERS, 7),
        (projects, ::projects::events::SUBSCRIBERS, 14),
    ] {
        let pool = pool(app);
        let db = pool.begin(Instant::now() + Duration::from_secs(60));
        db.act_as(r#"{"kind": "system", "user_agent": "a test"}"#.to_owned());
        for (n, event) in all.iter().enumerate().filter(|(n, _)| n % 20 != lost) {
            for _ in 0..=usize::from(n % 10 == 3) {
                api::deliver(subscribers, event, &db).await.unwrap();
            }
        }
    }
    let broken = differences(apps.each_ref()).await;
    for (app, job) in [
        (projects, &::projects::jobs::tell_again::JOB),
        (platform, &::platform::jobs::tell_again::JOB),
    ] {
        let soon = app.run(job).await.result.unwrap();
        assert_eq!(soon["events"], 0, "it may still be on its way");
        let schema = app.database.domain.name();
        let late = format!(
            "update {schema}.outbox_events set published_at = published_at - interval '2 hours'"
        );
        app.execute(&late).await;
        let again = app.run(job).await.result.unwrap();
        assert!(again["events"].as_u64().unwrap() >= 100, "{again}");
        assert_eq!(app.run(job).await.result.unwrap()["events"], 0, "told again already");
    }
    let relayed = relay(&pools(&apps.each_ref())).await.unwrap();

    assert_eq!((before.len(), broken.len()), (0, 6), "{before:?} {broken:?}");
    assert_eq!(relayed.failed, 0);
    let after = differences(apps.each_ref()).await;
    assert!(after.is_empty(), "{after:?}");
}

#[tokio::test]
async fn what_was_lost_longer_ago_than_a_week_is_told_again_when_somebody_says_since_when() {
    let apps = every_domain().await;
    let [_, projects, finance, _] = &apps;
    let pools = pools(&apps.iter().collect::<Vec<_>>());
    let body = json!({
        "slug": "lost", "name": { "de": "", "en": "Lost" }, "summary": { "de": "", "en": "Told to nobody." },
    });
    let made = projects.created(projects_create(), "admin", &body).await;
    let kept = format!("finance.ref_projects where id = '{}'", made["id"].as_str().unwrap());
    // Handed over a month ago, and taken by nobody; and once before, which the newest makes old.
    projects
        .execute(
            "insert into projects.outbox_events (topic, aggregate_type, aggregate_id, payload)
             select topic, aggregate_type, aggregate_id, payload from projects.outbox_events
             order by position desc limit 1;
             update projects.outbox_events
             set occurred_at = '2026-01-31T12:00:00Z', published_at = '2026-01-31T12:00:01Z'",
        )
        .await;
    let since = |text: &str| text.parse::<types::Timestamp>().unwrap();

    let week = projects.run(&::projects::jobs::tell_again::JOB).await.result.unwrap();
    let later = again(&pools, since("2026-01-31T12:00:00.000001Z")).await.unwrap();
    let then = again(&pools, since("2026-01-31T12:00:00Z")).await.unwrap();
    let twice = again(&pools, since("2026-01-31T12:00:00Z")).await.unwrap();
    let before = finance.count(&kept).await;
    let relayed = relay(&pools).await.unwrap();

    assert_eq!((&week["events"], later, then, twice), (&json!(0), 0, 1, 0));
    assert_eq!((before, relayed.failed), (0, 0));
    assert_eq!(finance.count(&kept).await, 1);
}

#[tokio::test]
async fn an_event_that_nobody_could_take_comes_again_and_is_given_up_in_the_end() {
    let apps = every_domain().await;
    let [_, projects, finance, _] = &apps;
    let pools = pools(&apps.iter().collect::<Vec<_>>());
    // Without a name nobody can keep it.
    projects
        .execute(
            "insert into projects.outbox_events (topic, aggregate_type, aggregate_id, payload)
             values ('projects.project.changed.v1', 'project', '00000000-0000-4000-8000-000000000001', '{\"version\": 1}')",
        )
        .await;
    let good = json!({
        "slug": "good", "name": { "de": "Gut", "en": "Good" }, "summary": { "de": "", "en": "Of what is told." },
    });
    let good = projects.created(projects_create(), "admin", &good).await;

    let first = relay(&pools).await.unwrap();
    let at_once = relay(&pools).await.unwrap();
    for _ in 1..MOST_ATTEMPTS {
        projects.execute("update projects.outbox_events set due_at = now()").await;
        assert_eq!(relay(&pools).await.unwrap().failed, 1);
    }
    projects.execute("update projects.outbox_events set due_at = now()").await;
    let parked = relay(&pools).await.unwrap();

    assert_eq!((first.failed, at_once), (1, Relayed { sent: 0, failed: 0, complete: true }));
    assert_eq!(parked, Relayed { sent: 0, failed: 0, complete: true });
    let kept = format!("finance.ref_projects where id = '{}'", good["id"].as_str().unwrap());
    assert_eq!(finance.count(&kept).await, 1, "one bad event does not stop the others");
    let outbox = events::outbox(Domain::Projects);
    let pool = pool(projects);
    let db = pool.begin(Instant::now() + Duration::from_secs(60));
    let listed = outbox.waiting.all(&db, (true, 10)).await.unwrap();
    let why = listed[0].last_error.as_deref().unwrap();
    assert!(listed.len() == 1 && why.contains("take-projects"), "{listed:?}");
    let back = outbox.retry.all(&db, (Some(listed[0].id),)).await.unwrap();
    assert_eq!(back.len(), 1);
    assert_eq!(outbox.waiting.all(&db, (true, 10)).await.unwrap().len(), 0);
    let fixed = "update projects.outbox_events
        set payload = payload || '{\"name\": {\"de\": \"\", \"en\": \"Late\"}, \"slug\": \"late\", \"status\": \"draft\"}'
        where published_at is null";
    projects.execute(fixed).await;
    assert_eq!(relay(&pools).await.unwrap().sent, 1);
}

#[tokio::test]
async fn two_relays_at_once_hand_each_event_over_once() {
    let projects = App::new(Domain::Projects).await;
    told(&projects).await;
    projects
        .execute(
            "insert into projects.outbox_events (topic, aggregate_type, aggregate_id, payload)
             select 'projects.thing.happened.v1', 'thing', gen_random_uuid(), '{}' from generate_series(1, 120)",
        )
        .await;

    let (mut one, two) = tokio::join!(told(&projects), told(&projects));

    one.extend(two);
    let mut ids: Vec<_> = one.iter().map(|event| event.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((one.len(), ids.len()), (120, 120));
}

#[tokio::test]
async fn what_a_domain_notes_is_read_on_the_platform_once_and_its_copy_on_the_way_is_blanked() {
    let (platform, projects) = (App::new(Domain::Platform).await, App::new(Domain::Projects).await);
    let body = json!({
        "slug": "noted", "name": { "de": "", "en": "Noted" }, "summary": { "de": "", "en": "Of what is noted." },
    });
    let made = projects.created(projects_create(), "admin", &body).await;
    projects.run(&::projects::jobs::seal_audit::JOB).await.result.unwrap();
    let pools = pools(&[&platform]);

    let mut all = told(&projects).await;
    all.retain(|event| event.aggregate_type == "audit_log");
    for event in all.iter().chain(&all) {
        deliver(&pools, event).await.unwrap();
    }

    let entry = format!(
        "select concat_ws(' ', domain, action, new_value ->> 'slug', host(ip)) from audit.audit_logs where entity_id = '{}'",
        made["id"].as_str().unwrap()
    );
    assert_eq!(platform.value(&entry).await, "projects project.create noted 127.0.0.1");
    let kept = "projects.outbox_events where aggregate_type = 'audit_log' and payload <> '{}'";
    assert_eq!(projects.count(kept).await, 0);
    platform.run(&::platform::jobs::seal_audit::JOB).await.result.unwrap();
    assert_eq!(platform.count("audit.audit_queue").await, 0);
}

#[tokio::test]
async fn what_a_domain_takes_out_of_its_audit_log_goes_from_the_copies_too() {
    let (platform, finance) = (App::new(Domain::Platform).await, App::new(Domain::Finance).await);
    let pools = pools(&[&platform, &finance]);
    let person = json!({ "type": "individual", "display_name": "Forget Me" });
    let create = &::finance::contributors::create::ROUTE;
    let made = finance.created(create, "treasurer", &person).await;
    finance.run(&::finance::jobs::seal_audit::JOB).await.result.unwrap();
    relay(&pools).await.unwrap();
    let named = "audit.audit_logs where concat(old_value, new_value) like '%Forget Me%'";
    assert_eq!(platform.count(named).await, 1);

    let call = Call::role("treasurer").path(made["id"].as_str().unwrap());
    let call = call.header("if-match", "\"1\"");
    let erased = finance.call(&::finance::contributors::erase::ROUTE, call).await;
    let relayed = relay(&pools).await.unwrap();

    assert_eq!((erased.status, relayed.failed), (200, 0), "{}", erased.body);
    assert_eq!(platform.count(named).await, 0);
    assert_eq!(platform.count("audit.verify_audit(1, 1000)").await, 0, "the chain is whole");
    assert_eq!(platform.count("audit.audit_seals where value_salt is null").await, 2);
}

#[tokio::test]
async fn a_copy_that_comes_after_its_redaction_brings_nothing_personal_back() {
    let (platform, finance) = (App::new(Domain::Platform).await, App::new(Domain::Finance).await);
    let pools = pools(&[&platform, &finance]);
    told(&finance).await;
    let person = json!({ "type": "individual", "display_name": "Forget Me" });
    let create = &::finance::contributors::create::ROUTE;
    let made = finance.created(create, "treasurer", &person).await;
    finance.run(&::finance::jobs::seal_audit::JOB).await.result.unwrap();
    // On its way, where the domain cannot reach it any more.
    let late = told(&finance).await;
    let noted: Vec<&Event> = late.iter().filter(|it| it.aggregate_type == "audit_log").collect();
    assert!(noted.iter().any(|it| it.payload.to_string().contains("Forget Me")));
    let call = Call::role("treasurer").path(made["id"].as_str().unwrap());
    let call = call.header("if-match", "\"1\"");
    let erased = finance.call(&::finance::contributors::erase::ROUTE, call).await;
    assert_eq!(erased.status, 200, "{}", erased.body);

    for event in told(&finance).await.iter().chain(noted) {
        deliver(&pools, event).await.unwrap();
    }

    let named = "audit.audit_logs where concat(old_value, new_value) like '%Forget Me%'";
    assert_eq!(platform.count(named).await, 0);
    let copied = format!(
        "audit.audit_logs where entity_id = '{}' and action = 'contributor.create'",
        made["id"].as_str().unwrap()
    );
    assert_eq!(platform.count(&copied).await, 1, "that there was somebody stays");
    platform.run(&::platform::jobs::seal_audit::JOB).await.result.unwrap();
    assert_eq!(platform.count("audit.verify_audit(1, 1000)").await, 0, "the chain is whole");
}

const AWS: [&str; 4] =
    ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// What EventBridge starts functions with: a rule puts all of it into a queue.
async fn queue(moto: &Moto) -> String {
    moto.tell("AWSEvents.CreateEventBus", json!({ "Name": "aruuri-test" })).await;
    let made = moto.tell("AmazonSQS.CreateQueue", json!({ "QueueName": "started" })).await;
    let rule = json!({ "Name": "all", "EventBusName": "aruuri-test",
        "EventPattern": json!({ "detail-type": ["projects.project.changed.v1"] }).to_string() });
    moto.tell("AWSEvents.PutRule", rule).await;
    let arn = "arn:aws:sqs:eu-west-2:123456789012:started";
    let targets = json!({ "Rule": "all", "EventBusName": "aruuri-test", "Targets": [{ "Id": "1", "Arn": arn }] });
    moto.tell("AWSEvents.PutTargets", targets).await;
    made["QueueUrl"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_a_domain_tells_reaches_the_function_of_another_over_the_bus() {
    let Some(moto) = Moto::start().await else { return };
    let queue = queue(&moto).await;
    let (projects, finance) = (App::new(Domain::Projects).await, App::new(Domain::Finance).await);
    told(&projects).await;
    let projects =
        AWS.iter().fold(projects, |app, name| app.set(name, moto.variable(name).as_deref()));
    let job = &::projects::jobs::relay_events::JOB;
    let body = json!({
        "slug": "bus", "name": { "de": "", "en": "Bus" }, "summary": { "de": "", "en": "Over the bus." },
    });
    let made = projects.created(projects_create(), "admin", &body).await;
    let waits = "projects.outbox_events where published_at is null and parked_at is null";

    let off = projects.run(job).await.result.unwrap();
    let nowhere = projects.set("ARUURI_EVENT_BUS", Some("aruuri-test"));
    let nowhere = nowhere.set("AWS_ENDPOINT_URL_EVENTBRIDGE", Some("http://127.0.0.1:9"));
    let closed = nowhere.run(job).await.result.unwrap_err().to_string();
    let attempts = nowhere
        .value("select max(attempts)::text from projects.outbox_events where published_at is null")
        .await;
    nowhere.execute("update projects.outbox_events set due_at = null").await;
    let projects = nowhere.set("AWS_ENDPOINT_URL_EVENTBRIDGE", None);
    let waited = projects.count(waits).await;
    let sent = projects.run(job).await.result.unwrap();

    assert_eq!(off["connected"], false);
    assert!(closed.contains("1 events were not handed over"), "{closed}");
    assert_eq!((attempts.as_str(), waited), ("0", 1), "a closed way is no attempt");
    assert_eq!((&sent["sent"], projects.count(waits).await), (&json!(1), 0), "{sent}");
    let received = moto.tell("AmazonSQS.ReceiveMessage", json!({ "QueueUrl": queue })).await;
    let document = received["Messages"][0]["Body"].as_str().unwrap();
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    let take = &::finance::jobs::take_events::JOB;
    for _ in 0..2 {
        finance.take(take, &document).await.result.unwrap();
    }
    let kept = format!("finance.ref_projects where id = '{}'", made["id"].as_str().unwrap());
    assert_eq!(finance.count(&kept).await, 1);
    assert_eq!(finance.count("finance.inbox_dedup").await, 1);
    let odd = finance.take(take, &json!({ "detail": { "name": "Forget Me" } })).await;
    let odd = odd.result.unwrap_err().to_string();
    assert!(odd.contains("no document of EventBridge") && !odd.contains("Forget Me"), "{odd}");
}
