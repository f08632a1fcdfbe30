//! Rules of squawk that say what ours do not.

use squawk_linter::{Linter, Rule};
use squawk_syntax::SourceFile;

use super::source::Source;
use super::{Raw, Severity};

/// Rules that are asked for, with their severity; docs/migrations.md says why the others are not.
const RULES: &[(Rule, Severity)] = &[
    (Rule::BanAlterIdentity, Severity::Warning),
    (Rule::BanCharField, Severity::Warning),
    (Rule::BanDropDatabase, Severity::Error),
    (Rule::BanDropDefault, Severity::Warning),
    (Rule::BanDropGeneratedExpression, Severity::Warning),
    (Rule::BanDuplicateColumnAssignments, Severity::Error),
    (Rule::BanTruncateCascade, Severity::Error),
    (Rule::IdentifierTooLong, Severity::Error),
    (Rule::PreferIdentity, Severity::Warning),
    (Rule::PreferTextField, Severity::Warning),
    (Rule::PreferTimestampTz, Severity::Warning),
    (Rule::RenamingObject, Severity::Warning),
    (Rule::RequireConcurrentPartitionDetach, Severity::Warning),
    (Rule::RequireConcurrentReindex, Severity::Warning),
];

/// The names of these rules, which are their codes.
pub(super) fn rules() -> impl Iterator<Item = (String, Severity)> {
    RULES.iter().map(|(rule, severity)| (rule.to_string(), *severity))
}

/// Rules that say less than one of ours where both are found.
const SAID: &[(&str, &[&str])] = &[("renaming-object", &["AR102", "AR112", "BC101"])];

/// Whether a finding of ours in the same statement makes one of squawk's needless.
pub(super) fn is_said(code: &str, ours: &[&'static str]) -> bool {
    SAID.iter().any(|(rule, by)| *rule == code && ours.iter().any(|code| by.contains(code)))
}

/// Whether a code is one of these rules.
pub(super) fn is_rule(code: &str) -> bool {
    RULES.iter().any(|(rule, _)| rule.to_string() == code)
}

/// Findings of squawk in a file; what it cannot parse the server will.
pub(super) fn of(source: &Source<'_>) -> Vec<(String, Raw)> {
    let mut linter = Linter::from(RULES.iter().map(|(rule, _)| *rule));
    linter.settings.assume_in_transaction = source.in_transaction();
    let violations = linter.lint(&SourceFile::parse(source.text), source.text);
    let find = |violation: squawk_linter::Violation| {
        let offset = usize::from(violation.text_range.start());
        let statement = source.statements.iter().rposition(|s| s.start <= offset);
        let severity = RULES.iter().find(|(rule, _)| *rule == violation.code);
        let raw = Raw {
            offset: Some(offset),
            severity: severity.map(|(_, severity)| *severity),
            mend: violation.help,
            ..source.at("", statement, violation.message.trim_end_matches('.'))
        };
        (violation.code.to_string(), raw)
    };
    violations.into_iter().map(find).collect()
}
