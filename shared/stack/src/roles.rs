//! Roles and databases: the text of `schema/`, and how it is run.
use db::Domain;
use ring::digest;
use tokio_postgres::{
    Client,
    types::{ToSql, Type},
};

use crate::{
    Error,
    admin::{Login, Tls, log_in, value},
    state::{ADMIN, LOGINS, POOLER_ADMIN, REPLICATOR, State},
};

/// The roles of one domain, in any cluster: `schema/roles.sql`, which says which settings it reads.
pub const ROLES_SQL: &str = include_str!("../../../schema/roles.sql");

const DATABASE_SQL: &str = include_str!("../../../schema/database.sql");

/// One statement, outside a transaction: an empty database of a domain, or a copy of `template`.
pub fn create_database_sql(domain: Domain, name: &str, template: Option<&str>) -> String {
    let (name, owner) = (ident(name), domain.name());
    match template {
        Some(template) => {
            format!("create database {name} owner {owner}_owner template {}", ident(template))
        }
        None => {
            format!("create database {name} owner {owner}_owner template template0 encoding 'UTF8'")
        }
    }
}

/// Who may connect to a database of a domain; to be run as superuser, connected to any database. A copy of a
/// template does not inherit this.
pub fn grant_connect_sql(domain: Domain, name: &str) -> String {
    let (name, domain) = (ident(name), domain.name());
    format!(
        "revoke connect, temporary on database {name} from public;
         grant connect on database {name}
           to {domain}_migrator, {domain}_app, {domain}_read, {domain}_audit, {domain}_studio"
    )
}

/// What a database needs inside before its first migration; to be run as superuser, connected to it. A copy of a
/// template inherits this.
pub fn prepare_database_sql(domain: Domain) -> String {
    format!("set aruuri.domain = '{}';\n{DATABASE_SQL}", domain.name())
}

/// Changes when what [`provision`] does changes.
pub(crate) fn checksum() -> String {
    let all = [ROLES_SQL, DATABASE_SQL, &grant_connect_sql(Domain::Platform, "x")].concat();
    let hash = digest::digest(&digest::SHA256, all.as_bytes());
    hash.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes roles with this stack's passwords and the four databases, or brings them up to date.
pub(crate) async fn provision(state: &State, tls: &Tls) -> Result<(), Error> {
    let admin = |database| Login {
        port: state.ports.primary,
        user: ADMIN,
        password: state.password(ADMIN),
        database,
    };
    let client = log_in(admin("postgres"), tls).await?;
    for (role, attribute) in [(REPLICATOR, "login replication"), (POOLER_ADMIN, "nologin")] {
        // Passwords are our own random words, and these two roles exist in local stacks only.
        let sql = format!(
            "do $$ begin
               if not exists (select from pg_catalog.pg_roles where rolname = '{role}') then
                 create role {role} {attribute};
               end if;
             end $$;
             alter role {role} password '{}'",
            state.password(role)
        );
        client.batch_execute(&sql).await.map_err(Error::sql(format!("make the role {role}")))?;
    }
    for domain in Domain::ALL {
        roles(&client, domain, state).await?;
        let name = domain.name();
        let exists = format!("select 1 from pg_catalog.pg_database where datname = '{name}'");
        let failed = || Error::sql(format!("make the database {name}"));
        if value(&client, &exists).await.map_err(failed())?.is_none() {
            let sql = create_database_sql(domain, name, None);
            client.batch_execute(&sql).await.map_err(failed())?;
        }
        client.batch_execute(&grant_connect_sql(domain, name)).await.map_err(failed())?;
        let inside = log_in(admin(name), tls).await?;
        inside.batch_execute(&prepare_database_sql(domain)).await.map_err(failed())?;
    }
    Ok(())
}

async fn roles(client: &Client, domain: Domain, state: &State) -> Result<(), Error> {
    let name = domain.name();
    let failed = || Error::sql(format!("make the roles of {name}"));
    let words = LOGINS.map(|role| {
        let password = state.password(&format!("{name}_{role}"));
        (format!("aruuri.{role}_password"), password)
    });
    let domain = ("aruuri.domain".to_owned(), name);
    for (variable, value) in words.iter().chain([&domain]) {
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(variable, Type::TEXT), (value, Type::TEXT)];
        let set = client.query_typed("select set_config($1, $2, false)", &parameters);
        set.await.map_err(failed())?;
    }
    client.batch_execute(ROLES_SQL).await.map_err(failed())
}

fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
