//! What quotes and invoices have in common: who the customer is, and their lines.
use std::{fmt, str::FromStr};

use api::{OnConstraint as _, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::{Currency, Email, FundId, Invalid, Line, Money, ProductId};
use uuid::Uuid;

/// Lines of one document.
const MAX_LINES: usize = 500;

/// How much of something, exact: up to nine digits, and up to three after a point. Never a float.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(with = "String"))]
pub struct Quantity(String);

impl FromStr for Quantity {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Quantity, Invalid> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str, most| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(whole, 9) || !digits(part, 3) || text.bytes().all(|b| matches!(b, b'0' | b'.')) {
            return Err(Invalid::new("must be more than 0 in digits such as 1, 2.5 or 0.125"));
        }
        Ok(Quantity(text.to_owned()))
    }
}

impl TryFrom<String> for Quantity {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Quantity, Invalid> {
        text.parse()
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> String {
        quantity.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who the document is for, as it stands on it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Customer {
    /// Name of the person or company.
    pub name: Line<200>,
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<Line<200>>,
    /// Postcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line<20>>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Line<100>>,
    /// ISO 3166-1 alpha-2 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Line<2>>,
    /// Number for value added tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_number: Option<Line<20>>,
    /// Address for the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
}

/// A line of a quote or an invoice; what it leaves out comes from its product.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "NewLine"))]
pub struct NewLine {
    /// Product; absent: free text. A bundle without a `tax_code` becomes a line for each part.
    #[serde(default)]
    product_id: Option<ProductId>,
    /// What it is, as on the document.
    #[serde(default)]
    description: Option<Line<1000>>,
    /// How much, as text: `"2.5"`.
    quantity: Quantity,
    /// Unit of the quantity: `piece`, `m2`, `hour`.
    #[serde(default)]
    unit: Option<Line<50>>,
    /// Price of one unit without tax; below 0: taken off.
    #[serde(default)]
    unit_price: Option<Money>,
    /// Discount in hundredths of a percent.
    #[serde(default)]
    discount_bp: i32,
    /// Kind of tax: `GB_STANDARD`.
    #[serde(default)]
    tax_code: Option<Line<50>>,
    /// Of a quote: part of the building it is for.
    #[serde(default)]
    component_type: Option<Line<50>>,
    /// Of a quote: measure it is for.
    #[serde(default)]
    measure_ref: Option<Uuid>,
    /// Of a quote: whether the customer may leave it out; not in the totals.
    #[serde(default)]
    is_optional: bool,
    /// Of an invoice: fund that the income goes to; absent: the general one.
    #[serde(default)]
    fund_id: Option<FundId>,
}

/// What kind of document lines are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    Quote,
    Invoice,
}

/// The lines as the database takes them; what can be refused without it is. `currency` is that of the
/// document; `None` where only the database knows it.
pub(crate) fn lines(
    lines: &[NewLine],
    currency: Option<Currency>,
    document: Document,
) -> Result<Value, Problem> {
    if lines.len() > MAX_LINES {
        return Err(Problem::invalid("/lines", "must be at most 500"));
    }
    let mut rows = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let refuse = |member: &str, detail: &str| {
            Err(Problem::invalid(format!("/lines/{index}/{member}"), detail))
        };
        let NewLine { product_id, description, unit_price, discount_bp, .. } = line;
        if product_id.is_none() && description.is_none() {
            return refuse("description", "is needed without a product_id");
        }
        if product_id.is_none() && line.tax_code.is_none() {
            return refuse("tax_code", "is needed without a product_id");
        }
        if product_id.is_none() && unit_price.is_none() {
            return refuse("unit_price", "is needed without a product_id");
        }
        if let (Some(price), Some(currency)) = (unit_price, currency)
            && price.currency() != currency
        {
            return refuse("unit_price/currency", "must be the currency of the document");
        }
        if !(0..=10_000).contains(discount_bp) {
            return refuse("discount_bp", "must be 0 to 10000");
        }
        let of_quote =
            line.component_type.is_some() || line.measure_ref.is_some() || line.is_optional;
        if document == Document::Invoice && of_quote {
            return refuse("is_optional", "and component_type and measure_ref are for quotes");
        }
        if document == Document::Quote && line.fund_id.is_some() {
            return refuse("fund_id", "is for invoices");
        }
        rows.push(json!({
            "product_id": product_id, "description": description, "quantity": line.quantity,
            "unit": line.unit, "unit_price_minor": unit_price.map(Money::minor),
            "currency": unit_price.map(Money::currency),
            "discount_bp": discount_bp, "tax_code": line.tax_code,
            "component_type": line.component_type, "measure_ref": line.measure_ref,
            "is_optional": line.is_optional, "fund_id": line.fund_id,
        }));
    }
    Ok(rows.into())
}

/// What the database refuses of lines.
pub(crate) fn refused<T>(written: Result<T, Problem>) -> Result<T, Problem> {
    let invalid = |detail: &'static str| move || Problem::invalid("/lines", detail);
    written
        .on_constraint("lines_product_offered", invalid("name a product that is not offered"))
        .on_constraint(
            "lines_price_known",
            invalid("have no price in the currency of the document"),
        )
        .on_constraint("lines_currency", invalid("must be in the currency of the document"))
        .on_constraint("lines_tax_known", invalid("have a tax_code without a rate on this day"))
        .on_constraint("lines_at_most", invalid("must be at most 1000 with the parts of bundles"))
        .on_constraint("lines_not_negative", invalid("must not come to less than nothing"))
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    #[test]
    fn a_quantity_is_exact_and_above_zero() {
        for good in ["1", "2.5", "0.125", "999999999.999", "001"] {
            assert!(good.parse::<Quantity>().is_ok(), "{good}");
        }
        for bad in ["", "0", "0.000", "-1", "1.", ".5", "1.2345", "1000000000", "1e3", "1,5", " 1"]
        {
            assert!(bad.parse::<Quantity>().is_err(), "{bad}");
        }
    }
}
