//! The tables of a database as documents: pages and diagrams for people, descriptions for other tools.
//!
//! Every text is a function of the outline alone, in the order of names, so that it changes only with the schema.

mod dbml;
mod dot;
mod markdown;
mod mermaid;
mod svg;

pub use dbml::dbml;
pub use dot::dot;
pub use markdown::markdown;
pub use mermaid::mermaid;
pub use svg::svg;

use crate::outline::{Column, Table};

/// Whether a column is part of the primary key.
fn is_key(table: &Table, column: &Column) -> bool {
    table.key.contains(&column.name)
}

/// Whether a column refers to another table.
fn is_reference(table: &Table, column: &Column) -> bool {
    table.references.iter().any(|reference| reference.columns.contains(&column.name))
}

/// Whether a column holds the id of something in another database.
fn is_soft_reference(column: &Column) -> bool {
    column.name.ends_with("_ref") && column.type_name == "uuid"
}

/// A text inside quotes of the kind that HTML and XML have.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
