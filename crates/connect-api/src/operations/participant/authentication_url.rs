//! `GetAuthenticationUrl`: no flow begins an authentication yet, so no session is known.

use app::action::GetAuthenticationUrl;

use crate::operations::prelude::*;

impl Operation for GetAuthenticationUrl {
    const ROUTE: Route = Route::post("/participant/authentication-url");
    const CLEAR: &'static [&'static str] = &["SessionId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        let body = members.body();
        body.text("SessionId", 36..=36)?;
        body.text("RedirectUri", 1..=1024)?;
        Ok((members.own_contact()?, ()))
    }

    async fn run(_context: &Context<'_>, _permit: Permit<Self>, (): ()) -> Answer {
        Err(AppError::Invalid(
            "`SessionId` names no authentication that is under way".to_owned(),
        ))
    }
}
