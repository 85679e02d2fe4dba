//! `CancelParticipantAuthentication`: no flow begins an authentication yet, so no session is known.

use app::action::CancelParticipantAuthentication;

use crate::operations::prelude::*;

impl Operation for CancelParticipantAuthentication {
    const ROUTE: Route = Route::post("/participant/cancel-authentication");
    const CLEAR: &'static [&'static str] = &["SessionId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        members.body().text("SessionId", 36..=36)?;
        Ok((members.own_contact()?, ()))
    }

    async fn run(_context: &Context<'_>, _permit: Permit<Self>, (): ()) -> Answer {
        Err(AppError::Invalid(
            "`SessionId` names no authentication that is under way".to_owned(),
        ))
    }
}
