//! Command line of the simulator: seeds, or the flows of a folder.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use sim::{Bug, Report, Settings, simulate};

/// Simulates a contact center with faults.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Batches per seed, before everything is brought to its end.
    #[arg(long, default_value_t = 120)]
    steps: u32,
    /// Puts a fault in on purpose; it must be found.
    #[arg(long, value_parser = bug)]
    bug: Option<Bug>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every flow of a folder that can be published, on a chat and on a task.
    Flows {
        /// The folder.
        folder: PathBuf,
    },
}

fn bug(name: &str) -> Result<Bug, String> {
    let known = Bug::ALL.iter().find(|(known, _)| *known == name);
    known.map(|(_, bug)| *bug).ok_or_else(|| {
        let names: Vec<_> = Bug::ALL.iter().map(|(known, _)| *known).collect();
        format!("unknown fault: choose one of {}", names.join(", "))
    })
}

#[expect(
    clippy::print_stdout,
    reason = "a command line tool answers on standard output"
)]
fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(Command::Flows { folder }) = arguments.command {
        for outcome in sim::exported::run_folder(&folder)? {
            println!("{outcome}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let started = Instant::now();
    let mut sum = Report::default();
    for seed in arguments.seed..arguments.seed.saturating_add(arguments.seeds) {
        match simulate(Settings {
            seed,
            steps: arguments.steps,
            bug: arguments.bug,
        }) {
            Ok(report) => {
                sum.inputs += report.inputs;
                sum.crashes += report.crashes;
                sum.contacts += report.contacts;
                sum.items += report.items;
                sum.answered += report.answered;
            }
            Err(failure) => {
                println!("seed {seed} failed: {failure:?}");
                println!(
                    "replay it: cargo run -p sim -- --seeds 1 --seed {seed} --steps {}",
                    arguments.steps
                );
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{} seeds hold, in {seconds:.1} s: {sum:?}", arguments.seeds);
    Ok(ExitCode::SUCCESS)
}
