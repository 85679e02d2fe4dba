//! `DisconnectParticipant`: leaves for good.

use app::action::DisconnectParticipant;

use super::CLIENT_TOKEN_CHARS;
use crate::operations::prelude::*;

impl Operation for DisconnectParticipant {
    const ROUTE: Route = Route::post("/participant/disconnect");
    const CLEAR: &'static [&'static str] = &[];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        // A repetition finds a participant who has left; the token need not be remembered.
        members
            .body()
            .optional_text("ClientToken", CLIENT_TOKEN_CHARS)?;
        Ok((members.own_contact()?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context
            .app
            .disconnect_participant(context.call, permit)
            .await?;
        Ok(Value::Null)
    }
}
