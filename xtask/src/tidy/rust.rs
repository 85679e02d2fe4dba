//! Rules for Rust sources, read as tokens so that comments and texts do not count.

use super::tokens::{self, Kind, Token, UsedPath};
use crate::report::Finding;
use crate::workspace::SourceFile;

/// Paths below these reach the world or the clock, or have no fixed order.
const FORBIDDEN_BELOW: &[(&[&str], &str)] = &[
    (&["std", "*"], "name what you import"),
    (&["std", "env"], "the environment belongs to the binary"),
    (&["std", "fs"], "files come in as values"),
    (&["std", "net"], "sockets belong to adapters"),
    (&["std", "process"], "processes belong to the binary"),
    (&["std", "thread"], "threads belong to adapters"),
    (&["std", "time", "Instant"], "the time comes in as a value"),
    (
        &["std", "time", "SystemTime"],
        "the time comes in as a value",
    ),
    (
        &["std", "collections", "HashMap"],
        "its order is random: use `BTreeMap`",
    ),
    (
        &["std", "collections", "HashSet"],
        "its order is random: use `BTreeSet`",
    ),
];

/// Calls that do the same under whatever import.
const FORBIDDEN_CALLS: &[(&[&str], &str)] = &[
    (&["Instant", "now"], "the time comes in as a value"),
    (&["SystemTime", "now"], "the time comes in as a value"),
    (&["Timestamp", "now"], "the time comes in as a value"),
    (&["Zoned", "now"], "the time comes in as a value"),
    (&["Uuid", "new_v4"], "ids come from an id source"),
    (&["Uuid", "now_v7"], "ids come from an id source"),
    (&["thread", "spawn"], "threads belong to adapters"),
    (&["thread", "sleep"], "time is data: use a deadline"),
];

/// Pure code that may name a type which is a value here: a library takes the time as one.
const VALUES_OF: &[(&str, &[&str])] =
    &[("crates/media/src/webrtc.rs", &["std", "time", "Instant"])];

/// Addresses are values although they live in `std::net`.
const ADDRESSES: &[&str] = &["IpAddr", "Ipv4Addr", "Ipv6Addr", "SocketAddr"];

/// Names that say nothing alone, and endings that say nothing at all.
const VAGUE_NAMES: &[&str] = &["Session", "Manager", "Helper", "Data", "Info", "Util"];
pub(super) const VAGUE_ENDINGS: &[&str] = &["Manager", "Helper", "Helpers", "Util", "Utils"];
const VAGUE_MODULES: &[&str] = &["helper", "helpers", "misc", "util", "utils"];

/// Everything that is wrong with one Rust source; `pure` where its crate is.
pub(super) fn violations(file: &SourceFile, pure: bool) -> Vec<Finding> {
    let tokens = match tokens::tokens(&file.text) {
        Ok(tokens) => tokens,
        Err(error) => return vec![Finding::new(file.path.clone(), error.to_string())],
    };
    let (product, tests) = if is_test_file(&file.path) {
        (Vec::new(), tokens.clone())
    } else {
        tokens::split_tests(&tokens)
    };
    let mut findings = Vec::new();
    let mut add = |line: usize, message: String| {
        findings.push(Finding::new(format!("{}:{line}", file.path), message));
    };
    if is_crate_root(&file.path)
        && let Err(message) = check_first_line(&file.text)
    {
        add(1, message);
    }
    check_attributes(&tokens, &mut add);
    check_names(&tokens, &mut add);
    if pure {
        let mut paths = tokens::used_paths(&product);
        paths.retain(|path| {
            !VALUES_OF
                .iter()
                .any(|(name, value)| file.path == *name && path.is(value))
        });
        check_purity(&paths, &mut add);
    }
    check_sleeps(&tests, &mut add);
    findings
}

/// Whether a file is built for tests or benchmarks alone.
fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "tests.rs"
        || path
            .split('/')
            .any(|part| part == "tests" || part == "benches")
}

fn is_crate_root(path: &str) -> bool {
    path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs")
}

/// A crate opens with a line that says what it is.
fn check_first_line(text: &str) -> Result<(), String> {
    let words = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("//! "))
        .unwrap_or_default();
    if words.split_whitespace().count() < 3 {
        return Err("a crate begins with `//!` and a line that says what it is".to_owned());
    }
    Ok(())
}

/// Lints are expected with a reason, never switched off; tests run or do not exist.
fn check_attributes(tokens: &[Token], add: &mut impl FnMut(usize, String)) {
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Sign('#') {
            continue;
        }
        let open = match tokens.get(at + 1).map(|token| &token.kind) {
            Some(Kind::Sign('!')) => at + 2,
            _ => at + 1,
        };
        if tokens.get(open).map(|token| &token.kind) != Some(&Kind::Open('[')) {
            continue;
        }
        let Some(name) = tokens.get(open + 1).and_then(Token::word) else {
            continue;
        };
        let conditional = name == "cfg_attr";
        let attribute = tokens
            .iter()
            .skip(open + 1)
            .take_while(|token| token.kind != Kind::Close(']'))
            .filter(|token| conditional || token.is(name));
        for word in attribute {
            if word.is("allow") {
                add(
                    word.line,
                    "lints are not switched off: `#[expect(…, reason = \"…\")]`".to_owned(),
                );
            } else if word.is("ignore") {
                add(word.line, "a test runs or does not exist".to_owned());
            }
        }
    }
}

/// Names say what a thing is.
fn check_names(tokens: &[Token], add: &mut impl FnMut(usize, String)) {
    for pair in tokens.windows(2) {
        let [keyword, name] = pair else { continue };
        let (Some(keyword), Some(word)) = (keyword.word(), name.word()) else {
            continue;
        };
        let vague = match keyword {
            "struct" | "enum" | "trait" | "union" => {
                VAGUE_NAMES.contains(&word) || VAGUE_ENDINGS.iter().any(|end| word.ends_with(end))
            }
            "mod" => VAGUE_MODULES.contains(&word),
            _ => false,
        };
        if vague {
            add(name.line, format!("`{word}` does not say what it is"));
        }
    }
}

/// A pure crate has no way to the world and no clock.
fn check_purity(paths: &[UsedPath], add: &mut impl FnMut(usize, String)) {
    for path in paths {
        if path.starts_with(&["std", "net"])
            && path
                .segments
                .get(2)
                .is_some_and(|name| ADDRESSES.contains(&name.as_str()))
        {
            continue;
        }
        let below = FORBIDDEN_BELOW
            .iter()
            .find(|(segments, _)| path.starts_with(segments));
        let call = FORBIDDEN_CALLS
            .iter()
            .find(|(segments, _)| path.ends_with(segments));
        if let Some((_, advice)) = below.or(call) {
            add(path.line, format!("`{path}` in a pure crate: {advice}"));
        }
    }
}

/// A test waits for what it means, not for time to pass. Where the clock itself is a value (a runtime
/// with `start_paused`), sleeping takes no time and is fine.
fn check_sleeps(tests: &[Token], add: &mut impl FnMut(usize, String)) {
    let mut at = 0;
    while let Some(token) = tests.get(at) {
        let rest = tests.get(at..).unwrap_or_default();
        if token.kind == Kind::Sign('#') && has_paused_clock(rest) {
            at = tokens::end_of_item(tests, at);
            continue;
        }
        let called = rest.get(1).is_some_and(|next| next.kind == Kind::Open('('));
        if called && (token.is("sleep") || token.is("sleep_until")) {
            add(
                token.line,
                "a test does not sleep: wait for the condition".to_owned(),
            );
        }
        at += 1;
    }
}

/// Whether the attribute that begins here asks for a runtime whose clock stands.
fn has_paused_clock(attribute: &[Token]) -> bool {
    attribute
        .iter()
        .take_while(|token| token.kind != Kind::Close(']'))
        .any(|token| token.is("start_paused"))
}
