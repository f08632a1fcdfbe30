use proptest::prelude::*;

use super::day;
use crate::fields::*;
use crate::schedule::{Giver, Row};
use crate::text::{self, Change};

/// A line in which one cell differs: column, value, and what is found there.
type Case<'a> = (usize, &'a str, Option<(&'static str, &'static str)>);

const GOOD: [&str; 10] =
    ["1", "Mrs", "Ada", "Lovelace", "12", "SW1A 1AA", "", "", "21/11/26", "10.00"];

fn faults(cells: [&str; 10]) -> Vec<(&'static str, &'static str)> {
    match Row::read(cells, day("2026-11-22")) {
        Ok(_) => vec![],
        Err(faults) => faults.iter().map(|f| (f.field, f.rule.code())).collect(),
    }
}

#[test]
fn every_field_is_taken_or_refused_as_the_tax_office_does() {
    let long = |n: usize| "x".repeat(n);
    let (of_35, of_36, of_40, of_41) = (long(35), long(36), long(40), long(41));
    let title = Some(("title", "title"));
    let postcode = Some(("postcode", "postcode"));
    let date = Some(("date", "date"));
    let amount = Some(("amount", "amount"));
    let item = Some(("item", "item"));
    let cases: &[Case<'_>] = &[
        (0, "1000", None),
        (0, "1001", item),
        (0, "0", item),
        (0, "01", item),
        (0, "", item),
        (0, "1a", item),
        (1, "", None),
        (1, "Mr", None),
        (1, "Prof", None),
        (1, "O'N", None),
        (1, "A-b", None),
        (1, "M", title),
        (1, "Mr.", title),
        (1, "Major", title),
        (1, "'Mr", title),
        (1, "Dr 1", title),
        (2, "A", None),
        (2, "Ł", Some(("first_name", "unprintable"))),
        (2, "Zoë", None),
        (2, "", Some(("first_name", "missing"))),
        (2, &of_35, None),
        (2, &of_36, Some(("first_name", "too_long"))),
        (3, "O'Neil", None),
        (3, "House Martin", None),
        (3, "House-Martin", None),
        (3, " ", Some(("last_name", "missing"))),
        (3, &of_35, None),
        (3, &of_36, Some(("last_name", "too_long"))),
        (4, "100 Champs Elysees, Paris", None),
        (4, &of_40, None),
        (4, &of_41, Some(("house", "too_long"))),
        (4, "", Some(("house", "missing"))),
        (5, "X", None),
        (5, "x", postcode),
        (5, "GIR 0AA", None),
        (5, "M1 1AE", None),
        (5, "M60 1NW", None),
        (5, "CR2 6XH", None),
        (5, "DN55 1PT", None),
        (5, "W1A 1HQ", None),
        (5, "EC1A 1BB", None),
        (5, "JE2 3AB", None),
        (5, "GY1 1AA", None),
        (5, "IM1 1AA", None),
        (5, "BF1 2AA", None),
        (5, "BFPO 57", postcode),
        (5, "SW1A1AA", postcode),
        (5, "sw1a 1aa", postcode),
        (5, "SW1A  1AA", postcode),
        (5, "AI1 1AA", postcode),
        (5, "AZ1 1AA", postcode),
        (5, "ABC 1AA", postcode),
        (5, "A 1AA", postcode),
        (5, "M1 AAE", postcode),
        (5, "", Some(("postcode", "missing"))),
        (7, "yes", None),
        (7, "YES", None),
        (7, "no", Some(("sponsored", "sponsored"))),
        (7, "y", Some(("sponsored", "sponsored"))),
        (8, "29/02/24", None),
        (8, "29/02/2024", None),
        (8, "29/02/25", date),
        (8, "30/02/24", date),
        (8, "31/04/26", date),
        (8, "1/5/26", date),
        (8, "2026-05-01", date),
        (8, "05/13/26", date),
        (8, "", date),
        (8, "22/11/26", None),
        (8, "23/11/26", Some(("date", "future_date"))),
        (9, "0.01", None),
        (9, "0.00", amount),
        (9, "1,234.50", None),
        (9, "9999999999999.99", None),
        (9, "10000000000000.00", amount),
        (9, "10", amount),
        (9, "10.0", amount),
        (9, "10.000", amount),
        (9, "£10.00", amount),
        (9, "-10.00", amount),
        (9, ".50", amount),
        (9, "", amount),
        (9, "1e2.00", amount),
    ];
    assert!(cases.len() >= 60);

    for (column, value, fault) in cases {
        let mut cells = GOOD;
        cells[*column] = value;
        assert_eq!(faults(cells), fault.iter().copied().collect::<Vec<_>>(), "{column}: {value:?}");
    }
}

#[test]
fn an_aggregated_line_names_nobody_and_holds_at_most_1000_pounds() {
    let whole = ["1", "", "", "", "", "", "Collection in May", "", "21/11/26", "1000.00"];
    let with = |column: usize, value: &'static str| {
        let mut cells = whole;
        cells[column] = value;
        faults(cells)
    };

    assert_eq!(faults(whole), []);
    assert_eq!(with(9, "1,000.00"), []);
    assert_eq!(with(9, "1000.01"), [("amount", "aggregate_limit")]);
    let columns =
        [(1, "title"), (2, "first_name"), (3, "last_name"), (4, "house"), (5, "postcode")];
    for (column, field) in columns {
        assert_eq!(with(column, "Mr"), [(field, "aggregate_named")]);
    }
    assert_eq!(with(7, "yes"), [("sponsored", "aggregate_sponsored")]);
    assert_eq!(with(6, "123456789012345678901234567890123456"), [("aggregated", "too_long")]);
}

#[test]
fn letters_that_the_tax_office_would_drop_become_the_nearest_and_are_shown() {
    let change = |from: &str, to: &str| Change { from: from.to_owned(), to: to.to_owned() };
    let cases = [
        ("Łukasz", "Lukasz", vec![change("Ł", "L")]),
        ("Erdős", "Erdos", vec![change("ő", "o")]),
        ("Zoë", "Zoë", vec![]),
        ("Şişli", "Sisli", vec![change("Ş", "S"), change("ş", "s")]),
        ("Nguyễn", "Nguyen", vec![change("ễ", "e")]),
        ("Țurcan", "Turcan", vec![change("Ț", "T")]),
        ("O\u{2019}Neil", "O'Neil", vec![change("\u{2019}", "'")]),
        ("Œuvre", "OEuvre", vec![change("Œ", "OE")]),
        ("e\u{301}", "e", vec![change("\u{301}", "")]),
        ("  a \u{A0}\t b\n", "a b", vec![]),
        ("山", "", vec![change("山", "")]),
    ];
    for (before, after, changes) in cases {
        assert_eq!(text::printable(before), text::Printable { text: after.to_owned(), changes });
    }
    let double = text::surname("House-Martin");
    assert_eq!(double.text, "House Martin");
    assert_eq!(double.changes, [change("-", " ")]);
}

#[test]
fn a_contributor_is_written_for_the_tax_office_with_each_change_by_field() {
    let known = Known {
        title: "Dr",
        first_name: "Łukasz",
        last_name: "Ćwik-Nowak",
        house: "7",
        postcode: Some("sw1a 1aa"),
    };

    let (donor, changes) = Donor::of(known);

    assert_eq!((donor.first_name.as_str(), donor.last_name.as_str()), ("Lukasz", "Cwik Nowak"));
    assert_eq!(donor.postcode.as_deref(), Some("SW1A 1AA"));
    let fields: Vec<&str> = changes.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, ["first_name", "last_name", "last_name"]);
    assert_eq!(donor.faults(1), []);
    let (nobody, _) = Donor::of(Known { first_name: "山", ..known });
    assert_eq!(nobody.faults(3)[0].to_string(), "line 3: first_name must not be empty");
}

proptest! {
    #[test]
    fn whatever_is_known_of_a_contributor_becomes_fields_the_tax_office_keeps(
        first in "\\PC{0,50}", last in "\\PC{0,50}", house in "\\PC{0,50}", title in "\\PC{0,6}",
    ) {
        let known = Known { title: &title, first_name: &first, last_name: &last, house: &house, postcode: None };
        let (donor, _) = Donor::of(known);

        // What is left to refuse is length, emptiness and the form of titles, never a character.
        for fault in donor.faults(1) {
            prop_assert_ne!(fault.rule, Rule::Unprintable);
        }
    }

    #[test]
    fn a_line_that_is_written_is_read_back_the_same(
        item in 1u32..=1000,
        first in "[A-Za-zÀ-ÿ]{1,35}",
        house in "[1-9][0-9]{0,3}[A-Z]?",
        sponsored: bool,
        days in 0i64..8000,
        pence in 1i64..=999_999_999_999_999,
        overseas: bool,
    ) {
        let donor = Donor {
            title: Some("Mx".to_owned()),
            first_name: first.replace(['×', '÷'], "x"),
            last_name: "Lovelace".to_owned(),
            house,
            postcode: (!overseas).then(|| "EC1A 1BB".to_owned()),
        };
        let given_on = day("2026-11-22").checked_sub(jiff::Span::new().days(days)).unwrap();
        let row = Row { item, giver: Giver::Donor(donor), sponsored, given_on, amount_minor: pence };

        let cells = row.cells();
        let read = Row::read(cells.each_ref().map(String::as_str), day("2026-11-22"));

        prop_assert_eq!(read, Ok(row));
    }
}
