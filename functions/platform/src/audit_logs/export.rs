//! `GET /v1/platform/audit-logs/export`: the audit log as a file.
use api::{Allow, Example, Method, Problem, Query, Request, Response, Route, problem};
use db::{Access, Db, Domain};
use serde_json::json;
use types::{AuditLogId, Line, Timestamp};

use crate::sql::audit_logs::{NOTE_EXPORT, SPAN};

/// The route. It writes: that somebody took the log away is an entry itself.
pub const ROUTE: Route = Route {
    name: "platform-export-audit-logs",
    method: Method::GET,
    path: "/v1/platform/audit-logs/export",
    summary: "Answers entries of the audit log as NDJSON, oldest first; a Link header names the next part. The reading is noted.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("audit.read"),
    query: &[
        Query { name: "from", about: "The first moment; required." },
        Query { name: "until", about: "The moment that is no longer part of it; now if absent." },
        Query { name: "domain", about: "Only what was done there: finance." },
        Query { name: "after", about: "The last entry of the part before, written at `from`." },
    ],
    timeout_s: 29,
    memory_mb: 512,
    answer: |req, db| Box::pin(export(req, db)),
    examples: &[
        GOOD,
        Example {
            name: "of-a-domain",
            query: "from=2026-10-01T00:00:00Z&until=2026-11-01T00:00:00Z&domain=finance",
            ..GOOD
        },
        Example { name: "no-from", query: "until=2026-11-01T00:00:00Z", status: 422, ..GOOD },
        Example {
            name: "ends-before-it-begins",
            query: "from=2026-10-02T00:00:00Z&until=2026-10-01T00:00:00Z",
            status: 422,
            ..GOOD
        },
        GOOD.not_allowed("editor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example =
    Example { role: Some("auditor"), query: "from=2026-10-01T00:00:00Z", ..Example::DEFAULT };

/// Entries in one answer.
const MOST: usize = 2_000;
/// Bytes of one answer: Lambda takes 6 MB, and base64 makes four of three.
const MOST_BYTES: usize = 4_000_000;

async fn export(req: &Request, db: &Db<'_>) -> Result<Response, Problem> {
    req.everywhere("audit.read")?;
    let from: Timestamp = req.query("from")?.ok_or_else(|| {
        Problem::parameter(problem::INVALID, "from", "is missing: the first moment")
    })?;
    let until: Timestamp = req.query("until")?.unwrap_or_else(Timestamp::now);
    let domain: Option<Line<20>> = req.query("domain")?;
    if let Some(domain) = &domain
        && !Domain::ALL.iter().any(|known| known.name() == domain.as_str())
    {
        return Err(Problem::parameter(problem::INVALID, "domain", "is no domain of ours"));
    }
    let after: Option<AuditLogId> = req.query("after")?;
    if until <= from {
        return Err(Problem::parameter(problem::INVALID, "until", "must be after from"));
    }
    let told = json!({ "from": from, "until": until, "domain": domain, "after": after });
    let fetch = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let steps = (NOTE_EXPORT.with((told,)), SPAN.with((from, after, until, domain.clone(), fetch)));
    let (_, rows) = db.transaction(steps).await?;
    let (mut lines, mut last) = (Vec::new(), None);
    for row in rows.iter().take(MOST) {
        let line = serde_json::to_vec(row).map_err(|e| {
            Problem::new(problem::INTERNAL, "the answer could not be written").because(e)
        })?;
        if last.is_some() && lines.len() + line.len() > MOST_BYTES {
            break;
        }
        lines.extend(line);
        lines.push(b'\n');
        last = Some(row);
    }
    let whole = last.map(|row| row.id) == rows.last().map(|row| row.id);
    let mut response = Response::file("application/x-ndjson", "audit-logs.ndjson", lines);
    if let Some(row) = last.filter(|_| !whole) {
        let domain = domain.map(|it| format!("&domain={}", it.as_str())).unwrap_or_default();
        let next = format!(
            "<{}?from={}&until={until}&after={}{domain}>; rel=\"next\"",
            req.raw_path(),
            row.created_at,
            row.id
        );
        response.set("link", next);
    }
    Ok(response)
}
