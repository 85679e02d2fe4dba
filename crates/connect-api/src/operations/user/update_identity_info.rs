//! `UpdateUserIdentityInfo`: names and e-mail address, replaced as a whole.

use app::action::UpdateUserIdentityInfo;
use app::config::Draft;
use model::UserId;
use model::resource::User;

use super::parts::{Identity, parse_identity};
use crate::operations::prelude::*;

impl Operation for UpdateUserIdentityInfo {
    const ROUTE: Route = Route::post("/users/{InstanceId}/{UserId}/identity-info");
    const CLEAR: &'static [&'static str] = &["InstanceId", "UserId"];
    type Input = Identity;

    fn parse(members: &Members<'_>) -> Parsed<Identity> {
        let identity = parse_identity(&members.body())?;
        Ok((members.resource::<UserId>("UserId")?, identity))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, identity: Identity) -> Answer {
        let change = move |draft: &mut Draft<User>| {
            draft.body.first_name = identity.first_name;
            draft.body.last_name = identity.last_name;
            draft.body.email = identity.email;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
