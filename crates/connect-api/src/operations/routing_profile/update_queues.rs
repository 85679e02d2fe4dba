//! `UpdateRoutingProfileQueues`: priority and delay of pairs that are associated.

use app::action::UpdateRoutingProfileQueues;
use app::config::Draft;
use model::RoutingProfileId;
use model::resource::{RoutingProfile, RoutingProfileQueue};

use super::queue_configs;
use crate::operations::prelude::*;

impl Operation for UpdateRoutingProfileQueues {
    const ROUTE: Route = Route::post("/routing-profiles/{InstanceId}/{RoutingProfileId}/queues");
    const CLEAR: &'static [&'static str] = &["InstanceId", "RoutingProfileId", "QueueConfigs"];
    type Input = Vec<RoutingProfileQueue>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let queues = queue_configs::parse(&members.ids()?, &members.body(), 1..=10)?;
        Ok((
            members.resource::<RoutingProfileId>("RoutingProfileId")?,
            queues,
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, changed: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<RoutingProfile>| {
            for new in changed {
                let known = draft
                    .body
                    .queues
                    .iter_mut()
                    .find(|known| (known.queue, known.channel) == (new.queue, new.channel));
                let Some(known) = known else {
                    let text = format!(
                        "the queue `{}` is not associated for {}: associate it first",
                        new.queue,
                        new.channel.as_str(),
                    );
                    return Err(AppError::Invalid(text));
                };
                *known = new;
            }
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
