//! `DeleteUser`.

use app::action::DeleteUser;
use model::UserId;

use crate::operations::prelude::*;

impl Operation for DeleteUser {
    const ROUTE: Route = Route::delete("/users/{InstanceId}/{UserId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "UserId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<UserId>("UserId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
