//! Reads that include what the caller wrote before: `docs/consistency.md`.
use db::{Domain, Position, Seen};
use lambda_http::http::{HeaderMap, header::COOKIE};

use crate::{Problem, Response, problem, response::header};

/// Bytes of `Aruuri-Consistency` that are read: a token of each domain, with room.
const LONGEST: usize = 256;
/// Seconds that a browser keeps a token: after that a replica has come as far, or is out of use.
const COOKIE_SECONDS: u32 = 600;

/// What the caller asks of a read and of the answer to a write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What a read must include.
    pub(crate) position: Option<Position>,
    /// Whether the token is also set as a cookie.
    pub(crate) cookie: bool,
    /// Whether the answer says how old what it shows may be.
    pub(crate) staleness: bool,
}

impl Wanted {
    /// Tokens of other domains are for other routes. The latest counts, wherever it stands.
    ///
    /// # Errors
    /// 400 for a malformed header. A malformed cookie is none: nobody sees what a browser sends.
    pub(crate) fn of(headers: &HeaderMap, domain: Domain) -> Result<Wanted, Problem> {
        let staleness = headers.contains_key(header::STALENESS);
        let mut wanted = Wanted { staleness, position: cookie(headers, domain), cookie: false };
        for value in headers.get_all(header::CONSISTENCY) {
            let value = value.to_str().ok().filter(|v| v.len() <= LONGEST).ok_or_else(refused)?;
            for item in value.split(',').map(str::trim) {
                if item == "cookie" {
                    wanted.cookie = true;
                    continue;
                }
                let (name, position) = item.split_once('.').ok_or_else(refused)?;
                let position: Position = position.parse().map_err(|_| refused())?;
                if !Domain::ALL.iter().any(|domain| domain.name() == name) {
                    return Err(refused());
                }
                if name == domain.name() {
                    wanted.position = wanted.position.max(Some(position));
                }
            }
        }
        Ok(wanted)
    }

    /// Says where a write is committed, and how old what was read may be.
    pub(crate) fn answer(self, domain: Domain, seen: &Seen, response: &mut Response) {
        if let Some(position) = seen.position {
            response.set(header::CONSISTENCY, format!("{}.{position}", domain.name()));
            if self.cookie {
                let cookie = format!(
                    "{}={position}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; Secure; SameSite=Lax",
                    cookie_name(domain)
                );
                response.set("set-cookie", cookie);
            }
        }
        if let Some(age) = seen.age.filter(|_| self.staleness) {
            // Rounded up: it is a bound.
            response
                .set(header::STALENESS, format!("{:.3}", (age.as_secs_f64() * 1e3).ceil() / 1e3));
        }
    }
}

fn refused() -> Problem {
    let detail = "is not a list of tokens as a write answered them";
    Problem::header(problem::MALFORMED, header::CONSISTENCY, detail)
}

fn cookie_name(domain: Domain) -> String {
    format!("{}-{}", header::CONSISTENCY, domain.name())
}

fn cookie(headers: &HeaderMap, domain: Domain) -> Option<Position> {
    let name = cookie_name(domain);
    let values = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| key.trim() == name).filter_map(|(_, v)| v.trim().parse().ok()).max()
}

#[cfg(test)]
mod tests {
    use db::Domain::Finance;
    use lambda_http::http::{HeaderMap, HeaderValue};

    use super::Wanted;

    fn wanted(name: &'static str, value: &'static str) -> Option<Wanted> {
        let headers = HeaderMap::from_iter([(
            lambda_http::http::HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )]);
        Wanted::of(&headers, Finance).ok()
    }

    #[test]
    fn the_latest_token_of_the_domain_counts() {
        let header = "content.9.ff, finance.1.b0, finance.2.a0, cookie";
        let found = wanted("aruuri-consistency", header).unwrap();

        assert_eq!((found.position, found.cookie), (Some("2.a0".parse().unwrap()), true));
    }

    #[test]
    fn a_malformed_header_is_refused_and_a_malformed_cookie_is_none() {
        for wrong in
            ["", "1.b0", "finance", "finance.1", "finance.x.1", "other.1.1", "finance.1.1,"]
        {
            assert!(wanted("aruuri-consistency", wrong).is_none(), "{wrong}");
        }
        let none = wanted("cookie", "aruuri-consistency-finance=x").unwrap();
        assert_eq!(none.position, None);
        let cookies = "a=b; aruuri-consistency-finance=1.b0; aruuri-consistency-content=1.ff";
        assert_eq!(wanted("cookie", cookies).unwrap().position, Some("1.b0".parse().unwrap()));
    }
}
