//! `DescribeContactFlow`. A flow that is saved only must be asked for as `ID:$SAVED`.

use app::action::DescribeContactFlow;
use model::ResourceKind;
use model::resource::{FlowDefinition, FlowStatus};

use super::create::content_hash;
use super::revision::{self, Revision};
use crate::operations::prelude::*;

impl Operation for DescribeContactFlow {
    const ROUTE: Route = Route::get("/contact-flows/{InstanceId}/{ContactFlowId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactFlowId"];
    type Input = Revision;

    fn parse(members: &Members<'_>) -> Parsed<Revision> {
        revision::target(members)
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, revision: Revision) -> Answer {
        let resource = context.app.describe::<Self, FlowDefinition>(&permit)?;
        let flow: &FlowDefinition = body(&resource)?;
        if flow.status == FlowStatus::Saved && revision == Revision::Published {
            let text = "the flow is not published: add `:$SAVED` to its id to read what is saved";
            return Err(AppError::WrongState(text.to_owned()));
        }
        let scope = context.scope(resource.instance)?;
        Ok(json!({"ContactFlow": {
            "Arn": scope.resource_arn(ResourceKind::Flow, resource.id).to_string(),
            "Id": resource.id,
            "Name": resource.name,
            "Type": flow.kind,
            "State": flow.state,
            "Status": flow.status,
            "Description": flow.description,
            "Content": flow.content,
            "Tags": resource.tags,
            "FlowContentSha256": content_hash(&flow.content),
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }}))
    }

    fn code(error: &AppError) -> Code {
        match error {
            AppError::WrongState(_) => Code::ContactFlowNotPublished,
            other => connect_code(other),
        }
    }
}
