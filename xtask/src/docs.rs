//! Documents name what exists: crates, requirements, tests, links, decisions.

use std::collections::BTreeSet;

use crate::report::{Finding, Report};
use crate::workspace::{SourceFile, Workspace};

mod markdown;
mod roadmap;

#[cfg(test)]
mod tests;

/// Checks every document of the repository.
#[expect(clippy::unnecessary_wraps, reason = "all checks have one shape")]
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<Report> {
    let documents: Vec<&SourceFile> = workspace
        .files
        .iter()
        .filter(|file| file.extension() == "md")
        .collect();
    let mut findings = Vec::new();
    for document in &documents {
        findings.extend(broken_links(document, workspace));
    }
    let known = roadmap::KnownTests::of(workspace);
    for (path, check) in [
        (
            "ARCHITECTURE.md",
            check_architecture as fn(&str, &Workspace) -> Vec<String>,
        ),
        ("CHANGELOG.md", check_changelog),
        ("docs/decisions/README.md", check_decisions),
    ] {
        let messages = match workspace.file(path) {
            Some(file) => check(&file.text, workspace),
            None => vec!["is missing".to_owned()],
        };
        findings.extend(
            messages
                .into_iter()
                .map(|message| Finding::new(path, message)),
        );
    }
    let mut notes = Vec::new();
    match workspace.file(roadmap::PATH) {
        Some(file) => {
            let rows = roadmap::rows(&file.text);
            notes.push(roadmap::summary(&rows));
            findings.extend(roadmap::violations(&rows, &known));
        }
        None => findings.push(Finding::new(roadmap::PATH, "is missing")),
    }
    Ok(Report {
        looked_at: format!("{} documents", documents.len()),
        notes,
        findings,
    })
}

/// The table of crates names exactly those of the workspace.
fn check_architecture(text: &str, workspace: &Workspace) -> Vec<String> {
    let named: BTreeSet<&str> = markdown::table_below(text, "## Crates")
        .iter()
        .filter_map(|cells| cells.first().copied())
        .filter_map(|cell| cell.strip_prefix('`')?.strip_suffix('`'))
        .collect();
    let real: BTreeSet<&str> = workspace.crate_names().into_iter().collect();
    let missing = real
        .difference(&named)
        .map(|name| format!("the table below `## Crates` has no line for `{name}`"));
    let gone = named
        .difference(&real)
        .map(|name| format!("`{name}` is no crate of the workspace"));
    missing.chain(gone).collect()
}

/// There is a place for what the next release brings.
fn check_changelog(text: &str, _: &Workspace) -> Vec<String> {
    if text.lines().any(|line| line.trim_end() == "## Unreleased") {
        return Vec::new();
    }
    vec!["has no section `## Unreleased`".to_owned()]
}

/// Every record of a decision is linked from their list.
fn check_decisions(text: &str, workspace: &Workspace) -> Vec<String> {
    workspace
        .files
        .iter()
        .filter_map(|file| file.path.strip_prefix("docs/decisions/"))
        .filter(|name| *name != "README.md" && !text.contains(&format!("]({name})")))
        .map(|name| format!("does not list `{name}`"))
        .collect()
}

/// Links to files that do not exist, and to headings that their file does not have.
fn broken_links(document: &SourceFile, workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for link in markdown::links(&document.text) {
        let (path, heading) = link.target.split_once('#').unwrap_or((&link.target, ""));
        let target = if path.is_empty() {
            Some(document.path.clone())
        } else {
            resolve(&document.path, path)
        };
        let message = match target {
            None => Some(format!("`{path}` lies outside of the repository")),
            Some(target) if !exists(&target, workspace) => Some(format!("`{path}` does not exist")),
            Some(target) => workspace
                .file(&target)
                .filter(|file| file.extension() == "md" && !heading.is_empty())
                .filter(|file| !markdown::headings(&file.text).contains(heading))
                .map(|_| format!("`{}` has no heading `#{heading}`", link.target)),
        };
        if let Some(message) = message {
            findings.push(Finding::new(
                format!("{}:{}", document.path, link.line),
                message,
            ));
        }
    }
    findings
}

/// The path from the root that a link in this document means; none where it leaves the repository.
fn resolve(document: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Whether the repository has a file or folder at this path.
fn exists(path: &str, workspace: &Workspace) -> bool {
    path.is_empty()
        || workspace.paths.iter().any(|other| {
            other
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
}
