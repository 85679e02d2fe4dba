//! `DeleteContactFlow`.

use app::action::DeleteContactFlow;
use model::FlowId;

use crate::operations::prelude::*;

impl Operation for DeleteContactFlow {
    const ROUTE: Route = Route::delete("/contact-flows/{InstanceId}/{ContactFlowId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactFlowId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<FlowId>("ContactFlowId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
