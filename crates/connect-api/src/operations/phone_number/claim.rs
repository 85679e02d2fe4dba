//! `ClaimPhoneNumber`.

use app::action::ClaimPhoneNumber;
use app::numbers::NumberClaim;

use super::DESCRIPTION_CHARS;
use crate::operations::prelude::*;

impl Operation for ClaimPhoneNumber {
    const ROUTE: Route = Route::post("/phone-number/claim");
    const CLEAR: &'static [&'static str] = &[
        "TargetArn",
        "InstanceId",
        "PhoneNumber",
        "PhoneNumberDescription",
        "Tags",
    ];
    type Input = NumberClaim;

    fn parse(members: &Members<'_>) -> Parsed<NumberClaim> {
        let body = members.body();
        let claim = NumberClaim {
            number: body.text("PhoneNumber", 3..=16)?,
            description: body
                .optional_text("PhoneNumberDescription", DESCRIPTION_CHARS)?
                .and_then(described),
            tags: body.tags("Tags")?,
            flow: None,
            client_token: body.optional_text("ClientToken", 1..=500)?,
        };
        Ok((Target::Instance(members.required_target()?), claim))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, claim: NumberClaim) -> Answer {
        let claimed = context
            .app
            .claim_number(context.call, permit, claim)
            .await?;
        let scope = context.scope(claimed.instance)?;
        Ok(json!({
            "PhoneNumberId": claimed.id,
            "PhoneNumberArn": scope.phone_number_arn(claimed.id).to_string(),
        }))
    }

    fn code(error: &AppError) -> Code {
        match error {
            // Its model has no other code for a number that is taken.
            AppError::Duplicate { .. } => Code::Idempotency,
            other => connect_code(other),
        }
    }
}
