//! A claim as the tax office reads it, made of its frozen lines.
use giftaid::{
    fields::{self, Donor},
    r68::{
        self, Building, PersonName, Place, Regulator, RegulatorName, Signatory, SmallDonations,
        Submission, YearAmount,
    },
    schedule::{Giver, Row, Schedule},
};

use crate::sql::{
    claims::{Claim, Claimant, SentLine},
    small_donations::SentSmall,
};

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
pub fn submission(
    claim: &Claim,
    claimant: &Claimant,
    lines: &[SentLine],
    small: &[SentSmall],
) -> Option<Submission> {
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
            small_donations: small_donations(small),
            other_info: claim.other_info.clone(),
        },
    })
}

/// Small donations by year and building, as the rows are sorted; none: the claim has none.
fn small_donations(rows: &[SentSmall]) -> Option<SmallDonations> {
    if rows.is_empty() {
        return None;
    }
    let mut all = SmallDonations::default();
    for row in rows {
        // The form asks for the calendar year in which the tax year ends.
        let ends = i16::try_from(row.tax_year + 1).unwrap_or(i16::MAX);
        let year = YearAmount { ends, amount_minor: row.amount_minor };
        let (Some(name), Some(address), Some(postcode)) =
            (&row.building, &row.address, &row.postcode)
        else {
            all.years.push(year);
            continue;
        };
        let known = |it: &&mut Building| it.name == *name && it.postcode == *postcode;
        match all.buildings.iter_mut().find(known) {
            Some(building) => building.years.push(year),
            None => all.buildings.push(Building {
                name: name.clone(),
                address: address.clone(),
                postcode: postcode.clone(),
                years: vec![year],
            }),
        }
    }
    Some(all)
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
