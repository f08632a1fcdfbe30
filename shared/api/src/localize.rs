//! LocalizedText members as one string in the reader's language.
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use types::Locale;

use crate::{Problem, Request, Resource, Response, problem, response::header};

/// The language of a reader who names none.
pub const DEFAULT_LOCALE: Locale = Locale::En;

/// What a reader wants to see of a LocalizedText.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Localize {
    /// Both languages, as an object: for editors (`?localize=all`).
    All,
    /// The best language only.
    One(Locale),
}

pub(crate) fn one<T: Resource>(req: &Request, status: u16, value: &T) -> Result<Response, Problem> {
    let Localize::One(locale) = req.localize() else {
        return all(status, value);
    };
    let mut json = to_value(value)?;
    let used = pick(&mut json, T::LOCALIZED, locale);
    let mut response = Response::json(status, &json)?;
    tell(&mut response, &used);
    Ok(response)
}

pub(crate) fn many<T: Resource>(
    req: &Request,
    values: &[T],
) -> Result<(Value, Vec<String>), Problem> {
    let mut json = to_value(values)?;
    let mut used = BTreeSet::new();
    if let Localize::One(locale) = req.localize()
        && let Some(rows) = json.as_array_mut()
    {
        rows.iter_mut().for_each(|row| used.extend(pick(row, T::LOCALIZED, locale)));
    }
    Ok((json, used.into_iter().collect()))
}

/// Which languages the answer holds, and that another `Accept-Language` may get another answer.
pub(crate) fn tell(response: &mut Response, used: &[String]) {
    if !used.is_empty() {
        response.set(header::CONTENT_LANGUAGE, used.join(", "));
        response.vary("Accept-Language");
    }
}

fn all<T: Serialize>(status: u16, value: &T) -> Result<Response, Problem> {
    Response::json(status, value)
}

fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Problem> {
    serde_json::to_value(value)
        .map_err(|e| Problem::new(problem::INTERNAL, "the answer could not be written").because(e))
}

/// Replaces each `{de, en}` member by the text in `locale`, else by the other language: never empty.
fn pick(row: &mut Value, members: &[&str], locale: Locale) -> Vec<String> {
    let (first, second) = match locale {
        Locale::De => ("de", "en"),
        Locale::En => ("en", "de"),
    };
    let mut used = BTreeSet::new();
    for member in members {
        let Some(Value::Object(texts)) = row.get_mut(*member) else { continue };
        let filled = |language: &str| {
            texts.get(language).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
        };
        let language = if filled(first) { first } else { second };
        let text = texts.remove(language).unwrap_or_default();
        row[*member] = text;
        used.insert(language.to_owned());
    }
    used.into_iter().collect()
}
