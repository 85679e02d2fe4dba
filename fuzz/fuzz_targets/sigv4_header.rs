//! Any bytes as an `Authorization` header: parsed or refused, and what is parsed is well formed.
#![no_main]

use connect_api::sigv4::Authorization;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(parsed) = Authorization::parse(text) else {
        return;
    };
    assert!(!parsed.key_id.is_empty());
    assert_eq!(parsed.date.len(), 8);
    assert!(!parsed.signed_headers.is_empty());
    // `covers` searches a sorted list: it must find every name that the header lists.
    for name in &parsed.signed_headers {
        assert!(parsed.covers(name));
    }
});
