//! `ListPhoneNumbersV2`.

use app::action::ListPhoneNumbersV2;
use model::resource::PhoneNumber;

use super::filter::{COUNTRIES_MAX, Filter, TYPES_MAX, country, prefix};
use crate::operations::prelude::*;

impl Operation for ListPhoneNumbersV2 {
    const ROUTE: Route = Route::post("/phone-number/list");
    const CLEAR: &'static [&'static str] = &[
        "TargetArn",
        "InstanceId",
        "MaxResults",
        "PhoneNumberCountryCodes",
        "PhoneNumberTypes",
        "PhoneNumberPrefix",
    ];
    type Input = (PageRequest, Filter);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let codes = body.texts("PhoneNumberCountryCodes", 0..=COUNTRIES_MAX, 0..=100)?;
        let filter = Filter {
            countries: codes
                .iter()
                .map(|code| country(code))
                .collect::<Result<_, _>>()?,
            types: body.words("PhoneNumberTypes", 0..=TYPES_MAX)?,
            prefix: prefix(&body)?,
        };
        let target = members
            .target_instance()?
            .map_or(Target::Account, Target::Instance);
        Ok((target, (members.page_in_body(1000)?, filter)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (page, filter): Self::Input,
    ) -> Answer {
        let name = match permit.target().instance() {
            Some(instance) => format!("ListPhoneNumbersV2/{instance}"),
            None => "ListPhoneNumbersV2".to_owned(),
        };
        let claimed = context.app.claimed_numbers(&permit)?;
        let items = claimed.iter().filter_map(|resource| {
            let number: &PhoneNumber = body(resource).ok()?;
            let scope = context.scope(resource.instance).ok()?;
            let shown = filter.wants_claimed(resource, number).then(|| {
                json!({
                    "PhoneNumberId": resource.id,
                    "PhoneNumberArn": scope.phone_number_arn(resource.id).to_string(),
                    "PhoneNumber": resource.name,
                    "PhoneNumberCountryCode": number.country,
                    "PhoneNumberType": number.kind,
                    "TargetArn": scope.arn().to_string(),
                    "InstanceId": scope.instance,
                    "PhoneNumberDescription": number.description,
                })
            })?;
            Some((resource.id.as_u128(), shown))
        });
        let listing = page_after(context, &name, &page, items)?;
        Ok(json!({"ListPhoneNumbersSummaryList": listing.items, "NextToken": listing.next}))
    }
}
