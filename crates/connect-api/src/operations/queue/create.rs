//! `CreateQueue`.

use std::collections::BTreeSet;

use app::action::CreateQueue;
use app::config::NewResource;
use model::ResourceKind;
use model::resource::{Enablement, Queue};

use super::outbound_caller_config;
use crate::operations::prelude::*;

impl Operation for CreateQueue {
    const ROUTE: Route = Route::put("/queues/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "Name",
        "Description",
        "HoursOfOperationId",
        "MaxContacts",
        "OutboundCallerConfig",
        "QuickConnectIds",
        "Tags",
    ];
    type Input = NewResource<Queue>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let (ids, body) = (members.ids()?, members.body());
        body.refuse(&["OutboundEmailConfig", "EmailAddressesConfig"])?;
        let quick_connects: BTreeSet<_> = ids.list(&body, "QuickConnectIds", 0..=50)?;
        let outbound = match body.optional_object("OutboundCallerConfig")? {
            Some(config) => outbound_caller_config::parse(&ids, &config)?,
            None => model::resource::OutboundCallerConfig::default(),
        };
        let queue = Queue {
            description: body.optional_text("Description", 1..=250)?,
            hours: ids.member(&body, "HoursOfOperationId")?,
            contacts_max: body.optional_number("MaxContacts", 0..=i64::from(u32::MAX))?,
            status: Enablement::Enabled,
            outbound,
            quick_connects,
        };
        let new = NewResource {
            name: body.text("Name", NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: queue,
            client_token: None,
        };
        Ok((Target::Instance(ids.instance), new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let queue = context.app.create(context.call, permit, new).await?;
        let scope = context.scope(queue.instance)?;
        Ok(json!({
            "QueueArn": scope.resource_arn(ResourceKind::Queue, queue.id).to_string(),
            "QueueId": queue.id,
        }))
    }
}
