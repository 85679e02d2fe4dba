//! Checks of the workspace itself: what no compiler looks at, held on every change.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]

mod advisories;
mod bench_table;
mod cargo;
mod docs;
mod layers;
mod licences;
mod report;
mod tidy;
mod workspace;

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::report::Report;
use crate::workspace::Workspace;

/// One check that can be asked for by name.
struct Check {
    name: &'static str,
    about: &'static str,
    run: fn(&Workspace) -> anyhow::Result<Report>,
}

/// In the order in which they run: what is quick to run and quick to mend comes first.
const CHECKS: &[Check] = &[
    Check {
        name: "fmt",
        about: "rustfmt would change nothing",
        run: cargo::check_format,
    },
    Check {
        name: "layers",
        about: "crates depend downwards only, pure crates on nothing that touches the world",
        run: layers::check,
    },
    Check {
        name: "tidy",
        about: "sources keep to the rules that clippy does not know",
        run: tidy::check,
    },
    Check {
        name: "docs",
        about: "documents name what exists: crates, requirements, tests, links",
        run: docs::check,
    },
    Check {
        name: "licences",
        about: "every dependency is under a permissive licence",
        run: licences::check,
    },
    Check {
        name: "advisories",
        about: "no dependency has a known vulnerability",
        run: advisories::check,
    },
    Check {
        name: "clippy",
        about: "clippy has nothing to say, warnings included",
        run: cargo::check_clippy,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let (command, rest) = arguments
        .split_first()
        .map_or(("help", [].as_slice()), |(command, rest)| {
            (command.as_str(), rest)
        });
    match command {
        "check" => run_checks(&chosen(rest)?),
        "bench-table" => {
            print!("{}", bench_table::table()?);
            Ok(ExitCode::SUCCESS)
        }
        "help" | "--help" | "-h" => {
            print!("{}", usage());
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("no command `{other}`\n\n{}", usage()),
    }
}

/// The checks with these names; all of them where none is named.
fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Check>> {
    if names.is_empty() {
        return Ok(CHECKS.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            CHECKS
                .iter()
                .find(|check| check.name == name)
                .with_context(|| format!("no check `{name}`\n\n{}", usage()))
        })
        .collect()
}

fn run_checks(checks: &[&Check]) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::read()?;
    let mut failed = Vec::new();
    for check in checks {
        let report = (check.run)(&workspace).with_context(|| format!("check `{}`", check.name))?;
        print!("{}", report.render(check.name));
        if !report.findings.is_empty() {
            failed.push(check.name);
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "failed: {}. One check alone: `cargo xtask check NAME`.",
        failed.join(", ")
    );
    Ok(ExitCode::FAILURE)
}

fn usage() -> String {
    let mut text = String::from(
        "cargo xtask check [NAME …]   check the workspace\n\
         cargo xtask bench-table      results of the last benchmarks as a Markdown table\n\n\
         checks:\n",
    );
    for check in CHECKS {
        let _ = writeln!(text, "  {:<11} {}", check.name, check.about);
    }
    text
}
