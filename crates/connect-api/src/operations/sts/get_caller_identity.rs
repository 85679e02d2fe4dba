//! `GetCallerIdentity`: account, name and ARN of the caller. Tools ask it first to check credentials.

use app::Principal;
use app::action::GetCallerIdentity;

use crate::operations::prelude::*;

impl Operation for GetCallerIdentity {
    const ROUTE: Route = Route::post("/");
    const CLEAR: &'static [&'static str] = &["Action", "Version"];
    type Input = ();

    fn parse(_members: &Members<'_>) -> Parsed<()> {
        Ok((Target::Account, ()))
    }

    async fn run(_context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        match permit.principal() {
            Principal::AccessKey {
                key_id,
                account,
                name,
            } => Ok(json!({
                "Account": account,
                "Arn": format!("arn:aws:iam::{account}:user/{name}"),
                "UserId": key_id,
            })),
            // Nobody else can sign.
            _ => Err(AppError::AccessDenied {
                action: permit.spec().name,
            }),
        }
    }
}
