//! `CreateUser`. Without `IdentityInfo`, as the service model has it, the user is known by its user name.

use app::action::CreateUser;
use app::config::NewResource;
use model::resource::User;
use model::{ResourceKind, Secret};

use super::parts;
use crate::operations::prelude::*;

impl Operation for CreateUser {
    const ROUTE: Route = Route::put("/users/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "PhoneConfig.PhoneType",
        "PhoneConfig.AutoAccept",
        "PhoneConfig.AfterContactWorkTimeLimit",
        "SecurityProfileIds",
        "RoutingProfileId",
        "Tags",
    ];
    type Input = (NewResource<User>, Option<Secret<String>>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let (ids, body) = (members.ids()?, members.body());
        body.refuse(&[
            "DirectoryUserId",
            "HierarchyGroupId",
            "AutoAcceptConfigs",
            "AfterContactWorkConfigs",
            "PhoneNumberConfigs",
            "PersistentConnectionConfigs",
            "VoiceEnhancementConfigs",
        ])?;
        let identity = match body.optional_object("IdentityInfo")? {
            Some(_) => parts::parse_identity(&body)?,
            None => parts::unnamed(),
        };
        let user = User {
            first_name: identity.first_name,
            last_name: identity.last_name,
            email: identity.email,
            security_profiles: parts::parse_profiles(&ids, &body)?,
            routing_profile: ids.member(&body, "RoutingProfileId")?,
            phone: match body.optional_object("PhoneConfig")? {
                Some(config) => parts::parse_phone(&config)?,
                None => parts::default_phone(),
            },
        };
        let new = NewResource {
            name: body.text("Username", 1..=100)?,
            tags: body.tags("Tags")?,
            body: user,
            client_token: None,
        };
        let password = body.optional_text("Password", 1..=1024)?.map(Secret::new);
        Ok((Target::Instance(ids.instance), (new, password)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (new, password): Self::Input,
    ) -> Answer {
        let user = context
            .app
            .create_user(context.call, permit, new, password)
            .await?;
        let scope = context.scope(user.instance)?;
        Ok(json!({
            "UserId": user.id,
            "UserArn": scope.resource_arn(ResourceKind::User, user.id).to_string(),
        }))
    }
}
