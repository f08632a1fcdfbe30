//! Managed PostgreSQL gives nobody a superuser: roles, databases and schema are made by a login that may create roles and
//! databases, and nothing else. Under names of their own, so that it makes them from nothing.

use db::{Access, Domain, Url};
use tokio_postgres::Client;
use uuid::Uuid;

use super::support::{Database, connect, migrations, refusal, value};

/// Everything the roles of a domain are called after, under another name.
struct Renamed {
    domain: Domain,
    name: String,
}

impl Renamed {
    fn new(domain: Domain) -> Renamed {
        Renamed { domain, name: format!("managed_{}", Uuid::new_v4().simple()) }
    }

    /// A text of ours with the roles renamed.
    fn text(&self, text: &str) -> String {
        let domain = self.domain.name();
        let mut text = text.to_owned();
        for role in ROLES {
            text = text.replace(&format!("{domain}_{role}"), &format!("{}_{role}", self.name));
        }
        text
    }

    /// A text of ours that asks which domain it is for, with that renamed.
    fn script(&self, text: &str) -> String {
        text.replace(&format!("'{}'", self.domain.name()), &format!("'{}'", self.name))
    }

    async fn log_in(&self, database: &Database, role: &str, password: &str) -> Client {
        let port = database.stack().ports.primary;
        let ca = database.stack().ca_pem.display();
        let name = &self.name;
        let url = format!(
            "postgres://{role}:{password}@127.0.0.1:{port}/{name}?sslmode=verify-full&sslrootcert={ca}"
        );
        let url = Url::find(self.domain, Access::Admin, |_| Some(url.clone())).unwrap();
        db::connect(&url, "migrate tests").await.unwrap()
    }
}

/// `reader` before `read`: one name is the beginning of the other.
const ROLES: [&str; 8] =
    ["owner", "migrator", "writer", "reader", "read", "app", "audit", "studio"];

#[tokio::test]
async fn who_may_only_create_roles_and_databases_makes_all_of_a_domain() {
    for domain in Domain::ALL {
        let anchor = Database::empty(domain.name()).await;
        let superuser = connect(&anchor.stack().admin_url, domain).await;
        let renamed = Renamed::new(domain);
        let name = &renamed.name;
        let admin = format!("{name}_admin");
        superuser
            .batch_execute(&format!("create role {admin} login createrole createdb password 'a'"))
            .await
            .unwrap();

        let result = tokio::spawn(build(anchor, renamed.script(stack::ROLES_SQL), renamed)).await;

        let (anchor, renamed) =
            result.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        let name = &renamed.name;
        superuser.batch_execute(&format!("drop database {name} with (force)")).await.unwrap();
        let roles = ROLES.map(|role| format!("{name}_{role}")).join(", ");
        superuser.batch_execute(&format!("drop role {roles}, {admin}")).await.unwrap();
        drop(anchor);
    }
}

async fn build(anchor: Database, roles: String, renamed: Renamed) -> (Database, Renamed) {
    let (domain, name) = (renamed.domain, renamed.name.clone());
    let admin_name = format!("{name}_admin");
    let port = anchor.stack().ports.primary;
    let ca = anchor.stack().ca_pem.display().to_string();
    let url = format!(
        "postgres://{admin_name}:a@127.0.0.1:{port}/postgres?sslmode=verify-full&sslrootcert={ca}"
    );
    let admin = connect(&url, domain).await;
    let passwords = ["migrator", "app", "read", "audit", "studio"]
        .map(|role| format!("set aruuri.{role}_password = 'p';"))
        .concat();

    // Twice: a release runs all of it again.
    for _ in 0..2 {
        let sql = format!("set aruuri.domain = '{name}'; {passwords} {roles}");
        admin.batch_execute(&sql).await.unwrap_or_else(|e| panic!("{domain:?}: {}", db::Chain(&e)));
    }
    let create = stack::create_database_sql(domain, &name, None);
    admin.batch_execute(&renamed.text(&create)).await.unwrap();
    let connect_grants = stack::grant_connect_sql(domain, &name);
    admin.batch_execute(&renamed.text(&connect_grants)).await.unwrap();
    let inside = renamed.log_in(&anchor, &admin_name, "a").await;
    let prepare = renamed.script(&stack::prepare_database_sql(domain));
    for _ in 0..2 {
        inside.batch_execute(&prepare).await.unwrap();
    }

    let migrator = renamed.log_in(&anchor, &format!("{name}_migrator"), "p").await;
    for file in migrations(domain.name()).files() {
        let text = renamed.text(file.text().unwrap());
        let sql = format!("begin; {text} commit");
        migrator
            .batch_execute(&sql)
            .await
            .unwrap_or_else(|e| panic!("{}: {}", file.name(), db::Chain(&e)));
    }

    let owners = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'extensions')
          and pg_get_userbyid(c.relowner) not like '%\\_owner'";
    assert_eq!(value::<i64>(&migrator, owners).await, 0);
    let schema = domain.name();
    let app = renamed.log_in(&anchor, &format!("{name}_app"), "p").await;
    app.batch_execute(&format!(
        "insert into {schema}.inbox_dedup (consumer, message_id) values ('test', gen_random_uuid())"
    ))
    .await
    .unwrap();
    for sql in [
        format!("delete from {schema}.inbox_dedup"),
        format!("set role {name}_owner"),
        format!("create table {schema}.mine (n int)"),
        "create temporary table mine (n int)".to_owned(),
    ] {
        assert_eq!(refusal(&app, &sql).await.0, "42501", "{sql}");
    }
    let studio = renamed.log_in(&anchor, &format!("{name}_studio"), "p").await;
    assert_eq!(
        value::<i64>(&studio, &format!("select count(*) from {schema}.inbox_dedup")).await,
        1
    );
    (anchor, renamed)
}
