//! `ListPhoneNumbers`.

use app::action::ListPhoneNumbers;
use model::InstanceScope;
use model::resource::PhoneNumber;

use super::filter::{COUNTRIES_MAX, Filter, TYPES_MAX, country};
use crate::operations::prelude::*;

impl Operation for ListPhoneNumbers {
    const ROUTE: Route = Route::get("/phone-numbers-summary/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "phoneNumberTypes",
        "phoneNumberCountryCodes",
        "maxResults",
        "nextToken",
    ];
    type Input = (PageRequest, Filter);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let codes: Vec<&str> = members.query_texts("phoneNumberCountryCodes").collect();
        if codes.len() > COUNTRIES_MAX {
            return Err(Refusal::invalid(format!(
                "`PhoneNumberCountryCodes` may hold at most {COUNTRIES_MAX} values"
            )));
        }
        let filter = Filter {
            countries: codes.into_iter().map(country).collect::<Result<_, _>>()?,
            types: members.query_words("phoneNumberTypes", TYPES_MAX)?,
            prefix: String::new(),
        };
        Ok((members.in_instance()?, (members.page(1000)?, filter)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (page, filter): Self::Input,
    ) -> Answer {
        let show = |scope: &InstanceScope, resource: &Resource| {
            let number: &PhoneNumber = body(resource).ok()?;
            filter.wants_claimed(resource, number).then(|| {
                json!({
                    "Id": resource.id,
                    "Arn": scope.phone_number_arn(resource.id).to_string(),
                    "PhoneNumber": resource.name,
                    "PhoneNumberType": number.kind,
                    "PhoneNumberCountryCode": number.country,
                })
            })
        };
        let listing = Listing::of(context, &permit, &page, show)?;
        Ok(json!({"PhoneNumberSummaryList": listing.items, "NextToken": listing.next}))
    }
}
