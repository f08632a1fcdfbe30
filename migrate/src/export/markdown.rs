//! A page about every table of a domain.

use std::fmt::Write as _;

use crate::outline::{Column, Outline, Steps, Table};

/// Schemas, tables, columns, keys, references, indexes, conditions and the steps of state machines. The diagram beside the
/// page is called `<title>.svg`.
pub fn markdown(outline: &Outline, title: &str) -> String {
    let mut text = format!("# Tables of {title}\n\n");
    let (tables, schemas) = (outline.tables.len(), outline.schemas.len());
    let _ = writeln!(
        text,
        "{} in {}. Arrows of the [diagram]({title}.svg) lead from a foreign key to its table;\n\
         `…_ref` columns hold ids of another database.\n\n![Diagram]({title}.svg)\n",
        counted(tables, "table"),
        counted(schemas, "schema"),
    );
    for schema in &outline.schemas {
        let _ = writeln!(text, "- [{0}](#{0}): {1}", schema.name, line(schema.comment.as_deref()));
    }
    for schema in &outline.schemas {
        let _ = writeln!(text, "\n## {}\n\n{}", schema.name, line(schema.comment.as_deref()));
        for table in outline.tables.iter().filter(|table| table.schema == schema.name) {
            about(&mut text, table);
        }
    }
    text
}

fn about(text: &mut String, table: &Table) {
    let _ = writeln!(text, "\n### {}\n\n{}\n", table.full_name(), line(table.comment.as_deref()));
    if let Some(key) = &table.partitioned_by {
        let _ = writeln!(text, "Partitioned by `{key}`.\n");
    }
    text.push_str("| column | type | null | default | meaning |\n|---|---|---|---|---|\n");
    for column in &table.columns {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} | {} | {} |",
            column.name,
            column.type_name,
            if column.nullable { "yes" } else { "" },
            default(column),
            line(column.comment.as_deref()).replace('|', "\\|")
        );
    }
    text.push('\n');
    if !table.key.is_empty() {
        let _ = writeln!(text, "- Primary key: {}", codes(&table.key));
    }
    for unique in table.unique.iter().filter(|unique| !unique.columns.is_empty()) {
        let condition = unique.predicate.as_deref();
        let condition =
            condition.map(|which| format!(" where {}", code(which))).unwrap_or_default();
        let _ =
            writeln!(text, "- Unique: {}{condition} (`{}`)", codes(&unique.columns), unique.name);
    }
    for reference in &table.references {
        let to = format!("{}.{}", reference.to_schema, reference.to_table);
        let deferred = if reference.deferrable { ", deferrable" } else { "" };
        let _ = writeln!(
            text,
            "- {} → [{to}](#{}) ({}), on delete {}{deferred} (`{}`)",
            codes(&reference.columns),
            // As GitHub makes an address of a heading.
            to.replace('.', ""),
            codes(&reference.to_columns),
            reference.on_delete,
            reference.name
        );
    }
    for check in &table.checks {
        let _ = writeln!(text, "- Check `{}`: {}", check.name, code(&check.expression));
    }
    for index in table.indexes.iter().filter(|index| !index.unique) {
        let _ = writeln!(text, "- Index `{}`: {}", index.name, code(&index.definition));
    }
    for steps in &table.steps {
        about_steps(text, steps);
    }
}

fn about_steps(text: &mut String, steps: &Steps) {
    let first = match steps.first[..] {
        [] => String::new(),
        _ => format!(" begins as {};", codes(&steps.first)),
    };
    let each = steps.steps.iter().map(|(from, to)| match to[..] {
        [] => format!("`{from}` ends"),
        _ => format!("`{from}` → {}", codes(to)),
    });
    let _ = writeln!(
        text,
        "- Steps of `{}`:{first} {}",
        steps.column,
        each.collect::<Vec<_>>().join("; ")
    );
}

fn default(column: &Column) -> String {
    match (&column.default, &column.identity) {
        (Some(default), _) if column.generated => format!("always {}", code(default)),
        (Some(default), _) => code(default),
        (None, Some(identity)) => format!("counted, {identity}"),
        (None, None) => String::new(),
    }
}

/// One line, whatever was written.
fn line(text: Option<&str>) -> String {
    text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// SQL in one line of a table.
fn code(sql: &str) -> String {
    let sql = line(Some(sql)).replace('|', "\\|");
    if sql.contains('`') { format!("`` {sql} ``") } else { format!("`{sql}`") }
}

fn codes(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
