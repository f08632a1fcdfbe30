//! The frame: options, output and failures. Commands have tests of their own.
mod access;
mod attacks;
mod audit;
mod events;
mod functions;
mod git;
mod invoke;
mod migrate;
mod routes;
mod schema;
mod seed;
mod watch;

use clap::{CommandFactory, Parser};

use crate::{
    Cli,
    failure::{Exit, Failure},
    output::{Format, Paint, Table, early_format},
    token::seconds,
};

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_shows_an_example() {
    let mut root = Cli::command();
    root.build();

    let silent: Vec<&str> = root
        .get_subcommands()
        .filter(|command| {
            !command.get_after_help().is_some_and(|help| help.to_string().contains("Examples:"))
        })
        .map(clap::Command::get_name)
        .collect();

    assert!(silent.is_empty(), "no examples in the help of {silent:?}");
}

#[test]
fn a_mistyped_command_is_answered_with_the_right_one() {
    let error = Cli::try_parse_from(["aruuri", "complete"]).unwrap_err().to_string();

    assert!(error.contains("completion"), "{error}");
}

#[test]
fn json_is_recognised_before_the_command_line_is_understood() {
    let format = |args: &[&str]| early_format(&args.iter().map(Into::into).collect::<Vec<_>>());

    for args in [&["x", "-o", "json"][..], &["-ojson"], &["--output=json"], &["--output", "json"]] {
        assert_eq!(format(args), Format::Json, "{args:?}");
    }
    for args in [&["x"][..], &["-o", "table"], &["--", "-o", "json"], &["-o", "nonsense"]] {
        assert_eq!(format(args), Format::Table, "{args:?}");
    }
}

#[test]
fn exit_codes_are_those_that_are_documented() {
    assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 4, 5, 6, 130]);
    assert_eq!(Exit::MIGRATE.map(Exit::code), [4, 5, 6, 7, 8]);
}

#[test]
fn a_style_takes_no_room_in_a_table() {
    let mut table = Table::new(&["server", "state"]);
    table.row([Paint::good("up").to_string(), "x".to_owned()]);
    table.row(["primary".to_owned(), "y".to_owned()]);

    let text = anstream::adapter::strip_str(&table.to_string()).to_string();

    assert_eq!(text, "SERVER   STATE\nup       x\nprimary  y\n");
}

#[test]
fn a_failure_says_what_where_why_and_what_next() {
    let cause = std::io::Error::other("disk is full");
    let failure = Failure::new(Exit::Failure, "cannot write the log")
        .place("a/b.log")
        .because(&cause)
        .next("cargo aruuri doctor");

    let text = anstream::adapter::strip_str(&failure.text()).to_string();
    let json: serde_json::Value = serde_json::from_str(&failure.json()).unwrap();

    assert_eq!(
        text,
        "error: cannot write the log\n  where: a/b.log\n  why:   disk is full\n  next:  cargo aruuri doctor"
    );
    let expected = serde_json::json!({
        "schema_version": 1,
        "type": "urn:aruuri:failure:failure",
        "title": "failed",
        "detail": "cannot write the log",
        "instance": "a/b.log",
        "exit_code": 1,
        "causes": ["disk is full"],
        "next": "cargo aruuri doctor",
    });
    assert_eq!(json, expected);
}

#[test]
fn a_failure_of_the_servers_names_its_install_command_and_exit_code() {
    let missing = stack::Error::Missing {
        program: "PgBouncer",
        install: "apt-get install pgbouncer".to_owned(),
        reason: "no package".to_owned(),
    };

    let failure = Failure::from(missing);

    assert_eq!(failure.exit(), Exit::Unreachable);
    assert!(failure.text().contains("apt-get install pgbouncer"), "{}", failure.text());
}

#[test]
fn times_take_a_unit() {
    let good = [("90", 90), ("1s", 1), ("15m", 900), ("1h", 3600), ("7d", 604_800)];
    assert_eq!(good.map(|(text, _)| seconds(text)), good.map(|(_, number)| Ok(number)));
    for bad in ["", "0", "h", "1w", "-1s", "1.5h", "99999999999999999999", "9999999999999999d"] {
        assert!(seconds(bad).is_err(), "{bad}");
    }
}
