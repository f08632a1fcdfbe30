//! From rows to the question that `giftaid` answers.
use giftaid::{
    declaration::Declaration,
    eligibility::{self, Eligibility, Gift, MoneyState},
    limits::{Entity, YearEnd},
};
use serde_json::Value;
use types::{Currency, Date};

use crate::sql::gift_aid::Facts;

/// Whether a gift may be claimed today.
pub fn eligibility(facts: &Facts) -> Eligibility {
    let gift = gift(facts);
    let declarations = declarations(&facts.declarations);
    // The schema holds both to what these take.
    let entity = facts.entity_type.parse().unwrap_or(Entity::Company);
    let year_end: YearEnd = facts.year_end.parse().unwrap_or(YearEnd::MARCH);
    eligibility::eligibility(&gift, &declarations, entity, year_end, facts.today)
}

fn gift(facts: &Facts) -> Gift {
    Gift {
        id: facts.id,
        given_on: facts.occurred_on,
        amount_minor: facts.amount.minor(),
        refunded_minor: facts.refunded_minor,
        benefit_minor: facts.benefit_minor,
        other_benefits_minor: facts.other_benefits_minor,
        money: match facts.status.as_str() {
            "settled" | "partially_refunded" => MoneyState::Settled,
            "disputed" => MoneyState::Disputed,
            "created" | "processing" => MoneyState::Pending,
            _ => MoneyState::Gone,
        },
        facts: eligibility::Facts {
            individual: facts.individual,
            own_money: facts.own_money,
            in_pounds: facts.amount.currency() == Currency::GBP,
            identity: facts.identity,
            claimed: facts.claimed,
            small_donation: facts.small_donation,
            recognised: facts.recognised,
        },
    }
}

/// Declarations as the statement gives them; one that cannot be read covers nothing.
fn declarations(rows: &Value) -> Vec<Declaration> {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(declaration).collect()
}

fn declaration(row: &Value) -> Option<Declaration> {
    let text = |name: &str| row[name].as_str();
    let day = |name: &str| text(name).and_then(|day| day.parse::<Date>().ok());
    Some(Declaration {
        id: text("id")?.parse().ok()?,
        single: text("single").and_then(|id| id.parse().ok()),
        given_on: day("given_on")?,
        covers_from: day("covers_from")?,
        covers_to: day("covers_to"),
        cancelled_from: day("cancelled_from"),
    })
}
