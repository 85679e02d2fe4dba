//! Any bytes as a compound RTCP packet: parsed or refused, and what is parsed reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::rtcp::Compound;

fuzz_target!(|bytes: &[u8]| {
    let Ok(compound) = Compound::parse(bytes) else {
        return;
    };
    for block in &compound.blocks {
        let _ = block.round_trip(0);
    }
    if compound.blocks.len() <= 31 && compound.goodbye.len() <= 31 {
        let mut written = Vec::new();
        compound.write("name", &mut written);
        assert_eq!(Compound::parse(&written), Ok(compound));
    }
});
