//! `ListContactFlows`.

use app::action::ListContactFlows;
use model::resource::{FlowDefinition, FlowType};
use model::{InstanceScope, ResourceKind};

use crate::operations::prelude::*;

impl Operation for ListContactFlows {
    const ROUTE: Route = Route::get("/contact-flows-summary/{InstanceId}");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "contactFlowTypes", "maxResults", "nextToken"];
    type Input = (PageRequest, Vec<FlowType>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let types = members.query_words("contactFlowTypes", FlowType::ALL.len())?;
        Ok((members.in_instance()?, (members.page(1000)?, types)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (page, types): Self::Input,
    ) -> Answer {
        let show = |scope: &InstanceScope, resource: &Resource| {
            let flow: &FlowDefinition = body(resource).ok()?;
            let wanted = types.is_empty() || types.contains(&flow.kind);
            wanted.then(|| {
                json!({
                    "Id": resource.id,
                    "Arn": scope.resource_arn(ResourceKind::Flow, resource.id).to_string(),
                    "Name": resource.name,
                    "ContactFlowType": flow.kind,
                    "ContactFlowState": flow.state,
                    "ContactFlowStatus": flow.status,
                })
            })
        };
        let listing = Listing::of(context, &permit, &page, show)?;
        Ok(json!({"ContactFlowSummaryList": listing.items, "NextToken": listing.next}))
    }
}
