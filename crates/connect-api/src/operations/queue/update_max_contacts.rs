//! `UpdateQueueMaxContacts`: how many contacts may wait; absent lifts the limit.

use app::action::UpdateQueueMaxContacts;
use app::config::Draft;
use model::QueueId;
use model::resource::Queue;

use crate::operations::prelude::*;

impl Operation for UpdateQueueMaxContacts {
    const ROUTE: Route = Route::post("/queues/{InstanceId}/{QueueId}/max-contacts");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId", "MaxContacts"];
    type Input = Option<u32>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let most = members
            .body()
            .optional_number("MaxContacts", 0..=i64::from(u32::MAX))?;
        Ok((members.resource::<QueueId>("QueueId")?, most))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, most: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<Queue>| {
            draft.body.contacts_max = most;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
