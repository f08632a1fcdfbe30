//! Demo data: the files of the sets, and that loading them again changes nothing.

mod killed;
mod large;

use std::collections::BTreeSet;
use std::fs;

use tokio_postgres::Client;
use types::{ContactId, FundId, ProjectId, seed_uuid};
use uuid::Uuid;

use super::support::{Database, breaks, find, root, value, values};
use crate::Error;
use crate::marker::{self, Environment};
use crate::seed::{Seed, Seeded, Set, Size, counts};

const DOMAINS: [&str; 4] = ["platform", "projects", "finance", "content"];

/// A large set that is small.
const SIZE: Size =
    Size { contacts: 50, projects: 5, contributors: 24, contributions: 500, chunk: 150 };

/// The data of a domain, as this checkout has it.
fn demo(name: &str, set: Set) -> Seed {
    Seed::new(root().join("seeds"), find(name), set).size(SIZE)
}

async fn load(client: &Client, name: &str, set: Set) -> Vec<Seeded> {
    demo(name, set).load(client, |_| {}).await.unwrap()
}

/// Each table and a checksum of its rows, whatever their order.
async fn checksums(client: &Client) -> Vec<String> {
    let mut sums = Vec::new();
    for count in counts(client).await.unwrap() {
        let (table, sql) =
            (&count.table, "select md5(string_agg(md5(t::text), '' order by md5(t::text)))");
        let sum: Option<String> = value(client, &format!("{sql} from {table} t")).await;
        sums.push(format!("{table} {} {}", count.rows, sum.unwrap_or_default()));
    }
    sums
}

#[test]
fn every_id_is_that_of_the_natural_key_beside_it() {
    assert_eq!(seed_uuid("projects.project", "x"), ProjectId::seed("x").uuid());
    let mut checked = 0;
    for name in DOMAINS {
        for file in demo(name, Set::Large).files().unwrap() {
            let text = fs::read_to_string(root().join("seeds").join(name).join(&file)).unwrap();
            // Every other piece is what stands between two quotes.
            let pieces: Vec<&str> = text.split('\'').collect();
            for (at, piece) in pieces.iter().enumerate() {
                let Ok(id) = Uuid::try_parse(piece) else { continue };
                let comment = pieces[at + 1]
                    .strip_prefix(" /* ")
                    .and_then(|rest| rest.split_once(" */"))
                    .unwrap_or_else(|| panic!("{file}: {id} has no natural key beside it"));
                let (entity, key) = comment.0.split_once(": ").unwrap();
                assert_eq!(id, seed_uuid(entity, key), "{file}: {entity}: {key}");
                checked += 1;
            }
        }
    }
    assert!(checked > 300, "only {checked} ids were found");
}

#[test]
fn what_a_set_refers_to_is_part_of_it() {
    for set in Set::ALL {
        // The general fund rides in a migration.
        let mut rows = BTreeSet::from(["finance.fund: GEN".to_owned()]);
        let mut named = BTreeSet::new();
        for name in DOMAINS {
            for file in demo(name, set).files().unwrap() {
                let path = root().join("seeds").join(name).join(&file);
                for line in fs::read_to_string(path).unwrap().lines() {
                    let Some((before, rest)) = line.split_once("' /* ") else { continue };
                    let key = rest.split_once(" */").unwrap().0.to_owned();
                    // A row begins with its own id; what is posted, with its key.
                    let posted = [
                        "contribution",
                        "allocation",
                        "disbursement",
                        "grant",
                        "conversion",
                        "quote",
                        "invoice",
                        "mandate",
                    ]
                    .map(|entity| format!("finance.{entity}: "));
                    if before.starts_with("  ('")
                        || posted.iter().any(|start| key.starts_with(start))
                    {
                        rows.insert(key.clone());
                    }
                    named.insert((key, format!("{name}/{file}")));
                }
            }
        }
        let missing: Vec<_> = named.iter().filter(|(key, _)| !rows.contains(key)).collect();
        assert!(missing.is_empty(), "{set}: {missing:#?}");
    }
}

#[test]
fn a_set_holds_those_before_it() {
    for name in DOMAINS {
        let files = Set::ALL.map(|set| demo(name, set).files().unwrap());

        assert!(!files[0].is_empty() && files[0].len() < files[1].len(), "{name}: {files:?}");
        assert_eq!(files[1][..files[0].len()], files[0], "{name}");
        assert_eq!(files[2][..files[1].len()], files[1], "{name}");
    }
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    for name in DOMAINS {
        let database = Database::migrated(name).await;
        let owner = database.owner().await;

        let first = load(&owner, name, Set::Large).await;
        let before = checksums(&owner).await;
        let second = load(&owner, name, Set::Large).await;

        assert!(first.iter().all(|module| module.rows > 0), "{first:?}");
        assert!(second.iter().all(|module| module.rows == 0), "{second:?}");
        assert_eq!(checksums(&owner).await, before, "{name}");
    }
}

#[tokio::test]
async fn a_larger_set_adds_to_a_smaller_one() {
    for name in DOMAINS {
        let (steps, once) = (Database::migrated(name).await, Database::migrated(name).await);
        let (steps, once) = (steps.owner().await, once.owner().await);

        for set in Set::ALL {
            load(&steps, name, set).await;
        }
        load(&once, name, Set::Large).await;

        assert_eq!(counts(&steps).await.unwrap(), counts(&once).await.unwrap(), "{name}");
    }
}

#[tokio::test]
async fn a_minimal_set_shows_what_matters() {
    let counted = [
        (
            "platform",
            "select concat_ws(' ', (select count(*) from party.contacts), (select count(*) from identity.users))",
            "3 3",
        ),
        (
            "projects",
            "select concat_ws(' ', (select count(*) from community.projects), (select count(*) from building.buildings))",
            "5 3",
        ),
        ("finance", "select count(*)::text from giving.contributions", "2"),
        ("content", "select count(*)::text from cms.blog_posts", "1"),
    ];
    for (name, sql, expected) in counted {
        let database = Database::migrated(name).await;
        let owner = database.owner().await;

        load(&owner, name, Set::Minimal).await;

        assert_eq!(value::<String>(&owner, sql).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_changed_seed_adds_only_what_is_missing() {
    let folder = std::env::temp_dir().join(format!("aruuri_seeds_{}", Uuid::new_v4().simple()));
    let file = |set: &str, text: &str| {
        let folder = folder.join("content").join(set);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("10_categories.sql"), text).unwrap();
    };
    let row = |slug: &str, name: &str| {
        let id = seed_uuid("content.category", slug);
        format!("('{id}', '{slug}', '{{\"de\": \"{name}\", \"en\": \"{name}\"}}')")
    };
    let insert = |rows: &[String]| {
        let rows = rows.join(", ");
        format!("insert into cms.categories (id, slug, name) values {rows} on conflict do nothing;")
    };
    let database = Database::migrated("content").await;
    let owner = database.owner().await;
    let seed = Seed::new(&folder, find("content"), Set::Default);

    file("minimal", &insert(&[row("one", "One"), row("two", "Two")]));
    let first = seed.load(&owner, |_| {}).await.unwrap();
    owner
        .batch_execute("update cms.categories set slug = 'mine' where slug = 'two'")
        .await
        .unwrap();
    file("minimal", &insert(&[row("one", "Another"), row("two", "Two"), row("three", "Three")]));
    file("default", &insert(&[row("four", "Four")]));
    let second = seed.load(&owner, |_| {}).await.unwrap();

    let rows = |loaded: &[Seeded]| loaded.iter().map(|module| module.rows).collect::<Vec<_>>();
    assert_eq!((rows(&first), rows(&second)), (vec![2], vec![1, 1]));
    let found: Vec<String> =
        values(&owner, "select slug || ' ' || (name ->> 'en') from cms.categories order by 1")
            .await;
    assert_eq!(found, ["four Four", "mine Two", "one One", "three Three"]);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_was_deleted_since_stays_deleted_and_is_in_nobodys_way() {
    let database = Database::migrated("platform").await;
    let owner = database.owner().await;
    load(&owner, "platform", Set::Default).await;
    // A company that is deleted takes nobody in: the trigger would refuse the people of the file.
    owner
        .batch_execute(
            "update party.contact_companies set deleted_at = now();
             update party.companies set deleted_at = now()",
        )
        .await
        .unwrap();
    let before = checksums(&owner).await;

    let second = load(&owner, "platform", Set::Default).await;

    assert!(second.iter().all(|module| module.rows == 0), "{second:?}");
    assert_eq!(checksums(&owner).await, before);
}

#[tokio::test]
async fn a_file_that_fails_leaves_nothing_of_itself() {
    let folder = std::env::temp_dir().join(format!("aruuri_seeds_{}", Uuid::new_v4().simple()));
    let minimal = folder.join("content/minimal");
    fs::create_dir_all(&minimal).unwrap();
    let insert = |slug: &str| {
        format!(
            "insert into cms.categories (slug, name) values ('{slug}', '{{\"de\": \"\", \"en\": \"x\"}}');\n"
        )
    };
    fs::write(minimal.join("10_good.sql"), insert("good")).unwrap();
    fs::write(minimal.join("20_bad.sql"), insert("half") + &insert("Not a slug")).unwrap();
    let database = Database::migrated("content").await;
    let owner = database.owner().await;

    let seed = Seed::new(&folder, find("content"), Set::Minimal);
    let error = seed.load(&owner, |_| {}).await.unwrap_err();

    assert!(error.to_string().starts_with("minimal/20_bad.sql:2:"), "{error}");
    assert_eq!(values::<String>(&owner, "select slug from cms.categories").await, ["good"]);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn staging_and_production_get_no_demo_data() {
    for environment in [Environment::Staging, Environment::Production] {
        let database = Database::migrated("projects").await;
        let owner = database.owner().await;
        marker::write(&owner, environment, None).await.unwrap();
        let before = checksums(&owner).await;

        let error = demo("projects", Set::Minimal).load(&owner, |_| {}).await.unwrap_err();

        assert!(matches!(error, Error::Guarded { never: true, .. }), "{error:?}");
        assert!(error.to_string().contains(environment.name()), "{error}");
        assert_eq!(checksums(&owner).await, before);
    }
}

#[tokio::test]
async fn two_runs_at_once_load_everything_once() {
    let (both, one) = (Database::migrated("finance").await, Database::migrated("finance").await);
    let (left, right, alone) = (both.owner().await, both.owner().await, one.owner().await);

    tokio::join!(load(&left, "finance", Set::Large), load(&right, "finance", Set::Large));
    load(&alone, "finance", Set::Large).await;

    let rows = async |client| {
        let mut counts = counts(client).await.unwrap();
        // One row per account and chunk.
        counts.retain(|count| count.table != "ledger.balance_deltas");
        counts
    };
    assert_eq!(rows(&left).await, rows(&alone).await);
    assert_eq!(breaks(&left).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_seeded_books_balance() {
    let database = Database::migrated("finance").await;
    let owner = database.owner().await;
    load(&owner, "finance", Set::Default).await;

    assert_eq!(breaks(&owner).await, Vec::<String>::new());
    let total: i64 = value(
        &owner,
        "select sum(amount_minor)::bigint from giving.contributions where currency = 'GBP'",
    )
    .await;
    let general: String = value(
        &owner,
        "select ledger.fund_balance(id, 'GBP')::text from ledger.funds where code = 'GEN'",
    )
    .await;
    assert_eq!((total, general.as_str()), (2_541_244, "1256494"));
}

#[tokio::test]
async fn seeds_point_at_each_other() {
    let projects = Database::migrated("projects").await;
    let finance = Database::migrated("finance").await;
    load(&projects.owner().await, "projects", Set::Default).await;
    load(&finance.owner().await, "finance", Set::Default).await;

    let known: BTreeSet<Uuid> =
        values(&projects.owner().await, "select id from community.projects")
            .await
            .into_iter()
            .collect();
    let given: Vec<Uuid> = values(
        &finance.owner().await,
        "select distinct project_ref from giving.contributions where project_ref is not null",
    )
    .await;
    let contact: Uuid = value(
        &finance.owner().await,
        "select contact_ref from giving.contributors where contact_ref is not null",
    )
    .await;

    assert!(given.iter().all(|project| known.contains(project)), "{given:?}");
    assert_eq!(contact, ContactId::seed("dev@aruuri.localhost").uuid());
}

#[tokio::test]
async fn the_general_fund_has_the_id_of_its_code() {
    let database = Database::migrated("finance").await;
    let id: Uuid =
        value(&database.owner().await, "select id from ledger.funds where code = 'GEN'").await;
    assert_eq!(id, FundId::seed("GEN").uuid());
}

#[tokio::test]
async fn exponents_are_those_of_the_money_type() {
    let database = Database::migrated("finance").await;
    let owner = database.owner().await;
    for row in owner.query_typed("select code, exponent from ledger.currencies", &[]).await.unwrap()
    {
        let currency: types::Currency = row.get::<_, &str>(0).parse().unwrap();
        assert_eq!(i64::from(row.get::<_, i16>(1)), i64::from(currency.exponent()), "{currency}");
    }
}
