//! Who may depend on whom: the layers of the workspace against every manifest.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;

use crate::report::{Finding, Report};
use crate::workspace::{SourceFile, Workspace};

#[cfg(test)]
mod tests;

/// A layer. Arrows point downwards only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    /// No sockets, files, threads or clock. May depend on the pure crates named here.
    Pure(&'static [&'static str]),
    /// On any pure crate.
    UseCases,
    /// On the use cases and any pure crate, never on another adapter.
    Adapter,
    /// On everything but another assembly.
    Assembly,
}

/// Every crate below `crates/`, from the bottom up.
const CRATES: &[(&str, Layer)] = &[
    ("model", Layer::Pure(&[])),
    ("flow", Layer::Pure(&["model"])),
    ("engine", Layer::Pure(&["model", "flow"])),
    ("seal", Layer::Pure(&["model"])),
    ("media", Layer::Pure(&["model"])),
    ("sip", Layer::Pure(&["model"])),
    ("app", Layer::UseCases),
    ("store", Layer::Adapter),
    ("keys", Layer::Adapter),
    ("policy", Layer::Adapter),
    ("signin", Layer::Adapter),
    ("connect-api", Layer::Adapter),
    ("web", Layer::Adapter),
    ("outbox", Layer::Adapter),
    ("telephony", Layer::Adapter),
    ("speech", Layer::Adapter),
    ("server", Layer::Assembly),
    ("sim", Layer::Assembly),
];

/// What pure crates may use from outside of the workspace. Whoever adds a line has looked that the
/// crate, with the features that are switched on, opens no socket, file or thread and reads no clock.
const PURE_DEPENDENCIES: &[&str] = &[
    "base64",
    "bytes",
    "hex",
    "jiff",
    "memchr",
    "percent-encoding",
    "rand_chacha",
    "serde",
    "serde_json",
    "sha2",
    "strsim",
    "subtle",
    "thiserror",
    "uuid",
    "zeroize",
];

/// The same for one crate alone.
const PURE_DEPENDENCIES_OF: &[(&str, &str)] = &[
    ("flow", "phonenumber"),
    ("seal", "aws-lc-rs"),
    ("sip", "md-5"),
    ("media", "aws-lc-rs"),
    // Without sockets, threads and clock by design: time and packets come in.
    ("media", "str0m"),
];

/// Whether the crate of this name is pure.
pub(crate) fn is_pure(name: &str) -> bool {
    matches!(layer_of(name), Some(Layer::Pure(_)))
}

/// Checks every manifest of the workspace.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<Report> {
    let manifests = workspace
        .files
        .iter()
        .filter(|file| file.name() == "Cargo.toml" && file.path.contains('/'))
        .map(Manifest::parse)
        .collect::<anyhow::Result<Vec<_>>>()?;
    let arrows: usize = manifests.iter().map(|one| one.dependencies.len()).sum();
    Ok(Report {
        looked_at: format!("{} manifests, {arrows} dependencies", manifests.len()),
        notes: Vec::new(),
        findings: violations(&manifests),
    })
}

/// What a manifest says about dependencies, by the names of the packages.
#[derive(Debug, PartialEq, Eq)]
struct Manifest {
    path: String,
    name: String,
    dependencies: BTreeSet<String>,
    dev_dependencies: BTreeSet<String>,
}

impl Manifest {
    fn parse(file: &SourceFile) -> anyhow::Result<Self> {
        let manifest: toml::Table = file
            .text
            .parse()
            .with_context(|| format!("`{}` is not TOML", file.path))?;
        let name = manifest
            .get("package")
            .and_then(|package| package.get("name"))
            .and_then(toml::Value::as_str)
            .with_context(|| format!("`{}` names no package", file.path))?
            .to_owned();
        let mut tables = vec![&manifest];
        // Dependencies of one platform stand one level deeper, below `target.'cfg(…)'`.
        if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
            tables.extend(targets.values().filter_map(toml::Value::as_table));
        }
        let mut dependencies = BTreeSet::new();
        let mut dev_dependencies = BTreeSet::new();
        for table in tables {
            for key in ["dependencies", "build-dependencies"] {
                dependencies.extend(packages(table, key));
            }
            dev_dependencies.extend(packages(table, "dev-dependencies"));
        }
        Ok(Self {
            path: file.path.clone(),
            name,
            dependencies,
            dev_dependencies,
        })
    }
}

/// The packages in one table of dependencies; a renamed one by its real name.
fn packages(table: &toml::Table, key: &str) -> Vec<String> {
    let Some(entries) = table.get(key).and_then(toml::Value::as_table) else {
        return Vec::new();
    };
    entries
        .iter()
        .map(|(name, value)| {
            value
                .get("package")
                .and_then(toml::Value::as_str)
                .unwrap_or(name)
                .to_owned()
        })
        .collect()
}

fn violations(manifests: &[Manifest]) -> Vec<Finding> {
    let by_name: BTreeMap<&str, &Manifest> = manifests
        .iter()
        .map(|manifest| (manifest.name.as_str(), manifest))
        .collect();
    let mut findings = Vec::new();
    for (name, _) in CRATES {
        if !by_name.contains_key(name) {
            findings.push(Finding::new(
                "xtask/src/layers.rs",
                format!("`{name}` is in the table of layers but not in the workspace"),
            ));
        }
    }
    for manifest in manifests {
        findings.extend(violations_of(manifest));
    }
    findings
}

fn violations_of(manifest: &Manifest) -> Vec<Finding> {
    let finding = |message: String| Finding::new(manifest.path.clone(), message);
    let name = manifest.name.as_str();
    if name == "xtask" {
        return manifest
            .dependencies
            .iter()
            .filter(|dependency| layer_of(dependency).is_some())
            .map(|dependency| {
                finding(format!(
                    "`xtask` judges `{dependency}`, so it cannot use it"
                ))
            })
            .collect();
    }
    if manifest.path.starts_with("fuzz/") {
        return Vec::new();
    }
    let Some(layer) = layer_of(name) else {
        return vec![finding(format!(
            "`{name}` has no layer: give it a line in xtask/src/layers.rs"
        ))];
    };
    let mut findings = Vec::new();
    for dependency in &manifest.dependencies {
        if dependency == "xtask" || layer_of(dependency).is_some() {
            if !may_use(layer, dependency) {
                findings.push(finding(format!(
                    "`{name}` must not depend on `{dependency}`: arrows point downwards only"
                )));
            }
        } else if matches!(layer, Layer::Pure(_)) && !pure_may_use(name, dependency) {
            findings.push(finding(format!(
                "`{name}` is pure and `{dependency}` is not on the list of what pure crates may use"
            )));
        }
    }
    for dependency in &manifest.dev_dependencies {
        if (dependency == "xtask" || layer_of(dependency).is_some())
            && !tests_may_use(layer, dependency)
        {
            findings.push(finding(format!(
                "tests of `{name}` must not depend on `{dependency}`"
            )));
        }
    }
    findings
}

fn may_use(layer: Layer, dependency: &str) -> bool {
    match (layer, layer_of(dependency)) {
        (Layer::Pure(below), Some(Layer::Pure(_))) => below.contains(&dependency),
        (Layer::UseCases | Layer::Adapter | Layer::Assembly, Some(Layer::Pure(_)))
        | (Layer::Adapter | Layer::Assembly, Some(Layer::UseCases))
        | (Layer::Assembly, Some(Layer::Adapter)) => true,
        _ => false,
    }
}

/// Tests of use cases and adapters are made of the real parts, so they may be assembled from other
/// adapters; tests of pure crates stay pure; nothing is tested through an assembly but itself.
fn tests_may_use(layer: Layer, dependency: &str) -> bool {
    match (layer, layer_of(dependency)) {
        (_, Some(Layer::Pure(_))) => true,
        (Layer::Pure(_), _) | (_, Some(Layer::Assembly) | None) => false,
        (_, Some(Layer::UseCases | Layer::Adapter)) => true,
    }
}

fn pure_may_use(name: &str, dependency: &str) -> bool {
    PURE_DEPENDENCIES.contains(&dependency) || PURE_DEPENDENCIES_OF.contains(&(name, dependency))
}

fn layer_of(name: &str) -> Option<Layer> {
    CRATES
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, layer)| *layer)
}
