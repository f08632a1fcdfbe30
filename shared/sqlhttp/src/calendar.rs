//! Dates and times between PostgreSQL's ISO text and its numbers.
//!
//! Years are those of the proleptic Gregorian calendar; 1 BC is year 0.
use std::fmt::Write as _;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
const EPOCH: i64 = 10_957;
pub(crate) const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Days since 2000-01-01. The algorithm is Howard Hinnant's `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 - EPOCH
}

/// Year, month and day; the reverse, `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468 + EPOCH;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Reads `2026-02-03`, also with more digits in the year; days since 2000-01-01.
pub(crate) fn read_date(text: &str) -> Option<i64> {
    let (text, before_christ) = era(text);
    date(text, before_christ)
}

/// Reads `2026-02-03 04:05:06.789`, with an offset if `zoned`; microseconds since 2000-01-01.
pub(crate) fn read_timestamp(text: &str, zoned: bool) -> Option<i64> {
    let (text, before_christ) = era(text);
    let (day, clock) = text.split_once(' ')?;
    let (clock, offset) = match clock.find(['+', '-']) {
        Some(at) if zoned => (&clock[..at], offset(&clock[at..])?),
        None if !zoned => (clock, 0),
        _ => return None,
    };
    let (seconds, micros) = match clock.split_once('.') {
        None => (clock, 0),
        Some((seconds, fraction)) if (1..=6).contains(&fraction.len()) => {
            let scale = 10_i64.pow(6 - u32::try_from(fraction.len()).ok()?);
            (seconds, number(fraction)? * scale)
        }
        Some(_) => return None,
    };
    let seconds = clock_seconds(seconds)?;
    let micros = (seconds - offset) * 1_000_000 + micros;
    date(day, before_christ)?.checked_mul(MICROS_PER_DAY)?.checked_add(micros)
}

fn era(text: &str) -> (&str, bool) {
    text.strip_suffix(" BC").map_or((text, false), |text| (text, true))
}

fn date(text: &str, before_christ: bool) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() < 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(days(if before_christ { 1 - year } else { year }, month, day))
}

/// Seconds east of Greenwich: `+HH`, `+HH:MM` or `+HH:MM:SS`.
fn offset(text: &str) -> Option<i64> {
    let (sign, text) = (text.get(..1)?, text.get(1..)?);
    let mut total = 0;
    let mut parts = text.split(':');
    for unit in [3_600, 60, 1] {
        match parts.next() {
            None => break,
            Some(part) if part.len() == 2 => total += number(part)? * unit,
            Some(_) => return None,
        }
    }
    (parts.next().is_none()).then_some(if sign == "-" { -total } else { total })
}

fn clock_seconds(text: &str) -> Option<i64> {
    let [hours, minutes, seconds] =
        <[&str; 3]>::try_from(text.split(':').collect::<Vec<_>>()).ok()?;
    Some(number(hours)? * 3_600 + number(minutes)? * 60 + number(seconds)?)
}

/// Digits only: no sign, no space.
fn number(text: &str) -> Option<i64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Writes days since 2000-01-01; gives back what stands at the very end of a date before Christ.
fn write_day(out: &mut String, days: i64) -> &'static str {
    let (year, month, day) = civil(days);
    let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    write!(out, "{year:04}-{month:02}-{day:02}").expect("a string takes all");
    era
}

/// Writes days since 2000-01-01.
pub(crate) fn write_date(out: &mut String, days: i64) {
    let era = write_day(out, days);
    out.push_str(era);
}

/// Writes microseconds since 2000-01-01, in UTC if `zoned`.
pub(crate) fn write_timestamp(out: &mut String, micros: i64, zoned: bool) {
    let era = write_day(out, micros.div_euclid(MICROS_PER_DAY));
    let micros = micros.rem_euclid(MICROS_PER_DAY);
    let seconds = micros / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let micros = micros % 1_000_000;
    write!(out, " {hours:02}:{minutes:02}:{seconds:02}.{micros:06}").expect("a string takes all");
    if zoned {
        out.push_str("+00");
    }
    out.push_str(era);
}
