//! Which problems a route can answer with, from what it takes.
use api::{
    Allow, Code, Idempotency, Route,
    problem::{
        BUSY, FORBIDDEN, FORGOTTEN, FULL, IN_PROGRESS, INTERNAL, INVALID, INVALID_CURSOR,
        KEY_MISSING, KEY_REUSED, MALFORMED, MEDIA_TYPE, NOT_FOUND, OUTCOME_UNKNOWN, PRECONDITION,
        READ_ONLY, STALE, TOO_LARGE, TOO_SLOW, UNAUTHENTICATED, UNREACHABLE, URI_TOO_LONG,
    },
};
use db::Access;

use super::{path_parameters, schemas};

/// Each once, by status and then as in the registry.
pub(crate) fn codes(route: &Route) -> Vec<Code> {
    let mut codes = vec![MALFORMED, URI_TOO_LONG, INVALID, INTERNAL];
    let mut add = |holds: bool, more: &[Code]| {
        if holds {
            codes.extend_from_slice(more);
        }
    };
    let writes = route.access == Access::Write;
    add(route.list.is_some(), &[INVALID_CURSOR]);
    add(route.allow != Allow::Public, &[UNAUTHENTICATED]);
    add(
        matches!(route.allow, Allow::Permission(_) | Allow::SignedIn | Allow::Nobody),
        &[FORBIDDEN],
    );
    add(path_parameters(route.path).next().is_some(), &[NOT_FOUND]);
    add(schemas::has_body(route), &[TOO_LARGE, MEDIA_TYPE]);
    add(route.if_match, &[STALE, PRECONDITION]);
    add(route.idempotency != Idempotency::None, &[IN_PROGRESS, KEY_REUSED]);
    add(route.idempotency == Idempotency::Accepted, &[FORGOTTEN]);
    add(route.idempotency == Idempotency::Required, &[KEY_MISSING]);
    add(route.access != Access::None, &[UNREACHABLE, BUSY, TOO_SLOW]);
    add(writes, &[OUTCOME_UNKNOWN, READ_ONLY, FULL]);
    add(true, route.problems);
    let place = |code: &Code| api::problem::CODES.iter().position(|known| known == code);
    codes.sort_by_key(|code| (code.status, place(code)));
    codes.dedup();
    codes
}
