use super::*;

/// The secret of RFC 6238's test vectors.
fn rfc_secret() -> Secret<Vec<u8>> {
    Secret::new(b"12345678901234567890".to_vec())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_secs(second)
}

#[test]
fn codes_are_those_of_rfc_6238() {
    // Appendix B, the last six of eight digits.
    let vectors = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];
    for (second, code) in vectors {
        let step = u64::try_from(second / 30).ok();
        assert_eq!(check(&rfc_secret(), code, at(second)), step, "{second}");
    }
}

#[test]
fn a_code_counts_one_step_before_and_after_and_tells_its_step() {
    let counts = |second| check(&rfc_secret(), "287082", at(second));
    assert_eq!(counts(29), Some(1));
    assert_eq!(counts(0), Some(1));
    assert_eq!(counts(60), Some(1));
    assert_eq!(counts(89), Some(1));
    assert_eq!(counts(90), None);
}

#[test]
fn what_is_no_code_is_wrong() {
    for code in [
        "",
        "28708",
        "2870820",
        "28708a",
        "+87082",
        " 287082",
        "287 082",
        "２８７０８２",
        "000000",
    ] {
        assert_eq!(check(&rfc_secret(), code, at(59)), None, "{code}");
    }
}

#[test]
fn a_secret_that_is_too_short_matches_nothing() {
    let short = Secret::new(vec![1, 2, 3]);
    assert!(
        (0..1_000_000)
            .step_by(111_111)
            .all(|code| { check(&short, &format!("{code:06}"), at(59)).is_none() })
    );
}

#[test]
fn times_before_the_epoch_match_nothing() {
    assert_eq!(check(&rfc_secret(), "287082", at(-1)), None);
}

#[test]
fn the_address_names_issuer_account_and_secret() {
    assert_eq!(
        uri(&rfc_secret(), "Call: Center", "ann@example.com"),
        "otpauth://totp/Call%3A%20Center:ann%40example.com\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Call%3A%20Center\
         &algorithm=SHA1&digits=6&period=30"
    );
}
