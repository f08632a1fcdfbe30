use std::{error, fmt};

use crate::{Chain, Error, Kind};

#[derive(Debug)]
struct Outer(Inner);
#[derive(Debug)]
struct Inner;

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("outer")
    }
}
impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("inner")
    }
}
impl error::Error for Inner {}
impl error::Error for Outer {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn a_chain_shows_every_cause_once() {
    let connect = Error::Connect { variable: "V".to_owned(), source: Box::new(Outer(Inner)) };

    assert_eq!(Chain(&connect).to_string(), "no connection by V: outer: inner");
    assert_eq!(connect.kind(), Kind::Unreachable);
}

#[test]
fn a_statement_is_named_by_its_first_line() {
    let error = Error::NoRow { sql: "select a\nfrom b" };

    assert_eq!(error.to_string(), "no row: select a");
    assert_eq!((error.constraint(), error.code()), (None, None));
}
