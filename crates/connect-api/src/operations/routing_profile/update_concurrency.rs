//! `UpdateRoutingProfileConcurrency`: the channels that an agent takes, replaced as a whole.

use std::collections::BTreeMap;

use app::action::UpdateRoutingProfileConcurrency;
use app::config::Draft;
use model::resource::{ChannelConcurrency, RoutingProfile};
use model::{Channel, RoutingProfileId};

use super::concurrency;
use crate::operations::prelude::*;

impl Operation for UpdateRoutingProfileConcurrency {
    const ROUTE: Route =
        Route::post("/routing-profiles/{InstanceId}/{RoutingProfileId}/concurrency");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "RoutingProfileId", "MediaConcurrencies"];
    type Input = BTreeMap<Channel, ChannelConcurrency>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let channels = concurrency::parse(&members.body())?;
        Ok((
            members.resource::<RoutingProfileId>("RoutingProfileId")?,
            channels,
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, channels: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<RoutingProfile>| {
            draft.body.concurrency = channels;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
