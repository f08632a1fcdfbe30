//! The rules that the tax office checks an XML claim by, beyond the fields of its lines.
//!
//! The numbers are the tax office's own; they stand in its answers too (`SchematronValidator`, hmrc/charities-claims, August
//! 2026). What only the schema says has the number of the schema's error, 4065.

use std::fmt;

use types::Date;

use crate::fields::{self, AGGREGATE_MINOR, Rule};
use crate::r68::{
    Claim, Regulator, RegulatorName, Repayment, Signatory, SmallDonations, Submission, YearAmount,
};
use crate::schedule::{Giver, Row};
use crate::tax::TaxYear;

/// Lines that a claim takes at most.
pub const MAX_GIFTS: usize = 500_000;
/// Lines of other income that it takes at most.
pub const MAX_OTHER_INCOME: usize = 2_000;
/// Characters that explain an adjustment at most.
pub const MAX_OTHER_INFO: usize = 350;

/// A rule that a claim breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The tax office's number of the rule.
    pub number: u16,
    /// Where, in the words of the schema.
    pub path: String,
    /// What is wrong, a sentence.
    pub about: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.number, self.path, self.about)
    }
}

/// What the schema alone says.
const SCHEMA: u16 = 4065;

struct Found(Vec<Broken>);

impl Found {
    fn check(&mut self, right: bool, number: u16, path: &str, about: &str) {
        if !right {
            let (path, about) = (path.to_owned(), about.to_owned());
            self.0.push(Broken { number, path, about });
        }
    }

    fn field(&mut self, path: &str, check: Result<(), Rule>) {
        if let Err(rule) = check {
            self.check(false, SCHEMA, path, &rule.to_string());
        }
    }
}

/// Every rule that a submission breaks; `today` is the day it is sent.
pub fn broken(submission: &Submission, today: Date) -> Vec<Broken> {
    let mut found = Found(Vec::new());
    let claim = &submission.claim;
    signatory(&mut found, &submission.signatory);
    found.field("Claim/OrgName", fields::org_name(&claim.org_name));
    found.field("Claim/HMRCref", fields::hmrc_ref(&claim.hmrc_ref));
    regulator(&mut found, claim);
    let something = claim.repayment.is_some() || claim.small_donations.is_some();
    found.check(something, 7028, "Claim", "needs gifts, other income or small donations");
    if let Some(repayment) = &claim.repayment {
        gifts(&mut found, repayment, today);
        let explained = repayment.adjustment_minor == 0 || claim.other_info.is_some();
        found.check(explained, 7059, "Claim/OtherInfo", "must explain the adjustment");
    }
    if let Some(small) = &claim.small_donations {
        small_donations(&mut found, small, &claim.hmrc_ref, today);
        let explained = small.adjustment_minor == 0 || claim.other_info.is_some();
        found.check(
            explained,
            7061,
            "Claim/OtherInfo",
            "must explain the adjustment of small donations",
        );
    }
    if let Some(info) = &claim.other_info {
        let length = info.chars().count();
        found.check(
            (1..=MAX_OTHER_INFO).contains(&length),
            SCHEMA,
            "Claim/OtherInfo",
            "must have 1 to 350 characters",
        );
    }
    found.0
}

fn signatory(found: &mut Found, signatory: &Signatory) {
    match signatory {
        Signatory::Agency { agent_no, claim_no } => {
            let digits = agent_no.len() == 14 && agent_no.bytes().all(|b| b.is_ascii_digit());
            found.check(digits, SCHEMA, "CollAgent/AgentNo", "must be 14 digits");
            found.check(
                claim_no.len() <= 20,
                SCHEMA,
                "CollAgent/ClaimNo",
                "must be at most 20 characters",
            );
        }
        Signatory::Official { name, trustee, phone, .. } => {
            let named = name.is_some() || trustee.is_some();
            found.check(named, 7026, "AuthOfficial", "needs a name or a corporate trustee");
            if let Some(trustee) = trustee {
                found.field("AuthOfficial/Trustee", fields::org_name(trustee));
            }
            found.field("AuthOfficial/Phone", fields::phone(phone));
        }
        Signatory::Agent { org_name, ref_no, phone, .. } => {
            found.field("AgtOrNom/OrgName", fields::org_name(org_name));
            found.check(
                ref_no.len() <= 14,
                SCHEMA,
                "AgtOrNom/RefNo",
                "must be at most 14 characters",
            );
            found.field("AgtOrNom/Phone", fields::phone(phone));
        }
    }
}

/// A reference that begins with CH or CF needs no regulator, and takes none (rules 7029 and 7033).
fn is_regulated_by_ref(hmrc_ref: &str) -> bool {
    hmrc_ref.starts_with("CH") || hmrc_ref.starts_with("CF")
}

fn regulator(found: &mut Found, claim: &Claim) {
    let by_ref = is_regulated_by_ref(&claim.hmrc_ref);
    match &claim.regulator {
        None => found.check(
            by_ref,
            7029,
            "Claim/Regulator",
            "is needed unless the reference begins with CH or CF",
        ),
        Some(Regulator { name, number }) => {
            found.check(
                !by_ref,
                7033,
                "Claim/Regulator",
                "must be left out where the reference begins with CH or CF",
            );
            if let RegulatorName::Other(name) = name {
                found.field("Claim/Regulator/OtherReg", fields::org_name(name));
            }
            if let Some(number) = number {
                let short = number.len() <= 20;
                found.check(
                    short,
                    SCHEMA,
                    "Claim/Regulator/RegNo",
                    "must be at most 20 characters",
                );
                found.field("Claim/Regulator/RegNo", fields::org_name(number));
            }
        }
    }
}

fn gifts(found: &mut Found, repayment: &Repayment, today: Date) {
    let Repayment { gifts, earliest, other_income, .. } = repayment;
    found.check(
        gifts.is_empty() || earliest.is_some(),
        7034,
        "Repayment/EarliestGAdate",
        "is needed with gifts",
    );
    let early = earliest.is_none_or(|day| day <= today);
    found.check(early, 7040, "Repayment/EarliestGAdate", "must not lie in the future");
    found.check(gifts.len() <= MAX_GIFTS, 7036, "Repayment", "takes at most 500,000 gifts");
    let few = other_income.len() <= MAX_OTHER_INCOME;
    found.check(few, SCHEMA, "Repayment/OtherInc", "takes at most 2,000 lines of other income");
    for (at, row) in gifts.iter().enumerate() {
        gift(found, row, &format!("Repayment/GAD[{}]", at + 1), today);
    }
}

fn gift(found: &mut Found, row: &Row, path: &str, today: Date) {
    match &row.giver {
        Giver::Aggregate(description) => {
            found.field(&format!("{path}/AggDonation"), fields::aggregated(description));
            let within = row.amount_minor <= AGGREGATE_MINOR;
            found.check(
                within,
                7038,
                &format!("{path}/Total"),
                "must be at most 1,000.00 in an aggregated line",
            );
            found.check(
                !row.sponsored,
                7039,
                &format!("{path}/Sponsored"),
                "an aggregated line is not sponsored",
            );
        }
        Giver::Donor(donor) => {
            for fault in donor.faults(row.item) {
                let path = format!("{path}/Donor/{}", element(fault.field));
                found.check(false, SCHEMA, &path, &fault.rule.to_string());
            }
        }
    }
    found.check(row.given_on <= today, 7040, &format!("{path}/Date"), "must not lie in the future");
    found.check(row.amount_minor > 0, SCHEMA, &format!("{path}/Total"), "must be at least 0.01");
}

fn element(field: &str) -> &'static str {
    match field {
        "title" => "Ttl",
        "first_name" => "Fore",
        "last_name" => "Sur",
        "house" => "House",
        _ => "Postcode",
    }
}

fn small_donations(found: &mut Found, small: &SmallDonations, hmrc_ref: &str, today: Date) {
    years(found, &small.years, "GASDS/GASDSClaim", today);
    for (at, building) in small.buildings.iter().enumerate() {
        let path = format!("GASDS/Building[{}]", at + 1);
        found.field(&format!("{path}/Postcode"), fields::home_postcode(&building.postcode));
        let named = (1..=160).contains(&building.name.chars().count());
        found.check(named, SCHEMA, &format!("{path}/BldgName"), "must have 1 to 160 characters");
        found.field(&format!("{path}/Address"), fields::house(&building.address));
        years(found, &building.years, &format!("{path}/BldgClaim"), today);
    }
    let clubs = !small.buildings.is_empty() && is_regulated_by_ref(hmrc_ref);
    found.check(!clubs, 7060, "GASDS/Building", "are not for references that begin with CH or CF");
    for (_, hmrc_ref) in &small.connected {
        found.field("GASDS/Charity/HMRCref", fields::hmrc_ref(hmrc_ref));
    }
}

fn years(found: &mut Found, years: &[YearAmount], path: &str, today: Date) {
    let current = TaxYear::of(today).ends();
    for (at, year) in years.iter().enumerate() {
        let path = format!("{path}[{}]", at + 1);
        found.check(year.ends <= current, 7049, &path, "must not be a tax year of the future");
        found.check(
            year.ends >= current - 3,
            7050,
            &path,
            "must not be more than three tax years ago",
        );
        let twice = years[..at].iter().any(|before| before.ends == year.ends);
        found.check(!twice, 7051, &path, "must not name a tax year twice");
        found.check(year.amount_minor > 0, SCHEMA, &path, "must be at least 0.01");
    }
    found.check(years.len() <= 3, SCHEMA, path, "takes at most three tax years");
}
