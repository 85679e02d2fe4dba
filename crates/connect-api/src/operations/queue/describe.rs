//! `DescribeQueue`.

use app::action::DescribeQueue;
use model::resource::Queue;
use model::{QueueId, ResourceKind};

use super::outbound_caller_config;
use crate::operations::prelude::*;

impl Operation for DescribeQueue {
    const ROUTE: Route = Route::get("/queues/{InstanceId}/{QueueId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<QueueId>("QueueId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context.app.describe::<Self, Queue>(&permit)?;
        let queue: &Queue = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        Ok(json!({"Queue": {
            "Name": resource.name,
            "QueueArn": scope.resource_arn(ResourceKind::Queue, resource.id).to_string(),
            "QueueId": resource.id,
            "Description": queue.description,
            "OutboundCallerConfig": outbound_caller_config::write(&queue.outbound),
            "HoursOfOperationId": queue.hours,
            "MaxContacts": queue.contacts_max,
            "Status": queue.status,
            "Tags": resource.tags,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }}))
    }
}
