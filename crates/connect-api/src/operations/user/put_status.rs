//! `PutUserStatus`: changes an agent's status, as the agent itself could.

use app::action::PutUserStatus;
use model::{AgentStatusId, UserId};

use crate::operations::prelude::*;

impl Operation for PutUserStatus {
    const ROUTE: Route = Route::put("/users/{InstanceId}/{UserId}/status");
    const CLEAR: &'static [&'static str] = &["InstanceId", "UserId", "AgentStatusId"];
    type Input = AgentStatusId;

    fn parse(members: &Members<'_>) -> Parsed<AgentStatusId> {
        let ids = members.ids()?;
        let agent: UserId = ids.parse(members.label("UserId")?)?;
        let status = ids.member(&members.body(), "AgentStatusId")?;
        Ok((Target::Agent(ids.instance, agent), status))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, status: AgentStatusId) -> Answer {
        context
            .app
            .put_user_status(context.call, permit, status)
            .await?;
        Ok(Value::Null)
    }
}
