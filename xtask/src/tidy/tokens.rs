//! Rust sources as a flat list of tokens: comments are gone, literals are opaque.

use anyhow::anyhow;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One token and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Word(String),
    Sign(char),
    Open(char),
    Close(char),
    Literal,
}

impl Token {
    /// Whether it is this word.
    pub(super) fn is(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    /// The word that it is.
    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// The tokens of a source.
pub(super) fn tokens(source: &str) -> anyhow::Result<Vec<Token>> {
    // A `#!` line is no Rust, an inner attribute `#![…]` is.
    let source = match source.strip_prefix("#!") {
        Some(rest) if !rest.starts_with('[') => {
            source.split_once('\n').map_or("", |(_, rest)| rest)
        }
        _ => source,
    };
    let stream: TokenStream = source
        .parse()
        .map_err(|error| anyhow!("is not made of Rust's tokens: {error}"))?;
    let mut flat = Vec::new();
    flatten(stream, &mut flat);
    Ok(flat)
}

fn flatten(stream: TokenStream, flat: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::Parenthesis | Delimiter::None => ('(', ')'),
                };
                flat.push(Token {
                    kind: Kind::Open(open),
                    line,
                });
                flatten(group.stream(), flat);
                flat.push(Token {
                    kind: Kind::Close(close),
                    line: group.span_close().start().line,
                });
            }
            TokenTree::Ident(word) => flat.push(Token {
                kind: Kind::Word(word.to_string()),
                line,
            }),
            TokenTree::Punct(sign) => flat.push(Token {
                kind: Kind::Sign(sign.as_char()),
                line,
            }),
            TokenTree::Literal(_) => flat.push(Token {
                kind: Kind::Literal,
                line,
            }),
        }
    }
}

/// Splits off the items under `#[cfg(test)]`: what is built into the product, what is not.
pub(super) fn split_tests(tokens: &[Token]) -> (Vec<Token>, Vec<Token>) {
    let mut product = Vec::new();
    let mut tests = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if is_cfg_test(tokens.get(at..).unwrap_or_default()) {
            let end = end_of_item(tokens, at);
            tests.extend(tokens.get(at..end).unwrap_or_default().iter().cloned());
            at = end;
        } else {
            product.push(token.clone());
            at += 1;
        }
    }
    (product, tests)
}

fn is_cfg_test(tokens: &[Token]) -> bool {
    let kinds = [
        Kind::Sign('#'),
        Kind::Open('['),
        Kind::Word("cfg".to_owned()),
        Kind::Open('('),
        Kind::Word("test".to_owned()),
        Kind::Close(')'),
        Kind::Close(']'),
    ];
    tokens.len() >= kinds.len()
        && tokens
            .iter()
            .zip(&kinds)
            .all(|(token, kind)| token.kind == *kind)
}

/// The index behind the item that begins here: behind its first `;` or `{…}` outside of other groups.
pub(super) fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close(sign) => {
                depth = depth.saturating_sub(1);
                if depth == 0 && sign == '}' {
                    return at + 1;
                }
            }
            Kind::Sign(';') if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// A path as written, imports in braces spelled out one by one: `std::fs::read`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UsedPath {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

impl UsedPath {
    pub(super) fn starts_with(&self, segments: &[&str]) -> bool {
        self.segments.len() >= segments.len()
            && self
                .segments
                .iter()
                .zip(segments)
                .all(|(own, other)| own == other)
    }

    pub(super) fn is(&self, segments: &[&str]) -> bool {
        self.segments == segments
    }

    pub(super) fn ends_with(&self, segments: &[&str]) -> bool {
        self.segments.len() >= segments.len()
            && self
                .segments
                .iter()
                .rev()
                .zip(segments.iter().rev())
                .all(|(own, other)| own == other)
    }
}

impl std::fmt::Display for UsedPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.segments.join("::"))
    }
}

/// Every path in the source, in order.
pub(super) fn used_paths(tokens: &[Token]) -> Vec<UsedPath> {
    let mut paths = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = if token.word().is_some() {
            path_at(tokens, at, &[], &mut paths)
        } else {
            at + 1
        };
    }
    paths
}

/// Reads the path whose first word stands at `at`, below `prefix`; the index behind it.
fn path_at(tokens: &[Token], at: usize, prefix: &[String], paths: &mut Vec<UsedPath>) -> usize {
    let Some(first) = tokens.get(at) else {
        return at;
    };
    let line = first.line;
    let mut segments = prefix.to_vec();
    segments.extend(first.word().map(str::to_owned));
    let mut next = at + 1;
    while is_separator(tokens, next) {
        match tokens.get(next + 2).map(|token| &token.kind) {
            Some(Kind::Word(word)) => {
                segments.push(word.clone());
                next += 3;
            }
            Some(Kind::Sign('*')) => {
                segments.push("*".to_owned());
                next += 3;
            }
            Some(Kind::Open('{')) => return group_at(tokens, next + 3, &segments, paths),
            _ => break,
        }
    }
    paths.push(UsedPath { segments, line });
    next
}

/// Reads what stands between the braces of an import; the index behind them.
fn group_at(tokens: &[Token], start: usize, prefix: &[String], paths: &mut Vec<UsedPath>) -> usize {
    let mut at = start;
    while let Some(token) = tokens.get(at) {
        match &token.kind {
            Kind::Close('}') => return at + 1,
            Kind::Word(word) if word == "as" => at += 2,
            Kind::Word(_) => at = path_at(tokens, at, prefix, paths),
            Kind::Sign('*') => {
                let mut segments = prefix.to_vec();
                segments.push("*".to_owned());
                paths.push(UsedPath {
                    segments,
                    line: token.line,
                });
                at += 1;
            }
            _ => at += 1,
        }
    }
    at
}

fn is_separator(tokens: &[Token], at: usize) -> bool {
    [at, at + 1].iter().all(|index| {
        tokens
            .get(*index)
            .is_some_and(|token| token.kind == Kind::Sign(':'))
    })
}
