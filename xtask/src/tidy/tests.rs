//! Each rule for sources catches its violation.

use super::violations;
use crate::workspace::SourceFile;

/// `line: message` of everything that is wrong with this text at this path.
fn check(path: &str, text: &str) -> Vec<String> {
    violations(&SourceFile::new(path, text))
        .into_iter()
        .map(|finding| {
            let line = finding
                .place
                .rsplit(':')
                .next()
                .unwrap_or_default()
                .to_owned();
            format!("{line}: {}", finding.message)
        })
        .collect()
}

/// Asserts that there is one violation, on this line, whose message holds these words.
fn check_one(path: &str, text: &str, line: usize, words: &str) {
    let found = check(path, text);
    let fits = matches!(found.as_slice(), [one] if one.starts_with(&format!("{line}: ")) && one.contains(words));
    assert!(fits, "{path}: {text}\n{found:?}");
}

const PURE: &str = "crates/engine/src/agent.rs";
const ADAPTER: &str = "crates/store/src/sqlite.rs";

#[test]
fn a_pure_crate_reads_no_clock() {
    for text in [
        "fn f() { let t = std::time::Instant::now(); }",
        "use std::time::SystemTime;",
        "use std::time::{Duration, Instant as Clock};",
        "fn f() { jiff::Timestamp::now(); }",
        "fn f() { Zoned::now(); }",
    ] {
        check_one(PURE, text, 1, "the time comes in as a value");
        assert_eq!(check(ADAPTER, text), [""; 0]);
    }
}

#[test]
fn where_a_library_takes_the_time_as_an_instant_it_is_named_but_not_read() {
    let path = "crates/media/src/webrtc.rs";
    assert_eq!(check(path, "use std::time::{Duration, Instant};"), [""; 0]);
    let read = "fn f() { Instant::now(); }";
    check_one(path, read, 1, "the time comes in as a value");
    check_one(path, "use std::time::SystemTime;", 1, "the time comes in");
}

#[test]
fn a_pure_crate_opens_nothing() {
    check_one(PURE, "use std::{\n  fmt,\n  fs::File,\n};", 3, "std::fs");
    check_one(PURE, "use std::net::TcpStream;", 1, "std::net::TcpStream");
    check_one(
        PURE,
        "fn f() {\n std::thread::spawn(|| ());\n}",
        2,
        "threads",
    );
    check_one(PURE, "use std::env;", 1, "environment");
    check_one(PURE, "use std::*;", 1, "name what you import");
    check_one(PURE, "use std::process::Command;", 1, "processes");
}

#[test]
fn a_pure_crate_draws_no_ids_and_keeps_an_order() {
    check_one(PURE, "fn f() { Uuid::new_v4(); }", 1, "id source");
    check_one(
        PURE,
        "use std::collections::{BTreeMap, HashMap};",
        1,
        "BTreeMap",
    );
}

#[test]
fn addresses_durations_and_words_in_texts_are_fine_in_a_pure_crate() {
    let text = "use std::net::{IpAddr, SocketAddr};\nuse std::time::Duration;\n\
                // std::fs is for adapters\nconst A: &str = \"Instant::now()\";";
    assert_eq!(check(PURE, text), [""; 0]);
}

#[test]
fn tests_of_a_pure_crate_may_read_their_corpus() {
    let text = "#[cfg(test)]\nmod tests {\n  use std::fs;\n}\nfn f() { std::fs::read(\"a\"); }";
    check_one(PURE, text, 5, "std::fs::read");
    assert_eq!(
        check("crates/flow/src/parse/tests.rs", "use std::fs;"),
        [""; 0]
    );
    assert_eq!(
        check("crates/flow/benches/steps.rs", "use std::fs;"),
        [""; 0]
    );
}

#[test]
fn an_attribute_on_a_test_module_file_ends_at_its_semicolon() {
    check_one(PURE, "#[cfg(test)]\nmod tests;\nuse std::fs;", 3, "std::fs");
}

#[test]
fn a_lint_is_never_switched_off() {
    check_one(ADAPTER, "#[allow(dead_code)]\nfn f() {}", 1, "expect");
    check_one(ADAPTER, "#![allow(dead_code)]", 1, "expect");
    check_one(
        ADAPTER,
        "#[cfg_attr(test, allow(dead_code))]\nfn f() {}",
        1,
        "expect",
    );
    assert_eq!(
        check(
            ADAPTER,
            "#[expect(dead_code, reason = \"allow\")]\nfn allow() {}"
        ),
        [""; 0]
    );
}

#[test]
fn a_test_is_never_switched_off() {
    check_one(
        ADAPTER,
        "#[test]\n#[ignore = \"slow\"]\nfn f() {}",
        2,
        "runs or does not exist",
    );
    check_one(
        "ui/src/a.test.ts",
        "it.skip('says no', () => {});",
        1,
        "runs or does not exist",
    );
    check_one(
        "tests/api/test_a.py",
        "@pytest.mark.skip",
        1,
        "runs or does not exist",
    );
    check_one(
        "ui/src/a.test.ts",
        "test.only('a', () => {});",
        1,
        "would not run",
    );
}

#[test]
fn a_test_does_not_sleep() {
    let text = "fn f() { tokio::time::sleep(second).await; }";
    check_one("crates/web/tests/chat.rs", text, 1, "does not sleep");
    check_one(
        ADAPTER,
        &format!("#[cfg(test)]\nmod tests {{ {text} }}"),
        2,
        "does not sleep",
    );
    assert_eq!(check(ADAPTER, text), [""; 0]);
    check_one(
        "tests/api/test_a.py",
        "    time.sleep(1)",
        1,
        "does not sleep",
    );
    check_one(
        "ui/e2e/a.ts",
        "await page.waitForTimeout(5);",
        1,
        "does not sleep",
    );
}

#[test]
fn a_name_says_what_it_is() {
    for name in [
        "CallManager",
        "QueueHelper",
        "TimeUtils",
        "Session",
        "Data",
        "Info",
    ] {
        check_one(
            ADAPTER,
            &format!("pub(crate) struct {name};"),
            1,
            "does not say what it is",
        );
    }
    check_one(ADAPTER, "mod util;", 1, "does not say what it is");
    check_one(
        "ui/src/a.ts",
        "export class SocketManager {",
        1,
        "does not say what it is",
    );
    assert_eq!(
        check(ADAPTER, "struct LoginSession;\nenum ContactData {}"),
        [""; 0]
    );
}

#[test]
fn a_crate_begins_with_a_line_about_itself() {
    for text in [
        "fn f() {}",
        "//! Placeholder.",
        "/// Not of the crate at all.\nfn f() {}",
    ] {
        check_one("crates/web/src/lib.rs", text, 1, "begins with `//!`");
    }
    assert_eq!(
        check("crates/web/src/lib.rs", "//! What the browser talks to."),
        [""; 0]
    );
}

#[test]
fn nothing_is_marked_for_later() {
    for mark in [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ] {
        check_one(ADAPTER, &format!("// {mark}: later"), 1, mark);
        check_one("docs/a.md", mark, 1, mark);
        assert_eq!(check(ADAPTER, &format!("// a{mark}")), [""; 0]);
    }
}

#[test]
fn a_file_is_read_in_one_sitting() {
    assert_eq!(check(ADAPTER, &"\n".repeat(600)), [""; 0]);
    check_one(ADAPTER, &"\n".repeat(601), 601, "601 lines");
    assert_eq!(check("docs/long.md", &"\n".repeat(601)), [""; 0]);
}

#[test]
fn no_path_of_one_machine_is_left() {
    for home in ["ro|ot", "ho|me", "Us|ers", "wo|rk"] {
        let path = format!("/{}/x", home.replace('|', ""));
        check_one("scripts/a.sh", &format!("cd {path}"), 1, "one machine only");
        assert_eq!(
            check("scripts/a.sh", &format!("cd \"${{top}}{path}\"")),
            [""; 0]
        );
    }
}

#[test]
fn packages_come_from_the_public_registries() {
    check_one(
        "Cargo.lock",
        "source = \"registry+https://example.org/index\"",
        1,
        "public",
    );
    check_one(
        "ui/package-lock.json",
        "  \"resolved\": \"https://example.org/a.tgz\"",
        1,
        "public",
    );
    check_one(
        "tests/requirements.txt",
        "--index-url https://example.org",
        1,
        "public",
    );
    check_one("ui/.npmrc", "registry=https://example.org", 1, "public");
    check_one(".cargo/config.toml", "[source.crates-io]", 1, "public");
    assert_eq!(check("tests/requirements.txt", "boto3==1.44.5"), [""; 0]);
}

#[test]
fn scripts_do_not_silence_their_compiler() {
    check_one("ui/src/a.ts", "// @ts-ignore", 1, "not switched off");
    check_one(
        "ui/src/a.ts",
        "// eslint-disable-next-line no-console",
        1,
        "reason",
    );
    assert_eq!(
        check(
            "ui/src/a.ts",
            "// eslint-disable-next-line no-console -- the page has no other log"
        ),
        [""; 0]
    );
}

#[test]
fn what_is_no_rust_is_named() {
    let found = check(ADAPTER, "fn f() { \"open");
    assert!(
        found.first().is_some_and(|one| one.contains("tokens")),
        "{found:?}"
    );
}
