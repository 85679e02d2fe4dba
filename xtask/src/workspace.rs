//! The files of the repository, read once and given to every check as values.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// A text file that is tracked, or would be with `git add`.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

impl SourceFile {
    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// What stands behind the last dot of the name, or nothing.
    pub(crate) fn extension(&self) -> &str {
        self.name()
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
    }

    /// The crate in whose folder it lies, by folder name.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("crates/")?;
        rest.split_once('/').map(|(name, _)| name)
    }
}

/// The repository.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Where it lies.
    pub(crate) root: PathBuf,
    /// Its text files, by path.
    pub(crate) files: Vec<SourceFile>,
    /// Paths of everything, pictures included.
    pub(crate) paths: Vec<String>,
}

impl Workspace {
    /// Reads the repository that this program was built from.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask has no parent folder")?
            .to_path_buf();
        let output = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(&root)
            .output()
            .context("`git` cannot be started: install it")?;
        if !output.status.success() {
            bail!(
                "`git ls-files` failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let mut paths: Vec<String> = String::from_utf8(output.stdout)
            .context("a path is not UTF-8")?
            .split('\0')
            .filter(|path| !path.is_empty() && root.join(path).is_file())
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.dedup();
        let mut files = Vec::with_capacity(paths.len());
        for path in &paths {
            let bytes =
                std::fs::read(root.join(path)).with_context(|| format!("cannot read `{path}`"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(SourceFile {
                    path: path.clone(),
                    text,
                });
            }
        }
        Ok(Self { root, files, paths })
    }

    /// The text file at this path.
    pub(crate) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Names of the crates below `crates/`, sorted.
    pub(crate) fn crate_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .files
            .iter()
            .filter(|file| file.name() == "Cargo.toml" && file.path.matches('/').count() == 2)
            .filter_map(SourceFile::crate_name)
            .collect();
        names.sort_unstable();
        names
    }
}
