#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn base32_is_that_of_rfc_4648() {
    let cases = [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ];
    for (bytes, text) in cases {
        assert_eq!(base32(bytes.as_bytes()), text);
    }
}

#[test]
fn a_token_has_one_spelling() {
    let token = Token::new(Secret::new([0xA7; 32]));
    let text = token.text();
    assert_eq!(text.expose().len(), TOKEN_CHARS);
    assert_eq!(Token::parse(&text).unwrap().bytes(), [0xA7; 32]);
    let mut other = text.expose().clone();
    // The last character carries four bits: the two below must be zero.
    other.pop();
    for last in ['d', 'e', 'f'] {
        let spelled = Secret::new(format!("{other}{last}"));
        assert!(Token::parse(&spelled).is_none(), "{last}");
    }
}

#[test]
fn what_is_no_token_is_refused() {
    for text in [
        "",
        "abc",
        &"A".repeat(42),
        &"A".repeat(44),
        &"=".repeat(43),
        &"é".repeat(43),
    ] {
        assert!(Token::parse(&Secret::new((*text).to_owned())).is_none());
    }
}

#[test]
fn access_keys_have_the_form_of_iam() {
    let random = Secret::new([0x5C; 32]);
    let id = key_id(&random);
    assert!(is_key_id(&id));
    assert_eq!(id.len(), 20);
    assert_eq!(key_secret(&random).expose().len(), 40);
    for wrong in [
        "",
        "AKIA",
        "ASIAAAAAAAAAAAAAAAAA",
        "AKIAaaaaaaaaaaaaaaaa",
        "AKIA1AAAAAAAAAAAAAAA",
    ] {
        assert!(!is_key_id(wrong), "{wrong}");
    }
}
