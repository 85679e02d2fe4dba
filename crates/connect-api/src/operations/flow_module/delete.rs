//! `DeleteContactFlowModule`.

use app::action::DeleteContactFlowModule;
use model::FlowModuleId;

use crate::operations::prelude::*;

impl Operation for DeleteContactFlowModule {
    const ROUTE: Route = Route::delete("/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactFlowModuleId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<FlowModuleId>("ContactFlowModuleId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
