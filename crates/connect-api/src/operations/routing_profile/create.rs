//! `CreateRoutingProfile`.

use app::action::CreateRoutingProfile;
use app::config::NewResource;
use model::ResourceKind;
use model::resource::{AvailabilityTimer, RoutingProfile};

use super::{concurrency, queue_configs};
use crate::operations::prelude::*;

impl Operation for CreateRoutingProfile {
    const ROUTE: Route = Route::put("/routing-profiles/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "Name",
        "Description",
        "DefaultOutboundQueueId",
        "QueueConfigs",
        "MediaConcurrencies",
        "AgentAvailabilityTimer",
        "Tags",
    ];
    type Input = NewResource<RoutingProfile>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let (ids, body) = (members.ids()?, members.body());
        body.refuse(&["ManualAssignmentQueueConfigs"])?;
        let profile = RoutingProfile {
            description: body.text("Description", 1..=250)?,
            default_outbound_queue: ids.member(&body, "DefaultOutboundQueueId")?,
            concurrency: concurrency::parse(&body)?,
            queues: queue_configs::parse(&ids, &body, 0..=10)?,
            availability_timer: body
                .optional_word("AgentAvailabilityTimer")?
                .unwrap_or(AvailabilityTimer::TimeSinceLastActivity),
        };
        let new = NewResource {
            name: body.text("Name", NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: profile,
            client_token: None,
        };
        Ok((Target::Instance(ids.instance), new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let profile = context.app.create(context.call, permit, new).await?;
        let scope = context.scope(profile.instance)?;
        let arn = scope.resource_arn(ResourceKind::RoutingProfile, profile.id);
        Ok(json!({"RoutingProfileArn": arn.to_string(), "RoutingProfileId": profile.id}))
    }
}
