//! In which types of flows an action may stand.

use model::resource::FlowType;

use crate::run::FlowKind;

/// A set of flow types, and whether modules belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Places(u16);

impl Places {
    /// Everywhere.
    pub(crate) const ANY: Self = Self(0x7ff);
    /// In modules alone.
    pub(crate) const MODULE: Self = Self(1 << 10);
    /// While a customer waits.
    pub(crate) const CUSTOMER_QUEUE: Self = Self::of(&[FlowType::CustomerQueue]);
    /// While somebody is on hold.
    pub(crate) const HOLD: Self = Self::of(&[FlowType::CustomerHold, FlowType::AgentHold]);
    /// Before both sides are joined.
    pub(crate) const WHISPER: Self = Self::of(&[
        FlowType::CustomerWhisper,
        FlowType::AgentWhisper,
        FlowType::OutboundWhisper,
    ]);
    /// Before an outbound call is joined.
    pub(crate) const OUTBOUND_WHISPER: Self = Self::of(&[FlowType::OutboundWhisper]);
    /// When a contact is handed on by quick connect.
    pub(crate) const TRANSFER: Self = Self::of(&[FlowType::AgentTransfer, FlowType::QueueTransfer]);
    /// Inbound flows and what they may invoke.
    pub(crate) const INBOUND: Self =
        Self::of(&[FlowType::ContactFlow, FlowType::Campaign]).and(Self::MODULE);
    /// All but hold flows.
    pub(crate) const NOT_HOLD: Self = Self(Self::ANY.0 & !Self::HOLD.0);

    const fn of(types: &[FlowType]) -> Self {
        let mut bits = 0;
        let mut rest = types;
        while let [first, others @ ..] = rest {
            bits |= 1 << (*first as u16);
            rest = others;
        }
        Self(bits)
    }

    /// Both sets.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the action may stand in such a content.
    pub(crate) const fn allow(self, kind: FlowKind) -> bool {
        let place = match kind {
            FlowKind::Flow(kind) => Self::of(&[kind]),
            FlowKind::Module => Self::MODULE,
        };
        self.0 & place.0 != 0
    }

    /// The names of the places, for problems.
    pub(crate) fn names(self) -> String {
        let mut names: Vec<_> = FlowType::ALL
            .into_iter()
            .filter(|kind| self.allow(FlowKind::Flow(*kind)))
            .map(FlowType::as_str)
            .collect();
        if self.allow(FlowKind::Module) {
            names.push("modules");
        }
        names.join(", ")
    }
}
