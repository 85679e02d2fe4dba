//! Rules for sources that neither the compiler nor clippy knows.

use crate::layers;
use crate::report::{Finding, Report};
use crate::workspace::{SourceFile, Workspace};

mod rust;
mod text;
mod tokens;

#[cfg(test)]
mod tests;

/// Checks every text file of the repository.
#[expect(clippy::unnecessary_wraps, reason = "all checks have one shape")]
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<Report> {
    let mut findings = Vec::new();
    for file in &workspace.files {
        findings.extend(violations(file));
    }
    Ok(Report {
        looked_at: format!("{} text files", workspace.files.len()),
        notes: Vec::new(),
        findings,
    })
}

/// Everything that is wrong with one file.
fn violations(file: &SourceFile) -> Vec<Finding> {
    let mut findings = text::violations(file);
    if file.extension() == "rs" {
        let pure = file.crate_name().is_some_and(layers::is_pure);
        findings.extend(rust::violations(file, pure));
    }
    findings.sort();
    findings
}
