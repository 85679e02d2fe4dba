//! A vulnerable crate is found, whatever the database says about others.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Accepted, judge, locked_packages, parse_database};

const LOCK: &str = r#"
version = 4

[[package]]
name = "ringfence"
version = "0.1.0"

[[package]]
name = "leaky"
version = "1.4.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
"#;

/// An advisory about `leaky` with these further lines.
fn advisory(id: &str, about: &str, versions: &str) -> String {
    format!(
        "```toml\n[advisory]\nid = \"{id}\"\npackage = \"leaky\"\ndate = \"2026-01-02\"\n{about}\n\
         [versions]\n{versions}\n```\n\n# A title\n\n```toml\nleaky = \"1\"\n```\n"
    )
}

/// Findings and notes about the lock file above.
fn check(database: &str, accepted: &[Accepted]) -> (Vec<String>, Vec<String>) {
    let packages = locked_packages(LOCK).unwrap();
    let (findings, notes) = judge(&packages, &parse_database(database).unwrap(), accepted);
    let findings = findings
        .into_iter()
        .map(|finding| format!("{}: {}", finding.place, finding.message))
        .collect();
    (findings, notes)
}

fn findings(database: &str) -> Vec<String> {
    check(database, &[]).0
}

#[test]
fn an_affected_version_is_found() {
    let database = advisory(
        "RUSTSEC-1",
        "",
        "patched = [\">= 1.4.1, < 2.0\", \">= 2.0.3\"]",
    );
    assert_eq!(
        findings(&database),
        ["leaky 1.4.0: RUSTSEC-1, mended in >=1.4.1, <2.0 or >=2.0.3"]
    );
    assert_eq!(
        findings(&advisory("RUSTSEC-1", "", "patched = []")),
        ["leaky 1.4.0: RUSTSEC-1, no version mends it"]
    );
}

#[test]
fn an_unsound_version_is_found() {
    let database = advisory("RUSTSEC-1", "informational = \"unsound\"", "patched = []");
    assert_eq!(findings(&database).len(), 1);
}

#[test]
fn a_mended_or_unaffected_version_is_fine() {
    for versions in [
        "patched = [\">= 1.4.0\"]",
        "patched = [\"^1.3.9\", \">= 2.0.1\"]",
        "patched = []\nunaffected = [\"< 1.5.0\"]",
    ] {
        assert_eq!(findings(&advisory("RUSTSEC-1", "", versions)), [""; 0]);
    }
}

#[test]
fn a_withdrawn_advisory_does_not_count() {
    let database = advisory("RUSTSEC-1", "withdrawn = \"2026-02-01\"", "patched = []");
    assert_eq!(findings(&database), [""; 0]);
}

#[test]
fn an_abandoned_project_is_a_note() {
    let database = advisory(
        "RUSTSEC-1",
        "informational = \"unmaintained\"",
        "patched = []",
    );
    let (findings, notes) = check(&database, &[]);
    assert_eq!(findings, [""; 0]);
    assert_eq!(notes, ["leaky 1.4.0: RUSTSEC-1 (unmaintained)"]);
}

#[test]
fn every_advisory_of_the_database_is_read() {
    let database = [1, 2, 3]
        .map(|number| advisory(&format!("RUSTSEC-{number}"), "", "patched = []"))
        .concat();
    assert_eq!(findings(&database).len(), 3);
}

#[test]
fn an_acceptance_needs_its_advisory() {
    let accepted = [Accepted {
        id: "RUSTSEC-1",
        reason: "that function is never called",
    }];
    let (none, notes) = check(&advisory("RUSTSEC-1", "", "patched = []"), &accepted);
    assert_eq!(none, [""; 0]);
    assert_eq!(notes.len(), 1);
    let (stale, _) = check(&advisory("RUSTSEC-2", "", "patched = [\"*\"]"), &accepted);
    assert_eq!(
        stale,
        ["xtask/src/advisories.rs: RUSTSEC-1 touches nothing any more: take it off the list"]
    );
}

#[test]
fn an_empty_or_broken_database_is_an_error() {
    assert!(parse_database("").is_err());
    assert!(parse_database("```toml\n[advisory]\nid = 1\n```").is_err());
}

#[test]
fn our_own_crates_are_not_looked_up() {
    let packages = locked_packages(LOCK).unwrap();
    assert_eq!(packages.len(), 1);
}
