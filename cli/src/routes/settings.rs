//! `docs/settings.md`: what operators may change without a release.
use std::fmt::Write as _;

use platform::settings::registry::{Kind, Known};

use super::WRITTEN;

/// One line for each setting.
pub(crate) fn text(settings: &[Known]) -> String {
    let mut text = format!(
        "<!-- {WRITTEN} -->\n\
         # Settings\n\
         \n\
         What operators may change without a release: a list in code (`functions/platform/src/settings/registry.rs`), and a row\n\
         of `platform.settings` for what somebody has set. The statement that needs a setting reads it, so that it counts from\n\
         the next request on and costs no round trip.\n\
         \n\
         `GET /v1/platform/settings` lists all with value, default and JSON Schema, `GET …/{{key}}` finds one, `PUT …/{{key}}` with\n\
         `{{\"value\": …}}` and `If-Match` sets it (`\"0\"`: nobody has set it yet), `DELETE …/{{key}}` takes it back to its default, and\n\
         `GET …/{{key}}/history` tells who changed it, when, from what to what. A key that is not listed here is 404, a value that\n\
         does not fit is 422; the database refuses it too. The value of a secret is in no answer, no log and no audit entry, not\n\
         even as a digest.\n\
         \n\
         | key | value | default | what it does | read by |\n\
         |---|---|---|---|---|\n"
    );
    for known in settings {
        let value = match known.kind {
            Kind::Integer { least, most, .. } => format!("{least} to {most} {}", known.unit),
            Kind::Choice { of, .. } => of.join(" or "),
            Kind::Text { most } => format!("text of at most {most} characters"),
        };
        let secret = if known.secret { ", a secret" } else { "" };
        let default = known.kind.default();
        let default = if default.is_null() { "none".to_owned() } else { format!("`{default}`") };
        let _ = writeln!(
            text,
            "| `{}` | {value}{secret} | {default} | {} | {} |",
            known.key, known.english, known.read_by
        );
    }
    text
}
