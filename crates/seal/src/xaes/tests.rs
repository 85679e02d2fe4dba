#![expect(clippy::unwrap_used, reason = "tests")]

use aws_lc_rs::aead::Aad;

use super::{XAES_NONCE_BYTES, Xaes};

fn check(key: u8, aad: &[u8], expected: &str) {
    let nonce: [u8; XAES_NONCE_BYTES] = *b"ABCDEFGHIJKLMNOPQRSTUVWX";
    let (message_key, nonce) = Xaes::new(&[key; 32]).message(nonce);
    let mut text = b"XAES-256-GCM".to_vec();
    message_key
        .seal_in_place_append_tag(nonce, Aad::from(aad), &mut text)
        .unwrap();
    assert_eq!(hex::encode(text), expected);
}

// The vectors of https://c2sp.org/XAES-256-GCM: the first has no carry in K1, the second has one.
#[test]
fn agrees_with_the_published_vectors() {
    check(
        1,
        b"",
        "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271",
    );
    check(
        3,
        b"c2sp.org/XAES-256-GCM",
        "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
    );
}
