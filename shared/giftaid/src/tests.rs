mod coverage;
mod fields;
mod govtalk;
mod irmark;
mod rounding;
mod rules;
mod schedule;

use types::Date;

use crate::fields::Donor;
use crate::schedule::{Giver, Row};

/// A day from its ISO form.
fn day(iso: &str) -> Date {
    iso.parse().unwrap()
}

/// A line of somebody; an empty postcode is outside the United Kingdom.
fn line(item: u32, donor: [&str; 5], given_on: &str, pounds: i64) -> Row {
    let [title, first_name, last_name, house, postcode] = donor.map(str::to_owned);
    let title = (!title.is_empty()).then_some(title);
    let postcode = (!postcode.is_empty()).then_some(postcode);
    Row {
        item,
        giver: Giver::Donor(Donor { title, first_name, last_name, house, postcode }),
        sponsored: false,
        given_on: day(given_on),
        amount_minor: pounds * 100,
    }
}
