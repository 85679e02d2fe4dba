//! `UpdatePhoneNumber`.

use app::action::UpdatePhoneNumber;
use model::InstanceId;
use model::resource::PhoneNumber;

use crate::operations::prelude::*;

impl Operation for UpdatePhoneNumber {
    const ROUTE: Route = Route::put("/phone-number/{PhoneNumberId}");
    const CLEAR: &'static [&'static str] = &["PhoneNumberId", "TargetArn", "InstanceId"];
    type Input = InstanceId;

    fn parse(members: &Members<'_>) -> Parsed<InstanceId> {
        Ok((members.phone_number()?, members.required_target()?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, target: InstanceId) -> Answer {
        // Instances commit each for themselves: a number that moved could be lost or doubled on the way.
        // The refusal is the same whether or not the other instance exists.
        if matches!(permit.target().instance(), Some(holder) if holder != target) {
            return Err(AppError::Invalid(
                "a phone number does not move to another instance: release it, then claim it there"
                    .to_owned(),
            ));
        }
        let number = context
            .app
            .update::<Self, PhoneNumber>(context.call, permit, |_| Ok(()))
            .await?;
        let scope = context.scope(number.instance)?;
        Ok(json!({
            "PhoneNumberId": number.id,
            "PhoneNumberArn": scope.phone_number_arn(number.id).to_string(),
        }))
    }
}
