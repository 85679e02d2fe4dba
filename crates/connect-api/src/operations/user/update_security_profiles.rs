//! `UpdateUserSecurityProfiles`: replaced as a whole.

use std::collections::BTreeSet;

use app::action::UpdateUserSecurityProfiles;
use app::config::Draft;
use model::resource::User;
use model::{SecurityProfileId, UserId};

use super::parts;
use crate::operations::prelude::*;

impl Operation for UpdateUserSecurityProfiles {
    const ROUTE: Route = Route::post("/users/{InstanceId}/{UserId}/security-profiles");
    const CLEAR: &'static [&'static str] = &["InstanceId", "UserId", "SecurityProfileIds"];
    type Input = BTreeSet<SecurityProfileId>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let profiles = parts::parse_profiles(&members.ids()?, &members.body())?;
        Ok((members.resource::<UserId>("UserId")?, profiles))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, profiles: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<User>| {
            draft.body.security_profiles = profiles;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
