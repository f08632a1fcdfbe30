use crate::mail::{Link, compose};

const LINK: Option<Link<'_>> = Some(Link { token: "abc", minutes: 60 });

#[test]
fn every_template_that_the_database_asks_for_has_words_in_both_languages() {
    let schema = concat!(
        include_str!("../../../../schema/platform/56_sign_in.sql"),
        include_str!("../../../../schema/platform/57_second_factor.sql"),
        include_str!("../../../../schema/platform/59_accounts.sql"),
        include_str!("../../../../schema/platform/59_invite.sql"),
    );
    let asked = schema.split("request_mail('").skip(1).filter_map(|rest| rest.split('\'').next());
    let mut count = 0;
    for template in asked {
        let [german, english] = ["de", "en"].map(|language| {
            compose(template, language, "https://app.example.org/", LINK).expect(template)
        });
        assert_ne!((german.subject, &german.text), (english.subject, &english.text));
        assert_eq!(german.link, english.link);
        count += 1;
    }
    assert!(count >= 8, "{count}");
}

#[test]
fn a_link_carries_its_token_behind_a_hash_and_is_not_sent_without() {
    let mail = compose("verify_email", "en", "https://app.example.org", LINK).unwrap();

    assert_eq!(mail.link.unwrap(), "https://app.example.org/verify-email#token=abc");
    assert!(mail.text.contains("https://app.example.org/verify-email#token=abc\n"));
    assert_eq!(compose("verify_email", "en", "https://app.example.org", None), None);
    assert_eq!(compose("nothing", "en", "https://app.example.org", LINK), None);
}

#[test]
fn a_mail_says_how_long_its_link_is_good() {
    let after = |language: &str, minutes: i32| {
        let link = Some(Link { token: "abc", minutes });
        compose("reset_password", language, "https://app.example.org", link).unwrap().text
    };

    for (language, minutes, said) in [
        ("en", 60, "good for 1 hour."),
        ("en", 90, "good for 90 minutes."),
        ("en", 1440, "good for 24 hours."),
        ("en", 10_080, "good for 7 days."),
        ("de", 60, "gilt 1 Stunde."),
        ("de", 2880, "gilt 2 Tage."),
        ("de", 5, "gilt 5 Minuten."),
    ] {
        assert!(after(language, minutes).contains(said), "{said}: {}", after(language, minutes));
    }
}
