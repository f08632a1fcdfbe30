//! The linter, on a small schema of its own: each code with a migration that has it and one that has not.

mod codes;
mod declared;
mod shims;
mod squawk;

use std::collections::BTreeSet;

use db::Domain;

use super::support::{directory, migrations};
use crate::lint::{Finding, Options, RULES, Report, Severity, Subject, lint, squawk_rules};

/// What the release before has.
pub(super) const BASE: &str = "
alter default privileges revoke execute on functions from public;
create schema app;
grant usage on schema app to content_writer, content_reader;
create type app.color as enum ('red', 'green');
create type app.pair as (a integer, b integer);
create domain app.short as text constraint short_length check (length(value) < 50);
create sequence app.numbers;
create table app.users (
  id bigint generated always as identity primary key,
  name text not null,
  email text,
  nick character varying(10),
  age integer,
  size integer,
  doubled integer generated always as (size * 2) stored,
  color app.color default 'red',
  label app.short,
  constraint users_age_known check (age is not null) not valid
);
create index users_name_idx on app.users (name);
create index users_age_idx on app.users (age);
create table app.orders (
  id bigint primary key,
  user_id bigint constraint orders_user_fk references app.users,
  note text
);
alter table app.orders enable row level security;
create policy orders_own on app.orders to content_writer using (id > 0);
create policy orders_some on app.orders as restrictive to content_writer using (id < 1000);
create table app.logs (id bigint not null, at date not null) partition by range (at);
create table app.logs_old partition of app.logs for values from ('2020-01-01') to ('2021-01-01');
create view app.names as select id, name from app.users;
create view app.long_names as select id from app.names where length(name) > 10;
create function app.twice(n integer) returns integer language sql immutable as 'select n * 2';
create function app.touch() returns trigger language plpgsql as 'begin return new; end';
create function app.idle() returns trigger language plpgsql as 'begin return new; end';
create trigger users_touch before update on app.users for each row execute function app.touch();
grant execute on function app.twice(integer) to content_writer;
grant select, insert, update on app.users to content_writer;
grant select on app.users to content_reader;
";

/// Looks at files that follow the base.
pub(super) async fn look_with(files: &[(&str, &str)], options: &Options) -> Report {
    let base = ("20260101000000_base.sql", BASE);
    let all: Vec<(&str, &str)> = [base].into_iter().chain(files.iter().copied()).collect();
    look_at(Domain::Content, &all, 1, options).await
}

/// Looks at all files but the first ones.
pub(super) async fn look_at(
    domain: Domain,
    files: &[(&str, &str)],
    known: usize,
    options: &Options,
) -> Report {
    let running = tokio::task::spawn_blocking(stack::ensure_up).await.unwrap().unwrap();
    let directory = directory(files);
    let new: BTreeSet<String> = files[known..].iter().map(|(name, _)| (*name).to_owned()).collect();
    let subject = Subject { running: &running, domain, directory: &directory, new: &new };
    lint(&subject, options, &mut |_| {}).await.unwrap()
}

/// Looks at one file that follows the base.
pub(super) async fn look(sql: &str) -> Report {
    look_with(&[("20260201000000_new.sql", sql)], &Options::default()).await
}

/// `DS103 error, PG301 warning`, each once.
pub(super) fn codes(report: &Report) -> String {
    let name = |finding: &Finding| {
        let severity = match finding.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        format!("{} {severity}", finding.code)
    };
    let codes: BTreeSet<String> = report.findings.iter().map(name).collect();
    codes.into_iter().collect::<Vec<_>>().join(", ")
}

/// The one finding of a code.
pub(super) fn one<'r>(report: &'r Report, code: &str) -> &'r Finding {
    let mut found = report.findings.iter().filter(|finding| finding.code == code);
    let first = found.next().unwrap_or_else(|| panic!("no {code} in {:#?}", report.findings));
    assert!(found.next().is_none(), "more than one {code} in {:#?}", report.findings);
    first
}

#[tokio::test]
async fn the_first_migrations_of_every_domain_have_no_errors() {
    for domain in Domain::ALL {
        let directory = migrations(domain.name());
        let files: Vec<(&str, &str)> =
            directory.files().iter().map(|file| (file.name(), file.text().unwrap())).collect();

        let report = look_at(domain, &files, 0, &Options::default()).await;

        assert_eq!(report.count(Severity::Error), 0, "{domain:?}: {:#?}", report.findings);
    }
}

#[test]
fn the_page_about_the_linter_has_every_code() {
    let page = std::fs::read_to_string(super::support::root().join("docs/lint.md")).unwrap();
    let word = |severity| match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let own = RULES.iter().map(|rule| {
        let is = if rule.off { "off" } else { word(rule.expand) };
        let contract = if rule.expand == rule.severity { "" } else { "contract phase" };
        (rule.code.to_owned(), is, contract)
    });
    let theirs = squawk_rules().map(|(code, severity)| (code, word(severity), ""));
    for (code, is, contract) in own.chain(theirs) {
        let row = page.lines().find(|line| line.starts_with(&format!("| {code} |")));
        let row = row.unwrap_or_else(|| panic!("{code} is not in docs/lint.md"));
        assert!(row.contains(&format!("| {is}")) && row.contains(contract), "{row}");
    }
}
