//! What a run may read of its contact.

use std::borrow::Cow;

/// What a run may read of its contact; what belongs to the run itself (`$.External`,
/// `$.FlowAttributes`, `$.StoredCustomerInput`, `$.Loop`, `$.Modules`, `$.Views`, `$.Metrics`) the run
/// holds.
pub trait Facts {
    /// The value at this path below `$`, already split and unquoted: `["Attributes", "tier"]`,
    /// `["CustomerEndpoint", "Address"]`, `["Queue", "Name"]`, `["Channel"]`. `None` where there is
    /// none.
    fn value(&self, path: &[&str]) -> Option<Cow<'_, str>>;
}
