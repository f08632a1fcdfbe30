//! What stands under each nominal code, of all books or of a fund, as JSON or CSV.
use api::{Problem, Query, Request, Response, problem};
use db::Db;
use serde::Serialize;
use types::{Date, FundId, Money, Timestamp};

use crate::{
    books::{AS_OF, POSTED_UNTIL},
    sql::books::{CODES, CodeBalance},
};

/// What both routes take.
pub(crate) const QUERY: &[Query] = &[
    Query { name: "from", about: "First day of the debits and credits; without it, all." },
    AS_OF,
    POSTED_UNTIL,
    Query { name: "format", about: "json, the default, or csv (RFC 4180)." },
];

types::words! {
    /// How it is written.
    enum Format { Json = "json", Csv = "csv" }
}

/// What stands under each nominal code.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Balances {
    /// First day of the debits and credits; null: from the beginning.
    from: Option<Date>,
    /// Last accounting date; null: all.
    as_of: Option<Date>,
    /// Last moment of posting; null: all.
    posted_until: Option<Timestamp>,
    /// By code and currency.
    lines: Vec<CodeBalance>,
}

/// Answers it.
pub(crate) async fn answer(
    req: &Request,
    db: &Db<'_>,
    fund: Option<FundId>,
) -> Result<Response, Problem> {
    let (from, as_of): (Option<Date>, Option<Date>) = (req.query("from")?, req.query("as_of")?);
    if from.zip(as_of).is_some_and(|(from, as_of)| from > as_of) {
        return Err(Problem::parameter(problem::INVALID, "from", "must not be after as_of"));
    }
    let posted_until = req.query("posted_until")?;
    let format = req.query("format")?.unwrap_or(Format::Json);
    let locale = req.locale();
    let lines = CODES.all(db, (locale.to_string(), from, as_of, posted_until, fund)).await?;
    let response = match format {
        Format::Json => Response::json(200, &Balances { from, as_of, posted_until, lines })?,
        Format::Csv => Response { body: csv(&lines), ..Response::new(200) }
            .with("content-type", "text/csv; charset=utf-8; header=present"),
    };
    Ok(response.with("content-language", locale.to_string()).with("vary", "Accept-Language"))
}

/// RFC 4180. Amounts are in minor units, so that no reader of the file rounds them.
pub(crate) fn csv(lines: &[CodeBalance]) -> String {
    let mut text =
        "code,name,type,currency,opening_minor,debits_minor,credits_minor,closing_minor\r\n"
            .to_owned();
    for CodeBalance { code, name, r#type, opening, debits, credits, closing } in lines {
        let name = name.replace('"', "\"\"");
        let [opening_minor, debits, credits, closing] =
            [opening, debits, credits, closing].map(|money: &Money| money.minor());
        let currency = opening.currency();
        text.push_str(&format!(
            "{code},\"{name}\",{type},{currency},{opening_minor},{debits},{credits},{closing}\r\n"
        ));
    }
    text
}
