//! `UpdateContactFlowModuleContent`.

use app::action::UpdateContactFlowModuleContent;
use app::config::Draft;
use model::FlowModuleId;
use model::resource::FlowModuleDefinition;

use super::{CONTENT_CHARS, module_code};
use crate::operations::prelude::*;

impl Operation for UpdateContactFlowModuleContent {
    const ROUTE: Route =
        Route::post("/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/content");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactFlowModuleId"];
    type Input = String;

    fn parse(members: &Members<'_>) -> Parsed<String> {
        let body = members.body();
        body.refuse(&["Settings"])?;
        let content = body.text("Content", CONTENT_CHARS)?;
        Ok((
            members.resource::<FlowModuleId>("ContactFlowModuleId")?,
            content,
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, content: String) -> Answer {
        let change = move |draft: &mut Draft<FlowModuleDefinition>| {
            draft.body.content = content;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }

    fn code(error: &AppError) -> Code {
        match error {
            AppError::Invalid(_) => Code::InvalidRequest,
            other => module_code(other),
        }
    }
}
