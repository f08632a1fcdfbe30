//! May this gift be claimed, and if not, why not.

use types::{ContributionId, Date, DeclarationId};

use crate::benefit;
use crate::declaration::{Cover, Declaration};
use crate::limits::{Entity, YearEnd, last_claim_day};

/// What is known of a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// Identity.
    pub id: ContributionId,
    /// Day it was given.
    pub given_on: Date,
    /// What was given, pence of the settlement.
    pub amount_minor: i64,
    /// What of it was given back.
    pub refunded_minor: i64,
    /// Worth of what the contributor got for it.
    pub benefit_minor: i64,
    /// Worth of what they got for other gifts of the same tax year.
    pub other_benefits_minor: i64,
    /// Where the money is.
    pub money: MoneyState,
    /// What else is known, each true or false.
    pub facts: Facts,
}

/// Where the money of a gift is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyState {
    /// Not here yet.
    Pending,
    /// Here, and ours.
    Settled,
    /// The contributor's bank has taken it back for now.
    Disputed,
    /// Gone back, or never came.
    Gone,
}

/// What is known of a gift, its contributor and the charity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// It comes from a person, not an organisation and not from nobody known.
    pub individual: bool,
    /// It is their own money, not collected from others.
    pub own_money: bool,
    /// It was settled in pounds.
    pub in_pounds: bool,
    /// First name, last name, house and postcode (or a country) are known.
    pub identity: bool,
    /// It is in a live line of a claim, or in an aggregate.
    pub claimed: bool,
    /// It is in a small-donations collection.
    pub small_donation: bool,
    /// The tax office recognises the charity.
    pub recognised: bool,
}

/// Whether a gift may be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// Under this declaration.
    Eligible(DeclarationId),
    /// Something is missing that may still come.
    NotYet(Reason),
    /// Whatever else comes.
    Never(Reason),
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident $code:literal;)*) => {
        /// Why a gift may not be claimed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[doc = $doc])* $name),* }
        impl Reason {
            /// Every reason.
            pub const ALL: &[Reason] = &[$(Reason::$name),*];
            /// Its name on the wire.
            pub const fn code(self) -> &'static str {
                match self { $(Reason::$name => $code),* }
            }
            /// What it means, a sentence.
            pub const fn about(self) -> &'static str {
                match self { $(Reason::$name => concat!($($doc),*)),* }
            }
        }
    };
}
reasons! {
    /// The contributor is not an individual.
    NotIndividual "not_individual";
    /// No declaration has been made.
    NoDeclaration "no_declaration";
    /// The declaration had been cancelled when the gift was made.
    DeclarationCancelled "declaration_cancelled";
    /// No declaration covers the day of the gift.
    OutsideCover "outside_cover";
    /// The benefit received is above the limit.
    BenefitTooHigh "benefit_too_high";
    /// The money was collected from others.
    NotOwnMoney "not_own_money";
    /// What came back is worth as much as was given: a purchase.
    Purchase "purchase";
    /// The gift was not settled in pounds.
    NotGbpSettled "not_gbp_settled";
    /// Name or home address is not complete.
    IdentityIncomplete "identity_incomplete";
    /// The money has not been settled.
    NotSettled "not_settled";
    /// The payment is disputed.
    InDisputeWindow "in_dispute_window";
    /// The gift has been given back.
    Refunded "refunded";
    /// The gift is in a claim already.
    AlreadyClaimed "already_claimed";
    /// The gift is in a small-donations collection.
    InGasds "in_gasds";
    /// The time limit for claiming has passed.
    OutOfTime "out_of_time";
    /// The tax office does not recognise the charity yet.
    CharityNotRecognised "charity_not_recognised";
}

/// Whether `gift` may be claimed on `today`. What can never change is said before what may still come.
pub fn eligibility(
    gift: &Gift,
    declarations: &[Declaration],
    entity: Entity,
    year_end: YearEnd,
    today: Date,
) -> Eligibility {
    let facts = gift.facts;
    let never = [
        (!facts.individual, Reason::NotIndividual),
        (!facts.own_money, Reason::NotOwnMoney),
        (facts.claimed, Reason::AlreadyClaimed),
        (facts.small_donation, Reason::InGasds),
        (
            gift.money == MoneyState::Gone || gift.refunded_minor >= gift.amount_minor,
            Reason::Refunded,
        ),
        (!facts.in_pounds, Reason::NotGbpSettled),
        (benefit::is_purchase(gift.amount_minor, gift.benefit_minor), Reason::Purchase),
        (
            !benefit::is_small(gift.amount_minor, gift.benefit_minor, gift.other_benefits_minor),
            Reason::BenefitTooHigh,
        ),
        (last_claim_day(entity, year_end, gift.given_on) < today, Reason::OutOfTime),
    ];
    if let Some((_, reason)) = never.into_iter().find(|(broken, _)| *broken) {
        return Eligibility::Never(reason);
    }
    let not_yet = [
        (gift.money == MoneyState::Pending, Reason::NotSettled),
        (gift.money == MoneyState::Disputed, Reason::InDisputeWindow),
        (!facts.recognised, Reason::CharityNotRecognised),
        (!facts.identity, Reason::IdentityIncomplete),
    ];
    if let Some((_, reason)) = not_yet.into_iter().find(|(broken, _)| *broken) {
        return Eligibility::NotYet(reason);
    }
    match covering(declarations, gift.id, gift.given_on) {
        Ok(declaration) => Eligibility::Eligible(declaration.id),
        Err(reason) => Eligibility::NotYet(reason),
    }
}

/// The declaration to claim a gift under: the one for this gift only, else the newest that covers it.
///
/// # Errors
/// Why none covers it.
pub fn covering(
    declarations: &[Declaration],
    gift: ContributionId,
    day: Date,
) -> Result<&Declaration, Reason> {
    let covers = |d: &&Declaration| d.cover(gift, day) == Cover::Covered;
    let best = declarations.iter().filter(covers).max_by_key(|d| (d.single.is_some(), d.given_on));
    best.ok_or_else(|| {
        if declarations.is_empty() {
            Reason::NoDeclaration
        } else if declarations.iter().any(|d| d.cover(gift, day) == Cover::Cancelled) {
            Reason::DeclarationCancelled
        } else {
            Reason::OutsideCover
        }
    })
}
