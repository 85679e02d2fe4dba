//! Why a use case refused or failed. Each API maps these to its own codes.

use flow::FlowProblem;

/// Why a use case refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// Policy refuses. Says nothing about whether the target exists.
    #[error("not permitted: `{action}` needs a policy or security profile that grants it")]
    AccessDenied {
        /// The action, such as `connect:DescribeQueue`.
        action: &'static str,
    },
    /// The target does not exist in this instance.
    #[error("{what} not found")]
    NotFound {
        /// What, such as `queue`.
        what: &'static str,
    },
    /// The request is wrong.
    #[error("{0}")]
    Invalid(String),
    /// The flow is refused.
    #[error("the flow has {} problem(s)", .0.len())]
    FlowProblems(Vec<FlowProblem>),
    /// The name is taken.
    #[error("a resource with the name `{name}` exists already")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// Others refer to it.
    #[error("{what} is still in use: {by}")]
    InUse {
        /// What.
        what: &'static str,
        /// By what.
        by: String,
    },
    /// Somebody else changed it at the same time.
    #[error("the resource was changed at the same time: read it and try again")]
    Conflict,
    /// The client token was used for another request.
    #[error("the client token was used for a request with other parameters")]
    TokenReused,
    /// A quota of the instance is reached.
    #[error("{0}")]
    LimitExceeded(String),
    /// Too many requests.
    #[error("too many requests: try again in {retry_after_s} s")]
    Throttled {
        /// When to try again, seconds.
        retry_after_s: u32,
    },
    /// The contact has ended or is in a state that does not allow it.
    #[error("{0}")]
    WrongState(String),
    /// Not now: a commit failed, the key provider is away, the program stops. Nothing was done.
    #[error("the service is not available: try again")]
    Unavailable,
    /// A fault of the program; details are in its log.
    #[error("internal error: the log names it under this request id")]
    Internal,
}
