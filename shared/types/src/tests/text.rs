use super::{read, read_str};
use crate::*;

fn rule<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    read_str::<T>(text).unwrap_err()
}

#[test]
fn a_line_is_trimmed_and_counted_in_characters() {
    assert_eq!(read_str::<Line<5>>("  äöü ß\n").unwrap().as_str(), "äöü ß");
    assert_eq!("€".repeat(200).parse::<Line<200>>().unwrap().as_str().len(), 600);
    assert_eq!(rule::<Line<200>>(&"€".repeat(201)), "must be at most 200 characters");
    assert_eq!(rule::<Line<5>>("123456"), "must be at most 5 characters");
}

#[test]
fn a_line_is_not_empty_and_has_no_breaks() {
    for blank in ["", "   ", "\n\t", "\u{a0}\u{2003}"] {
        assert_eq!(rule::<Line<5>>(blank), "must not be empty", "{blank:?}");
    }
    for (c, code) in [
        ('\0', "0000"),
        ('\n', "000A"),
        ('\t', "0009"),
        ('\u{7f}', "007F"),
        ('\u{85}', "0085"),
        ('\u{2028}', "2028"),
    ] {
        let refused = rule::<Line<5>>(&format!("a{c}b"));
        assert_eq!(
            refused,
            format!("must be one line without control characters (found U+{code})")
        );
    }
    assert!(read::<Line<5>>("1").unwrap_err().contains("expected a string"));
    assert!(read::<Line<5>>("null").unwrap_err().contains("expected a string"));
}

#[test]
fn text_keeps_its_lines_and_refuses_control_characters() {
    assert_eq!(read_str::<Text<6>>(" a\n\tb ").unwrap().as_str(), " a\n\tb ");
    assert_eq!(rule::<Text<6>>("1234567"), "must be at most 6 characters");
    assert_eq!(rule::<Text<6>>(" \n "), "must not be empty");
    assert_eq!(rule::<Text<6>>(""), "must not be empty");
    for c in ['\0', '\r', '\u{b}', '\u{9f}'] {
        assert!(
            rule::<Text<6>>(&format!("a{c}b")).starts_with("must not contain control"),
            "{c:?}"
        );
    }
}

#[test]
fn a_slug_is_words_joined_by_hyphens() {
    for slug in ["a", "0", "clean-water-2", &"a".repeat(80)] {
        assert_eq!(read_str::<Slug>(slug).unwrap().as_str(), slug);
    }
    for slug in ["-", "-a", "a-", "a--b", "A", "a_b", "a b", "ä", "a\n", "a\0", "a/b", ".."] {
        assert!(rule::<Slug>(slug).starts_with("must be lower-case letters"), "{slug:?}");
    }
    assert_eq!(rule::<Slug>(""), "must not be empty");
    assert_eq!(rule::<Slug>(&"a".repeat(81)), "must be at most 80 characters");
}

#[test]
fn an_address_is_kept_with_its_domain_in_lower_case() {
    let cases = [
        ("Ada@Example.ORG", "Ada@example.org"),
        ("a.b+c@x-1.co.uk", "a.b+c@x-1.co.uk"),
        ("o'neil@xn--mnchen-3ya.de", "o'neil@xn--mnchen-3ya.de"),
        ("!#$%&'*+-/=?^_`{|}~@1.example", "!#$%&'*+-/=?^_`{|}~@1.example"),
    ];
    for (given, kept) in cases {
        assert_eq!(read_str::<Email>(given).unwrap().as_str(), kept);
    }
}

#[test]
fn an_address_of_the_largest_parts_is_taken_and_one_more_is_not() {
    let local = "l".repeat(64);
    let label = "d".repeat(63);
    let longest = format!("{local}@{label}.{label}.{}", "d".repeat(61));

    assert_eq!(longest.len(), 254);
    assert!(longest.parse::<Email>().is_ok());
    assert_eq!(rule::<Email>(&format!("{longest}d")), "must be at most 254 characters");
    assert_eq!(
        rule::<Email>(&format!("{local}l@example.org")),
        "must have at most 64 characters before the @"
    );
    let domain = "must have a domain such as example.org after the @";
    assert_eq!(rule::<Email>(&format!("a@{label}d.org")), domain);
}

#[test]
fn what_is_no_address_is_refused_for_a_reason() {
    let one_at = "must be an e-mail address with one @, such as ada@example.org";
    let domain = "must have a domain such as example.org after the @";
    let local =
        "must have only letters a-z, digits, single dots and !#$%&'*+-/=?^_`{|}~ before the @";
    let cases = [
        ("", one_at),
        ("ada", one_at),
        ("a@b@example.org", one_at),
        ("@example.org", local),
        ("a..b@example.org", local),
        (".a@example.org", local),
        ("a.@example.org", local),
        ("a b@example.org", local),
        (" a@example.org", local),
        ("\"a\"@example.org", local),
        ("ä@example.org", local),
        ("a\0@example.org", local),
        ("a\r\nBcc: x@example.org", local),
        ("a@", domain),
        ("a@example", domain),
        ("a@.org", domain),
        ("a@example.", domain),
        ("a@example..org", domain),
        ("a@-x.org", domain),
        ("a@x-.org", domain),
        ("a@x_y.org", domain),
        ("a@münchen.de", domain),
        ("a@example.org\n", domain),
        ("a@192.0.2.1", domain),
        ("a@[192.0.2.1]", domain),
    ];
    for (text, why) in cases {
        assert_eq!(rule::<Email>(text), why, "{text:?}");
    }
}
