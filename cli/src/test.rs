//! `test`: the tests of domains, with functions that reach their database in a chosen way.
use std::process::Stdio;

use clap::{Args, ValueEnum};
use stack::Stack;

use crate::{
    cargo::{self, Binaries},
    failure::{Exit, Failure},
    functions,
    migrate::Domains,
    output::Output,
};

/// Run the tests of domains over a transport
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri test --domain finance                         on the primary, without a pooler
  cargo aruuri test --domain finance --transport tcp-pooled
  cargo aruuri test --domain finance --transport http        SQL over HTTP
  cargo aruuri test --domain finance refund claims           those whose name holds one of these

The same tests pass over every transport. They start the local servers if need be, and each has a database of its own.
`cargo test --workspace --lib --bin aruuri` runs all tests of the workspace.")]
pub(crate) struct Test {
    #[command(flatten)]
    domains: Domains,
    /// How functions reach their database
    #[arg(long, value_enum, value_name = "TRANSPORT", default_value = "tcp-direct")]
    transport: Transport,
    /// Parts of the names of tests; all by default
    names: Vec<String>,
}

/// As `ARUURI_TEST_TRANSPORT` has it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Transport {
    TcpDirect,
    TcpPooled,
    Http,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Transport::TcpDirect => "tcp-direct",
            Transport::TcpPooled => "tcp-pooled",
            Transport::Http => "http",
        }
    }
}

impl Test {
    /// Builds them and runs one domain after the other.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        functions::runtime()?.block_on(async {
            let checkout = Stack::find()?;
            let binaries = cargo::build_tests(checkout.root()).await?;
            let mut failed = Vec::new();
            for domain in self.domains.list() {
                let name = domain.name();
                out.step(format_args!("{name} over {}", self.transport.name()));
                if !self.run_one(name, &binaries).await? {
                    failed.push(name);
                }
            }
            if failed.is_empty() {
                return Ok(Exit::Ok);
            }
            let what = format!("tests fail over {}", self.transport.name());
            Err(Failure::new(Exit::Failure, what).place(failed.join(", ")))
        })
    }

    async fn run_one(&self, domain: &str, binaries: &Binaries) -> Result<bool, Failure> {
        let cannot = || Failure::new(Exit::Failure, format!("cannot run the tests of {domain}"));
        let binary = binaries.get(domain).ok_or_else(cannot)?;
        let mut tests = tokio::process::Command::new(binary);
        tests.arg("--quiet").args(&self.names).stdin(Stdio::null()).kill_on_drop(true);
        tests.env("ARUURI_TEST_TRANSPORT", self.transport.name());
        let status = tests.status().await;
        status.map(|status| status.success()).map_err(|error| cannot().because(&error))
    }
}
