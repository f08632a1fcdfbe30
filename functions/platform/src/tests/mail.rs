use crate::mail::compose;

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
            compose(template, language, "https://app.example.org/", Some("t")).expect(template)
        });
        assert_ne!((german.subject, &german.text), (english.subject, &english.text));
        assert_eq!(german.link, english.link);
        count += 1;
    }
    assert!(count >= 8, "{count}");
}

#[test]
fn a_link_carries_its_token_behind_a_hash_and_is_not_sent_without() {
    let mail = compose("verify_email", "en", "https://app.example.org", Some("abc")).unwrap();

    assert_eq!(mail.link.unwrap(), "https://app.example.org/verify-email#token=abc");
    assert!(mail.text.contains("https://app.example.org/verify-email#token=abc\n"));
    assert_eq!(compose("verify_email", "en", "https://app.example.org", None), None);
    assert_eq!(compose("nothing", "en", "https://app.example.org", Some("abc")), None);
}
