//! Where words go: data to stdout, everything else to stderr, in the form that was asked for.
use std::{
    ffi::OsString,
    fmt::{self, Display},
    io::{self, Write},
};

use clap::{
    ValueEnum,
    builder::styling::{AnsiColor, Style},
};
use serde::Serialize;

use crate::failure::{Exit, Failure};

/// The version of every JSON document this tool writes; it grows when a member changes its meaning.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// How data is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs: one JSON document
    Json,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless the environment says otherwise
    Auto,
    /// Even into a file
    Always,
    /// Never
    Never,
}

impl Color {
    /// Makes this the choice for all that is written from now on, clap's own texts too.
    pub(crate) fn apply(self) {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// `--color` before the command line is understood, so that its own errors obey it.
pub(crate) fn early_color(args: &[OsString]) -> Color {
    early(args, &["--color"]).unwrap_or(Color::Auto)
}

/// `-o` before the command line is understood, so that its own errors obey it.
pub(crate) fn early_format(args: &[OsString]) -> Format {
    let var = || Format::from_str(&std::env::var("ARUURI_OUTPUT").ok()?, true).ok();
    early(args, &["--output", "-o"]).or_else(var).unwrap_or(Format::Table)
}

fn early<T: ValueEnum>(args: &[OsString], names: &[&str]) -> Option<T> {
    let mut args = args.iter().filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        for name in names {
            let Some(rest) = arg.strip_prefix(name) else { continue };
            let value = match rest {
                "" => args.next()?,
                // `-ojson` and `-o=json` are both clap's; `--outputjson` is not.
                _ if rest.starts_with('=') => &rest[1..],
                _ if !name.starts_with("--") => rest,
                _ => continue,
            };
            return T::from_str(value, true).ok();
        }
    }
    None
}

/// What every command writes through.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    format: Format,
    quiet: bool,
    verbose: u8,
}

impl Output {
    /// From the global options.
    pub(crate) fn new(format: Format, quiet: bool, verbose: u8) -> Output {
        Output { format, quiet, verbose }
    }

    /// How data is written.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether only data and errors are wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether details are wanted.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose > 0
    }

    /// Writes the answer of a command: `json` is an object that gets a `schema_version`, `text` is the same for people.
    ///
    /// # Errors
    /// When stdout cannot be written; a reader that went away (`| head`) is not an error.
    pub(crate) fn data(&self, json: &impl Serialize, text: impl Display) -> Result<(), Failure> {
        match self.format {
            Format::Table => self.text(text),
            Format::Json => {
                let document = Document { schema_version: SCHEMA_VERSION, data: json };
                let json = serde_json::to_string_pretty(&document).map_err(|error| {
                    Failure::new(Exit::Failure, "cannot write the answer as JSON").because(&error)
                })?;
                self.text(json)
            }
        }
    }

    /// Writes text that has no other form (a script, a help topic) to stdout.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub(crate) fn text(&self, text: impl Display) -> Result<(), Failure> {
        let text = text.to_string();
        let mut stdout = anstream::stdout().lock();
        match writeln!(stdout, "{}", text.trim_end_matches('\n')).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::new(Exit::Failure, "cannot write to stdout").because(&error))
            }
            _ => Ok(()),
        }
    }

    /// Progress: one line per step on stderr, silent with `-q`.
    pub(crate) fn step(&self, text: impl Display) {
        if !self.quiet {
            self.raw_error(text);
        }
    }

    /// Details, with `-v` only.
    pub(crate) fn detail(&self, text: impl Display) {
        if self.verbose > 0 {
            self.raw_error(Paint::dim(text));
        }
    }

    /// Something that works but should not stay so; never silenced.
    pub(crate) fn warn(&self, text: impl Display) {
        self.raw_error(format_args!("{} {text}", Paint::warn("warning:")));
    }

    /// One whole message to stderr.
    pub(crate) fn raw_error(&self, text: impl Display) {
        // A closed stderr leaves nobody to tell.
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}

#[derive(Serialize)]
struct Document<'a, T> {
    schema_version: u32,
    #[serde(flatten)]
    data: &'a T,
}

/// Text in a style; anstream takes the style away where it does not belong.
#[derive(Debug)]
pub(crate) struct Paint<T>(Style, T);

impl<T: Display> Paint<T> {
    /// Green.
    pub(crate) fn good(text: T) -> Paint<T> {
        Paint(AnsiColor::Green.on_default(), text)
    }

    /// Yellow.
    pub(crate) fn warn(text: T) -> Paint<T> {
        Paint(AnsiColor::Yellow.on_default().bold(), text)
    }

    /// Red.
    pub(crate) fn bad(text: T) -> Paint<T> {
        Paint(AnsiColor::Red.on_default().bold(), text)
    }

    /// Bold.
    pub(crate) fn bold(text: T) -> Paint<T> {
        Paint(Style::new().bold(), text)
    }

    /// Faint.
    pub(crate) fn dim(text: T) -> Paint<T> {
        Paint(Style::new().dimmed(), text)
    }
}

impl<T: Display> Display for Paint<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Paint(style, text) = self;
        write!(f, "{style}{text}{style:#}")
    }
}

/// Columns for people; the last one is not padded.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With its headings.
    pub(crate) fn new(head: &[&str]) -> Table {
        Table { rows: vec![head.iter().map(|name| name.to_uppercase()).collect()] }
    }

    /// One more row, of as many cells as there are headings; a cell may carry a [`Paint`].
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| seen(cell)).max()
        };
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width - seen(cell) + 2));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The columns a cell takes on the screen: a style takes none.
fn seen(cell: &str) -> usize {
    anstream::adapter::strip_str(cell).to_string().chars().count()
}
