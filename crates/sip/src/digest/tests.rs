#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use model::{Secret, Timestamp};
use proptest::prelude::*;

use super::server::{NONCE_LIFETIME, NONCES_MAX};
use super::{
    Account, Algorithm, AnswerError, Challenger, DigestHeader, Md5Use, Proof, Verdict,
    answer_challenges,
};
use crate::random::TokenSource;

fn account(md5: Md5Use) -> Account {
    Account {
        realm: "http-auth@example.org".to_owned(),
        username: "Mufasa".to_owned(),
        password: Secret::new("Circle of Life".to_owned()),
        md5,
    }
}

fn proof(algorithm: Algorithm) -> Proof<'static> {
    Proof {
        algorithm,
        method: "GET",
        uri: "/dir/index.html",
        nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        count: "00000001",
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    }
}

#[test]
fn responses_are_those_of_rfc_7616() {
    let response = |algorithm| proof(algorithm).response(&account(Md5Use::Allowed));
    assert_eq!(
        response(Algorithm::Sha256),
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    );
    assert_eq!(response(Algorithm::Md5), "8ca523f5e9506fed4657c9700eebdbec");
}

#[test]
fn sha_512_256_is_the_truncated_hash_with_its_own_start() {
    // RFC 7616's example of it hashes the user name as well, which is not done here. FIPS 180-4's own.
    assert_eq!(
        Algorithm::Sha512_256.hash("abc"),
        "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"
    );
}

const SHA: &str = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, \
                   nonce=\"n\", opaque=\"o\\\"o\"";
const MD5: &str = "Digest realm=\"http-auth@example.org\", qop=\"auth\", nonce=\"n\"";

fn answer(challenges: &[&str], md5: Md5Use) -> Result<String, AnswerError> {
    answer_challenges(
        challenges.iter().copied(),
        &account(md5),
        "REGISTER",
        "sip:example.org",
        "c",
    )
    .map(|(value, _)| value)
}

#[test]
fn the_better_hash_is_answered_wherever_it_stands() {
    let value = answer(&[MD5, SHA], Md5Use::Allowed).unwrap();
    assert!(value.contains("algorithm=SHA-256") && value.contains("opaque=\"o\\\"o\""));
    let value = answer(&[MD5], Md5Use::Allowed).unwrap();
    assert!(value.contains("algorithm=MD5"));
    assert_eq!(answer(&[MD5], Md5Use::Refused), Err(AnswerError::Md5Alone));
}

#[test]
fn only_the_configured_realm_is_answered() {
    let other = SHA.replace("http-auth@example.org", "evil.example");
    assert_eq!(
        answer(&[&other], Md5Use::Allowed),
        Err(AnswerError::OtherRealm)
    );
    for nothing in [
        "Basic realm=\"http-auth@example.org\"",
        "Digest realm=\"http-auth@example.org\", nonce=\"n\"",
        "Digest realm=\"http-auth@example.org\", nonce=\"n\", qop=\"auth-int\"",
        "Digest realm=\"http-auth@example.org\", nonce=\"n\", qop=\"auth\", algorithm=ROT13",
        "Digest realm=\"http-auth@example.org\", realm=\"x\", nonce=\"n\", qop=\"auth\"",
        "Digest realm=\"http-auth@example.org\" nonce=\"n\", qop=\"auth\"",
        "Digest",
        "",
    ] {
        assert_eq!(
            answer(&[nothing], Md5Use::Allowed),
            Err(AnswerError::NoChallenge),
            "{nothing}"
        );
    }
}

struct Bench {
    challenger: Challenger,
    random: TokenSource,
    account: Account,
}

impl Bench {
    fn new() -> Self {
        let mut random = TokenSource::from_number(1);
        Self {
            challenger: Challenger::new(&mut random),
            account: account(Md5Use::Refused),
            random,
        }
    }

    fn answer(&mut self, now: Timestamp) -> String {
        let challenges = self
            .challenger
            .challenges(now, &self.account, &mut self.random, false);
        let values = challenges.iter().map(String::as_str);
        answer_challenges(values, &self.account, "INVITE", "sip:a@b", "c")
            .unwrap()
            .0
    }

    fn judge(&mut self, now: Timestamp, value: &str) -> Verdict {
        self.challenger
            .judge(now, &self.account, "INVITE", "sip:a@b", [value].into_iter())
    }
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

#[test]
fn a_right_answer_is_accepted_once() {
    let mut bench = Bench::new();
    let value = bench.answer(at(100));
    assert_eq!(bench.judge(at(101), &value), Verdict::Accepted);
    assert_eq!(bench.judge(at(101), &value), Verdict::Stale);
    let late = bench.answer(at(100));
    let after = at(100).plus(NONCE_LIFETIME + Duration::from_millis(1));
    assert_eq!(bench.judge(after, &late), Verdict::Stale);
    let future = bench.answer(at(900));
    assert_eq!(bench.judge(at(100), &future), Verdict::Stale);
}

#[test]
fn a_wrong_answer_is_refused_whatever_is_wrong() {
    let mut bench = Bench::new();
    let good = bench.answer(at(1));
    for (from, to) in [
        ("Mufasa", "Scar"),
        ("sip:a@b", "sip:c@d"),
        ("nc=00000001", "nc=00000002"),
        ("nc=00000001", "nc=1"),
        ("cnonce=\"c\"", "cnonce=\"\""),
        ("qop=auth", "qop=auth-int"),
        ("algorithm=SHA-256", "algorithm=MD5"),
        ("http-auth@example.org", "other"),
        ("response=\"", "response=\"0"),
    ] {
        assert_eq!(
            bench.judge(at(1), &good.replace(from, to)),
            Verdict::Refused,
            "{to}"
        );
    }
    let twice = [good.as_str(), good.as_str()];
    let verdict = bench.challenger.judge(
        at(1),
        &bench.account,
        "INVITE",
        "sip:a@b",
        twice.into_iter(),
    );
    assert_eq!(verdict, Verdict::Refused);
    let verdict = bench.challenger.judge(
        at(1),
        &bench.account,
        "BYE",
        "sip:a@b",
        [good.as_str()].into_iter(),
    );
    assert_eq!(verdict, Verdict::Refused);
    // A nonce of another maker, answered with the right password.
    let mut other = Bench::new();
    other.challenger = Challenger::new(&mut TokenSource::from_number(2));
    let foreign = other.answer(at(1));
    assert_eq!(bench.judge(at(1), &foreign), Verdict::Refused);
    assert_eq!(bench.judge(at(1), &good), Verdict::Accepted);
}

#[test]
fn remembered_nonces_are_bounded_and_forgotten_with_their_lifetime() {
    let mut bench = Bench::new();
    for _ in 0..NONCES_MAX {
        let value = bench.answer(at(1));
        assert_eq!(bench.judge(at(1), &value), Verdict::Accepted);
    }
    let value = bench.answer(at(1));
    assert_eq!(bench.judge(at(1), &value), Verdict::Stale);
    let later = at(2).plus(NONCE_LIFETIME);
    let value = bench.answer(later);
    assert_eq!(bench.judge(later, &value), Verdict::Accepted);
    assert_eq!(bench.challenger.counts.len(), 1);
}

#[test]
fn nothing_secret_is_printed() {
    let mut bench = Bench::new();
    let value = bench.answer(at(1));
    let header = DigestHeader::parse(&value).unwrap();
    let printed = format!(
        "{:?} {header:?} {:?} {:?}",
        bench.challenger,
        header.credentials(),
        bench.account
    );
    let response = value.split("response=\"").nth(1).unwrap();
    assert!(!printed.contains(response.get(..16).unwrap()) && !printed.contains("Circle"));
}

proptest! {
    #[test]
    fn any_header_is_read_or_not(text in "(Digest )?\\PC{0,80}") {
        if let Some(header) = DigestHeader::parse(&text) {
            let _ = (header.challenge(), header.credentials());
        }
    }
}
