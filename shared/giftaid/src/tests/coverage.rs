//! Which declaration covers which gift, until when, and every reason why not.

use types::{ContributionId, DeclarationId};

use super::day;
use crate::benefit;
use crate::declaration::{Channel, Cover, Declaration, Past, cancelled_from, covers_from};
use crate::eligibility::{Eligibility, Facts, Gift, MoneyState, Reason, covering, eligibility};
use crate::limits::{Entity, YearEnd, last_claim_day, last_record_day, last_small_donations_day};
use crate::tax::TaxYear;

fn enduring(given_on: &str, past: Past) -> Declaration {
    Declaration {
        id: DeclarationId::new(),
        single: None,
        given_on: day(given_on),
        covers_from: covers_from(day(given_on), past),
        covers_to: None,
        cancelled_from: None,
    }
}

fn single(gift: ContributionId, given_on: &str) -> Declaration {
    Declaration { single: Some(gift), ..enduring(given_on, Past::None) }
}

fn cancelled(from: &str, declaration: Declaration) -> Declaration {
    Declaration { cancelled_from: Some(day(from)), ..declaration }
}

#[test]
fn the_matrix_of_declarations_and_days() {
    use Cover::{Cancelled, Covered, Outside};
    let gift = ContributionId::new();
    let past = enduring("2026-04-06", Past::FourYears);
    let leap = enduring("2024-02-29", Past::FourYears);
    let now = enduring("2026-04-06", Past::None);
    let once = single(gift, "2026-04-06");
    let other = single(ContributionId::new(), "2026-04-06");
    let bounded = Declaration { covers_to: Some(day("2027-04-06")), ..now.clone() };
    let matrix = [
        (past.clone(), "2022-04-05", Outside),
        (past.clone(), "2022-04-06", Covered),
        (past.clone(), "2026-04-05", Covered),
        (past.clone(), "2026-04-06", Covered),
        (past.clone(), "2036-01-01", Covered),
        (leap.clone(), "2020-02-28", Outside),
        (leap.clone(), "2020-02-29", Covered),
        (leap, "2024-02-28", Covered),
        (now.clone(), "2026-04-05", Outside),
        (now.clone(), "2026-04-06", Covered),
        (now.clone(), "2026-04-07", Covered),
        (once.clone(), "2026-04-06", Covered),
        (once.clone(), "2026-04-05", Outside),
        (other, "2026-04-06", Outside),
        (bounded.clone(), "2027-04-05", Covered),
        (bounded, "2027-04-06", Outside),
        // Cancelled before, at and after the gift.
        (cancelled("2026-05-01", past.clone()), "2026-05-02", Cancelled),
        (cancelled("2026-05-01", past.clone()), "2026-05-01", Cancelled),
        (cancelled("2026-05-01", past.clone()), "2026-04-30", Covered),
        (cancelled("2026-05-01", past.clone()), "2022-04-05", Outside),
        (cancelled("2022-04-06", past), "2022-04-06", Cancelled),
        (cancelled("2026-04-06", once), "2026-04-06", Cancelled),
    ];

    for (number, (declaration, at, cover)) in matrix.into_iter().enumerate() {
        assert_eq!(declaration.cover(gift, day(at)), cover, "row {number}: {at}");
    }
}

#[test]
fn an_oral_declaration_is_taken_back_whole_within_30_days_of_its_record() {
    let declared = enduring("2026-04-06", Past::FourYears);
    let sent = Some(day("2026-04-10"));
    let cases = [
        (Channel::Oral, sent, "2026-05-10", "2022-04-06"),
        (Channel::Oral, sent, "2026-05-11", "2026-05-11"),
        (Channel::Oral, None, "2026-09-01", "2022-04-06"),
        (Channel::Written, sent, "2026-04-11", "2026-04-11"),
        (Channel::Digital, None, "2026-04-01", "2026-04-06"),
    ];

    for (channel, sent, told, from) in cases {
        assert_eq!(cancelled_from(&declared, channel, sent, day(told)), day(from), "{told}");
    }
}

#[test]
fn the_declaration_of_the_gift_itself_comes_first_then_the_newest() {
    let gift = ContributionId::new();
    let (old, new) = (enduring("2025-01-01", Past::None), enduring("2026-01-01", Past::FourYears));
    let own = single(gift, "2025-06-01");
    let at = day("2026-02-01");

    let all = [old.clone(), own.clone(), new.clone()];
    assert_eq!(covering(&all, gift, at).unwrap().id, own.id);
    assert_eq!(covering(&[new.clone(), old], gift, at).unwrap().id, new.id);
    assert_eq!(covering(&[], gift, at), Err(Reason::NoDeclaration));
    let gone = cancelled("2026-01-15", new);
    assert_eq!(covering(std::slice::from_ref(&gone), gift, at), Err(Reason::DeclarationCancelled));
    assert_eq!(covering(&[gone], gift, day("2021-01-01")), Err(Reason::OutsideCover));
}

#[test]
fn the_last_day_to_claim_and_the_day_after() {
    let cases = [
        // A trust counts tax years.
        (Entity::Trust, "03-31", "2022-04-05", "2026-04-05"),
        (Entity::Trust, "03-31", "2022-04-06", "2027-04-05"),
        // Others count their accounting periods.
        (Entity::Company, "03-31", "2022-03-31", "2026-03-31"),
        (Entity::Company, "03-31", "2022-04-01", "2027-03-31"),
        (Entity::Cio, "12-31", "2022-01-01", "2026-12-31"),
        (Entity::Casc, "09-30", "2022-10-01", "2027-09-30"),
        // The end of February is its last day, in leap years too.
        (Entity::Company, "02-29", "2023-02-28", "2027-02-28"),
        (Entity::Company, "02-29", "2024-02-29", "2028-02-29"),
        (Entity::Company, "02-29", "2023-03-01", "2028-02-29"),
    ];

    for (entity, year_end, given, last) in cases {
        let year_end: YearEnd = year_end.parse().unwrap();
        assert_eq!(last_claim_day(entity, year_end, day(given)), day(last), "{given}");
        let gift = Gift { given_on: day(given), ..gift() };
        let at = |today| eligibility(&gift, &covering_all(), entity, year_end, today);
        assert!(matches!(at(day(last)), Eligibility::Eligible(_)), "{given}");
        let after = day(last).tomorrow().unwrap();
        assert_eq!(at(after), Eligibility::Never(Reason::OutOfTime), "{given}");
    }
    assert_eq!(last_small_donations_day(TaxYear::starting(2024)), day("2027-04-05"));
    let year_end = "03-31".parse().unwrap();
    assert_eq!(last_record_day(Entity::Cio, year_end, day("2026-04-01")), day("2033-03-31"));
    assert!("13-01".parse::<YearEnd>().is_err() && "02-30".parse::<YearEnd>().is_err());
}

fn gift() -> Gift {
    Gift {
        id: ContributionId::new(),
        given_on: day("2026-05-01"),
        amount_minor: 10_000,
        refunded_minor: 0,
        benefit_minor: 0,
        other_benefits_minor: 0,
        money: MoneyState::Settled,
        facts: Facts {
            individual: true,
            own_money: true,
            in_pounds: true,
            identity: true,
            claimed: false,
            small_donation: false,
            recognised: true,
        },
    }
}

/// Covers every day.
fn covering_all() -> [Declaration; 1] {
    [Declaration { covers_from: day("2000-01-01"), ..enduring("2026-04-06", Past::FourYears) }]
}

#[test]
fn every_reason_is_given_for_what_it_is_about() {
    use Eligibility::{Never, NotYet};
    use Reason::*;
    let with = |change: &dyn Fn(&mut Gift)| {
        let mut changed = gift();
        change(&mut changed);
        changed
    };
    let cases = [
        (with(&|g| g.facts.individual = false), Never(NotIndividual)),
        (with(&|g| g.facts.own_money = false), Never(NotOwnMoney)),
        (with(&|g| g.facts.claimed = true), Never(AlreadyClaimed)),
        (with(&|g| g.facts.small_donation = true), Never(InGasds)),
        (with(&|g| g.refunded_minor = 10_000), Never(Refunded)),
        (with(&|g| g.money = MoneyState::Gone), Never(Refunded)),
        (with(&|g| g.facts.in_pounds = false), Never(NotGbpSettled)),
        (with(&|g| g.benefit_minor = 10_000), Never(Purchase)),
        (with(&|g| g.benefit_minor = 2_501), Never(BenefitTooHigh)),
        (with(&|g| g.given_on = day("2010-05-01")), Never(OutOfTime)),
        (with(&|g| g.money = MoneyState::Pending), NotYet(NotSettled)),
        (with(&|g| g.money = MoneyState::Disputed), NotYet(InDisputeWindow)),
        (with(&|g| g.facts.recognised = false), NotYet(CharityNotRecognised)),
        (with(&|g| g.facts.identity = false), NotYet(IdentityIncomplete)),
    ];
    let (year_end, today) = ("03-31".parse().unwrap(), day("2026-11-22"));
    let declared = covering_all();
    let ask = |gift: &Gift, declared: &[Declaration]| {
        eligibility(gift, declared, Entity::Company, year_end, today)
    };

    let mut seen = vec![];
    for (gift, expected) in cases {
        assert_eq!(ask(&gift, &declared), expected);
        seen.push(match expected {
            Never(reason) | NotYet(reason) => reason,
            Eligibility::Eligible(_) => unreachable!("all are refused"),
        });
    }
    assert_eq!(ask(&gift(), &[]), NotYet(NoDeclaration));
    let future = enduring("2026-05-02", Past::None);
    assert_eq!(ask(&gift(), &[future]), NotYet(OutsideCover));
    let gone = cancelled("2026-05-01", enduring("2026-04-06", Past::None));
    assert_eq!(ask(&gift(), &[gone]), NotYet(DeclarationCancelled));
    assert_eq!(ask(&gift(), &declared), Eligibility::Eligible(declared[0].id));
    seen.extend([NoDeclaration, OutsideCover, DeclarationCancelled]);
    assert!(Reason::ALL.iter().all(|reason| seen.contains(reason)));
}

#[test]
fn benefits_are_small_up_to_their_limits() {
    // A quarter of the first 100 pounds, a twentieth of the rest, 2,500 pounds in a year.
    let cases = [
        (10_000, 2_500, 0, true),
        (10_000, 2_501, 0, false),
        (100, 25, 0, true),
        (100, 26, 0, false),
        (20_000, 3_000, 0, true),
        (20_000, 3_001, 0, false),
        (4_960_000, 250_000, 0, true),
        (4_960_000, 250_001, 0, false),
        (9_000_000, 250_001, 0, false),
        (10_000, 2_500, 247_500, true),
        (10_000, 2_500, 247_501, false),
        (10_000, 0, 900_000, true),
    ];
    for (gift, benefit, earlier, small) in cases {
        assert_eq!(benefit::is_small(gift, benefit, earlier), small, "{gift} {benefit} {earlier}");
    }
    assert!(benefit::is_purchase(500, 500) && !benefit::is_purchase(500, 499));
    assert!(!benefit::is_purchase(500, 0));
}
