//! Where in the write-ahead log a write is, and whether a replica has come that far.
use std::{fmt, str::FromStr, time::Duration};

use crate::{Row, Sql, Statement, row};

/// A place in the log of a database, at which a write is committed.
///
/// Ordered by time: a timeline begins when a standby is promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    timeline: u32,
    lsn: u64,
}

/// Bytes of a page of the log, and of its header: the first record of a page starts behind it.
const PAGE: u64 = 8_192;
const PAGE_HEADER: u64 = 24;

impl Position {
    /// After a record that ends with its page the log goes on behind the next header, but whoever
    /// has replayed that record stands before it, until something else is written.
    fn of(timeline: i32, lsn: i64) -> Position {
        let (timeline, lsn) = (timeline.unsigned_abs(), lsn.unsigned_abs());
        let at_header = lsn % PAGE == PAGE_HEADER;
        Position { timeline, lsn: if at_header { lsn - PAGE_HEADER } else { lsn } }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}", self.timeline, self.lsn)
    }
}

/// Not a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;
    fn from_str(text: &str) -> Result<Position, NoPosition> {
        let (timeline, lsn) = text.split_once('.').ok_or(NoPosition)?;
        let hex = |part: &str, longest| {
            let fits = (1..=longest).contains(&part.len())
                && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            let number = if fits { u64::from_str_radix(part, 16).ok() } else { None };
            number.ok_or(NoPosition)
        };
        let timeline = u32::try_from(hex(timeline, 8)?).map_err(|_| NoPosition)?;
        Ok(Position { timeline, lsn: hex(lsn, 16)? })
    }
}

row! {
    /// Where the log of the primary ends.
    #[derive(Debug)]
    pub(crate) struct Mark {
        timeline: i32,
        lsn: i64,
    }
}

row! {
    /// How far a server has come.
    #[derive(Debug)]
    pub(crate) struct Reached {
        standby: bool,
        timeline: i32,
        lsn: i64,
        /// Microseconds since the last commit that it has replayed.
        age_us: Option<i64>,
    }
}

/// Sent after a commit, in the same flight. What is inserted counts, not what is written: with
/// `synchronous_commit = off` a commit is answered before it is written.
pub(crate) const MARK: Sql<(), Mark> = Sql::new(
    "select ('x' || substr(pg_walfile_name(at), 1, 8))::bit(32)::int4 as timeline,
            (at - '0/0'::pg_lsn)::int8 as lsn
     from pg_current_wal_insert_lsn() as at",
)
.never_null();

/// Sent before a read, in the same transaction of level read committed: the read's snapshot is
/// taken afterwards, and so includes what had been replayed.
pub(crate) const REACHED: Sql<(), Reached> = Sql::new(
    "select pg_is_in_recovery() as standby,
            (select timeline_id from pg_control_checkpoint()) as timeline,
            coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::int8, 0) as lsn,
            (extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000000)::int8
              as age_us",
)
.never_null();

/// The statements that this module sends, for the statement tests.
pub fn statements() -> [&'static dyn Statement; 2] {
    [&MARK, &REACHED]
}

impl Mark {
    pub(crate) fn position(rows: &[Row]) -> Option<Position> {
        let mark = MARK.read(rows.first()?).ok()?;
        Some(Position::of(mark.timeline, mark.lsn))
    }
}

impl Reached {
    /// Whether what was committed at `wanted` is there. A standby that does not know its timeline's
    /// end yet counts as behind. One on a later timeline has all that its primary took over.
    pub(crate) fn includes(&self, wanted: Position) -> bool {
        let here = (self.timeline.unsigned_abs(), self.lsn.unsigned_abs());
        !self.standby || here.0 > wanted.timeline || here >= (wanted.timeline, wanted.lsn)
    }

    /// How old what it shows is at the most; `None` if it has replayed no commit yet.
    pub(crate) fn age(&self) -> Option<Duration> {
        if !self.standby {
            return Some(Duration::ZERO);
        }
        self.age_us.map(|us| Duration::from_micros(u64::try_from(us).unwrap_or(0)))
    }
}

/// Which server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The one that takes writes.
    Primary,
    /// One that follows it.
    Replica,
}

impl Source {
    /// As in the log.
    pub fn name(self) -> &'static str {
        match self {
            Source::Primary => "primary",
            Source::Replica => "replica",
        }
    }
}

/// What the statements of a request have told besides their rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Who answered the last of them.
    pub source: Option<Source>,
    /// Where the last write is committed.
    pub position: Option<Position>,
    /// How old what was read is at the most, if that was asked.
    pub age: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::{Position, Reached};

    fn reached(timeline: i32, lsn: i64) -> Reached {
        Reached { standby: true, timeline, lsn, age_us: None }
    }

    #[test]
    fn a_position_is_read_as_it_was_written_and_nothing_else_is() {
        let position: Position = "1.16b3748".parse().unwrap();

        assert_eq!(position.to_string(), "1.16b3748");
        for wrong in ["", ".", "1", "1.", ".1", "1.G", "1.A", "+1.1", "1.1.1", "123456789.1"] {
            assert!(wrong.parse::<Position>().is_err(), "{wrong}");
        }
        assert!(format!("1.{}", "f".repeat(16)).parse::<Position>().is_ok());
        assert!(format!("1.{}", "f".repeat(17)).parse::<Position>().is_err());
    }

    #[test]
    fn a_standby_includes_what_it_has_replayed_of_the_same_timeline() {
        let wanted = Position::of(2, 1_000);

        assert!(reached(2, 1_000).includes(wanted) && reached(2, 1_008).includes(wanted));
        assert!(!reached(2, 992).includes(wanted));
        // It may have followed a primary that was replaced, beyond the point where that happened.
        assert!(!reached(1, 5_000).includes(wanted));
        assert!(reached(3, 0).includes(wanted));
        assert!(Reached { standby: false, ..reached(1, 0) }.includes(wanted));
    }

    #[test]
    fn a_record_that_ends_with_its_page_is_replayed_before_the_next_header() {
        assert_eq!(Position::of(1, 8_192 * 7 + 24), Position::of(1, 8_192 * 7));
        assert_ne!(Position::of(1, 8_192 * 7 + 32), Position::of(1, 8_192 * 7));
    }
}
