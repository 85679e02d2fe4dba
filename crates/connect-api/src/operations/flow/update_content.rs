//! `UpdateContactFlowContent`: publishes new content; `ID:$SAVED` changes a flow that is saved only.

use app::action::UpdateContactFlowContent;
use app::config::Draft;
use model::resource::{FlowDefinition, FlowStatus};

use super::CONTENT_CHARS;
use super::revision::{self, Revision};
use crate::operations::prelude::*;

impl Operation for UpdateContactFlowContent {
    const ROUTE: Route = Route::post("/contact-flows/{InstanceId}/{ContactFlowId}/content");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactFlowId"];
    type Input = (Revision, String);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let (target, revision) = revision::target(members)?;
        let content = members.body().text("Content", CONTENT_CHARS)?;
        Ok((target, (revision, content)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (revision, content): Self::Input,
    ) -> Answer {
        let change = move |draft: &mut Draft<FlowDefinition>| {
            match (revision, draft.body.status) {
                (Revision::Published, _) => draft.body.status = FlowStatus::Published,
                (Revision::Saved, FlowStatus::Saved) => {}
                (Revision::Saved, FlowStatus::Published) => {
                    let text =
                        "a published flow keeps no saved content beside it: leave `:$SAVED` out";
                    return Err(AppError::Invalid(text.to_owned()));
                }
            }
            draft.body.content = content;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
