//! The environment that a database says it belongs to.

use super::support::{Database, value};
use crate::Error;
use crate::marker::{Environment, Reach, guard, guard_repair, read, write};

#[tokio::test]
async fn the_mark_is_a_line_of_the_comment_that_any_role_can_read() {
    let database = Database::empty("content").await;
    let (owner, reader) = (database.owner().await, database.reader().await);
    let superuser = database.superuser().await;
    let name: String = value(&owner, "select current_database()::text").await;

    let before = read(&reader).await.unwrap();
    owner.batch_execute(&format!("comment on database {name} is 'kept'")).await.unwrap();
    write(&owner, Environment::Preview, None).await.unwrap();
    let preview = read(&reader).await.unwrap();
    write(&superuser, Environment::Staging, Some("content_owner")).await.unwrap();
    let staging = read(&reader).await.unwrap();
    let refused = write(&reader, Environment::Local, None).await;

    assert_eq!(
        (before, preview, staging),
        (None, Some(Environment::Preview), Some(Environment::Staging))
    );
    assert!(matches!(refused, Err(Error::Database { .. })));
    let comment = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()";
    assert_eq!(value::<String>(&owner, comment).await, "kept\naruuri environment: staging");
    // A word of a later release is taken for the one that forbids most.
    owner
        .batch_execute(&format!("comment on database {name} is 'aruuri environment: moon'"))
        .await
        .unwrap();
    assert_eq!(read(&reader).await.unwrap(), Some(Environment::Production));
}

#[tokio::test]
async fn what_destroys_passes_only_where_it_may() {
    let database = Database::empty("content").await;
    let owner = database.owner().await;
    let name: String = value(&owner, "select current_database()::text").await;
    let (near, far) = (Reach::Loopback, Reach::Remote);
    let (typed, wrong) = (Some(name.as_str()), Some("another"));
    let mut environments = vec![None];
    environments.extend(Environment::ALL.map(Some));

    for environment in environments {
        if let Some(environment) = environment {
            write(&owner, environment, None).await.unwrap();
        }
        let production = environment == Some(Environment::Production);
        let guarded = production || environment == Some(Environment::Staging);
        for (reach, confirmed, passes, repairs) in [
            (near, None, !guarded, !guarded),
            (near, typed, !production, true),
            (near, wrong, false, false),
            (far, None, false, false),
            (far, typed, !production, true),
            (far, wrong, false, false),
        ] {
            let case = format!("{environment:?} {reach:?} {confirmed:?}");
            assert_eq!(guard(&owner, reach, confirmed).await.is_ok(), passes, "{case}");
            assert_eq!(guard_repair(&owner, reach, confirmed).await.is_ok(), repairs, "{case}");
        }
    }
    let error = guard(&owner, near, typed).await.unwrap_err();
    assert!(error.to_string().contains("marked production, where this is never done"), "{error}");
}
