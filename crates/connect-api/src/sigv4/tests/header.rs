//! The `Authorization` header.

use super::*;

const GOOD: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
    SignedHeaders=host;x-amz-date, \
    Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

#[test]
fn its_parts_may_stand_in_any_order_and_without_spaces() {
    let parsed = Authorization::parse(GOOD).unwrap();
    assert_eq!(parsed.key_id, "AKIDEXAMPLE");
    assert_eq!(parsed.signed_headers, ["host", "x-amz-date"]);
    let (scheme, parts) = GOOD.split_once(' ').unwrap();
    let mut parts: Vec<&str> = parts.split(", ").collect();
    parts.reverse();
    let turned = format!("{scheme} {}", parts.join(","));
    assert_eq!(Authorization::parse(&turned).unwrap(), parsed);
}

#[test]
fn every_deviation_has_its_problem() {
    let cases = [
        (
            "AWS4-HMAC-SHA256 ",
            "AWS4-HMAC-SHA512 ",
            HeaderProblem::Scheme,
        ),
        ("AWS4-HMAC-SHA256 ", "Bearer ", HeaderProblem::Scheme),
        (
            "AWS4-HMAC-SHA256 ",
            "AWS4-HMAC-SHA256",
            HeaderProblem::Scheme,
        ),
        (
            ", Signature=",
            ", Signature=00, Signature=",
            HeaderProblem::Parts,
        ),
        (", Signature=", ", Other=", HeaderProblem::Parts),
        (", Signature=", " Signature=", HeaderProblem::Parts),
        (", SignedHeaders", ",, SignedHeaders", HeaderProblem::Parts),
        ("AKIDEXAMPLE", "", HeaderProblem::Credential),
        ("AKIDEXAMPLE", "AKID-EXAMPLE", HeaderProblem::Credential),
        ("20150830", "2015083", HeaderProblem::Credential),
        ("us-east-1", "US-EAST-1", HeaderProblem::Credential),
        ("us-east-1", "", HeaderProblem::Credential),
        ("aws4_request", "aws4_request/x", HeaderProblem::Credential),
        ("aws4_request", "aws5_request", HeaderProblem::Credential),
        (
            "host;x-amz-date",
            "x-amz-date;host",
            HeaderProblem::SignedHeaders,
        ),
        ("host;x-amz-date", "host;host", HeaderProblem::SignedHeaders),
        (
            "host;x-amz-date",
            "Host;x-amz-date",
            HeaderProblem::SignedHeaders,
        ),
        ("host;x-amz-date", "host;", HeaderProblem::SignedHeaders),
        ("host;x-amz-date", "", HeaderProblem::SignedHeaders),
        ("=5fa0", "=5FA0", HeaderProblem::Signature),
        ("=5fa0", "=5fa", HeaderProblem::Signature),
        ("=5fa0", "=5fa00", HeaderProblem::Signature),
        ("=5fa0", "=xfa0", HeaderProblem::Signature),
    ];
    for (from, to, problem) in cases {
        let header = GOOD.replacen(from, to, 1);
        assert_eq!(Authorization::parse(&header), Err(problem), "{header}");
    }
}

#[test]
fn length_and_number_of_headers_are_bounded() {
    let long = format!("{GOOD}{}", " ".repeat(5000));
    assert_eq!(Authorization::parse(&long), Err(HeaderProblem::TooLong));
    let names = |count: usize| {
        let names: Vec<String> = (0..count).map(|n| format!("h{n:03}")).collect();
        GOOD.replace("host;x-amz-date", &names.join(";"))
    };
    assert!(Authorization::parse(&names(64)).is_ok());
    assert_eq!(
        Authorization::parse(&names(65)),
        Err(HeaderProblem::SignedHeaders)
    );
}

#[test]
fn the_corpus_of_the_fuzzer_parses_without_a_panic() {
    let corpus = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fuzz/corpus/sigv4_header"
    );
    let mut seen = 0;
    for file in std::fs::read_dir(corpus).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(parsed) = Authorization::parse(&text) {
            assert!(parsed.signed_headers.iter().all(|name| parsed.covers(name)));
        }
        seen += 1;
    }
    assert!(seen >= 5);
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,200}") {
        let _ = Authorization::parse(&text);
    }

    #[test]
    fn a_cut_header_is_never_a_whole_one(cut in 0..GOOD.len()) {
        prop_assert!(Authorization::parse(&GOOD[..cut]).is_err());
    }
}
