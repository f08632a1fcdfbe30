use super::{day, line};
use crate::r68::*;
use crate::rules::{MAX_GIFTS, broken};
use crate::schedule::{Giver, Row};

const TODAY: &str = "2026-11-22";
const ADA: [&str; 5] = ["Mrs", "Ada", "Lovelace", "12", "SW1A 1AA"];

fn good() -> Submission {
    let repayment = Repayment {
        gifts: vec![line(1, ADA, "2026-05-01", 25)],
        earliest: Some(day("2026-05-01")),
        ..Repayment::default()
    };
    Submission {
        period_end: day("2026-05-01"),
        signatory: Signatory::Official {
            name: None,
            trustee: Some("Trustees Ltd".to_owned()),
            claim_no: None,
            place: Place::Overseas,
            phone: "020 7946 0000".to_owned(),
        },
        claim: Claim {
            org_name: "Aruuri".to_owned(),
            hmrc_ref: "XR4010".to_owned(),
            regulator: Some(Regulator { name: RegulatorName::Ccew, number: None }),
            repayment: Some(repayment),
            small_donations: None,
            other_info: None,
        },
    }
}

fn numbers(change: impl FnOnce(&mut Submission)) -> Vec<u16> {
    let mut changed = good();
    change(&mut changed);
    broken(&changed, day(TODAY)).into_iter().map(|rule| rule.number).collect()
}

fn repayment(submission: &mut Submission) -> &mut Repayment {
    submission.claim.repayment.as_mut().unwrap()
}

fn small(submission: &mut Submission) -> &mut SmallDonations {
    submission.claim.small_donations.get_or_insert_with(SmallDonations::default)
}

fn year(ends: i16) -> YearAmount {
    YearAmount { ends, amount_minor: 100 }
}

fn hall() -> Building {
    Building {
        name: "Village Hall".to_owned(),
        address: "11A Grange Road".to_owned(),
        postcode: "L20 1KL".to_owned(),
        years: vec![year(2026)],
    }
}

#[test]
fn a_right_claim_breaks_no_rule() {
    assert_eq!(broken(&good(), day(TODAY)), []);
}

#[test]
fn each_rule_of_the_tax_office_is_found_under_its_number() {
    let pooled = |pounds| Row {
        giver: Giver::Aggregate("Collection".to_owned()),
        ..line(1, ADA, "2026-05-01", pounds)
    };

    let nothing = numbers(|s| s.claim.repayment = None);
    let unregulated = numbers(|s| s.claim.regulator = None);
    let by_reference = numbers(|s| s.claim.hmrc_ref = "CH1234".to_owned());
    let undated = numbers(|s| repayment(s).earliest = None);
    let many = numbers(|s| repayment(s).gifts = vec![line(1, ADA, "2026-05-01", 1); MAX_GIFTS + 1]);
    let large = numbers(|s| repayment(s).gifts = vec![pooled(1_001)]);
    let most = numbers(|s| repayment(s).gifts = vec![pooled(1_000)]);
    let sponsored = numbers(|s| repayment(s).gifts = vec![Row { sponsored: true, ..pooled(1) }]);
    let tomorrow = numbers(|s| repayment(s).gifts[0].given_on = day("2026-11-23"));
    let earliest = numbers(|s| repayment(s).earliest = Some(day("2026-11-23")));
    let next = numbers(|s| small(s).years = vec![year(2028)]);
    let current = numbers(|s| small(s).years = vec![year(2027), year(2026), year(2025)]);
    let long_ago = numbers(|s| small(s).years = vec![year(2023)]);
    let twice = numbers(|s| small(s).years = vec![year(2026), year(2026)]);
    let adjusted = numbers(|s| repayment(s).adjustment_minor = 1);
    let given_back = numbers(|s| small(s).adjustment_minor = 1);
    let club = numbers(|s| {
        s.claim.hmrc_ref = "CF1234".to_owned();
        s.claim.regulator = None;
        small(s).buildings = vec![hall()];
    });
    let nameless = numbers(|s| {
        let Signatory::Official { trustee, .. } = &mut s.signatory else { unreachable!() };
        *trustee = None;
    });

    assert_eq!(nothing, [7028]);
    assert_eq!((unregulated, by_reference), (vec![7029], vec![7033]));
    assert_eq!((undated, many), (vec![7034], vec![7036]));
    assert_eq!((large, most, sponsored), (vec![7038], vec![], vec![7039]));
    assert_eq!((tomorrow, earliest), (vec![7040], vec![7040]));
    assert_eq!((next, current), (vec![7049], vec![]));
    assert_eq!((long_ago, twice), (vec![7050], vec![7051]));
    assert_eq!((adjusted, club, given_back), (vec![7059], vec![7060], vec![7061]));
    assert_eq!(nameless, [7026]);
}

#[test]
fn an_adjustment_is_explained_in_at_most_350_characters() {
    let with = |info: String| {
        numbers(|s| {
            repayment(s).adjustment_minor = 100;
            s.claim.other_info = Some(info);
        })
    };

    assert!(with("x".repeat(350)).is_empty());
    assert_eq!(with("x".repeat(351)), [4065]);
    assert_eq!(with(String::new()), [4065]);
}

#[test]
fn what_only_the_schema_says_is_found_with_its_place() {
    let mut wrong = good();
    wrong.claim.hmrc_ref = "xr4010".to_owned();
    repayment(&mut wrong).gifts[0] =
        line(1, ["Mrs", "", "Lovelace", "12", "SW1A1AA"], "2026-05-01", 0);

    let found: Vec<String> = broken(&wrong, day(TODAY)).into_iter().map(|rule| rule.path).collect();

    let gift = "Repayment/GAD[1]";
    let places = ["Donor/Fore", "Donor/Postcode", "Total"].map(|place| format!("{gift}/{place}"));
    assert_eq!(found[0], "Claim/HMRCref");
    assert_eq!(found[1..], places);
}
