//! Every code with its default, what it finds and how that is mended.

use crate::plan::Severity::{self, Error, Info, Warning};

/// One line of the table of codes.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The code: `DS103`.
    pub code: &'static str,
    /// How bad it is by default.
    pub severity: Severity,
    /// How bad it is where nothing says that the release before does not need it any more (`-- aruuri:phase contract`).
    pub expand: Severity,
    /// Whether it is looked for only when it is asked for.
    pub off: bool,
    /// What it finds, for the table of codes.
    pub title: &'static str,
    /// How it is mended.
    pub mend: &'static str,
}

const fn rule(
    code: &'static str,
    severity: Severity,
    title: &'static str,
    mend: &'static str,
) -> Rule {
    Rule { code, severity, expand: severity, off: false, title, mend }
}

/// Breaks the release before this one: an error unless the file says that it is the contract phase.
const fn breaking(code: &'static str, title: &'static str, mend: &'static str) -> Rule {
    Rule { code, severity: Warning, expand: Error, off: false, title, mend }
}

const fn naming(code: &'static str, title: &'static str) -> Rule {
    const MEND: &str = "name it in lower case with underscores, as in journal_lines";
    Rule { code, severity: Warning, expand: Warning, off: true, title, mend: MEND }
}

const CONTRACT: &str = "drop it in a later release than the one that stopped using it, and say so: \
    -- aruuri:phase contract <issue or reason>";
const RENAME: &str = "keep the old name as a view (-- aruuri:shim <old name> drop with <issue or version>), or add the \
    new one beside it and drop the old one in a later release (-- aruuri:phase contract <issue or reason>)";
const CONCURRENTLY: &str = "put it alone into a file that begins with `-- atlas:txmode none` and an empty line, and add \
    concurrently; `migrate diff --online` writes that";
const VALIDATE: &str =
    "add it as not valid and validate it in a later file; `migrate diff --online` writes that";

/// Every rule of our own, by code. Those of squawk have its names for codes.
pub const RULES: &[Rule] = &[
    rule("AR100", Error, "statement fails", "mend the statement; nothing after it was looked at"),
    rule(
        "AR101",
        Error,
        "enum value used in the transaction that adds it",
        "add the value in a file of its own, before this one",
    ),
    rule(
        "AR102",
        Error,
        "enum value removed or renamed",
        "keep the value and stop writing it; rows and the release before may still have it",
    ),
    rule(
        "AR103",
        Error,
        "transaction begun or ended in a file",
        "take it out: the runner begins and ends the transaction",
    ),
    rule(
        "AR104",
        Error,
        "file without transaction that cannot be resumed",
        "one statement for each file with `-- atlas:txmode none`, without if not exists, so that the runner knows \
         after a crash whether it was done",
    ),
    rule(
        "AR105",
        Error,
        "access widened: row security off, a wider policy, a grant to public",
        "grant to the roles that need it, and keep the policies",
    ),
    rule(
        "AR106",
        Error,
        "security definer without search_path",
        "add: set search_path = ''; otherwise callers choose what its names mean",
    ),
    rule(
        "AR107",
        Warning,
        "rows rewritten while a lock stops every reader",
        "change the rows in a file of their own, or in batches outside of migrations",
    ),
    rule(
        "AR108",
        Info,
        "view or function rebuilt",
        "nothing, if its privileges and comments are there again: `migrate verify` compares them",
    ),
    rule(
        "AR109",
        Error,
        "object of an unsupported kind",
        "do without it: nothing here could compare it, so a wrong one would not be noticed",
    ),
    rule(
        "AR110",
        Error,
        "version out of order or twice",
        "cargo aruuri migrate rebase gives the new files later versions",
    ),
    breaking(
        "AR111",
        "type of a column changed",
        "add a column of the new type beside it, fill it, and drop the old one later",
    ),
    breaking("AR112", "view, function, type, sequence or privilege gone", CONTRACT),
    rule(
        "AR113",
        Error,
        "old name not kept as announced",
        "create view <old name> as select <every old column> from <new name>, with the old privileges",
    ),
    rule(
        "AR114",
        Error,
        "directive not understood",
        "-- atlas:nolint [CODE …], -- aruuri:phase contract <issue or reason>, \
         -- aruuri:shim <old name> drop with <issue or version>",
    ),
    rule(
        "AR115",
        Warning,
        "trigger dropped or switched off",
        "see that nothing relies on it: triggers keep rows that are only ever added, and states in order",
    ),
    breaking("BC101", "table or view renamed", RENAME),
    breaking("BC102", "column renamed", RENAME),
    rule(
        "CD101",
        Warning,
        "foreign key dropped",
        "make sure that nothing relies on the rows it guarded",
    ),
    breaking("DS101", "schema dropped", CONTRACT),
    breaking("DS102", "table dropped", CONTRACT),
    breaking("DS103", "column dropped", CONTRACT),
    rule(
        "MF101",
        Warning,
        "unique index on rows that may be equal",
        "look for equal rows first, and mend them in an earlier file",
    ),
    rule(
        "MF102",
        Warning,
        "index made unique",
        "look for equal rows first, and mend them in an earlier file",
    ),
    rule(
        "MF103",
        Warning,
        "column that must not be null, without default",
        "give it a default, or add it nullable, fill it and set it not null in a later release",
    ),
    breaking(
        "MF104",
        "column made not null",
        "fill the nulls in an earlier file, in a release whose code writes no null any more",
    ),
    naming("NM101", "name of a schema"),
    naming("NM102", "name of a table or view"),
    naming("NM103", "name of a column"),
    naming("NM104", "name of an index"),
    naming("NM105", "name of a foreign key"),
    naming("NM106", "name of a check"),
    rule("PG101", Warning, "index built while writers wait", CONCURRENTLY),
    rule("PG102", Warning, "index dropped while everybody waits", CONCURRENTLY),
    rule(
        "PG103",
        Warning,
        "concurrently inside a transaction",
        "begin the file with `-- atlas:txmode none` and an empty line",
    ),
    rule(
        "PG104",
        Warning,
        "primary key built while everybody waits",
        "build the unique index concurrently first, then add the constraint with: using index",
    ),
    rule(
        "PG105",
        Warning,
        "unique constraint built while everybody waits",
        "build the unique index concurrently first, then add the constraint with: using index",
    ),
    rule(
        "PG301",
        Warning,
        "table rewritten for another type or storage",
        "add a column of the new type beside it, fill it in batches, and drop the old one later",
    ),
    rule(
        "PG302",
        Warning,
        "table rewritten for a new column",
        "add the column without default, set the default, and fill it in batches",
    ),
    rule(
        "PG303",
        Warning,
        "table read through for not null",
        "add a check (… is not null) as not valid, validate it in a later file, then set not null, which trusts it",
    ),
    rule("PG305", Warning, "table read through for a check", VALIDATE),
    rule("PG306", Warning, "table read through for a foreign key", VALIDATE),
];

/// The rule of a code.
pub(super) fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

/// Names that Atlas has for groups of its codes, in `nolint`.
pub(super) const ANALYZERS: &[(&str, &str)] = &[
    ("destructive", "DS"),
    ("data_depend", "MF"),
    ("incompatible", "BC"),
    ("constraint_deletion", "CD"),
    ("naming", "NM"),
    ("concurrent_index", "PG10"),
];
