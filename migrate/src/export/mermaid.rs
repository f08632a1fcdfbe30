//! Mermaid's `erDiagram`.

use std::fmt::Write as _;

use super::{is_key, is_reference};
use crate::outline::{Outline, Table};

/// An entity-relationship diagram that Markdown renderers draw.
pub fn mermaid(outline: &Outline) -> String {
    let mut text = String::from("erDiagram\n");
    for table in &outline.tables {
        entity(&mut text, table);
    }
    for table in &outline.tables {
        for reference in &table.references {
            let nullable =
                |name: &String| table.columns.iter().any(|c| c.name == *name && c.nullable);
            let one = if reference.columns.iter().any(nullable) { "|o" } else { "||" };
            let unique = std::iter::once(&table.key)
                .chain(table.unique.iter().map(|unique| &unique.columns))
                .any(|columns| *columns == reference.columns);
            let many = if unique { "o|" } else { "o{" };
            let _ = writeln!(
                text,
                "  \"{}.{}\" {one}--{many} \"{}\" : \"{}\"",
                reference.to_schema,
                reference.to_table,
                table.full_name(),
                reference.columns.join(", ")
            );
        }
    }
    text
}

fn entity(text: &mut String, table: &Table) {
    let _ = writeln!(text, "  \"{}\" {{", table.full_name());
    for column in &table.columns {
        // A type is one word there.
        let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let type_name: String =
            column.type_name.replace("[]", "_array").chars().map(word).collect();
        let keys = match (is_key(table, column), is_reference(table, column)) {
            (true, true) => " PK, FK",
            (true, false) => " PK",
            (false, true) => " FK",
            (false, false) => "",
        };
        let comment = column.comment.as_deref().unwrap_or_default().replace('"', "'");
        let _ = writeln!(text, "    {type_name} {}{keys} \"{comment}\"", column.name);
    }
    text.push_str("  }\n");
}
