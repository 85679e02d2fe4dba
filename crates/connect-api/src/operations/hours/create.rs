//! `CreateHoursOfOperation`.

use app::action::CreateHoursOfOperation;
use app::config::NewResource;
use model::ResourceKind;
use model::hours::HoursOfOperation;

use super::config;
use crate::operations::prelude::*;

impl Operation for CreateHoursOfOperation {
    const ROUTE: Route = Route::put("/hours-of-operations/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "Name",
        "Description",
        "TimeZone",
        "Config",
        "Tags",
    ];
    type Input = NewResource<HoursOfOperation>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        body.refuse(&["ParentHoursOfOperationConfigs"])?;
        let hours = HoursOfOperation {
            description: body.optional_text("Description", 1..=250)?,
            time_zone: body.text("TimeZone", 1..=100)?,
            weekly: config::parse(&body)?,
            overrides: Vec::new(),
        };
        let new = NewResource {
            name: body.text("Name", NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: hours,
            client_token: None,
        };
        Ok((members.in_instance()?, new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let hours = context.app.create(context.call, permit, new).await?;
        let scope = context.scope(hours.instance)?;
        Ok(json!({
            "HoursOfOperationId": hours.id,
            "HoursOfOperationArn": scope.resource_arn(ResourceKind::Hours, hours.id).to_string(),
        }))
    }
}
