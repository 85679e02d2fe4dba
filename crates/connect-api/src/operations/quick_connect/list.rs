//! `ListQuickConnects`.

use app::action::ListQuickConnects;
use model::InstanceScope;
use model::resource::QuickConnect;

use super::destination::{QuickConnectType, type_of};
use super::quick_connect_summary;
use crate::operations::prelude::*;

impl Operation for ListQuickConnects {
    const ROUTE: Route = Route::get("/quick-connects/{InstanceId}");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "QuickConnectTypes", "maxResults", "nextToken"];
    type Input = (PageRequest, Vec<QuickConnectType>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let types = members.query_words("QuickConnectTypes", 4)?;
        Ok((members.in_instance()?, (members.page(1000)?, types)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (page, types): Self::Input,
    ) -> Answer {
        let show = |scope: &InstanceScope, resource: &Resource| {
            let quick_connect: &QuickConnect = body(resource).ok()?;
            let wanted = types.is_empty() || types.contains(&type_of(&quick_connect.destination));
            wanted.then(|| quick_connect_summary(scope, resource))?
        };
        let listing = Listing::of(context, &permit, &page, show)?;
        Ok(json!({"QuickConnectSummaryList": listing.items, "NextToken": listing.next}))
    }
}
