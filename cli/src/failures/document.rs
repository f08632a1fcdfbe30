//! docs/failures.md.
use std::fmt::Write as _;

use super::rows::{ROWS, Wanted, Within};

const HEAD: &str = "# What happens when something breaks

Written by `cargo aruuri failures --write`, after a run in which every row was as it is here: each failure is brought about
on real servers, between a real function and PostgreSQL or PgBouncer. *Ran* is how often a server began to execute the
statement, told by its log. After each row the same process answered the next request (for `dns` another process, as
a process keeps its URL); a request with an `Idempotency-Key` was repeated with it, and was done exactly once.

A 5xx says only what is here; the chain of causes is in the log line of the request (`error`), which `x-request-id` finds.
A *write* is one statement without a key, *money* one whose key the database function keeps.

";

const FOOT: &str = "
## Limits
TCP 2 s, whole connect 4 s, dead peer 4 s (`tcp_user_timeout`), statement 5 s and lock 2 s by role, request the route's
`timeout_s` or what Lambda leaves, less 200 ms; what waits in PgBouncer for a server connection: `query_wait_timeout`, 4 s.

What is sent again: any statement if nothing had been sent, once, after 50 to 150 ms; one that was rolled back because
another transaction won, twice; a read, and a statement that keeps its key, once after a broken connection. Nothing
inside an interactive transaction: its caller repeats the request.

## Elsewhere
A wrong password or database name is 500 `internal_error`, asked once. A panic in a route is 500 `internal_error`, rolled
back, and the next request works. A replica behind the caller's `Aruuri-Consistency` is not a failure: the pooled URL
answers (consistency.md). `shared/testdb/src/tests/failures.rs` has more cases, by a route of its own.
";

/// The whole file.
pub(super) fn text() -> String {
    let mut text = HEAD.to_owned();
    text.push_str(
        "| name | what breaks | request | answer | within | ran |\n|---|---|---|---|---|---|\n",
    );
    for row in ROWS {
        for (n, (request, wanted)) in row.wanted.iter().enumerate() {
            let (name, breaks) = if n == 0 { (row.name, row.breaks) } else { ("", "") };
            let _ = writeln!(
                text,
                "| {name} | {breaks} | {} | {} | {} | {} |",
                request.name(),
                answer(wanted),
                within(wanted),
                ran(wanted),
            );
        }
    }
    text.push_str("\n## What an operator does\n");
    for row in ROWS {
        let _ = writeln!(text, "- **{}** ({}): {}", row.name, row.breaks, row.operator);
    }
    text.push_str(FOOT);
    text
}

fn answer(wanted: &Wanted) -> String {
    let retry = if wanted.retry_after { ", `retry-after: 1`" } else { "" };
    match wanted.code {
        "" => "done".to_owned(),
        code => format!("{} `{code}`{retry}", wanted.status().start()),
    }
}

fn within(wanted: &Wanted) -> String {
    match wanted.within {
        Within::Seconds(seconds) => format!("{seconds} s"),
        Within::Time => "its time".to_owned(),
    }
}

fn ran(wanted: &Wanted) -> String {
    match wanted.ran {
        (from, to) if from == to => from.to_string(),
        (from, to) => format!("{from} or {to}"),
    }
}
