//! The one cookie: the session of a person who signed in.

use http::HeaderValue;
use http::header::{COOKIE, HeaderMap};
use model::Secret;

#[cfg(test)]
mod tests;

/// Name of the session's cookie. Browsers take a `__Host-` cookie only from this very host, over TLS
/// and for all paths, so that no neighbour can set one for us.
pub(crate) const SESSION_COOKIE: &str = "__Host-ringfence-session";

/// Longest session token that is looked at, bytes.
const TOKEN_BYTES_MAX: usize = 512;

/// The session token that a request carries. Two of them are none: we cannot know which is ours.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<Secret<String>> {
    let mut found = None;
    for header in headers.get_all(COOKIE) {
        for pair in header.to_str().ok()?.split(';') {
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            if name.trim() != SESSION_COOKIE {
                continue;
            }
            if found.is_some() {
                return None;
            }
            found = Some(value.trim());
        }
    }
    found
        .filter(|token| !token.is_empty() && token.len() <= TOKEN_BYTES_MAX)
        .map(|token| Secret::new(token.to_owned()))
}

/// The header that sets the session's cookie; `None` where the token cannot stand in one.
pub(crate) fn set_session(token: &Secret<String>) -> Option<HeaderValue> {
    let cookie = format!(
        "{SESSION_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Strict",
        token.expose()
    );
    let mut value = HeaderValue::try_from(cookie).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header that removes it.
pub(crate) fn clear_session() -> HeaderValue {
    HeaderValue::from_static(
        "__Host-ringfence-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
    )
}
