//! Any bytes as a sealed recording and as a chunk of one: opened, cut off or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::recording::{Chunk, Survey, WavFormat, WavWriter};
use seal::{Context, DataKey, StreamOpener};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(chunk) = Chunk::parse(bytes) {
        assert_eq!(chunk.to_bytes(), bytes);
        let mut survey = Survey::default();
        survey.add(&chunk);
        if let Ok(writer) = WavWriter::new(WavFormat::Pcm16, u64::from(chunk.duration_ms())) {
            assert_eq!(writer.audio(&chunk).len(), chunk.samples.len() * 2);
        }
    }
    let (key, context) = (DataKey::generate(), Context::new(None, "recording", "sealed", 0));
    let mut opener = StreamOpener::new(&key, &context);
    let mut chunks = Vec::new();
    for part in bytes.chunks(7) {
        if opener.push(part, &mut chunks).is_err() {
            break;
        }
    }
    assert!(chunks.is_empty(), "nothing is authentic under a fresh key");
});
