//! `UpdateQueueStatus`.

use app::action::UpdateQueueStatus;
use app::config::Draft;
use model::QueueId;
use model::resource::{Enablement, Queue};

use crate::operations::prelude::*;

impl Operation for UpdateQueueStatus {
    const ROUTE: Route = Route::post("/queues/{InstanceId}/{QueueId}/status");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId", "Status"];
    type Input = Enablement;

    fn parse(members: &Members<'_>) -> Parsed<Enablement> {
        let status = members.body().word("Status")?;
        Ok((members.resource::<QueueId>("QueueId")?, status))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, status: Enablement) -> Answer {
        let change = move |draft: &mut Draft<Queue>| {
            draft.body.status = status;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
