//! Kinds of principals, as Cedar's entity types.

use app::Principal;

/// What a principal is; one Cedar entity type each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    AccessKey,
    User,
    Participant,
    Visitor,
    Operator,
    System,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::AccessKey,
        Self::User,
        Self::Participant,
        Self::Visitor,
        Self::Operator,
        Self::System,
    ];

    /// The kind of this principal.
    pub(crate) const fn of(principal: &Principal) -> Self {
        match principal {
            Principal::AccessKey { .. } => Self::AccessKey,
            Principal::User { .. } => Self::User,
            Principal::Participant { .. } => Self::Participant,
            Principal::Visitor => Self::Visitor,
            Principal::Operator { .. } => Self::Operator,
            Principal::System(_) => Self::System,
        }
    }

    /// The Cedar entity type.
    pub(crate) const fn entity_type(self) -> &'static str {
        match self {
            Self::AccessKey => "AccessKey",
            Self::User => "User",
            Self::Participant => "Participant",
            Self::Visitor => "Visitor",
            Self::Operator => "Operator",
            Self::System => "System",
        }
    }
}
