//! `DescribePhoneNumber`.

use app::action::DescribePhoneNumber;
use model::resource::PhoneNumber;

use crate::operations::prelude::*;

impl Operation for DescribePhoneNumber {
    const ROUTE: Route = Route::get("/phone-number/{PhoneNumberId}");
    const CLEAR: &'static [&'static str] = &["PhoneNumberId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.phone_number()?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context.app.describe::<Self, PhoneNumber>(&permit)?;
        let number: &PhoneNumber = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        Ok(json!({"ClaimedPhoneNumberSummary": {
            "PhoneNumberId": resource.id,
            "PhoneNumberArn": scope.phone_number_arn(resource.id).to_string(),
            "PhoneNumber": resource.name,
            "PhoneNumberCountryCode": number.country,
            "PhoneNumberType": number.kind,
            "PhoneNumberDescription": number.description,
            "TargetArn": scope.arn().to_string(),
            "InstanceId": scope.instance,
            "Tags": resource.tags,
            // A claim is committed before it is answered: there is nothing to wait for.
            "PhoneNumberStatus": {"Status": "CLAIMED"},
        }}))
    }
}
