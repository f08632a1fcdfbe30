//! The statements of the functions that `limit` is compared with, word for word.
use tokio_postgres::types::{ToSql, Type};

/// A parameter with its type, for an unnamed statement in one round trip.
pub(crate) type Param<'a> = (&'a (dyn ToSql + Sync), Type);

macro_rules! columns {
    () => {
        "t.id, t.contributor_id, t.fund_id, t.project_ref, t.designation, t.amount_minor, t.currency,
         t.note, t.status, t.occurred_on, t.settled_at, t.journal_id, t.created_at, t.version"
    };
}

/// `finance-find-contribution`.
pub(crate) const FIND: &str = concat!(
    "select ",
    columns!(),
    "
         from giving.contributions t
         join giving.contributors c on c.id = t.contributor_id
         where t.id = $1 and ($2 is null or c.contact_ref = $2)"
);

/// `finance-list-contributions` with `sort=created_at`.
pub(crate) const OLDEST: &str = concat!(
    "select ",
    columns!(),
    "
             from giving.contributions t
             join giving.contributors c on c.id = t.contributor_id
             where ($1 is null or c.contact_ref = $1)
               and ($2 is null or t.contributor_id = $2)
               and ($3 is null or t.project_ref = $3)
               and ($4 is null or t.status = $4)
               and ($5 is null or t.occurred_on >= $5)
               and ($6 is null or t.occurred_on < $6)
               and ($7 is null or (t.created_at, t.id) > ($7, $8))
             order by t.created_at, t.id
             limit $9"
);

/// `finance-create-contribution`.
pub(crate) const CONTRIBUTE: &str = concat!(
    "select ",
    columns!(),
    ", t.replayed
         from giving.contributors c
         cross join lateral giving.contribute($1, $2, $3, $4, c.id, $6, $7, $8, $9, $10, $11, $12) t
         where c.id = $5 and ($13 is null or c.contact_ref = $13)"
);
