//! `ListQueues`.

use app::action::ListQueues;
use model::InstanceScope;

use crate::operations::prelude::*;

/// `QueueType`. The queue that every agent has is not a resource of its own here, so that a listing of
/// `AGENT` queues is empty.
#[derive(serde::Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum QueueType {
    Standard,
    Agent,
}

impl Operation for ListQueues {
    const ROUTE: Route = Route::get("/queues-summary/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "queueTypes", "maxResults", "nextToken"];
    type Input = (PageRequest, Vec<QueueType>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let types = members.query_words("queueTypes", 2)?;
        Ok((members.in_instance()?, (members.page(1000)?, types)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (page, types): Self::Input,
    ) -> Answer {
        let standard = types.is_empty() || types.contains(&QueueType::Standard);
        let show = |scope: &InstanceScope, queue: &Resource| {
            let mut shown = summary(scope, queue);
            shown
                .as_object_mut()?
                .insert("QueueType".to_owned(), "STANDARD".into());
            standard.then_some(shown)
        };
        let listing = Listing::of(context, &permit, &page, show)?;
        Ok(json!({"QueueSummaryList": listing.items, "NextToken": listing.next}))
    }
}
