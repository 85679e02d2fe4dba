//! Why a WebSocket is closed, as both sides know it.

/// A close code with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Close {
    code: u16,
    reason: &'static str,
}

impl Close {
    /// All is said.
    pub(crate) const NORMAL: Self = Self::new(1000, "ended");
    /// The server stops.
    pub(crate) const RESTART: Self = Self::new(1012, "the server restarts");
    /// The bytes are no WebSocket frames.
    pub(crate) const BROKEN: Self = Self::new(1002, "not a frame of the protocol");
    /// More frames than allowed, for clients that know no codes of ours.
    pub(crate) const FLOOD: Self = Self::new(1008, "too many frames");
    /// A frame larger than allowed.
    pub(crate) const TOO_LARGE: Self = Self::new(1009, "frame too large");
    /// A fault of ours.
    pub(crate) const FAULT: Self = Self::new(1011, "internal fault");
    /// The client takes frames slower than they arise; it comes back and catches up.
    pub(crate) const TOO_SLOW: Self = Self::new(1013, "too slow: connect again");
    /// A frame that cannot be told.
    pub(crate) const NOT_UNDERSTOOD: Self = Self::new(4400, "frame not understood");
    /// The session is over.
    pub(crate) const SESSION_ENDED: Self = Self::new(4401, "session ended");
    /// The policy refuses.
    pub(crate) const NOT_PERMITTED: Self = Self::new(4403, "not permitted");
    /// No sign of life.
    pub(crate) const HEARTBEAT_MISSING: Self = Self::new(4408, "heartbeat missing");
    /// A newer socket took the place.
    pub(crate) const REPLACED: Self = Self::new(4409, "replaced by a newer connection");
    /// More frames than allowed, for our own pages.
    pub(crate) const TOO_MANY_FRAMES: Self = Self::new(4429, "too many frames");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }

    /// As it stands in the close frame (RFC 6455, section 7.4).
    pub(crate) const fn code(self) -> u16 {
        self.code
    }

    /// In words.
    pub(crate) const fn reason(self) -> &'static str {
        self.reason
    }
}
