//! `CreateContactFlowModule`.

use app::action::CreateContactFlowModule;
use app::config::NewResource;
use model::ResourceKind;
use model::resource::{FlowModuleDefinition, FlowState, FlowStatus};

use super::{CONTENT_CHARS, MODULE_DESCRIPTION_CHARS, module_code};
use crate::operations::prelude::*;

impl Operation for CreateContactFlowModule {
    const ROUTE: Route = Route::put("/contact-flow-modules/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "Name", "Description", "Tags"];
    type Input = NewResource<FlowModuleDefinition>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        body.refuse(&["Settings", "ExternalInvocationConfiguration"])?;
        let module = FlowModuleDefinition {
            description: body
                .optional_text("Description", MODULE_DESCRIPTION_CHARS)?
                .and_then(described),
            state: FlowState::Active,
            status: FlowStatus::Published,
            content: body.text("Content", CONTENT_CHARS)?,
        };
        let new = NewResource {
            name: body.text("Name", NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: module,
            client_token: body.optional_text("ClientToken", 1..=500)?,
        };
        Ok((members.in_instance()?, new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let module = context.app.create(context.call, permit, new).await?;
        let scope = context.scope(module.instance)?;
        Ok(json!({
            "Id": module.id,
            "Arn": scope.resource_arn(ResourceKind::FlowModule, module.id).to_string(),
        }))
    }

    fn code(error: &AppError) -> Code {
        module_code(error)
    }
}
