//! The second witness: `pg_dump -s` of two databases must say the same, in case facts are blind to something.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use stack::{Kind, Template};
use tokio::process::Command;

use crate::facts::is_rolling_name;
use crate::split::split;

/// Why there is no dump.
#[derive(Debug)]
pub(crate) enum Missing {
    /// The program is not installed.
    Program,
    /// It failed; what it said.
    Failed(String),
}

/// The statements that `pg_dump -s` writes for a database, each as often as it comes.
pub(crate) async fn statements(database: &Template) -> Result<BTreeMap<String, usize>, Missing> {
    let program = program().ok_or(Missing::Program)?;
    let (port, user, password) = database
        .running
        .login(database.domain, Kind::Direct)
        .ok_or_else(|| Missing::Failed("the primary has no login".to_owned()))?;
    let output = Command::new(program)
        .args(["--schema-only", "--no-security-labels", "--exclude-schema=atlas_schema_revisions"])
        .args(["--host=127.0.0.1", &format!("--port={port}"), "--no-password"])
        .args([&format!("--username={user}"), &format!("--dbname={}", database.name)])
        .env("PGPASSWORD", password)
        .env("PGSSLMODE", "verify-ca")
        .env("PGSSLROOTCERT", &database.running.ca_pem)
        .env_remove("PGOPTIONS")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| Missing::Failed(error.to_string()))?;
    if !output.status.success() {
        return Err(Missing::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut found = BTreeMap::new();
    // `\restrict` is a command of psql.
    let sql: String =
        text.lines().filter(|line| !line.starts_with('\\')).flat_map(|l| [l, "\n"]).collect();
    let statements = split(&sql);
    let rolling: Vec<&str> = statements.iter().filter_map(|s| rolling_partition(s.text)).collect();
    for statement in statements {
        // As in the facts: these come with time. What belongs to one is called after it.
        if rolling.iter().any(|name| statement.text.contains(name)) {
            continue;
        }
        *found.entry(normalised(statement.text)).or_insert(0) += 1;
    }
    Ok(found)
}

/// Beside the server's own programs, whose version fits; else on the PATH.
fn program() -> Option<PathBuf> {
    let beside = stack::installed()[0].path.as_ref().map(|folder| folder.join("pg_dump"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("pg_dump"));
    beside.into_iter().chain(on_path).find(|program| program.is_file())
}

/// `ALTER TABLE ONLY parent ATTACH PARTITION name FOR VALUES …` to the name, if the partition comes with time.
fn rolling_partition(statement: &str) -> Option<&str> {
    let (parent, rest) =
        statement.strip_prefix("ALTER TABLE ONLY ")?.split_once(" ATTACH PARTITION ")?;
    let name = rest.split(' ').next()?;
    is_rolling_name(name, parent).then_some(name)
}

/// The order of a table's columns is no difference: a migration can only add at the end. Nor is that of its options.
fn normalised(statement: &str) -> String {
    if !statement.starts_with("CREATE TABLE ") {
        return statement.to_owned();
    }
    let mut lines: Vec<&str> = statement.lines().collect();
    let Some(end) = lines.iter().rposition(|line| line.starts_with(')')).filter(|end| *end > 1)
    else {
        return statement.to_owned();
    };
    let inner: Vec<&str> = lines[1..end].iter().map(|line| line.trim_end_matches(',')).collect();
    lines.splice(1..end, inner);
    lines[1..end].sort_unstable();
    lines.iter().map(|line| sorted_options(line)).collect::<Vec<_>>().join("\n")
}

/// `WITH (b=1, a=2)` and its like; no option has a comma in it.
fn sorted_options(line: &str) -> String {
    let inside = line.strip_prefix("WITH (").and_then(|rest| rest.split_once(')'));
    let Some((options, rest)) = inside else { return line.to_owned() };
    let mut options: Vec<&str> = options.split(", ").collect();
    options.sort_unstable();
    format!("WITH ({}){rest}", options.join(", "))
}

/// What only one of two dumps says: `- ` the first, `+ ` the second.
pub(crate) fn differences(
    first: &BTreeMap<String, usize>,
    second: &BTreeMap<String, usize>,
) -> Vec<String> {
    let only = |a: &BTreeMap<String, usize>, b: &BTreeMap<String, usize>, mark: &str| {
        let more = a.iter().filter(|(text, count)| b.get(*text).unwrap_or(&0) < count);
        more.map(|(text, _)| format!("{mark} {text}")).collect::<Vec<_>>()
    };
    let mut all = only(first, second, "-");
    all.extend(only(second, first, "+"));
    all
}
