//! Any bytes as a session description: read or refused; what is read writes back, and answering it never
//! panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::sdp::{Codec, Description, Direction, LocalMedia, MediaSecurity, answer};

fuzz_target!(|bytes: &[u8]| {
    let Ok(description) = Description::parse(bytes) else {
        return;
    };
    assert_eq!(Description::parse(&description.to_bytes()).as_ref(), Ok(&description));
    let local = LocalMedia {
        address: "192.0.2.1:4000".parse().expect("an address"),
        rtcp_port: None,
        codecs: vec![Codec::Pcma, Codec::Opus],
        direction: Direction::SendReceive,
        packet_ms: 20,
        security: MediaSecurity::Clear,
        session_id: 1,
    };
    if let Ok(agreed) = answer(&description, &local, None) {
        assert_eq!(agreed.description.media.len(), description.media.len());
        assert!(Description::parse(&agreed.description.to_bytes()).is_ok());
    }
});
