//! Origins of pages, in the one spelling in which browsers send them.

use http::Uri;

use crate::error::Refusal;

/// Longest origin (`Origin` of the service model), characters.
pub(super) const ORIGIN_CHARS_MAX: usize = 267;

/// `https://HOST[:PORT]`, without a path: pages that are not served by TLS may not hold chats.
pub(super) fn parse(text: &str) -> Result<String, Refusal> {
    let refused = || {
        Refusal::invalid("`Origin` must be `https://HOST` or `https://HOST:PORT`, without a path")
    };
    let authority = text.strip_prefix("https://").ok_or_else(refused)?;
    let uri: Uri = text.parse().map_err(|_| refused())?;
    let named = uri.authority().ok_or_else(refused)?;
    let port = named.port_u16().filter(|port| *port != 0);
    let is_alone = authority
        .strip_prefix(named.host())
        .is_some_and(|rest| rest.is_empty() || port.is_some_and(|port| rest == format!(":{port}")));
    let is_origin = is_alone
        && text.len() <= ORIGIN_CHARS_MAX
        && !named.host().is_empty()
        && named.host().chars().all(is_of_a_host);
    if !is_origin {
        return Err(refused());
    }
    let authority = authority.to_ascii_lowercase();
    let authority = authority.strip_suffix(":443").unwrap_or(&authority);
    Ok(format!("https://{authority}"))
}

/// Names and addresses, no patterns.
fn is_of_a_host(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_' | ':' | '[' | ']')
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_origin_has_one_spelling() {
        for (text, spelling) in [
            ("https://shop.example", Some("https://shop.example")),
            ("https://SHOP.example:443", Some("https://shop.example")),
            (
                "https://shop.example:8443",
                Some("https://shop.example:8443"),
            ),
            (
                "https://[2001:db8::1]:8443",
                Some("https://[2001:db8::1]:8443"),
            ),
            ("http://shop.example", None),
            ("https://shop.example/", None),
            ("https://shop.example/path", None),
            ("https://shop.example?x", None),
            ("https://ada@shop.example", None),
            ("https://shop.example:0", None),
            ("https://shop.example:99999", None),
            ("https://shop.example\n", None),
            ("https://*.example", None),
            ("https://", None),
            ("shop.example", None),
            ("null", None),
        ] {
            assert_eq!(parse(text).ok().as_deref(), spelling, "{text:?}");
        }
    }
}
