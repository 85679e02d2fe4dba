//! Rules for every text file, read line by line.

use super::rust::VAGUE_ENDINGS;
use crate::report::Finding;
use crate::workspace::SourceFile;

/// A file is read in one sitting.
const LINES_MAX: usize = 600;

/// Endings of files that people write as code.
const CODE: &[&str] = &["rs", "ts", "tsx", "js", "mjs", "py", "sh", "css", "sql"];
/// Endings of files in which marks for later would hide.
const PROSE: &[&str] = &["md", "toml", "html", "yml", "yaml", "txt"];

/// Marks for later; in two parts, so that this file does not hold them itself.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];

/// Beginnings of absolute paths that exist on one machine only.
const HOMES: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
];

/// What scripts in the browser and in Python must not hold, and why.
const FORBIDDEN_IN_SCRIPTS: &[(&str, &str)] = &[
    (
        "time.sleep(",
        "a test does not sleep: wait for the condition",
    ),
    (
        "waitForTimeout(",
        "a test does not sleep: wait for the condition",
    ),
    ("it.skip(", "a test runs or does not exist"),
    ("test.skip(", "a test runs or does not exist"),
    ("describe.skip(", "a test runs or does not exist"),
    ("it.only(", "the others would not run"),
    ("test.only(", "the others would not run"),
    ("describe.only(", "the others would not run"),
    ("mark.skip", "a test runs or does not exist"),
    ("mark.xfail", "a test passes or does not exist"),
    ("@ts-ignore", "the compiler is not switched off"),
    ("@ts-nocheck", "the compiler is not switched off"),
];

/// Everything that is wrong with the text of one file.
pub(super) fn violations(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |line: usize, message: String| {
        findings.push(Finding::new(format!("{}:{line}", file.path), message));
    };
    if let Some(sources) = PackageSources::of(file) {
        for (at, line) in file.text.lines().enumerate() {
            if let Some(message) = sources.check(line) {
                add(at + 1, message);
            }
        }
        return findings;
    }
    let extension = file.extension();
    let code = CODE.contains(&extension);
    if !code && !PROSE.contains(&extension) && file.name() != "Makefile" {
        return findings;
    }
    let lines = file.text.lines().count();
    if code && lines > LINES_MAX {
        add(
            lines,
            format!("{lines} lines are too long for one sitting ({LINES_MAX}): split along a seam"),
        );
    }
    let script = ["ts", "tsx", "js", "mjs", "py"].contains(&extension);
    let mut above = "";
    for (at, line) in file.text.lines().enumerate() {
        for mark in MARKS.iter().filter(|mark| has_word(line, mark)) {
            add(at + 1, format!("`{mark}`: do it now or leave it out"));
        }
        for home in HOMES.iter().filter(|home| has_path(line, home)) {
            add(at + 1, format!("`{home}` exists on one machine only"));
        }
        if script {
            check_script(line, above, |message| add(at + 1, message));
        }
        above = line;
    }
    findings
}

fn check_script(line: &str, above: &str, mut add: impl FnMut(String)) {
    for (text, why) in FORBIDDEN_IN_SCRIPTS {
        if line.contains(text) {
            add(format!("`{text}`: {why}"));
        }
    }
    // ESLint takes a reason behind two dashes; a comment above says it as well.
    let comments = ["//", "/*", "{/*"];
    let has_reason = line.contains(" -- ")
        || comments
            .iter()
            .any(|sign| above.trim_start().starts_with(sign));
    if line.contains("eslint-disable") && !has_reason {
        add("a lint is switched off without ` -- reason`".to_owned());
    }
    let mut words = line
        .split_whitespace()
        .skip_while(|word| ["export", "default", "abstract", "declare"].contains(word));
    if let (Some("class" | "interface" | "type"), Some(name)) = (words.next(), words.next()) {
        let name: String = name
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect();
        if VAGUE_ENDINGS.iter().any(|end| name.ends_with(end)) {
            add(format!("`{name}` does not say what it is"));
        }
    }
}

/// Files that name where packages come from. They name the public registries and nothing else.
#[derive(Debug, Clone, Copy)]
enum PackageSources {
    Cargo,
    Npm,
    Pip,
    Settings,
}

impl PackageSources {
    fn of(file: &SourceFile) -> Option<Self> {
        match file.name() {
            "Cargo.lock" => Some(Self::Cargo),
            "package-lock.json" => Some(Self::Npm),
            "requirements.txt" => Some(Self::Pip),
            ".npmrc" | "config.toml" | "pip.conf" => Some(Self::Settings),
            _ => None,
        }
    }

    fn check(self, line: &str) -> Option<String> {
        let line = line.trim();
        let refused = match self {
            Self::Cargo => line.strip_prefix("source = ").is_some_and(|source| {
                source != "\"registry+https://github.com/rust-lang/crates.io-index\""
            }),
            Self::Npm => line
                .strip_prefix("\"resolved\": ")
                .is_some_and(|url| !url.starts_with("\"https://registry.npmjs.org/")),
            Self::Pip => {
                line.starts_with('-') && !line.starts_with("--hash=") || line.contains("://")
            }
            Self::Settings => {
                line.starts_with("registry")
                    || line.contains(":registry")
                    || line.contains("registries")
                    || line.contains("index-url")
                    || line.starts_with("[source")
            }
        };
        refused.then(|| "packages come from the public registries alone".to_owned())
    }
}

/// Whether the word stands in the line, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line
            .get(at + word.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

/// Whether an absolute path in the line begins so.
fn has_path(line: &str, beginning: &str) -> bool {
    line.match_indices(beginning).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|letter| letter.is_alphanumeric() || "._-~/})*".contains(letter))
    })
}
