//! An agent: the chosen status, and a slot for each contact at hand.

use std::collections::BTreeMap;

use model::resource::{AvailabilityTimer, CrossChannel, RoutingProfile, User};
use model::{AgentContactState, AgentStatusId, AgentStatusType, Channel, ContactId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::matching::{Availability, ChannelSet, Presence};

/// A user's presence in routing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Agent {
    /// The status in force; none: never signed in, which counts as offline.
    pub(crate) status: Option<AgentStatusId>,
    pub(crate) status_since: Timestamp,
    /// The status that comes into force when the last contact is cleared; routing obeys it at once.
    pub(crate) next_status: Option<AgentStatusId>,
    pub(crate) slots: BTreeMap<ContactId, Slot>,
    /// Last time the agent became available, was offered a contact, or cleared one.
    pub(crate) last_activity_at: Timestamp,
    /// The same for contacts that came in.
    pub(crate) last_inbound_at: Timestamp,
}

/// A slot taken by one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slot {
    pub(crate) channel: Channel,
    pub(crate) state: AgentContactState,
    pub(crate) since: Timestamp,
    /// For a missed offer: when it is cleared by itself.
    pub(crate) clear_at: Option<Timestamp>,
}

impl Agent {
    /// The status that routing obeys.
    pub(crate) fn effective_status(&self) -> Option<AgentStatusId> {
        self.next_status.or(self.status)
    }

    pub(crate) fn effective_kind(&self, config: &Config) -> AgentStatusType {
        self.effective_status()
            .map_or(AgentStatusType::Offline, |status| {
                config.status_kind(status)
            })
    }

    /// The agent as the matcher sees it.
    pub(crate) fn availability(&self, user: &User, config: &Config) -> Availability {
        let profile = config
            .get::<RoutingProfile>(user.routing_profile)
            .map(|(_, body)| body);
        let idle_since = match profile.map(|profile| profile.availability_timer) {
            Some(AvailabilityTimer::TimeSinceLastInbound) => self.last_inbound_at,
            Some(AvailabilityTimer::TimeSinceLastActivity) | None => self.last_activity_at,
        };
        Availability {
            profile: user.routing_profile,
            open: profile.map_or(ChannelSet::default(), |profile| {
                self.open_channels(profile, config)
            }),
            idle_since,
            presence: self.presence(config),
        }
    }

    fn open_channels(&self, profile: &RoutingProfile, config: &Config) -> ChannelSet {
        let mut open = ChannelSet::default();
        // INVARIANT: who let an offer pass is offered nothing until it is cleared. So a contact that was
        // not taken reaches another agent before it can reach the same one again.
        if self.effective_kind(config) != AgentStatusType::Routable || self.has_missed() {
            return open;
        }
        let used = |channel| {
            self.slots
                .values()
                .filter(|slot| slot.channel == channel)
                .count()
        };
        for (&channel, concurrency) in &profile.concurrency {
            let blocked_by_other = Channel::ALL.into_iter().any(|other| {
                let exclusive = profile
                    .concurrency
                    .get(&other)
                    .is_none_or(|c| c.cross_channel == CrossChannel::RouteCurrentChannelOnly);
                other != channel && exclusive && used(other) > 0
            });
            if used(channel) < usize::from(concurrency.slots) && !blocked_by_other {
                open.insert(channel);
            }
        }
        open
    }

    fn has_missed(&self) -> bool {
        self.has(AgentContactState::Missed)
    }

    fn has(&self, state: AgentContactState) -> bool {
        self.slots.values().any(|slot| slot.state == state)
    }

    /// What the agent is busy with. Contacts count before the status.
    pub(crate) fn presence(&self, config: &Config) -> Presence {
        if self.has_missed() {
            return Presence::Missed;
        }
        if self
            .slots
            .values()
            .any(|slot| slot.state != AgentContactState::Ended)
        {
            return Presence::Busy;
        }
        if self.has(AgentContactState::Ended) {
            return Presence::AfterContactWork;
        }
        match self.effective_kind(config) {
            AgentStatusType::Routable => Presence::Idle,
            AgentStatusType::Custom => Presence::NonProductive,
            AgentStatusType::Offline => Presence::Offline,
        }
    }

    /// The missed offer that is cleared next, and when.
    pub(crate) fn next_clear(&self) -> Option<(Timestamp, ContactId)> {
        self.slots
            .iter()
            .filter_map(|(contact, slot)| Some((slot.clear_at?, *contact)))
            .min()
    }
}
