//! `CreateQuickConnect`.

use app::action::CreateQuickConnect;
use app::config::NewResource;
use model::ResourceKind;
use model::resource::QuickConnect;

use super::destination;
use crate::operations::prelude::*;

impl Operation for CreateQuickConnect {
    const ROUTE: Route = Route::put("/quick-connects/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "Name",
        "Description",
        "QuickConnectConfig.QuickConnectType",
        "QuickConnectConfig.UserConfig",
        "QuickConnectConfig.QueueConfig",
        "Tags",
    ];
    type Input = NewResource<QuickConnect>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let (ids, body) = (members.ids()?, members.body());
        let quick_connect = QuickConnect {
            description: body.optional_text("Description", 1..=250)?,
            destination: destination::parse(&ids, &body.object("QuickConnectConfig")?)?,
        };
        let new = NewResource {
            name: body.text("Name", NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: quick_connect,
            client_token: None,
        };
        Ok((Target::Instance(ids.instance), new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let created = context.app.create(context.call, permit, new).await?;
        let scope = context.scope(created.instance)?;
        Ok(json!({
            "QuickConnectARN": scope.resource_arn(ResourceKind::QuickConnect, created.id).to_string(),
            "QuickConnectId": created.id,
        }))
    }
}
