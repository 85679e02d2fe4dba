#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod header;

use http::{HeaderMap, HeaderName, HeaderValue};
use model::{Secret, Timestamp};
use proptest::prelude::*;

use super::*;

/// The key of AWS's published examples.
const KEY_ID: &str = "AKIDEXAMPLE";
const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// 2015-08-30T12:36:00Z, the time of the examples.
const NOW: Timestamp = Timestamp::from_secs(1_440_938_160);

fn secret() -> Secret<String> {
    Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned())
}

/// A request as a client would send it. `read` and `verify` are what the tests vary around.
#[derive(Clone)]
struct Sent {
    method: &'static str,
    path: &'static str,
    query: &'static str,
    headers: HeaderMap,
    authority: Option<&'static str>,
    body: &'static [u8],
}

impl Sent {
    fn new(method: &'static str, path: &'static str, query: &'static str) -> Self {
        let mut sent = Self {
            method,
            path,
            query,
            headers: HeaderMap::new(),
            authority: None,
            body: b"",
        };
        sent.put("host", "example.amazonaws.com");
        sent.put("x-amz-date", "20150830T123600Z");
        sent
    }

    fn put(&mut self, name: &'static str, value: &str) {
        let value = HeaderValue::from_str(value).unwrap();
        self.headers.insert(HeaderName::from_static(name), value);
    }

    fn add(&mut self, name: &'static str, value: &str) {
        let value = HeaderValue::from_str(value).unwrap();
        self.headers.append(HeaderName::from_static(name), value);
    }

    fn signed(mut self, signed_headers: &str, signature: &str) -> Self {
        self.put(
            "authorization",
            &format!(
                "AWS4-HMAC-SHA256 Credential={KEY_ID}/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={signed_headers}, Signature={signature}"
            ),
        );
        self
    }

    fn head(&self) -> RequestHead<'_> {
        RequestHead {
            method: self.method,
            path: self.path,
            query: self.query,
            headers: &self.headers,
            authority: self.authority,
        }
    }

    fn read(&self) -> Result<SignedRequest<'_>, SignatureProblem> {
        SignedRequest::read(self.head(), "us-east-1", "service", NOW)
    }

    fn verify(&self) -> Result<(), SignatureProblem> {
        self.read()?
            .verify(&secret(), self.body, &SigningKeys::default())
    }
}

const VANILLA: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

fn vanilla() -> Sent {
    Sent::new("GET", "/", "").signed("host;x-amz-date", VANILLA)
}

mod published_examples {
    use super::*;

    #[test]
    fn get_vanilla() {
        assert_eq!(vanilla().verify(), Ok(()));
    }

    #[test]
    fn get_vanilla_query_order_key_case() {
        let signature = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500";
        let sent = Sent::new("GET", "/", "Param2=value2&Param1=value1");
        assert_eq!(sent.signed("host;x-amz-date", signature).verify(), Ok(()));
    }

    #[test]
    fn get_unreserved() {
        let signature = "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f";
        let path = "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let sent = Sent::new("GET", path, "");
        assert_eq!(sent.signed("host;x-amz-date", signature).verify(), Ok(()));
    }

    #[test]
    fn get_header_value_trim() {
        let signature = "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736";
        let mut sent = Sent::new("GET", "/", "");
        sent.put("my-header1", " value1");
        sent.put("my-header2", " \"a   b   c\"");
        let sent = sent.signed("host;my-header1;my-header2;x-amz-date", signature);
        assert_eq!(sent.verify(), Ok(()));
    }

    #[test]
    fn post_vanilla() {
        let signature = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        let sent = Sent::new("POST", "/", "");
        assert_eq!(sent.signed("host;x-amz-date", signature).verify(), Ok(()));
    }

    #[test]
    fn post_x_www_form_urlencoded() {
        let signature = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
        let mut sent = Sent::new("POST", "/", "");
        sent.body = b"Param1=value1";
        sent.put("content-type", "application/x-www-form-urlencoded");
        let sent = sent.signed("content-type;host;x-amz-date", signature);
        assert_eq!(sent.verify(), Ok(()));
    }
}

/// Signatures that boto3's own signer makes for the paths and queries of `connect`.
mod boto3 {
    use super::*;

    #[track_caller]
    fn check(mut sent: Sent, signature: &str) {
        sent = sent.signed("host;x-amz-date", signature);
        let value = sent.headers["authorization"].to_str().unwrap();
        let value = value.replace("/service/", "/connect/");
        sent.put("authorization", &value);
        let signed = SignedRequest::read(sent.head(), "us-east-1", "connect", NOW).unwrap();
        let keys = SigningKeys::default();
        assert_eq!(signed.verify(&secret(), sent.body, &keys), Ok(()));
    }

    #[test]
    fn an_encoded_arn_in_the_path_is_encoded_once_more() {
        check(
            Sent::new(
                "GET",
                "/tags/arn%3Aaws%3Aconnect%3Aus-east-1%3A123456789012%3Ainstance%2Fa%2Fqueue%2Fb",
                "",
            ),
            "98741c4a530bd6b6d1e19c28e127e6a26992f8d3c265e8a88d411f0fcab8f790",
        );
    }

    #[test]
    fn repeated_and_encoded_members_of_the_query_are_kept() {
        check(
            Sent::new("DELETE", "/tags/x", "tagKeys=a%20b&tagKeys=a%2Bb"),
            "44f5c186dd40148862979aeec2c1157ef35b42e3e70f7ad761d38fcbd91b6973",
        );
    }
}

#[test]
fn whatever_is_signed_may_not_change() {
    let change = |change: fn(&mut Sent)| {
        let mut sent = vanilla();
        change(&mut sent);
        sent.verify()
    };
    let mismatch = Err(SignatureProblem::Mismatch);
    assert_eq!(change(|sent| sent.method = "POST"), mismatch);
    assert_eq!(change(|sent| sent.path = "/a"), mismatch);
    assert_eq!(change(|sent| sent.query = "a=1"), mismatch);
    assert_eq!(change(|sent| sent.body = b"a"), mismatch);
    assert_eq!(change(|sent| sent.put("host", "example.com")), mismatch);
    assert_eq!(
        change(|sent| sent.put("x-amz-date", "20150830T123601Z")),
        mismatch
    );
}

#[test]
fn another_secret_does_not_verify() {
    let sent = vanilla();
    let other = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ".to_owned());
    let outcome = sent
        .read()
        .unwrap()
        .verify(&other, b"", &SigningKeys::default());
    assert_eq!(outcome, Err(SignatureProblem::Mismatch));
}

#[test]
fn the_same_signature_is_accepted_again_within_the_window() {
    let keys = SigningKeys::default();
    let sent = vanilla();
    for _ in 0..3 {
        assert_eq!(sent.read().unwrap().verify(&secret(), b"", &keys), Ok(()));
    }
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_replaced_secret_ends_the_kept_key() {
    let keys = SigningKeys::default();
    let sent = vanilla();
    assert_eq!(sent.read().unwrap().verify(&secret(), b"", &keys), Ok(()));
    let replaced = Secret::new("another".to_owned());
    let outcome = sent.read().unwrap().verify(&replaced, b"", &keys);
    assert_eq!(outcome, Err(SignatureProblem::Mismatch));
}

#[test]
fn a_wrong_signature_leaves_no_key_behind() {
    let keys = SigningKeys::default();
    let mut sent = vanilla();
    sent.path = "/other";
    assert!(sent.read().unwrap().verify(&secret(), b"", &keys).is_err());
    assert_eq!(keys.len(), 0);
}

#[test]
fn the_clock_may_be_off_by_five_minutes_either_way() {
    let sent = vanilla();
    let at = |secs: i64| {
        let now = Timestamp::from_secs(NOW.as_secs() + secs);
        SignedRequest::read(sent.head(), "us-east-1", "service", now).map(|_| ())
    };
    assert_eq!(at(300), Ok(()));
    assert_eq!(at(-300), Ok(()));
    assert_eq!(at(301), Err(SignatureProblem::Expired));
    assert_eq!(at(-301), Err(SignatureProblem::NotYetCurrent));
}

#[test]
fn a_date_has_one_form() {
    for date in [
        "",
        "20150830",
        "20150830T123600",
        "20150830T123600z",
        "20150830t123600Z",
        "20150830T123600ZZ",
        "2015083XT123600Z",
        "20151330T123600Z",
        "20150830T126000Z",
        "+2150830T123600Z",
        "Sun, 30 Aug 2015 12:36:00 GMT",
    ] {
        let mut sent = vanilla();
        sent.put("x-amz-date", date);
        assert_eq!(sent.read().unwrap_err(), SignatureProblem::Date, "{date}");
    }
}

#[test]
fn the_scope_must_be_for_this_day_region_and_service() {
    let replaced = |from: &str, to: &str| {
        let mut sent = vanilla();
        let value = sent.headers["authorization"]
            .to_str()
            .unwrap()
            .replace(from, to);
        sent.put("authorization", &value);
        sent.read().map(|_| ()).unwrap_err()
    };
    assert_eq!(
        replaced("/20150830/", "/20150829/"),
        SignatureProblem::ScopeDate
    );
    let scope = SignatureProblem::Scope {
        region: "us-east-1".to_owned(),
        service: "service",
    };
    assert_eq!(replaced("/us-east-1/", "/us-east-2/"), scope);
    assert_eq!(replaced("/service/", "/s3/"), scope);
}

#[test]
fn host_date_and_amazons_own_headers_must_be_signed() {
    let sent = |signed: &str| Sent::new("GET", "/", "").signed(signed, VANILLA);
    let unsigned = |name: &str| SignatureProblem::Unsigned(name.to_owned());
    assert_eq!(sent("x-amz-date").verify(), Err(unsigned("host")));
    assert_eq!(sent("host").verify(), Err(unsigned("x-amz-date")));
    assert_eq!(
        sent("absent;host;x-amz-date").verify(),
        Err(unsigned("absent"))
    );
    let mut more = vanilla();
    more.put("x-amz-target", "a");
    assert_eq!(more.verify(), Err(unsigned("x-amz-target")));
    let mut undated = vanilla();
    undated.headers.remove("x-amz-date");
    assert_eq!(undated.verify(), Err(unsigned("x-amz-date")));
}

#[test]
fn a_header_that_decides_stands_once() {
    for name in [
        "authorization",
        "host",
        "x-amz-date",
        "x-amz-content-sha256",
        "content-type",
    ] {
        let mut sent = vanilla();
        sent.add(name, "a");
        sent.add(name, "b");
        let ambiguous = SignatureProblem::Ambiguous(name.to_owned());
        assert_eq!(sent.verify(), Err(ambiguous));
    }
}

#[test]
fn host_and_authority_must_agree() {
    let mut sent = vanilla();
    sent.authority = Some("example.amazonaws.com");
    assert_eq!(sent.verify(), Ok(()));
    sent.authority = Some("other.amazonaws.com");
    assert_eq!(
        sent.verify(),
        Err(SignatureProblem::Ambiguous("host".to_owned()))
    );
}

#[test]
fn the_authority_of_http_2_stands_for_the_host() {
    let mut sent = vanilla();
    sent.headers.remove("host");
    assert_eq!(
        sent.verify(),
        Err(SignatureProblem::Unsigned("host".to_owned()))
    );
    sent.authority = Some("example.amazonaws.com");
    assert_eq!(sent.verify(), Ok(()));
}

#[test]
fn the_payload_must_be_signed_as_a_whole() {
    for hash in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", ""] {
        let mut sent = vanilla().signed("host;x-amz-content-sha256;x-amz-date", VANILLA);
        sent.put("x-amz-content-sha256", hash);
        assert_eq!(
            sent.verify(),
            Err(SignatureProblem::UnsignedPayload),
            "{hash}"
        );
    }
    let mut sent = vanilla().signed("host;x-amz-content-sha256;x-amz-date", VANILLA);
    sent.put("x-amz-content-sha256", EMPTY_HASH);
    sent.body = b"a";
    assert_eq!(sent.verify(), Err(SignatureProblem::PayloadHash));
    sent.body = b"";
    assert_eq!(sent.verify(), Err(SignatureProblem::Mismatch));
}

#[test]
fn a_signature_in_the_query_is_refused_and_never_beside_a_header() {
    let mut sent = Sent::new(
        "GET",
        "/",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00",
    );
    assert_eq!(sent.verify(), Err(SignatureProblem::Presigned));
    sent = sent.signed("host;x-amz-date", VANILLA);
    assert!(matches!(sent.verify(), Err(SignatureProblem::Ambiguous(_))));
    assert_eq!(
        Sent::new("GET", "/", "").verify(),
        Err(SignatureProblem::Missing)
    );
}

proptest! {
    #[test]
    fn a_canonical_query_is_its_own_canonical_form(query in "[a-c%2F+&= ~]{0,40}") {
        let canonical = canonical_query(&query);
        prop_assert_eq!(canonical_query(&canonical), canonical);
    }
}

#[test]
fn kept_keys_are_bounded() {
    let keys = SigningKeys::default();
    for number in 0..=SIGNING_KEYS_MAX {
        let scope = keys::Scope {
            key_id: number.to_string(),
            date: "20150830".to_owned(),
            region: "us-east-1".to_owned(),
            service: "service".to_owned(),
        };
        let key = keys::derive(&secret(), &scope);
        keys.keep(scope, secret(), key);
    }
    assert!(keys.len() <= SIGNING_KEYS_MAX);
}
