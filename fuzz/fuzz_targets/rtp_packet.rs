//! Any bytes as RTP: parsed or refused, what is parsed reads back, and buffers take it without harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::MediaTime;
use media::rtp::{Playout, Reception, RtpPacket};

fuzz_target!(|bytes: &[u8]| {
    let Ok(packet) = RtpPacket::parse(bytes) else {
        return;
    };
    let mut written = Vec::new();
    packet.write(&mut written);
    assert!(written.len() <= bytes.len());
    assert_eq!(RtpPacket::parse(&written), Ok(packet));
    let mut reception = Reception::new(8000);
    let mut playout = Playout::new(0xFF);
    reception.receive(MediaTime::default(), &packet.header);
    playout.insert(packet.header.timestamp, packet.payload);
    playout.play(&mut [0; 160]);
});
