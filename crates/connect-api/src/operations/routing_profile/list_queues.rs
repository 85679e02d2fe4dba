//! `ListRoutingProfileQueues`.

use app::action::ListRoutingProfileQueues;
use model::resource::RoutingProfile;
use model::{ResourceKind, RoutingProfileId};

use crate::operations::prelude::*;

impl Operation for ListRoutingProfileQueues {
    const ROUTE: Route = Route::get("/routing-profiles/{InstanceId}/{RoutingProfileId}/queues");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "RoutingProfileId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        let profile = members.resource::<RoutingProfileId>("RoutingProfileId")?;
        Ok((profile, members.page(100)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let resource = context.app.describe::<Self, RoutingProfile>(&permit)?;
        let profile: &RoutingProfile = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        let all = profile
            .queues
            .iter()
            .filter_map(|entry| {
                let id = entry.queue.into();
                let queue = context
                    .app
                    .resource(resource.instance, ResourceKind::Queue, id)?;
                Some(json!({
                    "QueueId": entry.queue,
                    "QueueArn": scope.resource_arn(ResourceKind::Queue, entry.queue).to_string(),
                    "QueueName": queue.name,
                    "Priority": entry.priority,
                    "Delay": entry.delay_s,
                    "Channel": entry.channel,
                }))
            })
            .collect();
        let name = format!("{}/{}", permit.spec().name, resource.id);
        let listing = page_of(context, &name, &page, all)?;
        Ok(json!({
            "RoutingProfileQueueConfigSummaryList": listing.items,
            "NextToken": listing.next,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }))
    }
}
