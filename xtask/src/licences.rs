//! Licences: everything that is built in or shipped must be under a permissive one.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::report::{Finding, Report};
use crate::workspace::Workspace;

mod expression;

#[cfg(test)]
mod tests;

/// Licences that ask for no more than notices.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages under another licence, each with the reason why it may stay.
const EXCEPTIONS: &[Exception] = &[Exception {
    package: "@fontsource-variable/ibm-plex-sans",
    licence: "OFL-1.1",
    reason: "a font, shipped unchanged with its licence; that is what OFL is made for",
}];

/// The lock file of the browser's side.
const NPM_LOCK: &str = "ui/package-lock.json";

/// A package that may stay under its licence.
#[derive(Debug)]
struct Exception {
    package: &'static str,
    licence: &'static str,
    reason: &'static str,
}

/// A package of somebody else.
#[derive(Debug, PartialEq, Eq)]
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
}

/// Checks the crates that cargo builds here and the npm packages that are shipped to browsers. Tools
/// that only build or test the browser's side are not shipped and not looked at.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<Report> {
    let crates = cargo_packages(workspace)?;
    let npm = match workspace.file(NPM_LOCK) {
        Some(file) => npm_packages(&file.text)?,
        None => Vec::new(),
    };
    let looked_at = format!("{} crates, {} npm packages", crates.len(), npm.len());
    let packages: Vec<Package> = crates.into_iter().chain(npm).collect();
    let notes = EXCEPTIONS
        .iter()
        .filter(|exception| {
            packages
                .iter()
                .any(|package| package.name == exception.package)
        })
        .map(|one| format!("{} is under {}: {}", one.package, one.licence, one.reason))
        .collect();
    Ok(Report {
        looked_at,
        notes,
        findings: violations(&packages, EXCEPTIONS),
    })
}

fn violations(packages: &[Package], exceptions: &[Exception]) -> Vec<Finding> {
    let permissive: BTreeSet<&str> = PERMISSIVE.iter().copied().collect();
    let mut findings = Vec::new();
    for package in packages {
        let place = format!("{} {}", package.name, package.version);
        let Some(licence) = &package.licence else {
            findings.push(Finding::new(place, "names no licence"));
            continue;
        };
        if exceptions
            .iter()
            .any(|one| one.package == package.name && one.licence == licence)
        {
            continue;
        }
        match expression::is_permitted(licence, &permissive) {
            Ok(true) => {}
            Ok(false) => findings.push(Finding::new(
                place,
                format!("`{licence}` is not permissive: replace it, or name it and the reason in xtask/src/licences.rs"),
            )),
            Err(error) => findings.push(Finding::new(place, format!("`{licence}`: {error}"))),
        }
    }
    findings
}

/// The dependencies that are built on this kind of machine.
fn cargo_packages(workspace: &Workspace) -> anyhow::Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Listed>,
        resolve: Resolve,
    }
    #[derive(Deserialize)]
    struct Listed {
        id: String,
        name: String,
        version: String,
        license: Option<String>,
        source: Option<String>,
    }
    #[derive(Deserialize)]
    struct Resolve {
        nodes: Vec<Node>,
    }
    #[derive(Deserialize)]
    struct Node {
        id: String,
    }

    let text = run(Command::new(crate::cargo::cargo())
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--filter-platform",
        ])
        .arg(host()?)
        .current_dir(&workspace.root))?;
    let metadata: Metadata =
        serde_json::from_str(&text).context("`cargo metadata` answered in an unknown shape")?;
    let built: BTreeSet<String> = metadata
        .resolve
        .nodes
        .into_iter()
        .map(|node| node.id)
        .collect();
    Ok(metadata
        .packages
        .into_iter()
        .filter(|package| package.source.is_some() && built.contains(&package.id))
        .map(|package| Package {
            name: package.name,
            version: package.version,
            licence: package.license,
        })
        .collect())
}

/// The kind of this machine, such as `x86_64-unknown-linux-gnu`.
fn host() -> anyhow::Result<String> {
    let text = run(Command::new("rustc").arg("-vV"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("`rustc -vV` names no host")
}

fn run(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("`{name}` cannot be started"))?;
    if !output.status.success() {
        bail!(
            "`{name}` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{name}` did not answer in UTF-8"))
}

/// The packages in a lock file that are not for development alone.
fn npm_packages(lock: &str) -> anyhow::Result<Vec<Package>> {
    let lock: serde_json::Value =
        serde_json::from_str(lock).with_context(|| format!("`{NPM_LOCK}` is not JSON"))?;
    let packages = lock
        .get("packages")
        .and_then(serde_json::Value::as_object)
        .with_context(|| format!("`{NPM_LOCK}` lists no packages"))?;
    Ok(packages
        .iter()
        .filter(|(path, package)| {
            !path.is_empty() && package.get("dev") != Some(&serde_json::Value::Bool(true))
        })
        .map(|(path, package)| {
            let member = |key: &str| {
                package
                    .get(key)
                    .and_then(serde_json::Value::as_str)
                    .map(str::to_owned)
            };
            let name = path
                .rsplit_once("node_modules/")
                .map_or(path.as_str(), |(_, name)| name);
            Package {
                name: name.to_owned(),
                version: member("version").unwrap_or_default(),
                licence: member("license"),
            }
        })
        .collect())
}
