//! Why a flow is refused.

/// One reason why a flow cannot be published. A refused flow names all of them at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}{reason}", .block.as_ref().map(|b| format!("block `{b}`: ")).unwrap_or_default())]
pub struct FlowProblem {
    /// Identifier of the block, as the author wrote it; absent where the envelope is wrong.
    pub block: Option<String>,
    /// What is wrong and what to do.
    pub reason: String,
}
