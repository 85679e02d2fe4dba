//! The canonical request: the bytes that client and server both hash.

use std::borrow::Cow;
use std::fmt::Write as _;

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// As [`ENCODED`], but the slashes between segments stay.
const ENCODED_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// The canonical request over the raw path: as every service but S3 does it, what stands encoded on
/// the wire is encoded once more. Nothing is normalised; a path that would need it names no operation.
pub(super) fn canonical_request(
    method: &str,
    raw_path: &str,
    raw_query: &str,
    headers: &[(&str, Cow<'_, str>)],
    payload_hash: &str,
) -> String {
    let mut text = String::with_capacity(512);
    text.push_str(method);
    text.push('\n');
    text.extend(utf8_percent_encode(raw_path, ENCODED_PATH));
    text.push('\n');
    text.push_str(&canonical_query(raw_query));
    text.push('\n');
    for (name, value) in headers {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}:{value}");
    }
    text.push('\n');
    for (index, (name, _)) in headers.iter().enumerate() {
        if index > 0 {
            text.push(';');
        }
        text.push_str(name);
    }
    text.push('\n');
    text.push_str(payload_hash);
    text
}

/// The query in canonical form: every name and value decoded once and encoded strictly, sorted.
/// A `+` is a plus, not a space.
pub fn canonical_query(raw: &str) -> String {
    let mut pairs: Vec<(String, String)> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (recode(name), recode(value))
        })
        .collect();
    pairs.sort_unstable();
    let mut text = String::with_capacity(raw.len());
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

fn recode(part: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(part).collect();
    percent_encoding::percent_encode(&decoded, ENCODED).to_string()
}

/// The values of one header: trimmed, runs of spaces folded, several joined by commas. `None` where
/// the header is absent or not text.
pub(super) fn canonical_value<'h>(headers: &'h HeaderMap, name: &str) -> Option<Cow<'h, str>> {
    let mut values = headers.get_all(name).iter();
    let first = fold_spaces(values.next()?.to_str().ok()?);
    let mut joined: Option<String> = None;
    for value in values {
        let joined = joined.get_or_insert_with(|| first.to_string());
        joined.push(',');
        joined.push_str(&fold_spaces(value.to_str().ok()?));
    }
    Some(joined.map_or(first, Cow::Owned))
}

fn fold_spaces(value: &str) -> Cow<'_, str> {
    let value = value.trim_matches([' ', '\t']);
    if !value.contains("  ") {
        return Cow::Borrowed(value);
    }
    let mut folded = String::with_capacity(value.len());
    for character in value.chars() {
        if character != ' ' || !folded.ends_with(' ') {
            folded.push(character);
        }
    }
    Cow::Owned(folded)
}
