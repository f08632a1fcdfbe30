use db::Domain;
use testdb::App;

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
