//! `DeleteQueue`.

use app::action::DeleteQueue;
use model::QueueId;

use crate::operations::prelude::*;

impl Operation for DeleteQueue {
    const ROUTE: Route = Route::delete("/queues/{InstanceId}/{QueueId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<QueueId>("QueueId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
