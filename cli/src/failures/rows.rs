//! What breaks, what the caller must get then, and what an operator does.
use std::{future::Future, ops::RangeInclusive, pin::Pin};

use super::{
    plays,
    requests::Request::{self, Keyed, Money, Read, Write},
    scene::Scene,
};
use crate::failure::Failure;

/// How functions reach their database while it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The primary without a pooler.
    Direct,
    /// PgBouncer.
    Pooled,
    /// The replica, and the primary if that fails.
    Replica,
}

/// Brings a failure about, asks, and mends it.
pub(super) type Play =
    for<'a, 'b> fn(&'a mut Scene<'b>) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;

/// Something that breaks.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// For `--only`.
    pub(super) name: &'static str,
    /// What is broken.
    pub(super) breaks: &'static str,
    pub(super) way: Way,
    /// Seconds that Lambda gives the function.
    pub(super) time_s: u64,
    pub(super) play: Play,
    /// What each request must be answered with.
    pub(super) wanted: &'static [(Request, Wanted)],
    /// What an operator does.
    pub(super) operator: &'static str,
}

/// The answer that a caller must get.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Problem code; empty: success.
    pub(super) code: &'static str,
    /// Whether it says when to come back.
    pub(super) retry_after: bool,
    pub(super) within: Within,
    /// How often a server may have begun to execute the statement: the fewest and the most.
    pub(super) ran: (u32, u32),
}

/// Until when the answer must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Seconds(u64),
    /// What Lambda gives the function.
    Time,
}

impl Wanted {
    /// Statuses that fit.
    pub(super) fn status(&self) -> RangeInclusive<u16> {
        match self.code {
            "" => 200..=201,
            code => {
                let known = api::problem::CODES.iter().find(|entry| entry.code == code);
                let status = known.map_or(0, |entry| entry.status);
                status..=status
            }
        }
    }

    const fn ran(self, ran: u32) -> Wanted {
        Wanted { ran: (ran, ran), ..self }
    }

    const fn between(self, from: u32, to: u32) -> Wanted {
        Wanted { ran: (from, to), ..self }
    }
}

const fn ok(within: u64) -> Wanted {
    Wanted { code: "", retry_after: false, within: Within::Seconds(within), ran: (1, 1) }
}

/// A 503 that says when to come back.
const fn later(code: &'static str, within: u64) -> Wanted {
    Wanted { code, retry_after: true, within: Within::Seconds(within), ran: (0, 0) }
}

const fn ours(within: u64) -> Wanted {
    let within = Within::Seconds(within);
    Wanted { code: "internal_error", retry_after: false, within, ran: (0, 0) }
}

/// A 504 at the end of the function's time.
const fn in_vain() -> Wanted {
    Wanted { code: "too_slow", retry_after: true, within: Within::Time, ran: (0, 0) }
}

const UNREACHABLE: &str = "database_unreachable";
const UNKNOWN: &str = "outcome_unknown";
const BUSY: &str = "database_busy";

impl Row {
    const DEFAULT: Row = Row {
        name: "",
        breaks: "",
        way: Way::Direct,
        time_s: 10,
        play: |scene| Box::pin(plays::frozen(scene)),
        wanted: &[],
        operator: "Nothing.",
    };
}

/// Everything that is played, in this order: the last leaves nothing to play on.
pub(super) const ROWS: &[Row] = &[
    Row {
        name: "refused",
        breaks: "nobody listens at the database's address",
        play: |scene| Box::pin(plays::refused(scene)),
        wanted: &[
            (Read, later(UNREACHABLE, 2)),
            (Write, later(UNREACHABLE, 2)),
            (Money, later(UNREACHABLE, 2)),
        ],
        operator: "Start the server or PgBouncer; look at security groups if others reach it.",
        ..Row::DEFAULT
    },
    Row {
        name: "replica-refused",
        breaks: "nobody listens at the replica's address",
        way: Way::Replica,
        play: |scene| Box::pin(plays::refused(scene)),
        wanted: &[(Read, ok(2))],
        operator: "Start the replica. The primary answers meanwhile; functions ask the replica again after 30 s.",
        ..Row::DEFAULT
    },
    Row {
        name: "dns",
        breaks: "the database's name has no address",
        play: |scene| Box::pin(plays::unknown_name(scene)),
        wanted: &[(Read, later(UNREACHABLE, 9)), (Write, later(UNREACHABLE, 9))],
        operator: "Compare the host in the URL with the database's endpoint; look at the resolver of the VPC.",
        ..Row::DEFAULT
    },
    Row {
        name: "tls-name",
        breaks: "the server's certificate has another name",
        play: |scene| Box::pin(plays::other_name(scene)),
        wanted: &[(Read, ours(2)), (Write, ours(2))],
        operator: "Use the host name that the certificate has, or a certificate with that name. Never turn the check off.",
        ..Row::DEFAULT
    },
    Row {
        name: "tls-expired",
        breaks: "the server's certificate has expired",
        play: |scene| Box::pin(plays::expired(scene)),
        wanted: &[(Read, ours(2)), (Write, ours(2))],
        operator: "Renew the certificate and reload the server; no function needs a deployment.",
        ..Row::DEFAULT
    },
    Row {
        name: "silent-login",
        breaks: "somebody takes the connection and says nothing",
        play: |scene| Box::pin(plays::silent_login(scene)),
        wanted: &[(Read, later(UNREACHABLE, 9)), (Write, later(UNREACHABLE, 9))],
        operator: "Look at the server's load and at what is in between: the address is right, nobody answers.",
        ..Row::DEFAULT
    },
    Row {
        name: "stalled-before",
        breaks: "the statement does not reach the server",
        time_s: 3,
        play: |scene| Box::pin(plays::stalled_before(scene)),
        wanted: &[
            (Read, in_vain().between(0, 1)),
            (Write, in_vain().between(0, 1)),
            (Money, in_vain().between(0, 1)),
        ],
        operator: "Look at the network. What was on its way may still arrive and be done: repeat with the same key.",
        ..Row::DEFAULT
    },
    Row {
        name: "stalled-after",
        breaks: "the server's answer does not come back",
        time_s: 3,
        play: |scene| Box::pin(plays::stalled_after(scene)),
        wanted: &[(Read, in_vain().ran(1)), (Write, in_vain().ran(1)), (Money, in_vain().ran(1))],
        operator: "Look at the network. The work is done: a repetition with the same key finds it.",
        ..Row::DEFAULT
    },
    Row {
        name: "packets-of-one",
        breaks: "the packets of an open connection are dropped",
        play: |scene| Box::pin(plays::lost(scene)),
        wanted: &[(Read, ok(6)), (Write, later(UNKNOWN, 6)), (Money, ok(6))],
        operator: "Something in between forgets connections early: make its idle limit longer than 5 minutes.",
        ..Row::DEFAULT
    },
    Row {
        name: "packets-of-all",
        breaks: "all packets are dropped",
        play: |scene| Box::pin(plays::all_lost(scene)),
        wanted: &[
            (Read, later(UNREACHABLE, 9)),
            (Write, later(UNKNOWN, 6)),
            (Money, later(UNKNOWN, 9)),
        ],
        operator: "Look at routes, security groups and the host: nothing refuses, nothing answers.",
        ..Row::DEFAULT
    },
    Row {
        name: "packets-of-new",
        breaks: "the packets of those who connect are dropped",
        play: |scene| Box::pin(plays::lost_connecting(scene)),
        wanted: &[(Read, later(UNREACHABLE, 6)), (Write, later(UNREACHABLE, 6))],
        operator: "As above; a security group that was changed looks like this.",
        ..Row::DEFAULT
    },
    Row {
        name: "killed-idle",
        breaks: "the server ends the session between two requests",
        play: |scene| Box::pin(plays::killed_idle(scene)),
        wanted: &[(Read, ok(2)), (Write, ok(2)), (Money, ok(2))],
        operator: "Nothing: the function opens another connection.",
        ..Row::DEFAULT
    },
    Row {
        name: "killed-at-work",
        breaks: "the server ends the session while its statement runs",
        play: |scene| Box::pin(plays::killed_at_work(scene)),
        wanted: &[
            (Read, ok(2).ran(2)),
            (Write, later(UNKNOWN, 2).ran(1)),
            (Keyed, later(UNKNOWN, 2).ran(1)),
            (Money, ok(2).ran(2)),
        ],
        operator: "Find out who ended it (the server's log names the session); callers repeat with the same key.",
        ..Row::DEFAULT
    },
    Row {
        name: "pooler-restarted",
        breaks: "PgBouncer restarts between two requests",
        way: Way::Pooled,
        play: |scene| Box::pin(plays::pooler_restarted(scene)),
        wanted: &[(Read, ok(2)), (Write, ok(2)), (Money, ok(2))],
        operator: "Nothing.",
        ..Row::DEFAULT
    },
    Row {
        name: "pooler-ended-at-work",
        breaks: "PgBouncer ends while a statement runs",
        way: Way::Pooled,
        play: |scene| Box::pin(plays::pooler_ended_at_work(scene)),
        wanted: &[
            (Read, later(UNREACHABLE, 2).ran(1)),
            (Write, later(UNKNOWN, 2).ran(1)),
            (Money, later(UNKNOWN, 2).ran(1)),
        ],
        operator: "Start PgBouncer. Restart it with `RECONNECT` and `SHUTDOWN WAIT_FOR_CLIENTS`, not by a signal.",
        ..Row::DEFAULT
    },
    Row {
        name: "server-full",
        breaks: "the server takes no further connection (53300)",
        play: |scene| Box::pin(plays::server_full(scene)),
        wanted: &[
            (Read, later(UNREACHABLE, 2)),
            (Write, later(UNREACHABLE, 2)),
            (Money, later(UNREACHABLE, 2)),
        ],
        operator: "Put PgBouncer in between, or see who holds connections (`pg_stat_activity`); do not raise the limit first.",
        ..Row::DEFAULT
    },
    Row {
        name: "pooler-full",
        breaks: "PgBouncer takes no further client",
        way: Way::Pooled,
        play: |scene| Box::pin(plays::pooler_full(scene)),
        wanted: &[
            (Read, later(UNREACHABLE, 2)),
            (Write, later(UNREACHABLE, 2)),
            (Money, later(UNREACHABLE, 2)),
        ],
        operator: "Raise `max_client_conn` above the number of sandboxes that Lambda may start: a client costs PgBouncer 2 kB.",
        ..Row::DEFAULT
    },
    Row {
        name: "pooler-busy",
        breaks: "all server connections of PgBouncer are in use",
        way: Way::Pooled,
        play: |scene| Box::pin(plays::pooler_busy(scene)),
        wanted: &[(Write, later(UNREACHABLE, 9)), (Money, later(UNREACHABLE, 9))],
        operator: "Find what holds them (`SHOW SERVERS`): a long transaction, a slow statement. Then think of `default_pool_size`.",
        ..Row::DEFAULT
    },
    Row {
        name: "read-only",
        breaks: "the primary takes no writes (25006): a failover, maintenance",
        play: |scene| Box::pin(plays::read_only(scene)),
        wanted: &[
            (Read, ok(2)),
            (Write, later("database_read_only", 2).ran(1)),
            (Money, later("database_read_only", 2).ran(1)),
        ],
        operator: "Wait for the failover to end. If it has, the URL leads to the old primary.",
        ..Row::DEFAULT
    },
    Row {
        name: "standby-conflict",
        breaks: "the standby ends a statement to replay what the primary did (40001)",
        way: Way::Replica,
        play: |scene| Box::pin(plays::standby_conflict(scene)),
        wanted: &[(Read, ok(3).ran(2))],
        operator: "Nothing, if it is rare. Else raise `max_standby_streaming_delay`, or lock tables at night.",
        ..Row::DEFAULT
    },
    Row {
        name: "overtaken",
        breaks: "another transaction was first (40001)",
        play: |scene| Box::pin(plays::overtaken(scene)),
        wanted: &[(Write, ok(3).ran(2)), (Keyed, later(BUSY, 3).ran(1))],
        operator: "Nothing; many of them on one row mean that the row is a bottleneck.",
        ..Row::DEFAULT
    },
    Row {
        name: "deadlock",
        breaks: "two transactions wait for each other (40P01)",
        play: |scene| Box::pin(plays::deadlock(scene)),
        wanted: &[(Write, ok(4).ran(2)), (Money, ok(4).ran(2))],
        operator: "Make both lock in the same order; the server's log has both statements.",
        ..Row::DEFAULT
    },
    Row {
        name: "locked",
        breaks: "a lock is not free for 2 s (55P03)",
        play: |scene| Box::pin(plays::locked(scene)),
        wanted: &[
            (Read, later(BUSY, 6).ran(2)),
            (Write, later(BUSY, 6).ran(2)),
            (Money, Wanted { ran: (2, 2), ..later("request_in_progress", 6) }),
        ],
        operator: "Find who holds it (`pg_blocking_pids`): a migration without `lock_timeout`, a forgotten transaction.",
        ..Row::DEFAULT
    },
    Row {
        name: "too-long",
        breaks: "a statement takes longer than its role's limit (57014)",
        play: |scene| Box::pin(plays::too_long(scene)),
        wanted: &[
            (Read, Wanted { retry_after: false, ..later("too_slow", 3).ran(1) }),
            (Write, Wanted { retry_after: false, ..later("too_slow", 3).ran(1) }),
            (Money, Wanted { retry_after: false, ..later("too_slow", 3).ran(1) }),
        ],
        operator: "Explain the statement in the log line; an index is missing, or statistics are old.",
        ..Row::DEFAULT
    },
    Row {
        name: "full-disk",
        breaks: "the disk is full (53100)",
        play: |scene| Box::pin(plays::full_disk(scene)),
        wanted: &[
            (Write, later("database_full", 2).ran(1)),
            (Money, later("database_full", 2).ran(1)),
        ],
        operator: "Make room: a replication slot that nobody reads is the usual cause. Nothing was half done.",
        ..Row::DEFAULT
    },
    Row {
        name: "clock-ahead",
        breaks: "the sandbox's clock is an hour ahead",
        play: |scene| Box::pin(plays::clock_ahead(scene)),
        wanted: &[(Read, ok(2)), (Write, ok(2)), (Money, ok(2))],
        operator: "Nothing: an end that has passed is none. Tokens seem to have expired, though: 401.",
        ..Row::DEFAULT
    },
    Row {
        name: "clock-behind",
        breaks: "the sandbox's clock is an hour behind, and the server says nothing",
        play: |scene| Box::pin(plays::clock_behind(scene)),
        wanted: &[(Read, in_vain().ran(1))],
        operator: "Nothing: no request gets more than its route's time.",
        ..Row::DEFAULT
    },
    Row {
        name: "frozen-second",
        breaks: "the sandbox is frozen for a second",
        play: |scene| Box::pin(plays::frozen(scene)),
        wanted: &[(Read, ok(2)), (Write, ok(2)), (Money, ok(2))],
        ..Row::DEFAULT
    },
    Row {
        name: "frozen-minute",
        breaks: "the server ends the session while the sandbox is frozen",
        play: |scene| Box::pin(plays::frozen_and_closed(scene)),
        wanted: &[(Read, ok(2)), (Write, ok(2)), (Money, ok(2))],
        ..Row::DEFAULT
    },
    Row {
        name: "frozen-hour",
        breaks: "the network forgets the connection while the sandbox is frozen",
        play: |scene| Box::pin(plays::frozen_and_forgotten(scene)),
        wanted: &[(Read, ok(2)), (Write, ok(2)), (Money, ok(2))],
        ..Row::DEFAULT
    },
    Row {
        name: "failover",
        breaks: "the primary ends and its standby is promoted",
        play: |scene| Box::pin(plays::failover(scene)),
        wanted: &[(Money, later(UNREACHABLE, 2))],
        operator: "Have the name lead to the new primary; functions follow with their next connection. Never start the old one as a primary.",
        ..Row::DEFAULT
    },
];
