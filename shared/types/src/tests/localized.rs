use serde_json::json;

use super::read;
use crate::*;

type Short = LocalizedText<5>;

#[test]
fn both_languages_are_kept_and_written_back() {
    let text: LocalizedText = read(r#"{"en": "Water", "de": "Wasser\n\tklar"}"#).unwrap();

    assert_eq!(
        serde_json::to_value(&text).unwrap(),
        json!({ "de": "Wasser\n\tklar", "en": "Water" })
    );
    assert_eq!(text.get(Locale::De), ("Wasser\n\tklar", Locale::De));
    assert_eq!(text.get(Locale::En), ("Water", Locale::En));
}

#[test]
fn a_blank_language_falls_back_to_the_other() {
    for blank in ["", " \n"] {
        let german = LocalizedText::<100>::new("Wasser", blank).unwrap();
        let english = LocalizedText::<100>::new(blank, "Water").unwrap();

        assert_eq!(german.get(Locale::En), ("Wasser", Locale::De));
        assert_eq!(english.get(Locale::De), ("Water", Locale::En));
        assert_eq!(german.exact(Locale::En), blank);
    }
}

#[test]
fn text_in_no_language_is_refused() {
    for (de, en) in [("", ""), (" ", "\n\t")] {
        let refused = read::<LocalizedText>(&json!({ "de": de, "en": en }).to_string());
        assert_eq!(refused.unwrap_err(), r#"must have text in at least one of "de" and "en""#);
    }
}

#[test]
fn the_limit_counts_characters_of_each_language() {
    assert!(Short::new("äöüß€", "12345").is_ok());
    for (de, en) in [("äöüß€x", ""), ("", "123456")] {
        let refused = read::<Short>(&json!({ "de": de, "en": en }).to_string());
        assert_eq!(refused.unwrap_err(), "must be at most 5 characters");
    }
}

#[test]
fn control_characters_are_refused_by_their_number() {
    for (c, code) in
        [('\0', "U+0000"), ('\r', "U+000D"), ('\u{1b}', "U+001B"), ('\u{85}', "U+0085")]
    {
        let refused = LocalizedText::<100>::new(format!("a{c}b"), "ok").unwrap_err();
        assert!(refused.rule().contains(code), "{refused}");
    }
    assert!(read::<LocalizedText>(r#"{"de": "a\u0000b", "en": ""}"#).is_err());
}

#[test]
fn anything_but_the_two_strings_is_refused() {
    let cases = [
        (r#"{"de": "a"}"#, "missing field `en`"),
        (r#"{"en": "a"}"#, "missing field `de`"),
        (r#"{"de": "a", "en": "b", "fr": "c"}"#, "unknown field `fr`"),
        (r#"{"de": "a", "de": "b", "en": ""}"#, "duplicate field `de`"),
        (r#"{"de": "a", "en": null}"#, "expected a string"),
        (r#"{"de": "a", "en": 1}"#, "expected a string"),
        (r#"["a", "b"]"#, r#"expected an object with the strings "de" and "en""#),
        (r#""a""#, r#"expected an object with the strings "de" and "en""#),
    ];
    for (json, why) in cases {
        let refused = read::<LocalizedText>(json).unwrap_err();
        assert!(refused.contains(why), "{json}: {refused}");
    }
}
