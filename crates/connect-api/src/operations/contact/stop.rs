//! `StopContact`. Reasons in the call are for outbound voice and are not taken.

use app::action::StopContact;
use model::contact::DisconnectReason;

use crate::operations::prelude::*;

impl Operation for StopContact {
    const ROUTE: Route = Route::post("/contact/stop");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactId", "DisconnectReason.Code"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.contact_member("ContactId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context
            .app
            .stop_contact(context.call, permit, DisconnectReason::Api)
            .await?;
        Ok(Value::Null)
    }
}
