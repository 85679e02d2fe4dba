//! Any bytes as G.722: as many samples as there should be, and what is encoded again can be decoded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::g722::{G722Decoder, G722Encoder};

fuzz_target!(|bytes: &[u8]| {
    let mut wide = vec![0; 2 * bytes.len()];
    G722Decoder::default().decode(bytes, &mut wide);
    let mut coded = vec![0; bytes.len()];
    G722Encoder::default().encode(&wide, &mut coded);
    let mut narrow = vec![0; bytes.len()];
    G722Decoder::default().decode_narrow(&coded, &mut narrow);
    G722Encoder::default().encode_narrow(&narrow, &mut coded);
});
