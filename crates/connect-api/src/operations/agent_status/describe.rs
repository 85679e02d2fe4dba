//! `DescribeAgentStatus`.

use app::action::DescribeAgentStatus;
use model::resource::AgentStatus;
use model::{AgentStatusId, ResourceKind};

use crate::operations::prelude::*;

impl Operation for DescribeAgentStatus {
    const ROUTE: Route = Route::get("/agent-status/{InstanceId}/{AgentStatusId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "AgentStatusId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<AgentStatusId>("AgentStatusId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context.app.describe::<Self, AgentStatus>(&permit)?;
        let status: &AgentStatus = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        Ok(json!({"AgentStatus": {
            "AgentStatusARN": scope.resource_arn(ResourceKind::AgentStatus, resource.id).to_string(),
            "AgentStatusId": resource.id,
            "Name": resource.name,
            "Description": status.description,
            "Type": status.kind,
            "DisplayOrder": status.display_order,
            "State": status.state,
            "Tags": resource.tags,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }}))
    }
}
