//! Any bytes as a stream: one byte at a time brings as many messages as all at once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::framing::StreamFramer;

fn frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (usize, bool) {
    let mut framer = StreamFramer::new();
    let mut frames = 0;
    for mut piece in pieces {
        while !piece.is_empty() {
            let taken = framer.feed(piece);
            piece = &piece[taken..];
            loop {
                match framer.next_frame() {
                    Ok(Some(_)) => frames += 1,
                    Ok(None) => break,
                    Err(_) => return (frames, true),
                }
            }
            if taken == 0 {
                return (frames, false);
            }
        }
    }
    (frames, false)
}

fuzz_target!(|bytes: &[u8]| {
    let whole = frames(std::iter::once(bytes));
    assert_eq!(frames(bytes.chunks(1)), whole);
});
