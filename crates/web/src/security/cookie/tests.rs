#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn token(cookies: &[&str]) -> Option<String> {
    let mut headers = HeaderMap::new();
    for cookie in cookies {
        headers.append(COOKIE, HeaderValue::from_str(cookie).unwrap());
    }
    session_token(&headers).map(|token| token.expose().clone())
}

#[test]
fn the_session_is_found_among_other_cookies() {
    let one = Some("abc".to_owned());
    assert_eq!(token(&["__Host-ringfence-session=abc"]), one);
    assert_eq!(token(&["a=b; __Host-ringfence-session=abc; c=d"]), one);
    assert_eq!(token(&["a=b", "__Host-ringfence-session=abc"]), one);
}

#[test]
fn absent_doubled_and_oversized_sessions_are_none() {
    assert_eq!(token(&[]), None);
    assert_eq!(token(&["__Host-ringfence-session="]), None);
    assert_eq!(token(&["ringfence-session=abc"]), None);
    assert_eq!(token(&["__host-ringfence-session=abc"]), None);
    assert_eq!(
        token(&["__Host-ringfence-session=a; __Host-ringfence-session=b"]),
        None
    );
    let long = format!("{SESSION_COOKIE}={}", "a".repeat(TOKEN_BYTES_MAX + 1));
    assert_eq!(token(&[&long]), None);
}

#[test]
fn the_cookie_is_for_this_host_over_tls_and_out_of_reach_of_scripts() {
    let value = set_session(&Secret::new("abc".to_owned())).unwrap();
    assert_eq!(
        value.to_str().unwrap(),
        "__Host-ringfence-session=abc; Path=/; Secure; HttpOnly; SameSite=Strict"
    );
    assert!(value.is_sensitive());
    assert!(set_session(&Secret::new("a\nb".to_owned())).is_none());
    assert!(clear_session().to_str().unwrap().ends_with("Max-Age=0"));
}
