//! Choosing a status.

use std::sync::Arc;

use engine::Input;
use model::resource::ResourceBody;
use model::{AgentStatusId, AgentStatusType, InstanceId, UserId};
use serde_json::Value;

use crate::App;
use crate::action::{Access, PutUserStatus, SetOwnStatus};
use crate::contact::rejected;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;

impl App {
    /// Sets the status of the agent that the permit names.
    ///
    /// # Errors
    /// `NotFound` for user or status.
    pub async fn put_user_status(
        &self,
        call: &Arc<Call>,
        permit: Permit<PutUserStatus>,
        status: AgentStatusId,
    ) -> Result<(), AppError> {
        self.set_status(call, *permit.target(), permit.spec().access, status)
            .await
    }

    /// An agent sets its own status.
    ///
    /// # Errors
    /// `NotFound` for the status.
    pub async fn set_own_status(
        &self,
        call: &Arc<Call>,
        permit: Permit<SetOwnStatus>,
        status: AgentStatusId,
    ) -> Result<(), AppError> {
        self.set_status(call, *permit.target(), permit.spec().access, status)
            .await
    }

    /// An agent has left: signed out, or lost the workspace. Without another workspace that is open, the
    /// agent is offline from now on, or once the contacts at hand are completed.
    ///
    /// # Errors
    /// `Unavailable`; the agent is as before.
    pub async fn agent_left(&self, instance: InstanceId, agent: UserId) -> Result<(), AppError> {
        let center = self.center(instance)?;
        if center.bus.has_workspace(agent) {
            return Ok(());
        }
        center
            .turn(move |turn| {
                let offline = turn
                    .resources()
                    .all()
                    .find_map(|resource| match &resource.body {
                        ResourceBody::AgentStatus(status)
                            if status.kind == AgentStatusType::Offline =>
                        {
                            Some(AgentStatusId::from(resource.id))
                        }
                        _ => None,
                    });
                if let Some(status) = offline
                    && turn.engine().agent(agent).is_some_and(|known| {
                        known.status.is_some_and(|chosen| chosen != status)
                            || known.next_status.is_some()
                    })
                {
                    turn.handle(Input::SetAgentStatus { agent, status })
                        .map_err(rejected)?;
                }
                Ok(())
            })
            .await
    }

    async fn set_status(
        &self,
        call: &Arc<Call>,
        target: Target,
        access: Access,
        status: AgentStatusId,
    ) -> Result<(), AppError> {
        let (instance, agent) = agent_of(target)?;
        let call = Arc::clone(call);
        self.center(instance)?
            .turn(move |turn| {
                turn.handle(Input::SetAgentStatus { agent, status })
                    .map_err(rejected)?;
                turn.audit(&call, access, Value::Null);
                Ok(())
            })
            .await
    }
}

/// The agent that a target names.
pub(super) const fn agent_of(target: Target) -> Result<(InstanceId, UserId), AppError> {
    match target {
        Target::Agent(instance, agent) => Ok((instance, agent)),
        _ => Err(AppError::NotFound { what: "user" }),
    }
}
