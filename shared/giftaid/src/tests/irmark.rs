//! The samples that the tax office tests its own software with (hmrc/charities-claims, test/resources), as plain values.

use super::{day, line};
use crate::r68::*;
use crate::schedule::{Giver, Row};

const JOHN: [&str; 5] = ["Mr", "John", "Smith", "100 Champs Elysees, Paris", ""];
const ARTUR: [&str; 5] = ["Mr", "Artur", "Opala", "4 Albany Close", ""];

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn trustee(name: &str, claim_no: Option<&str>, postcode: Option<&str>, phone: &str) -> Signatory {
    Signatory::Official {
        name: None,
        trustee: text(name),
        claim_no: claim_no.map(str::to_owned),
        place: postcode.map_or(Place::Overseas, |p| Place::Postcode(p.to_owned())),
        phone: phone.to_owned(),
    }
}

fn banana(payee: Payee) -> Signatory {
    Signatory::Agent {
        org_name: "MR B BANANA".to_owned(),
        ref_no: "95100000001295".to_owned(),
        claim_no: text("FOO123"),
        payee,
        place: Place::Postcode("AB12 3YZ".to_owned()),
        phone: "07355593397".to_owned(),
    }
}

fn ccew(number: &str) -> Option<Regulator> {
    Some(Regulator { name: RegulatorName::Ccew, number: text(number) })
}

fn unregulated() -> Option<Regulator> {
    Some(Regulator { name: RegulatorName::None, number: None })
}

fn income(payer: &str, paid_on: &str, gross_minor: i64, tax_minor: i64) -> OtherIncome {
    OtherIncome { payer: payer.to_owned(), paid_on: day(paid_on), gross_minor, tax_minor }
}

fn repayment(gifts: Vec<Row>, earliest: &str) -> Repayment {
    Repayment { gifts, earliest: Some(day(earliest)), ..Repayment::default() }
}

fn sample(signatory: Signatory, regulator: Option<Regulator>, repayment: Repayment) -> Submission {
    let claim = Claim {
        org_name: "CHARITY TC088".to_owned(),
        hmrc_ref: "XR4010".to_owned(),
        regulator,
        repayment: Some(repayment),
        small_donations: None,
        other_info: None,
    };
    Submission { period_end: day("2012-01-01"), signatory, claim }
}

fn explained(mut submission: Submission, info: &str) -> Submission {
    submission.claim.other_info = text(info);
    submission
}

fn first() -> Submission {
    let signatory = trustee("Joe Bloggs", None, Some("AB12 3YZ"), "07777777777");
    let gifts = vec![line(1, JOHN, "2025-01-02", 250)];
    explained(sample(signatory, ccew("1234"), repayment(gifts, "2025-01-01")), "def")
}

/// The lines, other income and adjustment that samples 2 and 3 share.
fn of_many_kinds() -> Repayment {
    let one_off = Row {
        giver: Giver::Aggregate("One off Gift Aid donations".to_owned()),
        ..line(3, JOHN, "2025-03-31", 880)
    };
    let miss = ["Miss", "B", "Chaudry", "21", "L43 4FB"];
    let gifts = vec![
        line(1, ["Prof", "Henry", "House Martin", "152A", "M99 2QD"], "2025-03-24", 240),
        line(2, JOHN, "2025-06-24", 250),
        one_off,
        Row { sponsored: true, ..line(4, miss, "2025-04-26", 4_000) },
    ];
    Repayment {
        other_income: vec![
            income("Joe Bloggs", "2025-01-01", 10_000, 2_000),
            income("Imogen Smith", "2025-02-02", 15_766, 3_153),
            income("Paul Robinson", "2025-03-03", 4_522_278, 904_456),
        ],
        adjustment_minor: 12_345,
        ..repayment(gifts, "2025-01-01")
    }
}

fn second() -> Submission {
    let signatory = trustee("Test Corp", Some("CHR-DS-029"), Some("AB12 3YZ"), "07777777777");
    let year = |ends, amount_minor| YearAmount { ends, amount_minor };
    let building = |name: &str, address: &str, postcode: &str, years: &[YearAmount]| Building {
        name: name.to_owned(),
        address: address.to_owned(),
        postcode: postcode.to_owned(),
        years: years.to_vec(),
    };
    let names = ["One", "Two", "Three", "Four", "Five"].iter().zip(95_442..);
    let connected = names.map(|(name, no)| (format!("Charity {name}"), format!("X{no}"))).collect();
    let vault = [year(2023, 150_000), year(2024, 250_000), year(2025, 200_000)];
    let mut submission = sample(signatory, ccew("1137948"), of_many_kinds());
    submission.claim.small_donations = Some(SmallDonations {
        connected,
        years: vec![year(2024, 6_709), year(2023, 46_034)],
        buildings: vec![
            building("YMCA", "123 New Street", "AB12 3CD", &[year(2024, 125_721)]),
            building("The Vault", "22 Liberty Place", "L20 3UD", &vault),
            building("Bootle Village Hall", "11A Grange Road", "L20 1KL", &[year(2023, 175_000)]),
        ],
        adjustment_minor: 5_689,
    });
    explained(submission, "This is my other info about my adjustments")
}

fn third() -> Submission {
    let alice = PersonName {
        title: text("Dr"),
        first_name: "Alice".to_owned(),
        last_name: "Howard".to_owned(),
    };
    let signatory = Signatory::Official {
        name: Some(alice),
        trustee: None,
        claim_no: text("CHR-DS-029"),
        place: Place::Overseas,
        phone: "01234 567890".to_owned(),
    };
    explained(sample(signatory, unregulated(), of_many_kinds()), "No adjustments")
}

fn fifth() -> Submission {
    let signatory = trustee("Jo Jo", Some("123456789"), None, "441785601885");
    let repaid = Repayment {
        other_income: vec![income("Artur Opala", "2025-12-28", 12_800, 500)],
        ..repayment(vec![line(1, ARTUR, "2025-12-28", 1_000)], "2025-12-28")
    };
    let mut submission = sample(signatory, None, repaid);
    submission.claim.org_name = "Organisation Name TC10".to_owned();
    submission.claim.hmrc_ref = "CH00038".to_owned();
    submission
}

fn sixth() -> Submission {
    let signatory = trustee("Mr Test User", None, Some("AB12 3YZ"), "01234567890");
    let dev = ["Mr", "DEV", "Test", "100 Champs Elysees, Paris", "SK8 1BX"];
    let gifts = vec![line(1, dev, "2021-06-01", 5_000)];
    explained(sample(signatory, unregulated(), repayment(gifts, "2021-06-01")), "test test")
}

fn seventh() -> Submission {
    let repaid = Repayment {
        other_income: vec![income("Artur Opala", "2025-12-28", 12_800, 500)],
        ..repayment(vec![line(1, ARTUR, "2025-12-28", 1_000)], "2025-12-28")
    };
    sample(banana(Payee::Charity), ccew("4035826"), repaid)
}

fn eighth() -> Submission {
    let fionna = ["Mrs", "Fionna", "Fame", "86 St Martin", "BN14 7BU"];
    let fionna = Row { amount_minor: 22_187, ..line(2, fionna, "2025-10-12", 0) };
    let repaid = Repayment {
        other_income: vec![
            income("Artur Opala", "2025-12-28", 12_800, 500),
            income("Robert Mighty", "2025-01-01", 197_500, 5_790),
        ],
        ..repayment(vec![line(1, ARTUR, "2025-12-28", 1_000), fionna], "2025-10-12")
    };
    sample(banana(Payee::Agent), ccew("4035826"), repaid)
}

#[test]
fn the_marks_of_seven_samples_of_the_tax_office_follow_from_their_plain_values() {
    let samples = [
        (first(), "oCHbGp+XAIi/AYdxWxLNLMmbEno="),
        (second(), "HgZyqg72ReQKRBo4sTvTn5HZD5w="),
        (third(), "zU5YSp/yiJMhQUQ0BHF8Qnsw5jo="),
        (fifth(), "Hfg3qV3R1E9JZeb1Rp1Js9WUgHM="),
        (sixth(), "vCNb6l2nxXfOL9vMrD+o+sl05aU="),
        (seventh(), "lC+fMqqQqrJFxj/PIKISaA1AgLU="),
        (eighth(), "31Vg3btCpUkR5btj0EoSUCQta7s="),
    ];

    let marks: Vec<String> = samples.iter().map(|(sent, _)| sent.irmark().base64()).collect();

    assert_eq!(marks, samples.map(|(_, mark)| mark.to_owned()));
}

#[test]
fn a_receipt_shows_the_mark_in_base_32() {
    assert_eq!(first().irmark().base32(), "UAQ5WGU7S4AIRPYBQ5YVWEWNFTEZWET2");
}

#[test]
fn the_mark_covers_every_letter_and_not_itself() {
    let mark = first().irmark();
    let mut other = first();
    other.claim.org_name.push('.');

    assert_ne!(other.irmark(), mark);
    let with = first().body(Some(&mark));
    let element = format!("<IRmark Type=\"generic\">{}</IRmark>", mark.base64());
    assert_eq!(with.replace(&element, ""), first().body(None));
}

#[test]
fn characters_that_xml_means_something_by_are_escaped_canonically() {
    let mut odd = first();
    odd.claim.org_name = "A & B < C > \"D\" 'E'".to_owned();

    let body = odd.body(None);

    assert!(body.contains("<OrgName>A &amp; B &lt; C &gt; \"D\" 'E'</OrgName>"), "{body}");
}
