//! Flows and modules: their content is checked before it is published.

use std::sync::Arc;

use flow::run::ContentHash;
use flow::{Flow, FlowKind};
use model::resource::{FlowState, FlowStatus, ResourceBody};

use crate::error::AppError;

/// A checked content with its version.
pub(crate) type Compiled = Option<(ContentHash, Arc<Flow>)>;

/// Checks the content of a published flow or module. `None` for other kinds and for drafts.
///
/// # Errors
/// `FlowProblems` with all problems; `Invalid` for a draft that is no JSON.
pub(crate) fn compile(body: &ResourceBody) -> Result<Compiled, AppError> {
    let (kind, state, status, content) = match body {
        ResourceBody::Flow(flow) => (
            FlowKind::Flow(flow.kind),
            flow.state,
            flow.status,
            &flow.content,
        ),
        ResourceBody::FlowModule(module) => (
            FlowKind::Module,
            module.state,
            module.status,
            &module.content,
        ),
        _ => return Ok(None),
    };
    if status == FlowStatus::Saved {
        return serde_json::from_str::<serde::de::IgnoredAny>(content)
            .map(|_| None)
            .map_err(|error| AppError::Invalid(format!("the content is no JSON: {error}")));
    }
    let flow = Flow::parse(content, kind).map_err(AppError::FlowProblems)?;
    // An archived flow is kept checked, but nothing new starts in it.
    let active = state == FlowState::Active;
    Ok(active.then(|| (ContentHash::of(content), Arc::new(flow))))
}
