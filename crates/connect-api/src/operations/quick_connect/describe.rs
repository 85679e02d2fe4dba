//! `DescribeQuickConnect`.

use app::action::DescribeQuickConnect;
use model::resource::QuickConnect;
use model::{QuickConnectId, ResourceKind};

use super::destination;
use crate::operations::prelude::*;

impl Operation for DescribeQuickConnect {
    const ROUTE: Route = Route::get("/quick-connects/{InstanceId}/{QuickConnectId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QuickConnectId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<QuickConnectId>("QuickConnectId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context.app.describe::<Self, QuickConnect>(&permit)?;
        let quick_connect: &QuickConnect = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        Ok(json!({"QuickConnect": {
            "QuickConnectARN": scope.resource_arn(ResourceKind::QuickConnect, resource.id).to_string(),
            "QuickConnectId": resource.id,
            "Name": resource.name,
            "Description": quick_connect.description,
            "QuickConnectConfig": destination::write(&quick_connect.destination),
            "Tags": resource.tags,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }}))
    }
}
