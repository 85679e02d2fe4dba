//! `UpdateContactFlowName`: name and description.

use app::action::UpdateContactFlowName;
use app::config::Draft;
use model::FlowId;
use model::resource::FlowDefinition;

use super::{FLOW_DESCRIPTION_CHARS, FLOW_NAME_CHARS};
use crate::operations::prelude::*;

impl Operation for UpdateContactFlowName {
    const ROUTE: Route = Route::post("/contact-flows/{InstanceId}/{ContactFlowId}/name");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactFlowId", "Name", "Description"];
    type Input = (Option<String>, Option<String>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let name = body.optional_text("Name", FLOW_NAME_CHARS)?;
        let description = body.optional_text("Description", FLOW_DESCRIPTION_CHARS)?;
        let flow = members.resource::<FlowId>("ContactFlowId")?;
        Ok((flow, (name, description)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (name, description): Self::Input,
    ) -> Answer {
        let change = move |draft: &mut Draft<FlowDefinition>| {
            if let Some(name) = name {
                draft.name = name;
            }
            if let Some(text) = description {
                draft.body.description = described(text);
            }
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
