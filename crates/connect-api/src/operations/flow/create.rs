//! `CreateContactFlow`.

use app::action::CreateContactFlow;
use app::config::NewResource;
use model::ResourceKind;
use model::resource::{FlowDefinition, FlowState, FlowStatus};

use super::{CONTENT_CHARS, FLOW_DESCRIPTION_CHARS, FLOW_NAME_CHARS};
use crate::operations::prelude::*;

impl Operation for CreateContactFlow {
    const ROUTE: Route = Route::put("/contact-flows/{InstanceId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "Name",
        "Type",
        "Description",
        "Status",
        "Tags",
    ];
    type Input = NewResource<FlowDefinition>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let flow = FlowDefinition {
            kind: body.word("Type")?,
            description: body
                .optional_text("Description", FLOW_DESCRIPTION_CHARS)?
                .and_then(described),
            state: FlowState::Active,
            status: body
                .optional_word("Status")?
                .unwrap_or(FlowStatus::Published),
            content: body.text("Content", CONTENT_CHARS)?,
        };
        let new = NewResource {
            name: body.text("Name", FLOW_NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: flow,
            client_token: None,
        };
        Ok((members.in_instance()?, new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let hash = content_hash(&new.body.content);
        let flow = context.app.create(context.call, permit, new).await?;
        let scope = context.scope(flow.instance)?;
        Ok(json!({
            "ContactFlowId": flow.id,
            "ContactFlowArn": scope.resource_arn(ResourceKind::Flow, flow.id).to_string(),
            "FlowContentSha256": hash,
        }))
    }
}

/// `FlowContentSha256`.
pub(super) fn content_hash(content: &str) -> String {
    use aws_lc_rs::digest;
    hex::encode(digest::digest(&digest::SHA256, content.as_bytes()))
}
