//! Sequence numbers with their cycles, as str0m wants them.

/// Follows a sequence of 16 bits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ExtendedSequence {
    highest: Option<u64>,
}

impl ExtendedSequence {
    /// The number with its cycles; the first one has none.
    pub(super) fn extend(&mut self, sequence: u16) -> u64 {
        let Some(highest) = self.highest else {
            self.highest = Some(u64::from(sequence));
            return u64::from(sequence);
        };
        let [.., high, low] = highest.to_be_bytes();
        let ahead = sequence.wrapping_sub(u16::from_be_bytes([high, low]));
        if ahead < 0x8000 {
            let extended = highest + u64::from(ahead);
            self.highest = Some(extended);
            extended
        } else {
            highest.saturating_sub(u64::from(ahead.wrapping_neg()))
        }
    }
}
