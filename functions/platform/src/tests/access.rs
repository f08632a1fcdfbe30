use db::Domain;
use testdb::App;

#[tokio::test]
async fn the_database_and_the_functions_agree_on_what_is_held_in_departments() {
    let app = App::empty(Domain::Platform).await;

    let given = app
        .value(
            "select string_agg(p.code, ',' order by p.code collate \"C\")
             from unnest(identity.held_in_departments()) as h (code)
             join identity.permissions p on p.code = h.code",
        )
        .await;

    assert_eq!(given, api::HELD_IN_DEPARTMENTS.join(","));
}

#[tokio::test]
async fn a_grant_in_a_department_gives_nothing_that_does_not_ask_in_which() {
    let app = App::new(Domain::Platform).await;
    let of = |scope: &str, place: &str| {
        format!(
            "insert into party.contacts (id, last_name) values ('00000000-0000-4000-8000-0000000000d1', 'Dee')
             on conflict do nothing;
             insert into identity.users (contact_id, email, user_type, internal_role)
             values ('00000000-0000-4000-8000-0000000000d1', 'dee@example.org', 'internal', 'employee')
             on conflict do nothing;
             insert into identity.user_roles (contact_id, role_id, scope_type, scope_id)
             select '00000000-0000-4000-8000-0000000000d1', r.id, '{scope}', {place}
             from identity.roles r where r.code = 'team_lead'"
        )
    };
    let claimed = "select string_agg(p, ',' order by p) from jsonb_array_elements_text(
        identity.claims_of('00000000-0000-4000-8000-0000000000d1') -> 'permissions') as p";

    app.execute(&of("department", "'d3ee5339-7e22-545a-8665-001ba5725d93'")).await;
    let inside = app.value(claimed).await;
    app.execute(&of("global", "null")).await;
    let everywhere = app.value(claimed).await;

    let lead = "contacts.export,contacts.merge,contacts.read,contacts.write,leads.write,roles.grant,tokens.write,users.read";
    assert_eq!(inside, lead);
    assert!(
        everywhere.contains("projects.write") && everywhere.contains("trade.write"),
        "{everywhere}"
    );
}

#[tokio::test]
async fn the_bundles_of_local_tokens_are_those_of_the_migrations() {
    let app = App::empty(Domain::Platform).await;

    let rows = app
        .value(
            "select string_agg(line, E'\\n' order by line) from (
               select r.code || ' ' || (r.scope_types && '{global,department}')::text || ' '
                 || string_agg(p.code, ',' order by p.code collate \"C\") as line
               from identity.roles r
               join identity.role_permissions b on b.role_id = r.id and b.revoked_at is null
               join identity.permissions p on p.id = b.permission_id
               where r.deleted_at is null
               group by r.code, r.scope_types) as lines",
        )
        .await;

    let mut known: Vec<String> = stack::BUNDLES
        .iter()
        .map(|bundle| format!("{} {} {}", bundle.role, bundle.opens, bundle.permissions.join(",")))
        .collect();
    let mut rows: Vec<&str> = rows.lines().collect();
    known.sort_unstable();
    rows.sort_unstable();
    assert_eq!(known, rows);
}
