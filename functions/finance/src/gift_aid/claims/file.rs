//! A claim as the tax office reads it, made of its frozen lines.
use giftaid::{
    fields::{self, Donor},
    r68::{self, PersonName, Place, Regulator, RegulatorName, Signatory, Submission},
    schedule::{Giver, Row, Schedule},
};

use crate::sql::claims::{Claim, Claimant, SentLine};

/// The lines, numbered as they are sent: a line that was dropped leaves no gap.
pub fn rows(lines: &[SentLine]) -> Vec<Row> {
    (1..).zip(lines).map(|(item, line)| row(item, line)).collect()
}

fn row(item: u32, line: &SentLine) -> Row {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let giver = match &line.aggregated {
        Some(description) => Giver::Aggregate(description.clone()),
        None => Giver::Donor(Donor {
            title: line.title.clone(),
            first_name: text(&line.first_name),
            last_name: text(&line.last_name),
            house: text(&line.house),
            postcode: line.postcode.clone().filter(|postcode| postcode != "X"),
        }),
    };
    let (sponsored, given_on) = (line.sponsored, line.donated_on);
    Row { item, giver, sponsored, given_on, amount_minor: line.amount_minor }
}

/// The schedule for Charities Online; none: the claim has no lines.
pub fn schedule(claim: &Claim, lines: &[SentLine]) -> Option<Schedule> {
    let earliest = lines.iter().map(|line| line.donated_on).min()?;
    Some(Schedule { earliest, overclaimed_minor: claim.adjustment_minor, rows: rows(lines) })
}

/// The XML claim; none: the official who claims is not known, or the claim has no lines.
pub fn submission(claim: &Claim, claimant: &Claimant, lines: &[SentLine]) -> Option<Submission> {
    let official = PersonName {
        title: claimant.official_title.clone(),
        first_name: claimant.official_first_name.clone()?,
        last_name: claimant.official_last_name.clone()?,
    };
    let signatory = Signatory::Official {
        name: Some(official),
        trustee: None,
        claim_no: Some(claim.reference.chars().take(20).collect()),
        place: claimant.official_postcode.clone().map_or(Place::Overseas, Place::Postcode),
        phone: claimant.official_phone.clone()?,
    };
    let repayment = r68::Repayment {
        gifts: rows(lines),
        earliest: Some(lines.iter().map(|line| line.donated_on).min()?),
        other_income: Vec::new(),
        adjustment_minor: claim.adjustment_minor,
    };
    Some(Submission {
        period_end: lines.iter().map(|line| line.donated_on).max()?,
        signatory,
        claim: r68::Claim {
            org_name: claimant.org_name.clone(),
            hmrc_ref: claimant.hmrc_ref.clone(),
            regulator: regulator(claimant),
            repayment: Some(repayment),
            small_donations: None,
            other_info: claim.other_info.clone(),
        },
    })
}

fn regulator(claimant: &Claimant) -> Option<Regulator> {
    let name = match claimant.regulator.as_deref()? {
        "ccew" => RegulatorName::Ccew,
        "ccni" => RegulatorName::Ccni,
        "oscr" => RegulatorName::Oscr,
        "none" => RegulatorName::None,
        _ => RegulatorName::Other("Other".to_owned()),
    };
    Some(Regulator { name, number: claimant.regulator_no.clone() })
}

/// A postcode as a line keeps it.
pub fn postcode(donor: &Donor) -> String {
    donor.postcode.clone().unwrap_or_else(|| "X".to_owned())
}

/// The rules that a line breaks, as words.
pub fn faults(donor: &Donor) -> Vec<(&'static str, fields::Rule)> {
    donor.faults(1).into_iter().map(|fault| (fault.field, fault.rule)).collect()
}
