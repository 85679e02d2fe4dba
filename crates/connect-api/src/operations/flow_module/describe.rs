//! `DescribeContactFlowModule`.

use app::action::DescribeContactFlowModule;
use aws_lc_rs::digest;
use model::resource::FlowModuleDefinition;
use model::{FlowModuleId, ResourceKind};

use crate::operations::prelude::*;

impl Operation for DescribeContactFlowModule {
    const ROUTE: Route = Route::get("/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactFlowModuleId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<FlowModuleId>("ContactFlowModuleId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context
            .app
            .describe::<Self, FlowModuleDefinition>(&permit)?;
        let module: &FlowModuleDefinition = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        let hash = digest::digest(&digest::SHA256, module.content.as_bytes());
        Ok(json!({"ContactFlowModule": {
            "Arn": scope.resource_arn(ResourceKind::FlowModule, resource.id).to_string(),
            "Id": resource.id,
            "Name": resource.name,
            "Content": module.content,
            "Description": module.description,
            "State": module.state,
            "Status": module.status,
            "Tags": resource.tags,
            "FlowModuleContentSha256": hex::encode(hash),
        }}))
    }
}
