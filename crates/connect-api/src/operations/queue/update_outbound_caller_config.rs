//! `UpdateQueueOutboundCallerConfig`.

use app::action::UpdateQueueOutboundCallerConfig;
use app::config::Draft;
use model::QueueId;
use model::resource::{OutboundCallerConfig, Queue};

use super::outbound_caller_config;
use crate::operations::prelude::*;

impl Operation for UpdateQueueOutboundCallerConfig {
    const ROUTE: Route = Route::post("/queues/{InstanceId}/{QueueId}/outbound-caller-config");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId", "OutboundCallerConfig"];
    type Input = OutboundCallerConfig;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let config = members.body().object("OutboundCallerConfig")?;
        let config = outbound_caller_config::parse(&members.ids()?, &config)?;
        Ok((members.resource::<QueueId>("QueueId")?, config))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, config: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<Queue>| {
            draft.body.outbound = config;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
