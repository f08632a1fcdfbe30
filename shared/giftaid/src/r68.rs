//! A claim as XML (schema R68, version 2) and its IRmark.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};
use types::Date;

use crate::fields::{Donor, show_amount};
use crate::schedule::{Giver, Row};
use crate::xml::Xml;

pub(crate) const ENVELOPE: &str = "http://www.govtalk.gov.uk/CM/envelope";
const R68: &str = "http://www.govtalk.gov.uk/taxation/charities/r68/2";

/// What is sent to the tax office, without the envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Day of the latest gift.
    pub period_end: Date,
    /// Who claims.
    pub signatory: Signatory,
    /// What is claimed.
    pub claim: Claim,
}

/// Who claims for the charity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signatory {
    /// A collecting agency.
    Agency {
        /// 14 digits.
        agent_no: String,
        /// Their own number of the claim.
        claim_no: String,
    },
    /// An official or corporate trustee of the charity.
    Official {
        /// A person; needed unless there is a trustee.
        name: Option<PersonName>,
        /// A corporate trustee.
        trustee: Option<String>,
        /// Our own number of the claim.
        claim_no: Option<String>,
        /// Where they are.
        place: Place,
        /// Their telephone number.
        phone: String,
    },
    /// An agent or nominee.
    Agent {
        /// Who they are.
        org_name: String,
        /// Their reference with the tax office, at most 14 characters.
        ref_no: String,
        /// Our own number of the claim.
        claim_no: Option<String>,
        /// Who gets the money.
        payee: Payee,
        /// Where they are.
        place: Place,
        /// Their telephone number.
        phone: String,
    },
}

/// Who gets the money of a claim that an agent sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payee {
    /// The charity.
    Charity,
    /// The agent.
    Agent,
}

/// The name of an official.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName {
    /// Title; none: not said.
    pub title: Option<String>,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// Where somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the United Kingdom.
    Postcode(String),
    /// Outside it.
    Overseas,
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The charity.
    pub org_name: String,
    /// Its reference with the tax office.
    pub hmrc_ref: String,
    /// Its regulator; none where the reference itself says so.
    pub regulator: Option<Regulator>,
    /// Gift Aid and other income; none: small donations only.
    pub repayment: Option<Repayment>,
    /// Small donations.
    pub small_donations: Option<SmallDonations>,
    /// What explains an adjustment.
    pub other_info: Option<String>,
}

/// The regulator of a charity, and the charity's number there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regulator {
    /// Which.
    pub name: RegulatorName,
    /// The charity's number.
    pub number: Option<String>,
}

/// A regulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegulatorName {
    /// Charity Commission for England and Wales.
    Ccew,
    /// Charity Commission for Northern Ireland.
    Ccni,
    /// Office of the Scottish Charity Regulator.
    Oscr,
    /// Another one.
    Other(String),
    /// None.
    None,
}

/// Tax to be repaid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repayment {
    /// Gifts.
    pub gifts: Vec<Row>,
    /// Day of the earliest gift of the period; none: no gifts.
    pub earliest: Option<Date>,
    /// Income that tax was taken off.
    pub other_income: Vec<OtherIncome>,
    /// Tax of earlier claims to be given back, pence; 0: none.
    pub adjustment_minor: i64,
}

/// Income that tax was taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherIncome {
    /// Who paid.
    pub payer: String,
    /// When.
    pub paid_on: Date,
    /// What was paid before tax, pence.
    pub gross_minor: i64,
    /// The tax, pence.
    pub tax_minor: i64,
}

/// A claim of the small-donations scheme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmallDonations {
    /// Charities that share the limit: name and reference.
    pub connected: Vec<(String, String)>,
    /// Donations per tax year.
    pub years: Vec<YearAmount>,
    /// Donations in community buildings.
    pub buildings: Vec<Building>,
    /// Top-up of earlier claims to be given back, pence; 0: none.
    pub adjustment_minor: i64,
}

/// Donations of a tax year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearAmount {
    /// The calendar year in which the tax year ends, as the form asks.
    pub ends: i16,
    /// Donations, pence.
    pub amount_minor: i64,
}

/// A community building.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Building {
    /// Its name.
    pub name: String,
    /// First line of its address.
    pub address: String,
    /// Its postcode.
    pub postcode: String,
    /// Donations there.
    pub years: Vec<YearAmount>,
}

/// The mark of a body: SHA-1 over its canonical form without the mark itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Irmark([u8; 20]);

impl Irmark {
    /// As it stands in the message.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// As the tax office prints it on receipts (RFC 4648).
    pub fn base32(&self) -> String {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        // 20 bytes are 32 letters of 5 bits, with nothing left over.
        let bit = |n: usize| self.0[n / 8] >> (7 - n % 8) & 1;
        let letter = |n: usize| (0..5).fold(0u8, |value, at| value << 1 | bit(n * 5 + at));
        (0..32).map(|n| char::from(letters[usize::from(letter(n))])).collect()
    }
}

impl Submission {
    /// The mark of this submission.
    pub fn irmark(&self) -> Irmark {
        let mut canonical = Xml::default();
        canonical.with("Body", &[("xmlns", ENVELOPE)], |xml| xml.raw(&self.body(None)));
        Irmark(Sha1::digest(canonical.finish()).into())
    }

    /// What stands in the envelope's `Body`, with the mark if one is given; canonical as it is.
    pub fn body(&self, mark: Option<&Irmark>) -> String {
        let mut xml = Xml::default();
        xml.with("IRenvelope", &[("xmlns", R68)], |xml| {
            xml.element("IRheader", |xml| {
                xml.element("Keys", |xml| {
                    xml.with("Key", &[("Type", "CHARID")], |xml| xml.chars(&self.claim.hmrc_ref));
                });
                xml.text("PeriodEnd", &self.period_end.to_string());
                if let Some(mark) = mark {
                    xml.with("IRmark", &[("Type", "generic")], |xml| xml.chars(&mark.base64()));
                }
                xml.text("Sender", "Other");
            });
            xml.element("R68", |xml| {
                signatory(xml, &self.signatory);
                xml.text("Declaration", "yes");
                xml.element("Claim", |xml| claim(xml, &self.claim));
            });
        });
        xml.finish()
    }
}

fn signatory(xml: &mut Xml, signatory: &Signatory) {
    match signatory {
        Signatory::Agency { agent_no, claim_no } => xml.element("CollAgent", |xml| {
            xml.text("AgentNo", agent_no);
            xml.text("ClaimNo", claim_no);
        }),
        Signatory::Official { name, trustee, claim_no, place: at, phone } => {
            xml.element("AuthOfficial", |xml| {
                if let Some(name) = name {
                    xml.element("OffName", |xml| {
                        xml.maybe("Ttl", name.title.as_deref());
                        xml.text("Fore", &name.first_name);
                        xml.text("Sur", &name.last_name);
                    });
                }
                xml.maybe("Trustee", trustee.as_deref());
                xml.maybe("ClaimNo", claim_no.as_deref());
                xml.element("OffID", |xml| place(xml, at));
                xml.text("Phone", phone);
            });
        }
        Signatory::Agent { org_name, ref_no, claim_no, payee, place: at, phone } => {
            xml.element("AgtOrNom", |xml| {
                xml.text("OrgName", org_name);
                xml.text("RefNo", ref_no);
                xml.maybe("ClaimNo", claim_no.as_deref());
                xml.maybe("PayToAoN", (*payee == Payee::Agent).then_some("yes"));
                xml.element("AoNID", |xml| place(xml, at));
                xml.text("Phone", phone);
            });
        }
    }
}

fn place(xml: &mut Xml, place: &Place) {
    match place {
        Place::Postcode(postcode) => xml.text("Postcode", postcode),
        Place::Overseas => xml.text("Overseas", "yes"),
    }
}

fn claim(xml: &mut Xml, claim: &Claim) {
    xml.text("OrgName", &claim.org_name);
    xml.text("HMRCref", &claim.hmrc_ref);
    if let Some(regulator) = &claim.regulator {
        xml.element("Regulator", |xml| {
            match &regulator.name {
                RegulatorName::Ccew => xml.text("RegName", "CCEW"),
                RegulatorName::Ccni => xml.text("RegName", "CCNI"),
                RegulatorName::Oscr => xml.text("RegName", "OSCR"),
                RegulatorName::None => xml.text("NoReg", "yes"),
                RegulatorName::Other(name) => xml.text("OtherReg", name),
            }
            xml.maybe("RegNo", regulator.number.as_deref());
        });
    }
    if let Some(repayment) = &claim.repayment {
        xml.element("Repayment", |xml| {
            repayment.gifts.iter().for_each(|row| gift(xml, row));
            xml.maybe("EarliestGAdate", repayment.earliest.map(|day| day.to_string()).as_deref());
            for income in &repayment.other_income {
                xml.element("OtherInc", |xml| {
                    xml.text("Payer", &income.payer);
                    xml.text("OIDate", &income.paid_on.to_string());
                    xml.text("Gross", &show_amount(income.gross_minor));
                    xml.text("Tax", &show_amount(income.tax_minor));
                });
            }
            adjustment(xml, "Adjustment", repayment.adjustment_minor);
        });
    }
    if let Some(small) = &claim.small_donations {
        xml.element("GASDS", |xml| small_donations(xml, small));
    }
    xml.maybe("OtherInfo", claim.other_info.as_deref());
}

fn adjustment(xml: &mut Xml, name: &str, minor: i64) {
    xml.maybe(name, (minor != 0).then(|| show_amount(minor)).as_deref());
}

fn gift(xml: &mut Xml, row: &Row) {
    xml.element("GAD", |xml| {
        match &row.giver {
            Giver::Aggregate(description) => xml.text("AggDonation", description),
            Giver::Donor(donor) => xml.element("Donor", |xml| {
                let Donor { title, first_name, last_name, house, postcode } = donor;
                xml.maybe("Ttl", title.as_deref());
                xml.text("Fore", first_name);
                xml.text("Sur", last_name);
                xml.text("House", house);
                match postcode {
                    Some(postcode) => xml.text("Postcode", postcode),
                    None => xml.text("Overseas", "yes"),
                }
            }),
        }
        xml.maybe("Sponsored", row.sponsored.then_some("yes"));
        xml.text("Date", &row.given_on.to_string());
        xml.text("Total", &show_amount(row.amount_minor));
    });
}

fn small_donations(xml: &mut Xml, small: &SmallDonations) {
    let yes = |there: bool| if there { "yes" } else { "no" };
    xml.text("ConnectedCharities", yes(!small.connected.is_empty()));
    for (name, hmrc_ref) in &small.connected {
        xml.element("Charity", |xml| {
            xml.text("Name", name);
            xml.text("HMRCref", hmrc_ref);
        });
    }
    small.years.iter().for_each(|year| year_amount(xml, "GASDSClaim", year));
    xml.text("CommBldgs", yes(!small.buildings.is_empty()));
    for building in &small.buildings {
        xml.element("Building", |xml| {
            xml.text("BldgName", &building.name);
            xml.text("Address", &building.address);
            xml.text("Postcode", &building.postcode);
            building.years.iter().for_each(|year| year_amount(xml, "BldgClaim", year));
        });
    }
    adjustment(xml, "Adj", small.adjustment_minor);
}

fn year_amount(xml: &mut Xml, name: &str, year: &YearAmount) {
    xml.element(name, |xml| {
        xml.text("Year", &year.ends.to_string());
        xml.text("Amount", &show_amount(year.amount_minor));
    });
}
