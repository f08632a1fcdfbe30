//! What the platform tells of contacts and companies, in every order.
use db::Domain;
use serde_json::{Value, json};
use testdb::App;

use crate::jobs::take_events;

/// Ada and Bea are Cleo; two projects, a building and three partners know them.
const KNOWN: &str = "
    insert into community.projects (id, slug, name, summary, owner_ref)
    values ('00000000-0000-4000-8000-0000000000b1', 'one', '{\"de\": \"\", \"en\": \"One\"}',
      '{\"de\": \"\", \"en\": \"One.\"}', '00000000-0000-4000-8000-0000000000a1');
    insert into building.buildings (id, name, type, street, house_number, postal_code, city, country, ownership)
    values ('00000000-0000-4000-8000-0000000000b2', 'House', 'multi_family', 'Road', '1', 'S1', 'Sheffield', 'GB',
      'owner_occupied');
    insert into community.project_roles (id, project_id, contact_ref, role, is_primary, valid_from, valid_to, created_at)
    select ('00000000-0000-4000-8000-0000000001' || n)::uuid, '00000000-0000-4000-8000-0000000000b1',
      ('00000000-0000-4000-8000-0000000000a' || who)::uuid, role, is_primary, since, until, now() + n * interval '1 s'
    from (values
      (11, 1, 'member', false, '2026-01-01'::date, '2026-05-01'::date),
      (12, 2, 'member', false, '2026-04-01', '2026-08-01'),
      (13, 3, 'member', true, '2026-07-01', null),
      (14, 2, 'customer', false, '2026-01-01', '2026-02-01'),
      (15, 3, 'customer', true, '2026-06-01', null)) as r (n, who, role, is_primary, since, until);
    insert into building.building_roles (id, building_id, contact_ref, role, ownership_percent, valid_from, created_at)
    select ('00000000-0000-4000-8000-0000000002' || n)::uuid, '00000000-0000-4000-8000-0000000000b2',
      ('00000000-0000-4000-8000-0000000000a' || who)::uuid, 'owner', percent, '2026-01-01', now() + n * interval '1 s'
    from (values (11, 1, 20), (12, 2, 30), (13, 4, 50)) as r (n, who, percent);
    insert into community.partners (id, slug, name, kind, company_ref, contact_ref, created_at)
    select ('00000000-0000-4000-8000-0000000003' || n)::uuid, 'partner-' || n, 'Partner', 'charity',
      ('00000000-0000-4000-8000-0000000000c' || company)::uuid,
      ('00000000-0000-4000-8000-0000000000a' || contact)::uuid, now() + n * interval '1 s'
    from (values (11, 2, 2), (12, 1, 1), (13, 4, 4)) as p (n, company, contact);";

/// All of that, as it is now.
const NOW: &str = "
    select string_agg(line, E'\\n' order by line) from (
      select concat_ws(' ', 'owner', right(owner_ref::text, 2)) as line
      from community.projects where slug = 'one'
      union all
      select concat_ws(' ', 'role', right(id::text, 2), right(contact_ref::text, 2),
        case when deleted_at is null then concat_ws(' ', role, is_primary, valid_from, valid_to) else 'gone' end)
      from community.project_roles where id::text ~ '^0{8}-'
      union all
      select concat_ws(' ', 'part', right(id::text, 2), right(contact_ref::text, 2),
        case when deleted_at is null then ownership_percent::int::text else 'gone' end)
      from building.building_roles where id::text ~ '^0{8}-'
      union all
      select concat_ws(' ', 'partner', right(id::text, 2), coalesce(right(company_ref::text, 2), '-'),
        coalesce(right(contact_ref::text, 2), '-'))
      from community.partners where id::text ~ '^0{8}-') as lines";

/// The document that starts the job: of what kind, which message, of whom, in which version, become whom.
fn told(topic: &str, message: usize, of: &str, version: u32, into: Option<&str>) -> Value {
    let id = |end: &str| format!("00000000-0000-4000-8000-0000000000{end}");
    json!({ "detail-type": topic, "detail": {
        "id": format!("10000000-0000-4000-8000-{message:012}"), "aggregate_type": "contact", "aggregate_id": id(of),
        "occurred_at": "2026-11-01T00:00:00Z", "position": message,
        "payload": { "version": version, "merged_into": into.map(id) } } })
}

fn story() -> [Value; 5] {
    let (contact, company) = ("platform.contact.merged.v1", "platform.company.merged.v1");
    [
        told(contact, 1, "a1", 2, Some("a2")),
        told(contact, 2, "a2", 2, Some("a3")),
        told(company, 3, "c1", 2, Some("c2")),
        told(company, 4, "c2", 2, Some("c3")),
        told("platform.contact.erased.v1", 5, "a4", 2, None),
    ]
}

async fn after(order: &[usize]) -> String {
    let app = App::new(Domain::Projects).await;
    app.execute(KNOWN).await;
    let story = story();
    for &at in order {
        app.take(&take_events::JOB, &story[at]).await.result.unwrap();
    }
    assert_eq!(app.count("projects.inbox_dedup").await, 5);
    app.value(NOW).await
}

#[tokio::test]
async fn what_merged_people_and_companies_do_goes_to_whom_they_became_in_any_order() {
    let straight = after(&[0, 1, 2, 3, 4]).await;

    assert_eq!(
        straight,
        "owner a3\n\
         part 11 a3 30\n\
         part 12 a3 gone\n\
         part 13 a4 gone\n\
         partner 11 c3 a3\n\
         partner 12 - a3\n\
         partner 13 c4 -\n\
         role 11 a3 member t 2026-01-01\n\
         role 12 a3 gone\n\
         role 13 a3 gone\n\
         role 14 a3 customer f 2026-01-01 2026-02-01\n\
         role 15 a3 customer t 2026-06-01"
    );
    for order in [[4, 3, 2, 1, 0], [1, 0, 3, 2, 4], [0, 2, 4, 1, 3]] {
        let doubled: Vec<usize> = order.iter().chain(&order).chain(&[0, 3]).copied().collect();
        assert_eq!(after(&doubled).await, straight, "{order:?}");
    }
}

#[tokio::test]
async fn what_is_written_late_names_whom_it_became_and_erased_people_lose_what_they_have() {
    let app = App::new(Domain::Projects).await;
    for event in story() {
        app.take(&take_events::JOB, &event).await.result.unwrap();
    }
    app.execute(
        "insert into community.partners (id, slug, name, kind, company_ref, contact_ref)
         values ('00000000-0000-4000-8000-000000000311', 'late', 'Late', 'charity',
           '00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000a1')",
    )
    .await;
    // Who they became is erased: nobody is left to talk to, in whichever order that is told.
    let erased = told("platform.contact.erased.v1", 6, "a3", 2, None);
    let stale = told("platform.contact.merged.v1", 7, "a3", 1, Some("a5"));

    let late = app.value(NOW).await;
    for event in [&erased, &stale, &erased] {
        app.take(&take_events::JOB, event).await.result.unwrap();
    }

    assert_eq!(late, "partner 11 c3 a3");
    assert_eq!(app.value(NOW).await, "partner 11 c3 -");
    let known = "select status || ' ' || version from projects.ref_contacts
                 where id = '00000000-0000-4000-8000-0000000000a3'";
    assert_eq!(app.value(known).await, "erased 2");
    assert_eq!(app.count("projects.verify_audit(1, 1000)").await, 0);
}

/// Until somebody waits for the tables of contacts and companies that were told of.
async fn somebody_waits(app: &App) {
    let waiting =
        "pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
        where not l.granted and l.relation in ('projects.ref_companies'::regclass, 'projects.ref_contacts'::regclass)";
    for _ in 0..1_000 {
        if app.count(waiting).await > 0 {
            return;
        }
    }
    panic!("nobody waited: what is written while a merge is taken may name who is gone");
}

const MERGE: &str =
    "select projects.take_contact('projects-take-contacts', '10000000-0000-4000-8000-000000000001',
        '00000000-0000-4000-8000-0000000000a1',
        '{\"version\": 2, \"merged_into\": \"00000000-0000-4000-8000-0000000000a3\"}', 'merged')";

#[tokio::test]
async fn what_is_written_while_a_merge_is_taken_names_whom_it_became_whoever_comes_first() {
    let (one, two) = (App::new(Domain::Projects).await, App::new(Domain::Projects).await);
    let write = KNOWN;
    let named = "select (select count(*) from community.projects where owner_ref = who.id)
          + (select count(*) from community.project_roles where contact_ref = who.id and deleted_at is null)
          + (select count(*) from building.building_roles where contact_ref = who.id and deleted_at is null)
          + (select count(*) from community.partners where contact_ref = who.id)
        from (select '00000000-0000-4000-8000-0000000000a1'::uuid as id) as who";

    for (app, first, second) in [(one, write, MERGE), (two, MERGE, write)] {
        let open = app.database.superuser().await;
        open.batch_execute("begin").await.unwrap();
        open.batch_execute(first).await.unwrap();
        let commit = async {
            somebody_waits(&app).await;
            open.batch_execute("commit").await.unwrap();
        };
        tokio::join!(app.execute(second), commit);

        assert_eq!(app.value(named).await, "0", "{first}");
    }
}

#[tokio::test]
async fn whoever_changes_what_a_merge_will_change_waits_for_it_and_it_never_for_them() {
    let app = App::new(Domain::Projects).await;
    app.execute(KNOWN).await;
    let writes = [
        "update community.projects set owner_ref = owner_ref where slug = 'one'",
        "update community.project_roles set contact_ref = contact_ref where project_id::text ~ '^0{8}-'",
        "update building.building_roles set contact_ref = contact_ref where building_id::text ~ '^0{8}-'",
        "update community.partners set contact_ref = contact_ref where id::text ~ '^0{8}-'",
    ];

    for write in writes {
        let open = app.database.superuser().await;
        open.batch_execute(
            "begin; lock table projects.ref_companies, projects.ref_contacts in share row exclusive mode",
        )
        .await
        .unwrap();
        let merge = async {
            somebody_waits(&app).await;
            open.batch_execute(MERGE).await.unwrap_or_else(|error| panic!("{write}: {error:?}"));
            open.batch_execute("rollback").await.unwrap();
        };
        tokio::join!(app.execute(write), merge);
    }
}
