//! `ListAgentStatuses`.

use app::action::ListAgentStatuses;
use model::resource::AgentStatus;
use model::{AgentStatusType, InstanceScope};

use crate::operations::prelude::*;

impl Operation for ListAgentStatuses {
    const ROUTE: Route = Route::get("/agent-status/{InstanceId}");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "AgentStatusTypes", "maxResults", "nextToken"];
    type Input = (PageRequest, Vec<AgentStatusType>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let types = members.query_words("AgentStatusTypes", 3)?;
        Ok((members.in_instance()?, (members.page(1000)?, types)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (page, types): Self::Input,
    ) -> Answer {
        let show = |scope: &InstanceScope, resource: &Resource| {
            let status: &AgentStatus = body(resource).ok()?;
            let mut shown = summary(scope, resource);
            shown
                .as_object_mut()?
                .insert("Type".to_owned(), json!(status.kind));
            (types.is_empty() || types.contains(&status.kind)).then_some(shown)
        };
        let listing = Listing::of(context, &permit, &page, show)?;
        Ok(json!({"AgentStatusSummaryList": listing.items, "NextToken": listing.next}))
    }
}
