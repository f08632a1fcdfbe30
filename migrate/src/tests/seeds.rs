use std::collections::BTreeSet;
use std::fs;

use types::{
    AuditLogId, CategoryId, ContactId, ContributionId, ContributorId, FundId, PostId, ProjectId,
    SettingId, ThemeId,
};
use uuid::Uuid;

use super::support::{Database, breaks, root, value, values};
use crate::seed;

const DOMAINS: [&str; 4] = ["platform", "projects", "finance", "content"];

/// The id of an entity's natural key.
fn expected(entity: &str, key: &str) -> Uuid {
    match entity {
        "platform.audit_log" => AuditLogId::seed(key).uuid(),
        "platform.contact" => ContactId::seed(key).uuid(),
        "platform.setting" => SettingId::seed(key).uuid(),
        "projects.project" => ProjectId::seed(key).uuid(),
        "projects.theme" => ThemeId::seed(key).uuid(),
        "finance.contribution" => ContributionId::seed(key).uuid(),
        "finance.contributor" => ContributorId::seed(key).uuid(),
        "content.category" => CategoryId::seed(key).uuid(),
        "content.post" => PostId::seed(key).uuid(),
        other => panic!("no id type for {other}"),
    }
}

#[test]
fn every_id_is_that_of_the_natural_key_beside_it() {
    let mut checked = 0;
    for domain in DOMAINS {
        for file in crate::directory::sql_files(&root().join("seeds").join(domain)).unwrap() {
            let text = fs::read_to_string(root().join("seeds").join(domain).join(&file)).unwrap();
            // Every other piece is what stands between two quotes.
            let pieces: Vec<&str> = text.split('\'').collect();
            for (at, piece) in pieces.iter().enumerate() {
                let Ok(id) = Uuid::try_parse(piece) else { continue };
                let comment = pieces[at + 1]
                    .strip_prefix(" /* ")
                    .and_then(|rest| rest.split_once(" */"))
                    .unwrap_or_else(|| panic!("{file}: {id} has no natural key beside it"));
                let (entity, key) = comment.0.split_once(": ").unwrap();
                assert_eq!(id, expected(entity, key), "{file}: {entity}: {key}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "only {checked} ids were found");
}

#[tokio::test]
async fn seeds_load_once_however_often_they_are_loaded() {
    let counts = [
        (
            "platform",
            "select concat_ws(' ', (select count(*) from platform.settings), (select count(*) from audit.audit_logs))",
            "8 10",
        ),
        (
            "projects",
            "select concat_ws(' ', (select count(*) from community.funding_themes), (select count(*) from community.projects))",
            "4 6",
        ),
        (
            "finance",
            "select concat_ws(' ', (select count(*) from giving.contributors), (select count(*) from giving.contributions), (select count(*) from ledger.journals))",
            "5 6 6",
        ),
        (
            "content",
            "select concat_ws(' ', (select count(*) from cms.categories), (select count(*) from cms.blog_posts))",
            "5 6",
        ),
    ];
    for (domain, count, expected) in counts {
        let database = Database::migrated(domain).await;
        let owner = database.owner().await;
        let path = root().join("seeds").join(domain);

        let first = seed(&owner, &path).await.unwrap();
        let state: String = value(&owner, count).await;
        let second = seed(&owner, &path).await.unwrap();

        assert_eq!(state, expected, "{domain}");
        assert!(first.iter().all(|file| file.rows > 0 && file.statements > 0), "{first:?}");
        assert!(second.iter().all(|file| file.rows == 0), "{second:?}");
        assert_eq!(value::<String>(&owner, count).await, expected, "{domain}");
    }
}

#[tokio::test]
async fn the_seeded_books_balance() {
    let database = Database::migrated("finance").await;
    let owner = database.owner().await;
    seed(&owner, root().join("seeds/finance")).await.unwrap();

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
    assert_eq!((total, general.as_str()), (2_526_243, "18743"));
}

#[tokio::test]
async fn seeds_point_at_each_other() {
    let projects = Database::migrated("projects").await;
    let finance = Database::migrated("finance").await;
    seed(&projects.owner().await, root().join("seeds/projects")).await.unwrap();
    seed(&finance.owner().await, root().join("seeds/finance")).await.unwrap();

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
