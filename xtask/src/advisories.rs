//! Known vulnerabilities: Cargo.lock against a copy of the RustSec database, without a network.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use semver::{Version, VersionReq};
use serde::Deserialize;

use crate::report::{Finding, Report};
use crate::workspace::Workspace;

#[cfg(test)]
mod tests;

/// Names the archive where it does not lie at its usual place.
const ARCHIVE_VARIABLE: &str = "RINGFENCE_ADVISORIES";
/// The usual place, seen from the root of the repository.
const ARCHIVE: &str = "../shared/advisory-db.tar.gz";

/// Advisories that do not touch us, each with the reason.
const ACCEPTED: &[Accepted] = &[];

/// An advisory that was looked at and does not touch us.
#[derive(Debug)]
struct Accepted {
    id: &'static str,
    reason: &'static str,
}

/// Checks every locked crate against the archive; without one it says so and passes.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<Report> {
    let lock = workspace
        .file("Cargo.lock")
        .context("the repository has no Cargo.lock")?;
    let packages = locked_packages(&lock.text)?;
    let archive = archive(&workspace.root);
    if !archive.is_file() {
        return Ok(Report {
            looked_at: format!("{} locked crates, not compared", packages.len()),
            notes: vec![format!(
                "there is no advisory database at `{}`; name one with {ARCHIVE_VARIABLE}",
                archive.display()
            )],
            findings: Vec::new(),
        });
    }
    let advisories = parse_database(&read_archive(&archive)?)?;
    let newest = advisories
        .iter()
        .map(|advisory| advisory.about.date.as_str())
        .max()
        .unwrap_or("none");
    let looked_at = format!(
        "{} locked crates, {} advisories, the newest of {newest}",
        packages.len(),
        advisories.len()
    );
    let (findings, notes) = judge(&packages, &advisories, ACCEPTED);
    Ok(Report {
        looked_at,
        notes,
        findings,
    })
}

fn archive(root: &Path) -> PathBuf {
    std::env::var_os(ARCHIVE_VARIABLE).map_or_else(|| root.join(ARCHIVE), PathBuf::from)
}

/// All advisories of the archive, one behind the other.
fn read_archive(archive: &Path) -> anyhow::Result<String> {
    let output = Command::new("tar")
        .args(["--extract", "--gzip", "--to-stdout", "--file"])
        .arg(archive)
        .args(["--wildcards", "*crates/*/RUSTSEC-*.md"])
        .output()
        .context("`tar` cannot be started")?;
    if !output.status.success() {
        bail!(
            "`tar` cannot read `{}`: {}",
            archive.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).context("an advisory is not UTF-8")
}

/// What stands before the text of an advisory.
#[derive(Debug, Deserialize)]
struct Advisory {
    #[serde(rename = "advisory")]
    about: About,
    versions: Versions,
}

#[derive(Debug, Deserialize)]
struct About {
    id: String,
    package: String,
    date: String,
    informational: Option<String>,
    withdrawn: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Versions {
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

impl Advisory {
    /// Whether this version is neither mended nor free of the fault. A version before a release counts
    /// as affected unless its release line is named: rather one question too many.
    fn affects(&self, package: &Package) -> bool {
        self.about.package == package.name
            && self.about.withdrawn.is_none()
            && !self
                .versions
                .patched
                .iter()
                .chain(&self.versions.unaffected)
                .any(|range| range.matches(&package.version))
    }

    /// Whether it tells of a fault, not just of the state of a project.
    fn is_fault(&self) -> bool {
        !matches!(
            self.about.informational.as_deref(),
            Some("unmaintained" | "notice")
        )
    }
}

/// The advisories in the texts of a database. Each begins with a fenced block of TOML.
fn parse_database(texts: &str) -> anyhow::Result<Vec<Advisory>> {
    let advisories = texts
        .split("```toml\n[advisory]\n")
        .skip(1)
        .map(|rest| {
            let block = rest.split("\n```").next().unwrap_or_default();
            toml::from_str(&format!("[advisory]\n{block}"))
                .with_context(|| format!("an advisory cannot be read:\n{block}"))
        })
        .collect::<anyhow::Result<Vec<Advisory>>>()?;
    if advisories.is_empty() {
        bail!("the advisory database is empty");
    }
    Ok(advisories)
}

/// A crate as it is locked.
#[derive(Debug, PartialEq, Eq)]
struct Package {
    name: String,
    version: Version,
}

/// The crates of a lock file that come from a registry.
fn locked_packages(lock: &str) -> anyhow::Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Locked>,
    }
    #[derive(Deserialize)]
    struct Locked {
        name: String,
        version: Version,
        source: Option<String>,
    }
    let lock: Lock = toml::from_str(lock).context("Cargo.lock cannot be read")?;
    Ok(lock
        .package
        .into_iter()
        .filter(|package| package.source.is_some())
        .map(|package| Package {
            name: package.name,
            version: package.version,
        })
        .collect())
}

/// Faults are findings; what is only to be known, and what is accepted, are notes. An acceptance that
/// nothing needs any more is a finding, so that the list stays short.
fn judge(
    packages: &[Package],
    advisories: &[Advisory],
    accepted: &[Accepted],
) -> (Vec<Finding>, Vec<String>) {
    let mut findings = Vec::new();
    let mut notes = Vec::new();
    let mut needed = Vec::new();
    for package in packages {
        for advisory in advisories
            .iter()
            .filter(|advisory| advisory.affects(package))
        {
            let id = advisory.about.id.as_str();
            let place = format!("{} {}", package.name, package.version);
            if let Some(acceptance) = accepted.iter().find(|one| one.id == id) {
                needed.push(id);
                notes.push(format!("{place}: {id} is accepted: {}", acceptance.reason));
            } else if advisory.is_fault() {
                let patched: Vec<String> = advisory
                    .versions
                    .patched
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let advice = if patched.is_empty() {
                    "no version mends it".to_owned()
                } else {
                    format!("mended in {}", patched.join(" or "))
                };
                findings.push(Finding::new(place, format!("{id}, {advice}")));
            } else {
                let kind = advisory.about.informational.as_deref().unwrap_or_default();
                notes.push(format!("{place}: {id} ({kind})"));
            }
        }
    }
    for acceptance in accepted.iter().filter(|one| !needed.contains(&one.id)) {
        findings.push(Finding::new(
            "xtask/src/advisories.rs",
            format!(
                "{} touches nothing any more: take it off the list",
                acceptance.id
            ),
        ));
    }
    (findings, notes)
}
