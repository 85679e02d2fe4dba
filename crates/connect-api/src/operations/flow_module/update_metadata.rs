//! `UpdateContactFlowModuleMetadata`: name, description, active or archived.

use app::action::UpdateContactFlowModuleMetadata;
use app::config::Draft;
use model::FlowModuleId;
use model::resource::{FlowModuleDefinition, FlowState};

use super::MODULE_DESCRIPTION_CHARS;
use crate::operations::prelude::*;

impl Operation for UpdateContactFlowModuleMetadata {
    const ROUTE: Route =
        Route::post("/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/metadata");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "ContactFlowModuleId",
        "Name",
        "Description",
        "State",
    ];
    type Input = (Option<String>, Option<String>, Option<FlowState>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let name = body.optional_text("Name", NAME_CHARS)?;
        let description = body.optional_text("Description", MODULE_DESCRIPTION_CHARS)?;
        let state = body.optional_word("State")?;
        let module = members.resource::<FlowModuleId>("ContactFlowModuleId")?;
        Ok((module, (name, description, state)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (name, description, state): Self::Input,
    ) -> Answer {
        let change = move |draft: &mut Draft<FlowModuleDefinition>| {
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
