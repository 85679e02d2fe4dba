//! `ListQueueQuickConnects`.

use app::action::ListQueueQuickConnects;
use model::resource::Queue;
use model::{QueueId, ResourceKind};

use crate::operations::prelude::*;
use crate::operations::quick_connect::quick_connect_summary;

impl Operation for ListQueueQuickConnects {
    const ROUTE: Route = Route::get("/queues/{InstanceId}/{QueueId}/quick-connects");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        Ok((members.resource::<QueueId>("QueueId")?, members.page(100)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let resource = context.app.describe::<Self, Queue>(&permit)?;
        let queue: &Queue = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        let all = queue
            .quick_connects
            .iter()
            .filter_map(|id| {
                let kind = ResourceKind::QuickConnect;
                context.app.resource(resource.instance, kind, (*id).into())
            })
            .filter_map(|quick_connect| quick_connect_summary(&scope, &quick_connect))
            .collect();
        let name = format!("{}/{}", permit.spec().name, resource.id);
        let listing = page_of(context, &name, &page, all)?;
        Ok(json!({
            "QuickConnectSummaryList": listing.items,
            "NextToken": listing.next,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }))
    }
}
