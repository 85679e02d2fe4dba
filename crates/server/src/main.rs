//! The one binary: configuration, wiring, command line.

mod commands;
mod config;
mod control;
mod demo;
mod doctor;
mod listen;
mod logs;
mod serve;
mod tls;
mod trunks;
mod wiring;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A contact center that an organisation runs itself, secure by design.
#[derive(Debug, Parser)]
#[command(name = "ringfence", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a complete sample center on this machine and serve it
    Demo(demo::DemoArguments),
    /// Serve the center that a configuration file describes
    Serve {
        /// The configuration file
        #[arg(long)]
        config: PathBuf,
    },
    /// Explain every problem of a configuration at once
    Doctor {
        /// The configuration file
        #[arg(long)]
        config: PathBuf,
    },
    /// Write a consistent copy of a center, also while it runs
    Backup {
        /// The data directory of the center
        #[arg(long)]
        data: PathBuf,
        /// A folder that does not exist yet; data and keys are two artefacts within it
        #[arg(long)]
        to: PathBuf,
    },
    /// Print the latest entries of a running center's audit trail, as CloudTrail records
    Audit {
        /// The data directory of the center
        #[arg(long)]
        data: PathBuf,
        /// How many, at most 1000
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Who may use a running center: access keys of programs, invitations of people
    Iam {
        /// The data directory of the center
        #[arg(long)]
        data: PathBuf,
        #[command(subcommand)]
        command: commands::Iam,
    },
    /// Print the current code of an authenticator secret
    Code {
        /// The secret, in base32
        secret: String,
    },
    /// Make a data directory from a backup; keys that were destroyed since stay destroyed
    Restore {
        /// The folder that `backup` wrote
        #[arg(long)]
        from: PathBuf,
        /// The data directory; its list of destroyed keys, where it has one, stays in force
        #[arg(long)]
        data: PathBuf,
    },
}

fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::anyhow!("the runtime does not start: {error}")),
    };
    let done = runtime.block_on(async {
        match command {
            Command::Demo(arguments) => Box::pin(demo::run(arguments)).await,
            Command::Serve { config } => Box::pin(serve::run(&config)).await,
            Command::Doctor { config } => doctor::run(&config),
            Command::Backup { data, to } => commands::backup(&data, &to).await,
            Command::Audit { data, limit } => commands::audit(&data, limit).await,
            Command::Iam { data, command } => commands::iam(&data, command).await,
            Command::Code { secret } => commands::code(&secret),
            Command::Restore { from, data } => commands::restore(&from, &data),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the command line speaks to a person")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("ringfence: {error:#}");
    ExitCode::FAILURE
}
