//! How a trunk's audio is coded, and G.711 of it for everybody who listens, plays and records.

use media::Law;
use media::g722::{G722Decoder, G722Encoder};
use media::leg::Codec;

/// The law in which G.722 is heard and made here: the one with less noise.
const LAW: Law = Law::A;
/// Bytes that are converted at once.
const PIECE: usize = 160;

/// Both directions of a trunk's codec.
pub(super) enum Coding {
    /// As everything is here.
    G711(Law),
    /// Its clock counts as that of G.711 does, and a byte stands for as much time: only bytes change.
    G722(Box<Wideband>),
}

/// What both directions remember.
#[derive(Default)]
pub(super) struct Wideband {
    encoder: G722Encoder,
    decoder: G722Decoder,
}

impl Coding {
    pub(super) fn new(codec: Codec) -> Self {
        match codec {
            Codec::G711(law) => Self::G711(law),
            Codec::G722 => Self::G722(Box::default()),
        }
    }

    /// Follows a new agreement. The same codec goes on as it was.
    pub(super) fn change(&mut self, codec: Codec) {
        if self.codec() != codec {
            *self = Self::new(codec);
        }
    }

    pub(super) const fn codec(&self) -> Codec {
        match self {
            Self::G711(law) => Codec::G711(*law),
            Self::G722(_) => Codec::G722,
        }
    }

    /// The law of what [`Coding::heard`] gives.
    pub(super) const fn law(&self) -> Law {
        match self {
            Self::G711(law) => *law,
            Self::G722(_) => LAW,
        }
    }

    /// What the trunk said, in G.711. `scratch` holds it where it had to be converted.
    pub(super) fn heard<'p>(&mut self, payload: &'p [u8], scratch: &'p mut Vec<u8>) -> &'p [u8] {
        let Self::G722(wide) = self else {
            return payload;
        };
        scratch.clear();
        for piece in payload.chunks(PIECE) {
            let mut samples = [0; PIECE];
            wide.decoder.decode_narrow(piece, &mut samples);
            let samples = samples.iter().take(piece.len());
            scratch.extend(samples.map(|sample| LAW.encode(*sample)));
        }
        scratch
    }

    /// What the trunk shall hear, of G.711 in this law.
    pub(super) fn said<'p>(
        &mut self,
        law: Law,
        payload: &'p [u8],
        scratch: &'p mut Vec<u8>,
    ) -> &'p [u8] {
        match self {
            Self::G711(ours) if *ours == law => payload,
            Self::G711(ours) => {
                scratch.clear();
                scratch.extend(payload.iter().map(|byte| law.transcode(*ours, *byte)));
                scratch
            }
            Self::G722(wide) => {
                scratch.clear();
                for piece in payload.chunks(PIECE) {
                    let (mut samples, mut bytes) = ([0; PIECE], [0; PIECE]);
                    law.decode_all(piece, &mut samples);
                    wide.encoder
                        .encode_narrow(samples.get(..piece.len()).unwrap_or(&samples), &mut bytes);
                    scratch.extend(bytes.iter().take(piece.len()));
                }
                scratch
            }
        }
    }
}

/// What one trunk said, as another one shall hear it: as it came where both have the same codec.
pub(super) fn pass_on<'p>(
    from: &mut Coding,
    to: &mut Coding,
    payload: &'p [u8],
    heard: &'p mut Vec<u8>,
    said: &'p mut Vec<u8>,
) -> &'p [u8] {
    if from.codec() == to.codec() {
        return payload;
    }
    let law = from.law();
    to.said(law, from.heard(payload, heard), said)
}
