//! `UpdateRoutingProfileName`: name and description.

use app::action::UpdateRoutingProfileName;
use app::config::Draft;
use model::RoutingProfileId;
use model::resource::RoutingProfile;

use crate::operations::prelude::*;

impl Operation for UpdateRoutingProfileName {
    const ROUTE: Route = Route::post("/routing-profiles/{InstanceId}/{RoutingProfileId}/name");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "RoutingProfileId", "Name", "Description"];
    type Input = (Option<String>, Option<String>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let name = body.optional_text("Name", NAME_CHARS)?;
        let description = body.optional_text("Description", 1..=250)?;
        let profile = members.resource::<RoutingProfileId>("RoutingProfileId")?;
        Ok((profile, (name, description)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (name, description): Self::Input,
    ) -> Answer {
        let change = move |draft: &mut Draft<RoutingProfile>| {
            if let Some(name) = name {
                draft.name = name;
            }
            if let Some(description) = description {
                draft.body.description = description;
            }
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
