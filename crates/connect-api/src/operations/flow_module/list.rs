//! `ListContactFlowModules`.

use app::action::ListContactFlowModules;
use model::resource::{FlowModuleDefinition, FlowState};
use model::{InstanceScope, ResourceKind};

use crate::operations::prelude::*;

impl Operation for ListContactFlowModules {
    const ROUTE: Route = Route::get("/contact-flow-modules-summary/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "state", "maxResults", "nextToken"];
    type Input = (PageRequest, Vec<FlowState>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let states = members.query_words("state", 1)?;
        Ok((members.in_instance()?, (members.page(1000)?, states)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (page, states): Self::Input,
    ) -> Answer {
        let show = |scope: &InstanceScope, resource: &Resource| {
            let module: &FlowModuleDefinition = body(resource).ok()?;
            let wanted = states.is_empty() || states.contains(&module.state);
            wanted.then(|| {
                json!({
                    "Id": resource.id,
                    "Arn": scope.resource_arn(ResourceKind::FlowModule, resource.id).to_string(),
                    "Name": resource.name,
                    "State": module.state,
                })
            })
        };
        let listing = Listing::of(context, &permit, &page, show)?;
        Ok(json!({"ContactFlowModulesSummaryList": listing.items, "NextToken": listing.next}))
    }
}
