//! The roadmap: one line for every requirement, and no claim without a test that exists.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown;
use crate::report::Finding;
use crate::workspace::{SourceFile, Workspace};

/// Where it lies.
pub(super) const PATH: &str = "docs/roadmap.md";

/// The areas of requirements and how many each has.
const REQUIREMENTS: &[(char, u8)] = &[('P', 8), ('I', 7), ('D', 8), ('S', 13), ('C', 8)];

/// How far a requirement is met.
const STATES: &[&str] = &["met", "partly", "open"];

/// One requirement: id, name, state, what works, what proves it, what is open.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    id: &'a str,
    state: &'a str,
    proof: &'a str,
    cells: Vec<&'a str>,
}

/// What can be named as a proof: functions of tests and files.
#[derive(Debug, Default)]
pub(super) struct KnownTests {
    pub(super) functions: BTreeSet<String>,
    pub(super) paths: BTreeSet<String>,
}

impl KnownTests {
    /// Of the whole repository.
    pub(super) fn of(workspace: &Workspace) -> Self {
        Self {
            functions: workspace.files.iter().flat_map(tests_in).collect(),
            paths: workspace.paths.iter().cloned().collect(),
        }
    }
}

/// Names of the tests in a source in Rust or Python.
fn tests_in(file: &SourceFile) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = file.extension() == "py";
    for line in file.text.lines().map(str::trim_start) {
        let declared = match file.extension() {
            "rs" => line.split_once("fn "),
            "py" => line
                .split_once("def ")
                .filter(|(_, name)| name.starts_with("test_")),
            _ => return names,
        };
        if line.starts_with("#[") {
            marked |= line.starts_with("#[test]") || line.contains("::test");
        } else if let Some((_, name)) = declared.filter(|_| marked) {
            names.push(
                name.chars()
                    .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                    .collect(),
            );
            marked = file.extension() == "py";
        }
    }
    names
}

/// Every line whose first cell looks like the id of a requirement.
pub(super) fn rows(text: &str) -> Vec<Row<'_>> {
    text.lines()
        .filter_map(markdown::cells)
        .filter_map(|cells| {
            let id = *cells.first()?;
            let mut letters = id.chars();
            let area = letters.next()?;
            let number = letters.as_str();
            let looks_so = area.is_ascii_uppercase()
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit());
            looks_so.then(|| Row {
                id,
                state: cells.get(2).copied().unwrap_or_default(),
                proof: cells.get(4).copied().unwrap_or_default(),
                cells,
            })
        })
        .collect()
}

/// How many requirements are how far.
pub(super) fn summary(rows: &[Row<'_>]) -> String {
    let counts: Vec<String> = STATES
        .iter()
        .map(|state| {
            let count = rows.iter().filter(|row| row.state == *state).count();
            format!("{count} {state}")
        })
        .collect();
    format!("requirements: {}", counts.join(", "))
}

/// What is wrong with these lines.
pub(super) fn violations(rows: &[Row<'_>], known: &KnownTests) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |id: &str, message: String| {
        findings.push(Finding::new(format!("{PATH} {id}"), message));
    };
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *count.entry(row.id).or_default() += 1;
    }
    let ids: BTreeSet<String> = requirement_ids().collect();
    for id in &ids {
        match count.get(id.as_str()) {
            None => add(id, "has no line".to_owned()),
            Some(1) => {}
            Some(more) => add(id, format!("has {more} lines")),
        }
    }
    for row in rows {
        if !ids.contains(row.id) {
            add(row.id, "is no requirement".to_owned());
        }
        for message in violations_of(row, known) {
            add(row.id, message);
        }
    }
    findings
}

fn violations_of(row: &Row<'_>, known: &KnownTests) -> Vec<String> {
    let mut messages = Vec::new();
    if row.cells.len() != 6 || row.cells.iter().any(|cell| cell.is_empty()) {
        messages.push(
            "needs six cells: id, name, state, what works, what proves it, what is open".to_owned(),
        );
    }
    if !STATES.contains(&row.state) {
        messages.push(format!(
            "`{}` is no state: {}",
            row.state,
            STATES.join(", ")
        ));
    }
    let proofs: Vec<&str> = row.proof.split('`').skip(1).step_by(2).collect();
    if row.state == "open" && !proofs.is_empty() {
        messages.push("is open and names a test: say `partly` and what works".to_owned());
    }
    if row.state != "open" && proofs.is_empty() {
        messages.push(format!(
            "is `{}` and names no test that proves it",
            row.state
        ));
    }
    for proof in proofs {
        if !known.functions.contains(proof) && !known.paths.contains(proof) {
            messages.push(format!("there is no test `{proof}`"));
        }
    }
    messages
}

fn requirement_ids() -> impl Iterator<Item = String> {
    REQUIREMENTS
        .iter()
        .flat_map(|(area, count)| (1..=*count).map(move |number| format!("{area}{number}")))
}
