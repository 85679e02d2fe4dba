//! The pages, as built by `make ui`: embedded in a release, read from disk in development.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use rust_embed::RustEmbed;

use crate::error;
use crate::security::headers::Kind;
use crate::settings::Pages;
use crate::state::WebState;

#[cfg(test)]
mod tests;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Ui;

/// Names of files that carry a hash of their content never change.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Names that stay the same are asked for again each time, and answered by their ETag.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The page that stands in where the UI was not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Ringfence</title></head><body><h1>The pages are not built</h1>\
    <p>This server was built without its pages. Run <code>make ui</code> and build it again.</p>\
    </body></html>";

/// `GET /`.
pub(crate) async fn root() -> Redirect {
    Redirect::temporary("/app/")
}

/// `GET /app/…`: the one page of the workspace, which routes by path itself.
pub(crate) async fn app_page(State(state): State<WebState>) -> Response {
    page(&state, "app/index.html", |html| html)
}

/// `GET /app/assets/…`.
pub(crate) async fn app_asset(
    State(state): State<WebState>,
    headers: HeaderMap,
    Path(path): Path<String>,
) -> Response {
    let path = format!("app/assets/{path}");
    file(&state, &path, IMMUTABLE, &headers)
}

/// A file under a name that stays the same.
pub(crate) fn named_file(state: &WebState, path: &str, headers: &HeaderMap) -> Response {
    file(state, path, REVALIDATE, headers)
}

/// A page, with what `fill` puts into it.
pub(crate) fn page(state: &WebState, path: &str, fill: impl FnOnce(String) -> String) -> Response {
    if state.settings().pages == Pages::Absent {
        return error::NOT_FOUND.into_response();
    }
    let (status, html) = match Ui::get(path) {
        Some(file) => (
            StatusCode::OK,
            fill(String::from_utf8_lossy(&file.data).into_owned()),
        ),
        None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT.to_owned()),
    };
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, NO_STORE);
    response.extensions_mut().insert(Kind::Page);
    response
}

fn file(state: &WebState, path: &str, cache: HeaderValue, headers: &HeaderMap) -> Response {
    if state.settings().pages == Pages::Absent || !is_plain(path) {
        return error::NOT_FOUND.into_response();
    }
    match Ui::get(path) {
        Some(file) => answer(
            file.data,
            &file.metadata.sha256_hash(),
            path,
            cache,
            headers,
        ),
        None => error::NOT_FOUND.into_response(),
    }
}

fn answer(
    content: Cow<'static, [u8]>,
    hash: &[u8; 32],
    path: &str,
    cache: HeaderValue,
    headers: &HeaderMap,
) -> Response {
    let tag = entity_tag(hash);
    let same = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content = match content {
            Cow::Borrowed(embedded) => Bytes::from_static(embedded),
            Cow::Owned(read) => Bytes::from(read),
        };
        Body::from(content).into_response()
    };
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    out.insert(CACHE_CONTROL, cache);
    if let Ok(tag) = HeaderValue::try_from(tag) {
        out.insert(ETAG, tag);
    }
    response
}

/// A strong ETag of the first 16 bytes of a hash.
fn entity_tag(hash: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    let mut tag = String::from("\"");
    for byte in hash.iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Whether a path stays within its folder. In development files come from disk.
fn is_plain(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    path.chars().all(plain)
        && path
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.'))
}

/// The type by the end of the name; what is not known is only good for saving.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("mp3") => "audio/mpeg",
        Some("ogg") => "audio/ogg",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
