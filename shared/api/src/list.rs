//! Lists: limit, cursor, sort and filters, all from an allow-list.
use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::json;
use types::Limit;

use crate::{
    Problem, Request, Resource, Response, localize,
    problem::{INVALID, INVALID_CURSOR},
    response::header,
};

/// What a list can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// Orders, the default first: `-created_at` is newest first. Ties are broken by id.
    pub sorts: &'static [&'static str],
    /// `filter[field][op]=value`, or `filter[field]=value` for `eq`.
    pub filters: &'static [Filter],
}

/// A field that a list can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// As in the resource.
    pub field: &'static str,
    /// `eq`, `in`, `gte`, `lt`, `contains`, `is_null`.
    pub ops: &'static [&'static str],
    /// One sentence for the documentation.
    pub about: &'static str,
}

impl List {
    /// Every query parameter that the list takes.
    pub fn parameters(&self) -> impl Iterator<Item = String> {
        let filters = self.filters.iter().flat_map(|filter| {
            let named = filter.ops.iter().map(|op| format!("filter[{}][{op}]", filter.field));
            let short = filter.ops.contains(&"eq").then(|| format!("filter[{}]", filter.field));
            named.chain(short)
        });
        ["limit", "cursor", "sort"].into_iter().map(str::to_owned).chain(filters)
    }
}

/// A list request, understood.
#[derive(Debug)]
pub struct Listing<'a> {
    req: &'a Request,
    limit: Limit,
    /// One of [`List::sorts`].
    pub sort: &'static str,
    after: Option<[String; 2]>,
}

impl Request {
    /// Reads `limit`, `sort` and `cursor`.
    ///
    /// # Errors
    /// 422 for a limit or an order that the list does not know, 400 for a cursor of another list.
    pub fn list(&self) -> Result<Listing<'_>, Problem> {
        let list = self.route.list.unwrap_or(&List { sorts: &["id"], filters: &[] });
        let limit: Limit = self.query("limit")?.unwrap_or_default();
        let wanted: Option<String> = self.query("sort")?;
        let sort = match &wanted {
            None => list.sorts.first(),
            Some(wanted) => list.sorts.iter().find(|sort| *sort == wanted),
        };
        let sort = sort.ok_or_else(|| {
            Problem::parameter(INVALID, "sort", format!("must be one of {}", list.sorts.join(", ")))
        })?;
        let listing = Listing { req: self, limit, sort, after: None };
        let Some(cursor) = self.query::<String>("cursor")? else { return Ok(listing) };
        let after = listing.open(&cursor).ok_or_else(|| {
            Problem::parameter(INVALID_CURSOR, "cursor", "is not from this list, order and filter")
        })?;
        Ok(Listing { after: Some(after), ..listing })
    }
}

impl Listing<'_> {
    /// `filter[field][op]`, if it was sent.
    ///
    /// # Errors
    /// 422 if it is not a `T`.
    pub fn filter<T: FromStr>(&self, field: &str, op: &str) -> Result<Option<T>, Problem>
    where
        T::Err: std::fmt::Display,
    {
        let named = self.req.query(&format!("filter[{field}][{op}]"))?;
        if op == "eq" && named.is_none() {
            return self.req.query(&format!("filter[{field}]"));
        }
        Ok(named)
    }

    /// `filter[field][in]=a,b`: at most 100 values.
    ///
    /// # Errors
    /// 422 if there are more or one is not a `T`.
    pub fn any_of<T: FromStr>(&self, field: &str) -> Result<Option<Vec<T>>, Problem>
    where
        T::Err: std::fmt::Display,
    {
        let name = format!("filter[{field}][in]");
        let Some(values) = self.req.query::<String>(&name)? else { return Ok(None) };
        if values.split(',').count() > 100 {
            return Err(Problem::parameter(INVALID, name, "takes at most 100 values"));
        }
        values
            .split(',')
            .map(|v| {
                v.parse().map_err(|e: T::Err| Problem::parameter(INVALID, &*name, e.to_string()))
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// One row more than the page holds tells whether there is a next page.
    pub fn fetch(&self) -> i64 {
        self.limit.with_next()
    }

    /// Sort key and id of the last row of the page before, both `None` on the first page.
    ///
    /// # Errors
    /// 400 if the cursor holds something else.
    pub fn after<K: FromStr, I: FromStr>(&self) -> Result<(Option<K>, Option<I>), Problem> {
        let Some([key, id]) = &self.after else { return Ok((None, None)) };
        match (key.parse(), id.parse()) {
            (Ok(key), Ok(id)) => Ok((Some(key), Some(id))),
            _ => Err(Problem::parameter(INVALID_CURSOR, "cursor", "is not from this list")),
        }
    }

    /// 200 with the page; `key` gives the sort key of a row.
    ///
    /// # Errors
    /// A row cannot be written as JSON.
    pub fn page<T: Resource>(
        &self,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<Response, Problem> {
        let more = rows.len() > self.limit.get();
        rows.truncate(self.limit.get());
        let last = rows.last().filter(|_| more).map(|row| [key(row), row.id()]);
        let next = last.map(|last| self.seal(&last));
        let mut response = if T::LOCALIZED.is_empty() {
            Response::json(200, &types::Page { data: rows, next_cursor: next.clone() })?
        } else {
            let (data, used) = localize::many(self.req, &rows)?;
            let mut response = Response::json(200, &json!({ "data": data, "next_cursor": next }))?;
            localize::tell(&mut response, &used);
            response
        };
        if let Some(next) = next {
            let link =
                format!("<{}?{}>; rel=\"next\"", self.req.raw_path(), self.query_with(&next));
            response.set(header::LINK, link);
        }
        Ok(response)
    }

    fn query_with(&self, cursor: &str) -> String {
        let mut query = String::new();
        for (name, value) in self.req.queries().filter(|(name, _)| name != "cursor") {
            query += &format!("{}={}&", encode(name), encode(value));
        }
        query + "cursor=" + cursor
    }

    /// `base64url(MAC | JSON)`.
    fn seal(&self, after: &[String; 2]) -> String {
        let payload = json!(after).to_string();
        let mut bytes = hmac::sign(self.key(), &self.sealed(payload.as_bytes())).as_ref().to_vec();
        bytes.extend_from_slice(payload.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, cursor: &str) -> Option<[String; 2]> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, payload) = bytes.split_at_checked(32)?;
        hmac::verify(self.key(), &self.sealed(payload), tag).ok()?;
        serde_json::from_slice(payload).ok()
    }

    /// A cursor counts only for its route, order and filters.
    fn sealed(&self, payload: &[u8]) -> Vec<u8> {
        let mut filters: Vec<_> =
            self.req.queries().filter(|(name, _)| name.starts_with("filter[")).collect();
        filters.sort();
        let context = json!([self.req.route.name, self.sort, filters]).to_string();
        [context.as_bytes(), b"\n", payload].concat()
    }

    fn key(&self) -> &hmac::Key {
        &self.req.settings.cursor_key
    }
}

fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}
