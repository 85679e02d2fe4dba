//! `CreateAgentStatus`: always a custom one; the others exist from the start.

use app::action::CreateAgentStatus;
use app::config::NewResource;
use model::resource::AgentStatus;
use model::{AgentStatusType, ResourceKind};

use crate::operations::prelude::*;

impl Operation for CreateAgentStatus {
    const ROUTE: Route = Route::put("/agent-status/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "Name",
        "Description",
        "State",
        "DisplayOrder",
        "Tags",
    ];
    type Input = NewResource<AgentStatus>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let status = AgentStatus {
            description: body.optional_text("Description", 1..=250)?,
            kind: AgentStatusType::Custom,
            state: body.word("State")?,
            display_order: body.optional_number("DisplayOrder", 1..=50)?,
        };
        let new = NewResource {
            name: body.text("Name", NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: status,
            client_token: None,
        };
        Ok((members.in_instance()?, new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let status = context.app.create(context.call, permit, new).await?;
        let scope = context.scope(status.instance)?;
        Ok(json!({
            "AgentStatusARN": scope.resource_arn(ResourceKind::AgentStatus, status.id).to_string(),
            "AgentStatusId": status.id,
        }))
    }
}
