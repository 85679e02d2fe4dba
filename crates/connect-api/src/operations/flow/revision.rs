//! Which revision of a flow an id names: `ID` the published one, `ID:$SAVED` the saved one.

use model::FlowId;

use crate::operations::prelude::*;

/// The revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revision {
    Published,
    Saved,
}

/// The flow and the revision that the path names.
pub(super) fn target(members: &Members<'_>) -> Parsed<Revision> {
    let text = members.label("ContactFlowId")?;
    let (text, revision) = match text.strip_suffix(":$SAVED") {
        Some(id) => (id, Revision::Saved),
        None => (text, Revision::Published),
    };
    let ids = members.ids()?;
    let flow: FlowId = ids.parse(text)?;
    let target = Target::Resource(ids.instance, model::ResourceKind::Flow, flow.into());
    Ok((target, revision))
}
