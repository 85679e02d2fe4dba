//! `DescribeRoutingProfile`.

use std::collections::BTreeSet;

use app::action::DescribeRoutingProfile;
use model::resource::RoutingProfile;
use model::{ResourceKind, RoutingProfileId};

use super::concurrency;
use crate::operations::prelude::*;

impl Operation for DescribeRoutingProfile {
    const ROUTE: Route = Route::get("/routing-profiles/{InstanceId}/{RoutingProfileId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "RoutingProfileId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((
            members.resource::<RoutingProfileId>("RoutingProfileId")?,
            (),
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context.app.describe::<Self, RoutingProfile>(&permit)?;
        let profile: &RoutingProfile = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        let queues: BTreeSet<_> = profile.queues.iter().map(|entry| entry.queue).collect();
        let arn = scope.resource_arn(ResourceKind::RoutingProfile, resource.id);
        Ok(json!({"RoutingProfile": {
            "InstanceId": resource.instance,
            "Name": resource.name,
            "RoutingProfileArn": arn.to_string(),
            "RoutingProfileId": resource.id,
            "Description": profile.description,
            "MediaConcurrencies": concurrency::write(&profile.concurrency),
            "DefaultOutboundQueueId": profile.default_outbound_queue,
            "Tags": resource.tags,
            "NumberOfAssociatedQueues": queues.len(),
            "AssociatedQueueIds": queues,
            "AgentAvailabilityTimer": profile.availability_timer,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }}))
    }
}
