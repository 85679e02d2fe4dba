//! Each rule of the layers catches its violation.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{CRATES, Manifest, violations, violations_of};
use crate::workspace::SourceFile;

/// The messages about a crate of this name whose manifest goes on with this text.
fn check(name: &str, rest: &str) -> Vec<String> {
    let file = SourceFile::new(
        &format!("crates/{name}/Cargo.toml"),
        &format!("[package]\nname = \"{name}\"\n{rest}"),
    );
    violations_of(&Manifest::parse(&file).unwrap())
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

#[test]
fn arrows_downwards_are_fine() {
    let none: Vec<String> = Vec::new();
    assert_eq!(
        check(
            "engine",
            "[dependencies]\nmodel.workspace = true\nflow.workspace = true"
        ),
        none
    );
    assert_eq!(
        check("app", "[dependencies]\nengine = {}\nseal = {}\ntokio = {}"),
        none
    );
    assert_eq!(
        check(
            "store",
            "[dependencies]\napp = {}\nflow = {}\nrusqlite = {}"
        ),
        none
    );
    assert_eq!(
        check("server", "[dependencies]\nstore = {}\nweb = {}"),
        none
    );
}

#[test]
fn an_arrow_upwards_is_refused() {
    assert_eq!(
        check("model", "[dependencies]\nflow = {}"),
        ["`model` must not depend on `flow`: arrows point downwards only"]
    );
    assert_eq!(check("app", "[dependencies]\nstore = {}").len(), 1);
    assert_eq!(check("flow", "[build-dependencies]\nengine = {}").len(), 1);
    assert_eq!(check("web", "[dependencies]\nserver = {}").len(), 1);
}

#[test]
fn adapters_do_not_know_each_other() {
    assert_eq!(
        check("web", "[dependencies]\nstore = {}"),
        ["`web` must not depend on `store`: arrows point downwards only"]
    );
}

#[test]
fn a_renamed_or_platform_dependency_does_not_hide() {
    assert_eq!(
        check("web", "[dependencies]\nrows = { package = \"store\" }").len(),
        1
    );
    assert_eq!(
        check("web", "[target.'cfg(unix)'.dependencies]\nstore = {}").len(),
        1
    );
}

#[test]
fn a_pure_crate_uses_only_what_is_listed() {
    for outside in ["tokio", "rusqlite", "axum", "socket2", "reqwest", "rand"] {
        assert_eq!(
            check("engine", &format!("[dependencies]\n{outside} = {{}}")),
            [format!(
                "`engine` is pure and `{outside}` is not on the list of what pure crates may use"
            )]
        );
    }
}

#[test]
fn the_cryptographic_library_belongs_to_seal_alone() {
    assert_eq!(check("seal", "[dependencies]\naws-lc-rs = {}").len(), 0);
    assert_eq!(check("flow", "[dependencies]\naws-lc-rs = {}").len(), 1);
}

#[test]
fn tests_of_adapters_may_use_other_adapters_but_no_assembly() {
    assert_eq!(
        check("connect-api", "[dev-dependencies]\nstore = {}\npolicy = {}").len(),
        0
    );
    assert_eq!(
        check("connect-api", "[dev-dependencies]\nserver = {}"),
        ["tests of `connect-api` must not depend on `server`"]
    );
}

#[test]
fn tests_of_pure_crates_stay_pure() {
    assert_eq!(
        check("flow", "[dev-dependencies]\nengine = {}\nproptest = {}").len(),
        0
    );
    assert_eq!(check("flow", "[dev-dependencies]\napp = {}").len(), 1);
}

#[test]
fn a_crate_without_a_layer_is_refused() {
    assert_eq!(
        check("common", ""),
        ["`common` has no layer: give it a line in xtask/src/layers.rs"]
    );
}

#[test]
fn the_checks_do_not_use_what_they_judge() {
    let file = SourceFile::new(
        "xtask/Cargo.toml",
        "[package]\nname = \"xtask\"\n[dependencies]\nmodel = {}",
    );
    assert_eq!(violations_of(&Manifest::parse(&file).unwrap()).len(), 1);
    assert_eq!(check("web", "[dependencies]\nxtask = {}").len(), 1);
}

#[test]
fn a_line_for_a_crate_that_is_gone_is_refused() {
    assert_eq!(violations(&[]).len(), CRATES.len());
}
