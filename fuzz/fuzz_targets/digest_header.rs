//! Any text as the value of a digest header: read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::digest::DigestHeader;

fuzz_target!(|text: &str| {
    if let Some(header) = DigestHeader::parse(text) {
        let _ = (header.challenge(), header.credentials());
    }
});
