//! Takes changes of the configuration in.
//!
//! What is in use is never lost. A queue that is gone goes on serving who waits in it, as long as a
//! routing profile names it. Agents whose routing profile is gone are offered nothing until they have
//! another. Runs keep the version of the flow that they began with. For users see
//! [`Engine::remove_agent_user`].

use model::resource::RoutingProfile;
use model::{ResourceId, ResourceKind, RoutingProfileId, UserId};

use crate::config::ConfigChange;
use crate::engine::Engine;

impl Engine {
    pub(crate) fn reconfigure(&mut self, change: ConfigChange) {
        let (kind, id) = match change {
            ConfigChange::Put(resource, flow) => {
                let key = (resource.body.kind(), resource.id);
                self.config.put(resource, flow);
                key
            }
            ConfigChange::Remove(kind, id) => {
                self.config.remove(kind, id);
                (kind, id)
            }
        };
        self.apply(kind, id);
    }

    /// Brings agents and indexes in line with a resource that came, changed or went.
    fn apply(&mut self, kind: ResourceKind, id: ResourceId) {
        match kind {
            ResourceKind::User => {
                let user = UserId::from(id);
                if self.config.resources.contains_key(&(kind, id)) {
                    self.put_agent(user);
                } else {
                    self.remove_agent_user(user);
                }
            }
            ResourceKind::RoutingProfile => self.apply_profile(id.into()),
            ResourceKind::AgentStatus => self.apply_status(id),
            ResourceKind::Queue
            | ResourceKind::Hours
            | ResourceKind::SecurityProfile
            | ResourceKind::Flow
            | ResourceKind::FlowModule
            | ResourceKind::QuickConnect
            | ResourceKind::PhoneNumber
            | ResourceKind::Prompt
            | ResourceKind::InstanceSettings => {}
        }
    }

    fn apply_profile(&mut self, id: RoutingProfileId) {
        let queues = self
            .config
            .get::<RoutingProfile>(id)
            .map(|(_, profile)| profile.queues.clone())
            .unwrap_or_default();
        self.matcher.set_profile(self.now, id, &queues);
        let members: Vec<UserId> = self.matcher.members(id).collect();
        for user in members {
            self.index_agent(user);
        }
    }

    /// A status that changed its meaning changes it for all who have chosen it.
    fn apply_status(&mut self, id: ResourceId) {
        let chosen: Vec<UserId> = self
            .agents
            .iter()
            .filter(|(_, agent)| agent.effective_status() == Some(id.into()))
            .map(|(user, _)| *user)
            .collect();
        for user in chosen {
            self.touch_agent(user);
        }
    }
}
