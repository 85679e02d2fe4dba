//! `UpdateQueueHoursOfOperation`.

use app::action::UpdateQueueHoursOfOperation;
use app::config::Draft;
use model::resource::Queue;
use model::{HoursId, QueueId};

use crate::operations::prelude::*;

impl Operation for UpdateQueueHoursOfOperation {
    const ROUTE: Route = Route::post("/queues/{InstanceId}/{QueueId}/hours-of-operation");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId", "HoursOfOperationId"];
    type Input = HoursId;

    fn parse(members: &Members<'_>) -> Parsed<HoursId> {
        let hours = members
            .ids()?
            .member(&members.body(), "HoursOfOperationId")?;
        Ok((members.resource::<QueueId>("QueueId")?, hours))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, hours: HoursId) -> Answer {
        let change = move |draft: &mut Draft<Queue>| {
            draft.body.hours = hours;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
