//! Short ways to say what a table takes and what it refuses.

use std::fmt::Write as _;

use tokio_postgres::Client;

use super::support::assert_refused;

/// Puts values in: `#7` is the id that ends in 7, `#t` a localized text.
pub(crate) fn filled(sql: &str) -> String {
    let mut parts = sql.split('#');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let rest = if let Some(rest) = part.strip_prefix('t') {
            out.push_str(r#"'{"de": "a", "en": "b"}'"#);
            rest
        } else {
            assert_ne!(digits, 0, "#{part}");
            write!(out, "'00000000-0000-0000-0000-{:0>12}'", &part[..digits]).unwrap();
            &part[digits..]
        };
        out.push_str(rest);
    }
    out
}

/// Runs a script that must succeed.
pub(crate) async fn done(client: &Client, sql: &str) {
    client.batch_execute(&filled(sql)).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
}

/// Runs a script that must be refused by that constraint; empty: for want of a privilege.
pub(crate) async fn refused(client: &Client, sql: &str, constraint: &str) {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| constraint.ends_with(suffix));
    let code = match constraint {
        "" => "42501",
        _ if ends(&["_fkey"]) => "23503",
        _ if ends(&["_no_overlap", "_free", "_position_key", "_order_key"]) => "23P01",
        _ if ends(&["_key"]) => "23505",
        _ => "23514",
    };
    assert_refused(client, &filled(sql), code, constraint).await;
}
