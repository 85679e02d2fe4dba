//! Each rule for documents catches its violation.
#![expect(clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;
use std::path::PathBuf;

use super::{
    broken_links, check, check_architecture, check_changelog, check_decisions, markdown, roadmap,
};
use crate::workspace::{SourceFile, Workspace};

fn workspace(files: &[(&str, &str)]) -> Workspace {
    Workspace {
        root: PathBuf::new(),
        files: files
            .iter()
            .map(|(path, text)| SourceFile::new(path, text))
            .collect(),
        paths: files.iter().map(|(path, _)| (*path).to_owned()).collect(),
    }
}

fn links(text: &str) -> Vec<String> {
    let workspace = workspace(&[
        ("docs/a.md", text),
        ("docs/b.md", "# Two words\n## Two, words!\n## Two words"),
        ("README.md", ""),
    ]);
    broken_links(&workspace.files[0], &workspace)
        .into_iter()
        .map(|finding| format!("{} {}", finding.place, finding.message))
        .collect()
}

#[test]
fn a_link_leads_somewhere() {
    assert_eq!(
        links("[a](b.md) [b](../README.md) [c](../docs) ![d](./b.md \"title\")"),
        [""; 0]
    );
    assert_eq!(
        links("[a](https://example.org) [b](mailto:a@example.org)"),
        [""; 0]
    );
    assert_eq!(links("\n[a](c.md)"), ["docs/a.md:2 `c.md` does not exist"]);
    assert_eq!(
        links("![a](images/none.png)"),
        ["docs/a.md:1 `images/none.png` does not exist"]
    );
    assert_eq!(
        links("[a](../../b.md)"),
        ["docs/a.md:1 `../../b.md` lies outside of the repository"]
    );
}

#[test]
fn a_link_leads_to_a_heading_that_exists() {
    assert_eq!(
        links("[a](b.md#two-words) [b](b.md#two-words-1) [c](b.md#two-words-2)"),
        [""; 0]
    );
    assert_eq!(links("# Here\n[a](#here)"), [""; 0]);
    assert_eq!(
        links("[a](b.md#three)"),
        ["docs/a.md:1 `b.md#three` has no heading `#three`"]
    );
    assert_eq!(
        links("[a](#there)"),
        ["docs/a.md:1 `#there` has no heading `#there`"]
    );
}

#[test]
fn code_holds_no_links() {
    assert_eq!(links("```\n[a](c.md)\n```\n`[a](c.md)`"), [""; 0]);
}

#[test]
fn the_architecture_names_every_crate_and_no_other() {
    let workspace = workspace(&[
        ("crates/model/Cargo.toml", ""),
        ("crates/flow/Cargo.toml", ""),
        ("crates/flow/fixtures/x/Cargo.toml", ""),
    ]);
    let good = "## Crates\n\n| crate | is |\n|---|---|\n| `model` | a |\n| `flow` | b |\n## Life\n| `x` | c |";
    assert_eq!(check_architecture(good, &workspace), [""; 0]);
    let bad = good.replace("`flow`", "`sip`");
    assert_eq!(
        check_architecture(&bad, &workspace),
        [
            "the table below `## Crates` has no line for `flow`",
            "`sip` is no crate of the workspace"
        ]
    );
}

#[test]
fn the_changelog_has_a_place_for_the_next_release() {
    let none = workspace(&[]);
    assert_eq!(
        check_changelog("# Changes\n\n## Unreleased\n", &none),
        [""; 0]
    );
    assert_eq!(check_changelog("# Changes\n", &none).len(), 1);
}

#[test]
fn decisions_are_listed() {
    let workspace = workspace(&[
        ("docs/decisions/README.md", ""),
        ("docs/decisions/0001-a.md", ""),
    ]);
    assert_eq!(check_decisions("[a](0001-a.md)", &workspace), [""; 0]);
    assert_eq!(
        check_decisions("", &workspace),
        ["does not list `0001-a.md`"]
    );
}

#[test]
fn a_missing_document_is_named() {
    let report = check(&workspace(&[]));
    assert!(report.is_ok_and(|report| report.findings.len() == 4));
}

#[test]
fn headings_become_anchors() {
    let anchors = markdown::headings("# A `b`, c_d\n#no heading\n```\n# code\n```");
    assert_eq!(anchors.into_iter().collect::<Vec<_>>(), ["a-b-c_d"]);
}

/// What is wrong with a roadmap in which all lines but these are right.
fn roadmap_with(lines: &[&str]) -> Vec<String> {
    let replaced: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .collect();
    let mut text =
        String::from("| id | name | state | works | proof | open |\n|---|---|---|---|---|---|\n");
    for (area, count) in [('P', 8), ('I', 7), ('D', 8), ('S', 13), ('C', 8)] {
        for id in (1..=count).map(|number| format!("{area}{number}")) {
            if !replaced.contains(&id.as_str()) {
                let _ = writeln!(text, "| {id} | a | open | nothing | – | all |");
            }
        }
    }
    text.push_str(&lines.join("\n"));
    let sources = workspace(&[
        (
            "crates/a/src/tests.rs",
            "#[test]\nfn it_works() {}\n    #[tokio::test]\n    async fn waits() {}\n#[cfg(test)]\nfn no_test() {}\n",
        ),
        ("tests/test_a.py", "def test_it():\n"),
        ("ui/src/a.test.ts", ""),
    ]);
    let known = roadmap::KnownTests::of(&sources);
    roadmap::violations(&roadmap::rows(&text), &known)
        .into_iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding.place.replace("docs/roadmap.md ", ""),
                finding.message
            )
        })
        .collect()
}

#[test]
fn every_requirement_has_one_line() {
    assert_eq!(roadmap_with(&[]), [""; 0]);
    assert_eq!(roadmap_with(&["no line | C8 |"]), ["C8 has no line"]);
    let line = "| C8 | a | open | nothing | – | all |";
    assert_eq!(roadmap_with(&[line, line]), ["C8 has 2 lines"]);
    assert_eq!(
        roadmap_with(&["| C9 | a | open | nothing | – | all |"]),
        ["C9 is no requirement"]
    );
}

#[test]
fn a_line_is_complete() {
    assert_eq!(
        roadmap_with(&["| C8 | a | open | nothing | – | |"]).len(),
        1
    );
    assert_eq!(
        roadmap_with(&["| C8 | a | done | all | `it_works` | – |"]),
        ["C8 `done` is no state: met, partly, open"]
    );
}

#[test]
fn a_claim_names_a_test_that_exists() {
    for proof in ["`it_works`, `waits`", "`test_it`", "`ui/src/a.test.ts`"] {
        assert_eq!(
            roadmap_with(&[&format!("| C8 | a | partly | this | {proof} | rest |")]),
            [""; 0]
        );
    }
    assert_eq!(
        roadmap_with(&["| C8 | a | met | all | `it_flies` | – |"]),
        ["C8 there is no test `it_flies`"]
    );
    assert_eq!(
        roadmap_with(&["| C8 | a | met | all | `no_test` | – |"]),
        ["C8 there is no test `no_test`"]
    );
    assert_eq!(
        roadmap_with(&["| C8 | a | met | all | – | – |"]),
        ["C8 is `met` and names no test that proves it"]
    );
    assert_eq!(
        roadmap_with(&["| C8 | a | open | nothing | `it_works` | all |"]),
        ["C8 is open and names a test: say `partly` and what works"]
    );
}
