use proptest::prelude::*;

use crate::Locale::{self, De, En};

#[test]
fn the_header_decides_and_the_default_fills_in() {
    // Header, answer when German is the default, answer when English is.
    let cases = [
        ("", De, En),
        ("de", De, De),
        ("en", En, En),
        ("fr", De, En),
        ("fr, en;q=0.1", En, En),
        ("de-AT", De, De),
        ("DE-at", De, De),
        ("de-Latn-AT-1996", De, De),
        ("den", De, En),
        // Of equal weights the first named wins; a weight beats the order.
        ("de, en", De, De),
        ("en, de", En, En),
        ("en;q=0.5, de", De, De),
        ("de;q=0.8, en;q=0.9", En, En),
        ("de;q=0.001, fr", De, De),
        ("en-GB,en;q=0.9,de-DE;q=0.8,de;q=0.7", En, En),
        ("de;q=0.3, de-AT;q=0.9, en;q=0.5", De, De),
        // The star is what is not named.
        ("*", De, En),
        ("*;q=0.5", De, En),
        ("en;q=0.5, *", De, De),
        ("en, *;q=0.5", En, En),
        ("de;q=0.5, *;q=0.1", De, De),
        ("*, en;q=0.2", De, De),
        // Zero excludes.
        ("de;q=0", En, En),
        ("en;q=0.000", De, De),
        ("de;q=0, *", En, En),
        ("*;q=0", De, En),
        ("en, *;q=0", En, En),
        ("de;q=0, en;q=0", De, En),
        ("de-AT;q=0", De, En),
        ("de;q=0, de-AT", En, En),
        ("de-AT;q=0, de", De, De),
        // White space and case of the weight.
        (" de ;\tQ=0.2 ,\ten ; q=0.3 ", En, En),
        (", ,de,,", De, De),
        ("en;q=1.000", En, En),
        ("en;q=1., de;q=0.", En, En),
        // What is not well-formed does not count.
        ("en;q=1.1, de;q=0.1", De, De),
        ("en;q=0.1234, de;q=0.1", De, De),
        ("en;q=, de;q=0.1", De, De),
        ("en;q=-1", De, En),
        ("en;q=.5", De, En),
        ("en;level=1", De, En),
        ("en;q=0.5;q=1", De, En),
        ("en;q=1e0", De, En),
        ("en_GB", De, En),
        ("en-", De, En),
        ("-en", De, En),
        ("en-toolongsubtag", De, En),
        ("\0\u{1}, ;;;===, q=1, ä, en", En, En),
    ];
    for (header, german, english) in cases {
        assert_eq!(Locale::negotiate(Some(header), De), german, "{header:?}, German by default");
        assert_eq!(Locale::negotiate(Some(header), En), english, "{header:?}, English by default");
    }
    assert_eq!(Locale::negotiate(None, De), De);
    assert_eq!(Locale::negotiate(None, En), En);
}

#[test]
fn only_the_first_kilobyte_is_read() {
    let filler = "fr, ".repeat(255);
    assert_eq!(Locale::negotiate(Some(&format!("{filler}en")), De), En);
    assert_eq!(Locale::negotiate(Some(&format!("{filler}fr, en")), De), De);

    // 1020 bytes of filler: "en-G" is what would be left of a range that was cut in two.
    assert_eq!(Locale::negotiate(Some(&format!("{filler}en-GB")), De), De);
    // No comma, and a character of three bytes where the cut is.
    assert_eq!(Locale::negotiate(Some(&"€".repeat(1000)), De), De);
}

#[test]
fn a_locale_is_read_and_written_as_its_tag() {
    assert_eq!("de".parse(), Ok(De));
    assert_eq!(serde_json::to_value(En).unwrap(), "en");
    for tag in ["DE", "fr", "", "de-AT"] {
        assert_eq!(tag.parse::<Locale>().unwrap_err().rule(), r#"must be "de" or "en""#);
    }
}

proptest! {
    #[test]
    fn no_header_is_a_surprise(header in "(\\PC|[dens*;q=0.1, -]){0,1200}") {
        let answers = Locale::ALL.map(|default| Locale::negotiate(Some(&header), default));
        // The default matters only where the header does not decide, and then it is the answer.
        prop_assert!(answers[0] == answers[1] || answers == Locale::ALL);
    }
}
