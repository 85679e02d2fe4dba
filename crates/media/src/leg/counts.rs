//! What was dropped.

/// Why a datagram was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// From another address than the negotiated one.
    ForeignSource,
    /// Neither RTP nor RTCP.
    Malformed,
    /// It does not open under the key: a wrong key, or altered.
    NotAuthentic,
    /// It was there before.
    Duplicate,
    /// Of a source that is not confirmed yet.
    Unconfirmed,
    /// A payload type that was not agreed on.
    UnknownPayload,
    /// The leg does not receive now.
    OnHold,
}

/// How many datagrams were dropped for which reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LegCounts {
    /// [`DropReason::ForeignSource`].
    pub foreign_source: u64,
    /// [`DropReason::Malformed`].
    pub malformed: u64,
    /// [`DropReason::NotAuthentic`].
    pub not_authentic: u64,
    /// [`DropReason::Duplicate`].
    pub duplicates: u64,
    /// [`DropReason::Unconfirmed`].
    pub unconfirmed: u64,
    /// [`DropReason::UnknownPayload`].
    pub unknown_payload: u64,
    /// [`DropReason::OnHold`].
    pub on_hold: u64,
}

impl LegCounts {
    pub(super) fn note(&mut self, reason: DropReason) {
        let count = match reason {
            DropReason::ForeignSource => &mut self.foreign_source,
            DropReason::Malformed => &mut self.malformed,
            DropReason::NotAuthentic => &mut self.not_authentic,
            DropReason::Duplicate => &mut self.duplicates,
            DropReason::Unconfirmed => &mut self.unconfirmed,
            DropReason::UnknownPayload => &mut self.unknown_payload,
            DropReason::OnHold => &mut self.on_hold,
        };
        *count += 1;
    }
}
