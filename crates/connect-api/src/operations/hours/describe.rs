//! `DescribeHoursOfOperation`.

use app::action::DescribeHoursOfOperation;
use model::hours::HoursOfOperation;
use model::{HoursId, ResourceKind};

use super::config;
use crate::operations::prelude::*;

impl Operation for DescribeHoursOfOperation {
    const ROUTE: Route = Route::get("/hours-of-operations/{InstanceId}/{HoursOfOperationId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "HoursOfOperationId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<HoursId>("HoursOfOperationId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context.app.describe::<Self, HoursOfOperation>(&permit)?;
        let hours: &HoursOfOperation = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        Ok(json!({"HoursOfOperation": {
            "HoursOfOperationId": resource.id,
            "HoursOfOperationArn": scope.resource_arn(ResourceKind::Hours, resource.id).to_string(),
            "Name": resource.name,
            "Description": hours.description,
            "TimeZone": hours.time_zone,
            "Config": config::write(&hours.weekly),
            "Tags": resource.tags,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }}))
    }
}
