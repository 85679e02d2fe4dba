#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn a_credential_comes_back_as_it_was_written() {
    let written = Credential {
        password_hash: Secret::new("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".to_owned()),
        password_set_at: Timestamp::from_secs(7),
        totp: Some(TotpFactor {
            secret: Secret::new(vec![0, 255, 1]),
            last_step: 42,
            confirmed_at: Timestamp::from_secs(8),
        }),
    };
    let read: Credential = decode(&encode(&written).unwrap()).unwrap();
    assert!(
        read.password_hash
            .matches(written.password_hash.expose().as_bytes())
    );
    let totp = read.totp.unwrap();
    assert_eq!(totp.secret.expose(), &[0, 255, 1]);
    assert_eq!(totp.last_step, 42);
}

#[test]
fn another_format_is_refused() {
    let written = encode(&AccessKeyBody {
        key_id: "AKIA".to_owned(),
        secret: Secret::new("s".to_owned()),
        account: String::new(),
        name: String::new(),
        created_at: Timestamp::from_secs(0),
    })
    .unwrap();
    let text = String::from_utf8(written.to_vec()).unwrap();
    let other = text.replacen("\"format\":1", "\"format\":2", 1);
    assert_ne!(text, other);
    assert!(decode::<AccessKeyBody>(text.as_bytes()).is_ok());
    assert!(decode::<AccessKeyBody>(other.as_bytes()).is_err());
}

#[test]
fn bodies_fit_their_room() {
    let largest = encode(&Credential {
        password_hash: Secret::new("x".repeat(256)),
        password_set_at: Timestamp::from_millis(i64::MAX),
        totp: Some(TotpFactor {
            secret: Secret::new(vec![0; 64]),
            last_step: u64::MAX,
            confirmed_at: Timestamp::from_millis(i64::MAX),
        }),
    })
    .unwrap();
    assert!(largest.len() < BODY_BYTES);
    assert_eq!(largest.capacity(), BODY_BYTES);
}
