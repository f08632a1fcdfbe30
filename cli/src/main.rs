//! `aruuri`: the command line that builds, serves and checks the functions on this machine.
//!
//! Data goes to stdout, everything else to stderr, and it never asks a question without a terminal.
#![allow(dead_code, reason = "the frame comes before the commands that use it")]

mod access;
mod audit;
mod bench;
mod cargo;
mod clock;
mod completion;
mod databases;
mod dev;
mod doctor;
mod down;
mod events;
mod failure;
mod failures;
mod functions;
mod help;
mod interrupt;
mod invoke;
mod ledger;
mod mail;
mod migrate;
mod output;
mod routes;
mod schema;
mod seed;
mod sqlhttp;
mod status;
mod test;
#[cfg(test)]
mod tests;
mod token;
mod torture;
mod up;
mod watch;

use std::{ffi::OsString, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    failure::{Exit, Failure},
    output::{Color, Format, Output},
};

/// Local servers, functions and generated files of this repository.
#[derive(Debug, Parser)]
#[command(
    name = "aruuri",
    bin_name = "cargo aruuri",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = help::MAIN
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Everywhere")]
struct Global {
    /// How data is written to stdout
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value = "table",
        env = "ARUURI_OUTPUT"
    )]
    output: Format,
    /// Only data and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// More about what happens; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// Colours; `auto` honours NO_COLOR, CLICOLOR_FORCE and TERM
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

/// One module per command; each has `run(self, &Output)`.
#[derive(Debug, Subcommand)]
enum Command {
    Dev(dev::Dev),
    Invoke(invoke::Invoke),
    Up(up::Up),
    Down(down::Down),
    Status(status::Status),
    Token(token::Token),
    Mail(mail::Mail),
    Ledger(ledger::Ledger),
    Audit(audit::Audit),
    Events(events::Events),
    Migrate(migrate::Migrate),
    Schema(schema::Schema),
    Seed(seed::Seed),
    Sqlhttp(sqlhttp::Sqlhttp),
    Routes(routes::Routes),
    Access(access::Access),
    Bench(bench::Bench),
    Failures(failures::Failures),
    Test(test::Test),
    Doctor(doctor::Doctor),
    Completion(completion::Completion),
    Help(help::Help),
}

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    output::early_color(&args).apply();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return refuse_usage(&error, &args),
    };
    cli.global.color.apply();
    let out = Output::new(cli.global.output, cli.global.quiet, cli.global.verbose);
    match run(cli.command, &out) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.print(&out);
            failure.exit().into()
        }
    }
}

/// A command returns the exit code of what it found, or why it could not look.
fn run(command: Command, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Dev(command) => command.run(out),
        Command::Invoke(command) => command.run(out),
        Command::Up(command) => command.run(out),
        Command::Down(command) => command.run(out),
        Command::Status(command) => command.run(out),
        Command::Token(command) => command.run(out),
        Command::Mail(command) => command.run(out),
        Command::Ledger(command) => command.run(out),
        Command::Audit(command) => command.run(out),
        Command::Events(command) => command.run(out),
        Command::Migrate(command) => command.run(out),
        Command::Schema(command) => command.run(out),
        Command::Seed(command) => command.run(out),
        Command::Sqlhttp(command) => command.run(out),
        Command::Routes(command) => command.run(out),
        Command::Access(command) => command.run(out),
        Command::Bench(command) => command.run(out),
        Command::Failures(command) => command.run(out),
        Command::Test(command) => command.run(out),
        Command::Doctor(command) => command.run(out),
        Command::Completion(command) => command.run(out),
        Command::Help(command) => command.run(out),
    }
}

/// Prints what clap has to say, as JSON where JSON was asked for, so that a script reads one form.
fn refuse_usage(error: &clap::Error, args: &[OsString]) -> ExitCode {
    if error.use_stderr() && output::early_format(args) == Format::Json {
        let sentence = error.render().to_string();
        let what = sentence.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let tip = sentence.lines().find_map(|line| line.trim().strip_prefix("tip: "));
        let failure = Failure::new(Exit::Usage, what).next(tip.unwrap_or("cargo aruuri --help"));
        failure.print(&Output::new(Format::Json, false, 0));
        return failure.exit().into();
    }
    // Nothing is left to report to when even this cannot be written.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() }
}
