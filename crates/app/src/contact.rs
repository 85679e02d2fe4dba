//! Contacts: starting, ending, moving and reading them.

mod attributes;
mod describe;
mod page;
mod recording;
mod start;
mod stop;
mod transfer;

pub use page::{ContactPage, RecordPage};
pub use start::{StartChat, StartTask, StartedChat};

use engine::Rejection;

use crate::error::AppError;

/// A rejection of the engine, as the use cases speak.
pub(crate) fn rejected(rejection: Rejection) -> AppError {
    match rejection {
        Rejection::UnknownContact => AppError::NotFound { what: "contact" },
        Rejection::UnknownAgent => AppError::NotFound { what: "user" },
        Rejection::UnknownStatus => AppError::NotFound {
            what: "agent status",
        },
        Rejection::UnknownDestination => AppError::NotFound {
            what: "transfer destination",
        },
        Rejection::NotParticipant => AppError::AccessDenied {
            action: "execute-api",
        },
        Rejection::UnknownFlow
        | Rejection::WrongChannel
        | Rejection::WrongState
        | Rejection::NotYourContact
        | Rejection::Duplicate => AppError::WrongState(rejection.to_string()),
        Rejection::TooLarge => AppError::Invalid(rejection.to_string()),
        Rejection::LimitReached => AppError::LimitExceeded(rejection.to_string()),
    }
}
