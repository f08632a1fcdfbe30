//! Graphviz.

use std::fmt::Write as _;

use super::{escaped, is_key, is_reference};
use crate::outline::{Outline, Table};

/// A graph with a cluster for each schema.
pub fn dot(outline: &Outline) -> String {
    let mut text = String::from(
        "digraph schema {\n  rankdir=LR;\n  node [shape=plain, fontname=\"Helvetica\", fontsize=10];\n  edge [arrowsize=0.6];\n",
    );
    for schema in &outline.schemas {
        let _ = writeln!(
            text,
            "  subgraph \"cluster_{0}\" {{\n    label=\"{0}\";\n    color=\"#888888\";",
            schema.name
        );
        for table in outline.tables.iter().filter(|table| table.schema == schema.name) {
            node(&mut text, table);
        }
        text.push_str("  }\n");
    }
    for table in &outline.tables {
        for reference in &table.references {
            let _ = writeln!(
                text,
                "  \"{}\":\"{}\" -> \"{}.{}\" [tooltip=\"{}\"];",
                table.full_name(),
                reference.columns.first().map_or("", String::as_str),
                reference.to_schema,
                reference.to_table,
                reference.name
            );
        }
    }
    text.push_str("}\n");
    text
}

fn node(text: &mut String, table: &Table) {
    let name = table.full_name();
    let _ = write!(
        text,
        "    \"{name}\" [tooltip=\"{}\", label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" cellpadding=\"3\"><tr><td bgcolor=\"#dde6f0\"><b>{}</b></td></tr>",
        table.comment.as_deref().unwrap_or_default().replace('\\', "\\\\").replace('"', "\\\""),
        escaped(&table.name)
    );
    for column in &table.columns {
        let (open, close) = match (is_key(table, column), is_reference(table, column)) {
            (true, _) => ("<u>", "</u>"),
            (false, true) => ("<i>", "</i>"),
            (false, false) => ("", ""),
        };
        let _ = write!(
            text,
            "<tr><td port=\"{0}\" align=\"left\">{open}{0}{close} {1}</td></tr>",
            escaped(&column.name),
            escaped(&column.type_name)
        );
    }
    text.push_str("</table>>];\n");
}
