//! `DescribeInstance`.

use app::InstanceSummary;
use app::action::DescribeInstance;

use crate::operations::prelude::*;

impl Operation for DescribeInstance {
    const ROUTE: Route = Route::get("/instance/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.in_instance()?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let instance = context.app.instance(&permit)?;
        let mut shown = instance_json(context, &instance);
        if let (Some(members), false) = (shown.as_object_mut(), instance.tags.is_empty()) {
            members.insert("Tags".to_owned(), json!(instance.tags));
        }
        Ok(json!({"Instance": shown}))
    }

    fn code(error: &AppError) -> Code {
        invalid_request(error)
    }
}

/// `Instance` and `InstanceSummary` alike.
pub(super) fn instance_json(context: &Context<'_>, instance: &InstanceSummary) -> Value {
    json!({
        "Id": instance.scope.instance,
        "Arn": instance.scope.arn().to_string(),
        "IdentityManagementType": "CONNECT_MANAGED",
        "InstanceAlias": instance.alias,
        "CreatedTime": instance.created_at.as_secs_f64(),
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": false,
        "OutboundCallsEnabled": false,
        "InstanceAccessUrl": format!("https://{}", context.settings.public_authority),
    })
}
