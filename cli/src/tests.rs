//! The frame: options, output and failures. Commands have tests of their own.
use clap::{CommandFactory, Parser};

use crate::{
    Cli,
    failure::Exit,
    output::{Format, Paint, Table, early_format},
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
    assert_eq!(Exit::ALL.map(|exit| exit as u8), [0, 1, 2, 3, 4, 5, 6, 130]);
}

#[test]
fn a_style_takes_no_room_in_a_table() {
    let mut table = Table::new(&["server", "state"]);
    table.row([Paint::good("up").to_string(), "x".to_owned()]);
    table.row(["primary".to_owned(), "y".to_owned()]);

    let text = anstream::adapter::strip_str(&table.to_string()).to_string();

    assert_eq!(text, "SERVER   STATE\nup       x\nprimary  y\n");
}
