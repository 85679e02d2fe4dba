//! `DisassociateQueueQuickConnects`: what is not associated is fine.

use app::action::DisassociateQueueQuickConnects;
use app::config::Draft;
use model::resource::Queue;
use model::{QueueId, QuickConnectId};

use super::QUICK_CONNECTS;
use crate::operations::prelude::*;

impl Operation for DisassociateQueueQuickConnects {
    const ROUTE: Route = Route::post("/queues/{InstanceId}/{QueueId}/disassociate-quick-connects");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId", "QuickConnectIds"];
    type Input = Vec<QuickConnectId>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let removed = members
            .ids()?
            .list(&members.body(), "QuickConnectIds", QUICK_CONNECTS)?;
        Ok((members.resource::<QueueId>("QueueId")?, removed))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, removed: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<Queue>| {
            draft.body.quick_connects.retain(|id| !removed.contains(id));
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
