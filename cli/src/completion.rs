//! `completion`: the script that lets a shell complete commands and options.
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;

use crate::{
    Cli,
    failure::{Exit, Failure},
    output::Output,
};

/// Print the completion script of a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri completion bash > ~/.local/share/bash-completion/completions/aruuri
  cargo aruuri completion zsh > ~/.zfunc/_aruuri
  cargo aruuri completion fish > ~/.config/fish/completions/aruuri.fish

It completes `aruuri`; put target/debug on the PATH or alias it to the binary.")]
pub(crate) struct Completion {
    /// Which shell
    #[arg(value_enum)]
    shell: Known,
}

/// The shells that are looked after; clap_complete knows more.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

impl Completion {
    /// Writes the script to stdout.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        let shell = match self.shell {
            Known::Bash => Shell::Bash,
            Known::Zsh => Shell::Zsh,
            Known::Fish => Shell::Fish,
        };
        let mut script = Vec::new();
        let mut command = Cli::command().bin_name("aruuri");
        clap_complete::generate(shell, &mut command, "aruuri", &mut script);
        out.text(String::from_utf8_lossy(&script))?;
        Ok(Exit::Ok)
    }
}
