//! What the verification of one signed request costs.

#![expect(clippy::expect_used, reason = "a benchmark")]

use std::hint::black_box;

use connect_api::sigv4::{Authorization, RequestHead, SignedRequest, SigningKeys};
use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderValue};
use model::{Secret, Timestamp};

/// 2015-08-30T12:36:00Z, the time of AWS's published examples.
const NOW: Timestamp = Timestamp::from_secs(1_440_938_160);

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 \
    Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
    SignedHeaders=host;x-amz-date, \
    Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

fn signature(criterion: &mut Criterion) {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("example.amazonaws.com"));
    headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
    headers.insert("authorization", HeaderValue::from_static(AUTHORIZATION));
    let head = RequestHead {
        method: "GET",
        path: "/",
        query: "",
        headers: &headers,
        authority: None,
    };
    let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
    let verify = |keys: &SigningKeys| {
        SignedRequest::read(head, "us-east-1", "service", NOW)
            .expect("the request is well formed")
            .verify(&secret, b"", keys)
            .expect("the signature is right");
    };
    let keys = SigningKeys::default();
    criterion.bench_function("parse authorization header", |bencher| {
        bencher.iter(|| Authorization::parse(black_box(AUTHORIZATION)));
    });
    criterion.bench_function("verify with a kept key", |bencher| {
        bencher.iter(|| verify(black_box(&keys)));
    });
    criterion.bench_function("verify with a key to derive", |bencher| {
        bencher.iter(|| verify(black_box(&SigningKeys::default())));
    });
}

criterion_group!(benches, signature);
criterion_main!(benches);
