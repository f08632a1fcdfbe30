//! Routes of blog posts.
use api::{Problem, Request, problem};
use types::CategoryId;

pub mod create;
pub mod delete;
pub mod find;
pub mod list;
pub mod restore;
pub mod update;

/// Bytes of a post's JSON: twice 100,000 characters of up to 4 bytes, and the rest.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

types::words! {
    /// Where a post stands.
    pub enum PostStatus {
        Draft = "draft",
        InReview = "in_review",
        Scheduled = "scheduled",
        Published = "published",
        Archived = "archived",
    }
}

fn slug_taken() -> Problem {
    Problem::conflict("another post has this slug")
}

fn unknown_category() -> Problem {
    Problem::invalid("/category_ids", "names no category at one place at least")
}

/// Refuses more categories than a post can be filed under; one that is named twice counts once.
fn distinct(mut ids: Vec<CategoryId>) -> Result<Vec<CategoryId>, Problem> {
    if ids.len() > 20 {
        return Err(Problem::invalid("/category_ids", "must be at most 20"));
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Refuses a caller who may write, but not decide what the public sees.
fn publisher_only(req: &Request) -> Result<(), Problem> {
    if req.may("content.publish") {
        return Ok(());
    }
    Err(Problem::new(problem::FORBIDDEN, "only a publisher decides what is published, and when"))
}
