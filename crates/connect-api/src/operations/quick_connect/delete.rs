//! `DeleteQuickConnect`.

use app::action::DeleteQuickConnect;
use model::QuickConnectId;

use crate::operations::prelude::*;

impl Operation for DeleteQuickConnect {
    const ROUTE: Route = Route::delete("/quick-connects/{InstanceId}/{QuickConnectId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QuickConnectId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<QuickConnectId>("QuickConnectId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
