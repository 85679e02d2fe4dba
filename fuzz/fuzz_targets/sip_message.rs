//! Any bytes as a datagram: read or refused, and what is read writes back to what reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::framing::parse_datagram;

fuzz_target!(|bytes: &[u8]| {
    let Ok(message) = parse_datagram(bytes) else {
        return;
    };
    let written = message.to_bytes();
    let again = parse_datagram(&written).expect("what was read reads back");
    assert_eq!(again.to_bytes(), written);
    assert!(message.head().via().branch().is_none_or(|branch| !branch.contains('\r')));
});
