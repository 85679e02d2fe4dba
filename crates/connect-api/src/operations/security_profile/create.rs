//! `CreateSecurityProfile`. Restrictions that are not supported are refused: to ignore one would be to
//! grant more than was asked for.

use std::collections::BTreeSet;

use app::action::CreateSecurityProfile;
use app::config::NewResource;
use model::ResourceKind;
use model::permission::Permission;
use model::resource::SecurityProfile;

use crate::operations::prelude::*;

impl Operation for CreateSecurityProfile {
    const ROUTE: Route = Route::put("/security-profiles/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "SecurityProfileName",
        "Description",
        "Permissions",
        "Tags",
    ];
    type Input = NewResource<SecurityProfile>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        body.refuse(&[
            "AllowedAccessControlTags",
            "TagRestrictedResources",
            "Applications",
            "HierarchyRestrictedResources",
            "AllowedAccessControlHierarchyGroupId",
            "AllowedFlowModules",
            "AllowedAIAgents",
            "GranularAccessControlConfiguration",
        ])?;
        let permissions = body
            .texts("Permissions", 0..=500, 1..=128)?
            .iter()
            .map(|name| {
                name.parse::<Permission>()
                    .map_err(|unknown| Refusal::invalid(unknown.to_string()))
            })
            .collect::<Result<BTreeSet<_>, _>>()?;
        let new = NewResource {
            name: body.text("SecurityProfileName", NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: SecurityProfile {
                description: body.optional_text("Description", DESCRIPTION_CHARS)?,
                permissions,
            },
            client_token: None,
        };
        Ok((members.in_instance()?, new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let profile = context.app.create(context.call, permit, new).await?;
        let scope = context.scope(profile.instance)?;
        let arn = scope.resource_arn(ResourceKind::SecurityProfile, profile.id);
        Ok(json!({"SecurityProfileId": profile.id, "SecurityProfileArn": arn.to_string()}))
    }
}
