//! `UpdateContactFlowMetadata`: name, description, active or archived.

use app::action::UpdateContactFlowMetadata;
use app::config::Draft;
use model::FlowId;
use model::resource::{FlowDefinition, FlowState};

use super::{FLOW_DESCRIPTION_CHARS, FLOW_NAME_CHARS};
use crate::operations::prelude::*;

impl Operation for UpdateContactFlowMetadata {
    const ROUTE: Route = Route::post("/contact-flows/{InstanceId}/{ContactFlowId}/metadata");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "ContactFlowId",
        "Name",
        "Description",
        "ContactFlowState",
    ];
    type Input = (Option<String>, Option<String>, Option<FlowState>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let name = body.optional_text("Name", FLOW_NAME_CHARS)?;
        let description = body.optional_text("Description", FLOW_DESCRIPTION_CHARS)?;
        let state = body.optional_word("ContactFlowState")?;
        let flow = members.resource::<FlowId>("ContactFlowId")?;
        Ok((flow, (name, description, state)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (name, description, state): Self::Input,
    ) -> Answer {
        let change = move |draft: &mut Draft<FlowDefinition>| {
            if let Some(name) = name {
                draft.name = name;
            }
            if let Some(text) = description {
                draft.body.description = described(text);
            }
            if let Some(state) = state {
                draft.body.state = state;
            }
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
