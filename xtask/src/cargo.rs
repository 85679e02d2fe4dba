//! Checks that cargo's own tools make.

use std::process::Command;

use anyhow::Context;

use crate::report::{Finding, Report};
use crate::workspace::Workspace;

/// `rustfmt` would change nothing.
pub(crate) fn check_format(workspace: &Workspace) -> anyhow::Result<Report> {
    run(
        workspace,
        &["fmt", "--all", "--check"],
        "mend it with `make fmt`",
    )
}

/// `clippy` with the lints of the workspace, where a warning is an error.
pub(crate) fn check_clippy(workspace: &Workspace) -> anyhow::Result<Report> {
    run(
        workspace,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ],
        "mend what it names above",
    )
}

/// Runs cargo with its output on the terminal.
fn run(workspace: &Workspace, arguments: &[&str], advice: &str) -> anyhow::Result<Report> {
    let command = format!("cargo {}", arguments.join(" "));
    let status = Command::new(cargo())
        .args(arguments)
        .current_dir(&workspace.root)
        .status()
        .with_context(|| format!("`{command}` cannot be started"))?;
    let findings = if status.success() {
        Vec::new()
    } else {
        vec![Finding::new(command.clone(), advice)]
    };
    Ok(Report {
        looked_at: command,
        notes: Vec::new(),
        findings,
    })
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
