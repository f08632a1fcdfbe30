//! Which gifts a declaration covers.

use jiff::ToSpan as _;
use types::{ContributionId, Date, DeclarationId};

/// Days in which somebody who declared by word of mouth may take it back as if never said, from the day the written record
/// was sent (SI 2016/1195 reg. 5).
pub const ORAL_CANCELLATION_DAYS: i64 = 30;

/// How a declaration was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// On paper.
    Written,
    /// By word of mouth; a written record must be sent or a recording be kept.
    Oral,
    /// On a screen.
    Digital,
}

/// What somebody declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Identity.
    pub id: DeclarationId,
    /// The only gift it covers; none: all gifts of its days.
    pub single: Option<ContributionId>,
    /// When it was given.
    pub given_on: Date,
    /// First day of the gifts it covers.
    pub covers_from: Date,
    /// Day after the last; none: until it is cancelled.
    pub covers_to: Option<Date>,
    /// First day of gifts it no longer covers; none: not cancelled.
    pub cancelled_from: Option<Date>,
}

/// How a declaration bears on a gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It covers the gift.
    Covered,
    /// It would, had it not been cancelled before.
    Cancelled,
    /// The gift is of a day, or is one, that it does not speak of.
    Outside,
}

impl Declaration {
    /// How it bears on a gift of a day. A gift from before the cancellation stays covered.
    pub fn cover(&self, gift: ContributionId, day: Date) -> Cover {
        let spoken_of = self.single.is_none_or(|single| single == gift)
            && self.covers_from <= day
            && self.covers_to.is_none_or(|end| day < end);
        match self.cancelled_from {
            _ if !spoken_of => Cover::Outside,
            Some(from) if from <= day => Cover::Cancelled,
            _ => Cover::Covered,
        }
    }
}

/// First day of the gifts that an enduring declaration covers: with the past, those of four years before it.
pub fn covers_from(given_on: Date, past: Past) -> Date {
    match past {
        Past::FourYears => given_on.saturating_sub(4.years()),
        Past::None => given_on,
    }
}

/// Whether an enduring declaration speaks of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// And of the gifts of the four years before.
    FourYears,
    /// Of today and the future only.
    None,
}

/// From which day on a declaration no longer covers gifts, if the contributor takes it back on `told_on`.
///
/// An oral one counts as never made until 30 days after its written record was sent, and as long as none was sent; later,
/// and any other, stops what is given from that day on.
pub fn cancelled_from(
    declaration: &Declaration,
    channel: Channel,
    record_sent_on: Option<Date>,
    told_on: Date,
) -> Date {
    let in_time = |sent: Date| told_on <= sent.saturating_add(ORAL_CANCELLATION_DAYS.days());
    if channel == Channel::Oral && record_sent_on.is_none_or(in_time) {
        return declaration.covers_from;
    }
    told_on.max(declaration.given_on)
}
