//! DBML, for dbdiagram.io and its like.

use std::fmt::Write as _;

use super::is_key;
use crate::outline::{Column, Outline, Reference, Table};

/// Tables with their columns, unique constraints and references.
pub fn dbml(outline: &Outline) -> String {
    let mut text = String::new();
    for table in &outline.tables {
        let _ = writeln!(text, "Table {} {{", name(&table.schema, &table.name));
        for column in &table.columns {
            line(&mut text, table, column);
        }
        indexes(&mut text, table);
        if let Some(comment) = &table.comment {
            let _ = writeln!(text, "  Note: '{}'", quoted(comment));
        }
        text.push_str("}\n\n");
    }
    for table in &outline.tables {
        for reference in &table.references {
            refers(&mut text, table, reference);
        }
    }
    text
}

fn line(text: &mut String, table: &Table, column: &Column) {
    let mut settings = Vec::new();
    if table.key.len() == 1 && is_key(table, column) {
        settings.push("pk".to_owned());
    }
    settings.push(if column.nullable { "null" } else { "not null" }.to_owned());
    if let Some(default) = &column.default {
        settings.push(format!("default: `{}`", default.replace('`', "'")));
    }
    if column.identity.is_some() {
        settings.push("increment".to_owned());
    }
    if let Some(comment) = &column.comment {
        settings.push(format!("note: '{}'", quoted(comment)));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let type_name = match column.type_name.chars().all(plain) {
        true => column.type_name.clone(),
        false => format!("\"{}\"", column.type_name.replace('"', "")),
    };
    let _ = writeln!(text, "  \"{}\" {type_name} [{}]", column.name, settings.join(", "));
}

fn indexes(text: &mut String, table: &Table) {
    let unique = table.unique.iter().filter(|unique| !unique.columns.is_empty());
    let mut lines: Vec<String> = unique
        .map(|unique| {
            let rows = unique.predicate.as_ref();
            let rows = rows.map(|which| format!(", note: 'where {}'", quoted(which)));
            let (columns, rows) = (list(&unique.columns), rows.unwrap_or_default());
            format!("    ({columns}) [unique, name: '{}'{rows}]", unique.name)
        })
        .collect();
    if table.key.len() > 1 {
        lines.insert(0, format!("    ({}) [pk]", list(&table.key)));
    }
    if !lines.is_empty() {
        let _ = writeln!(text, "  indexes {{\n{}\n  }}", lines.join("\n"));
    }
}

fn refers(text: &mut String, table: &Table, reference: &Reference) {
    let end = |of: String, columns: &[String]| match columns {
        [column] => format!("{of}.\"{column}\""),
        columns => format!("{of}.({})", list(columns)),
    };
    let _ = writeln!(
        text,
        "Ref {}: {} > {} [delete: {}]",
        reference.name,
        end(name(&table.schema, &table.name), &reference.columns),
        end(name(&reference.to_schema, &reference.to_table), &reference.to_columns),
        reference.on_delete
    );
}

fn name(schema: &str, table: &str) -> String {
    format!("\"{schema}\".\"{table}\"")
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}
