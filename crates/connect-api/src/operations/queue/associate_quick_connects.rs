//! `AssociateQueueQuickConnects`.

use app::action::AssociateQueueQuickConnects;
use app::config::Draft;
use model::resource::Queue;
use model::{QueueId, QuickConnectId};

use super::QUICK_CONNECTS;
use crate::operations::prelude::*;

impl Operation for AssociateQueueQuickConnects {
    const ROUTE: Route = Route::post("/queues/{InstanceId}/{QueueId}/associate-quick-connects");
    const CLEAR: &'static [&'static str] = &["InstanceId", "QueueId", "QuickConnectIds"];
    type Input = Vec<QuickConnectId>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let added = members
            .ids()?
            .list(&members.body(), "QuickConnectIds", QUICK_CONNECTS)?;
        Ok((members.resource::<QueueId>("QueueId")?, added))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, added: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<Queue>| {
            draft.body.quick_connects.extend(added);
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
