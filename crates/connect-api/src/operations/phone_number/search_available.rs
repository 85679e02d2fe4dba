//! `SearchAvailablePhoneNumbers`.

use app::action::SearchAvailablePhoneNumbers;

use super::filter::{Filter, country, prefix};
use crate::operations::prelude::*;

impl Operation for SearchAvailablePhoneNumbers {
    const ROUTE: Route = Route::post("/phone-number/search-available");
    const CLEAR: &'static [&'static str] = &[
        "TargetArn",
        "InstanceId",
        "PhoneNumberCountryCode",
        "PhoneNumberType",
        "PhoneNumberPrefix",
        "MaxResults",
    ];
    type Input = (PageRequest, Filter);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let filter = Filter {
            countries: vec![country(&body.text("PhoneNumberCountryCode", 2..=2)?)?],
            types: vec![body.word("PhoneNumberType")?],
            prefix: prefix(&body)?,
        };
        let target = Target::Instance(members.required_target()?);
        Ok((target, (members.page_in_body(10)?, filter)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (page, filter): Self::Input,
    ) -> Answer {
        let available = context.app.available_numbers(&permit)?;
        let wanted = available
            .iter()
            .filter(|one| filter.wants(&one.number, one.country.as_deref(), one.kind));
        let items = wanted.map(|one| {
            let shown = json!({
                "PhoneNumber": one.number,
                "PhoneNumberCountryCode": one.country,
                "PhoneNumberType": one.kind,
            });
            (u128::from(one.position()), shown)
        });
        let listing = page_after(context, "SearchAvailablePhoneNumbers", &page, items)?;
        Ok(json!({"AvailableNumbersList": listing.items, "NextToken": listing.next}))
    }

    fn code(error: &AppError) -> Code {
        match error {
            // Its model has no code for what is not found.
            AppError::NotFound { .. } => Code::InvalidParameter,
            other => connect_code(other),
        }
    }
}
