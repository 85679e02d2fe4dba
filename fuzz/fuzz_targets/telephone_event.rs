//! Any packets of telephone events: every key that is pressed is released, none twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::MediaTime;
use media::tones::{DigitEvent, EventReceiver, TelephoneEvent};

// Eight bytes are a packet: two of timestamp, two of delay, four of payload.
fuzz_target!(|bytes: &[u8]| {
    let mut receiver = EventReceiver::new();
    let mut now = MediaTime::default();
    let mut held = 0;
    for packet in bytes.as_chunks::<8>().0 {
        let [t0, t1, d0, d1, ..] = *packet;
        now =
            MediaTime::from_micros(now.as_micros() + 10 * u64::from(u16::from_be_bytes([d0, d1])));
        let expired = receiver.expire(now);
        let event = TelephoneEvent::parse(&packet[4..]).expect("four bytes are an event");
        assert_eq!(TelephoneEvent::parse(&event.to_bytes()), Some(event));
        let timestamp = u32::from(u16::from_be_bytes([t0, t1]));
        let given = receiver.receive(now, timestamp, event);
        for event in expired.into_iter().chain(given.into_iter().flatten()) {
            held += if matches!(event, DigitEvent::Pressed(_)) {
                1
            } else {
                -1
            };
            assert!((0..=1).contains(&held));
        }
    }
});
