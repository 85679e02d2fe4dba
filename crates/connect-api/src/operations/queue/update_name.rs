//! `UpdateQueueName`: name and description.

use app::action::UpdateQueueName;
use app::config::Draft;
use model::QueueId;
use model::resource::Queue;

use crate::operations::prelude::*;

impl Operation for UpdateQueueName {
    const ROUTE: Route = Route::post("/queues/{InstanceId}/{QueueId}/name");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId", "Name", "Description"];
    type Input = (Option<String>, Option<String>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let name = body.optional_text("Name", NAME_CHARS)?;
        let description = body.optional_text("Description", DESCRIPTION_CHARS)?;
        Ok((members.resource::<QueueId>("QueueId")?, (name, description)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (name, description): Self::Input,
    ) -> Answer {
        let change = move |draft: &mut Draft<Queue>| {
            if let Some(name) = name {
                draft.name = name;
            }
            if let Some(text) = description {
                draft.body.description = described(text);
            }
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
