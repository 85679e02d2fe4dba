//! Quick connects.

mod create;
mod delete;
mod describe;
mod destination;
mod list;

use model::InstanceScope;
use model::resource::QuickConnect;

use super::prelude::*;

/// What listings show of a quick connect; `None` for a resource of another kind.
pub(super) fn quick_connect_summary(scope: &InstanceScope, resource: &Resource) -> Option<Value> {
    let quick_connect: &QuickConnect = body(resource).ok()?;
    let mut shown = summary(scope, resource);
    shown.as_object_mut()?.insert(
        "QuickConnectType".to_owned(),
        json!(destination::type_of(&quick_connect.destination)),
    );
    Some(shown)
}
