//! `OutboundCallerConfig`, read and written.

use model::resource::OutboundCallerConfig;

use crate::operations::prelude::*;

/// Reads the structure.
pub(super) fn parse(ids: &Ids<'_>, config: &Object<'_>) -> Result<OutboundCallerConfig, Refusal> {
    Ok(OutboundCallerConfig {
        name: config.optional_text("OutboundCallerIdName", 1..=255)?,
        number_id: config.optional_text("OutboundCallerIdNumberId", 0..=512)?,
        flow: ids.optional(config, "OutboundFlowId")?,
    })
}

/// Writes the structure.
pub(super) fn write(config: &OutboundCallerConfig) -> Value {
    json!({
        "OutboundCallerIdName": config.name,
        "OutboundCallerIdNumberId": config.number_id,
        "OutboundFlowId": config.flow,
    })
}
