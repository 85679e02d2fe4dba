//! Which waiting contact goes to which free agent: indexes that every change keeps current.
//!
//! A *lane* is a queue on one channel. A lane orders its waiting contacts; a routing profile orders its
//! free agents by channel. Both questions, "who takes this contact" and "what does this agent take", look
//! at heads of ordered sets only, so their cost depends on how many profiles serve a lane and how many
//! lanes a profile serves, never on how many contacts wait or how many agents work.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::contact::QueueRef;
use model::resource::RoutingProfileQueue;
use model::{Channel, ContactId, RoutingProfileId, Timestamp, UserId};

/// A queue on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    /// The queue.
    pub queue: QueueRef,
    /// The channel.
    pub channel: Channel,
}

/// A contact's place in its lane; the smallest is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Priority, 1 first.
    pub priority: u32,
    /// Waiting since; an age adjustment moves it.
    pub since: Timestamp,
    /// Breaks ties.
    pub contact: ContactId,
}

/// A contact that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// In which lane.
    pub lane: Lane,
    /// At which place.
    pub place: Place,
    /// When it entered the queue; delays of routing profiles count from here.
    pub enqueued_at: Timestamp,
}

/// Channels, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelSet(u8);

impl ChannelSet {
    /// Adds a channel.
    pub fn insert(&mut self, channel: Channel) {
        self.0 |= 1 << slot(channel);
    }

    /// Whether the channel is in the set.
    pub const fn contains(self, channel: Channel) -> bool {
        self.0 & (1 << slot(channel)) != 0
    }

    /// Whether no channel is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn iter(self) -> impl Iterator<Item = Channel> {
        Channel::ALL.into_iter().filter(move |c| self.contains(*c))
    }
}

/// What an agent is busy with, for figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Not there.
    Offline,
    /// Signed in, in a status that takes no contacts.
    NonProductive,
    /// Ready and without a contact.
    Idle,
    /// With a contact that is offered or connected.
    Busy,
    /// In wrap-up.
    AfterContactWork,
    /// Let an offer pass and has not come back.
    Missed,
}

/// How many kinds of [`Presence`] there are.
const PRESENCES: usize = 6;

/// An agent as the matcher sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// The agent's routing profile.
    pub profile: RoutingProfileId,
    /// Channels on which a contact may be offered now.
    pub open: ChannelSet,
    /// Idle since; the smallest is served first.
    pub idle_since: Timestamp,
    /// What the agent is busy with.
    pub presence: Presence,
}

/// The indexes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Matcher {
    lanes: BTreeMap<Lane, LaneIndex>,
    profiles: BTreeMap<RoutingProfileId, ProfileIndex>,
    agents: BTreeMap<UserId, Availability>,
    waiting: BTreeMap<ContactId, Waiting>,
    /// When contacts become visible to profiles that serve their lane with a delay.
    ripening: BTreeSet<(Timestamp, ContactId, u16)>,
}

#[derive(Debug, PartialEq, Eq)]
struct LaneIndex {
    /// Profiles that serve this lane, with their delay in seconds.
    servers: BTreeMap<RoutingProfileId, u16>,
    /// Waiting contacts by the delay that they have waited out. The class of delay 0 has them all.
    // INVARIANT: the keys are 0 and the distinct delays of `servers`.
    visible: BTreeMap<u16, BTreeSet<Place>>,
    /// All waiting contacts, longest waiting first whatever their priority.
    by_age: BTreeSet<(Timestamp, ContactId)>,
}

impl Default for LaneIndex {
    fn default() -> Self {
        Self {
            servers: BTreeMap::new(),
            visible: BTreeMap::from([(0, BTreeSet::new())]),
            by_age: BTreeSet::new(),
        }
    }
}

impl LaneIndex {
    fn head(&self, delay_s: u16) -> Option<Place> {
        self.visible.get(&delay_s)?.first().copied()
    }

    /// Whether a contact that waits here has waited out this delay.
    fn shows(&self, place: Place, delay_s: u16) -> bool {
        let visible = self.visible.get(&delay_s);
        delay_s == 0 || visible.is_some_and(|places| places.contains(&place))
    }

    fn is_unused(&self) -> bool {
        self.servers.is_empty() && self.by_age.is_empty()
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct ProfileIndex {
    /// Lanes served, most urgent first.
    lanes: Vec<ServedLane>,
    /// Free agents by channel, longest idle first.
    free: [BTreeSet<(Timestamp, UserId)>; Channel::ALL.len()],
    /// All agents of the profile.
    members: BTreeSet<UserId>,
    /// How many of them are how busy.
    presence: [usize; PRESENCES],
}

impl ProfileIndex {
    fn is_unused(&self) -> bool {
        self.lanes.is_empty() && self.members.is_empty()
    }

    fn free(&self, channel: Channel) -> Option<&BTreeSet<(Timestamp, UserId)>> {
        self.free.get(slot(channel))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ServedLane {
    priority: u8,
    lane: Lane,
    delay_s: u16,
}

/// Figures of the agents who serve a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AgentCounts {
    /// Signed in.
    pub online: usize,
    /// Free for a contact of this queue and channel.
    pub available: usize,
    /// In a productive status: ready, with a contact, or in wrap-up.
    pub staffed: usize,
    /// In wrap-up.
    pub after_contact_work: usize,
    /// With a contact.
    pub busy: usize,
    /// Let an offer pass.
    pub missed: usize,
    /// In a status that takes no contacts.
    pub non_productive: usize,
}

/// The answers.
impl Matcher {
    /// The agent who takes this waiting contact: the longest idle of those who serve its lane, have a free
    /// slot for its channel, and whose delay it has waited out.
    pub fn best_agent(&self, contact: ContactId) -> Option<UserId> {
        let waiting = self.waiting.get(&contact)?;
        let channel = waiting.lane.channel;
        if let QueueRef::Agent(user) = waiting.lane.queue {
            let agent = self.agents.get(&user)?;
            return agent.open.contains(channel).then_some(user);
        }
        let lane = self.lanes.get(&waiting.lane)?;
        lane.servers
            .iter()
            .filter(|(_, delay)| lane.shows(waiting.place, **delay))
            .filter_map(|(profile, _)| self.profiles.get(profile)?.free(channel)?.first())
            .min()
            .map(|(_, user)| *user)
    }

    /// The contact that this agent takes next: of the agent's own queue first, then of the most urgent
    /// lane of the routing profile; among lanes of equal priority, the contact at the smallest place.
    pub fn best_contact(&self, user: UserId) -> Option<ContactId> {
        let agent = self.agents.get(&user)?;
        if agent.open.is_empty() {
            return None;
        }
        let own = agent.open.iter().filter_map(|channel| {
            let queue = QueueRef::Agent(user);
            self.lanes.get(&Lane { queue, channel })?.head(0)
        });
        if let Some(place) = own.min() {
            return Some(place.contact);
        }
        let mut best: Option<(u8, Place)> = None;
        for served in &self.profiles.get(&agent.profile)?.lanes {
            if best.is_some_and(|(priority, _)| priority < served.priority) {
                break;
            }
            if !agent.open.contains(served.lane.channel) {
                continue;
            }
            let head = self
                .lanes
                .get(&served.lane)
                .and_then(|lane| lane.head(served.delay_s));
            if let Some(head) = head
                && best.is_none_or(|(_, place)| head < place)
            {
                best = Some((served.priority, head));
            }
        }
        best.map(|(_, place)| place.contact)
    }

    /// Where a contact waits.
    pub fn waiting(&self, contact: ContactId) -> Option<&Waiting> {
        self.waiting.get(&contact)
    }

    /// How many contacts wait in all.
    pub fn waiting_count(&self) -> usize {
        self.waiting.len()
    }

    /// How many wait before this contact in its lane, plus one. Costs as much as that number.
    pub fn position(&self, contact: ContactId) -> Option<usize> {
        let waiting = self.waiting.get(&contact)?;
        let places = self.lanes.get(&waiting.lane)?.visible.get(&0)?;
        Some(places.range(..waiting.place).count() + 1)
    }

    /// How many contacts wait in this lane.
    pub fn size(&self, lane: Lane) -> usize {
        self.lanes.get(&lane).map_or(0, |lane| lane.by_age.len())
    }

    /// When the contact that waits longest in this lane entered the queue.
    pub fn oldest(&self, lane: Lane) -> Option<Timestamp> {
        let (at, _) = self.lanes.get(&lane)?.by_age.first()?;
        Some(*at)
    }

    /// The agents of a routing profile.
    pub fn members(&self, profile: RoutingProfileId) -> impl Iterator<Item = UserId> {
        self.profiles
            .get(&profile)
            .into_iter()
            .flat_map(|index| index.members.iter().copied())
    }

    /// Figures of the agents who serve this lane.
    pub fn agent_counts(&self, lane: Lane) -> AgentCounts {
        let mut counts = AgentCounts::default();
        if let QueueRef::Agent(user) = lane.queue {
            if let Some(agent) = self.agents.get(&user) {
                counts.add(agent.presence, 1);
                counts.available = usize::from(agent.open.contains(lane.channel));
            }
            return counts;
        }
        let servers = self
            .lanes
            .get(&lane)
            .into_iter()
            .flat_map(|index| index.servers.keys());
        for profile in servers.filter_map(|id| self.profiles.get(id)) {
            counts.available += profile.free(lane.channel).map_or(0, BTreeSet::len);
            for presence in Presence::ALL {
                counts.add(
                    presence,
                    profile
                        .presence
                        .get(presence as usize)
                        .copied()
                        .unwrap_or(0),
                );
            }
        }
        counts
    }

    /// When the next contact becomes visible to a profile that serves its lane with a delay.
    pub fn next_ripening(&self) -> Option<Timestamp> {
        self.ripening.first().map(|(at, ..)| *at)
    }

    /// A waiting contact and an agent who could take it now: there must be none after each input.
    pub fn missed_match(&self) -> Option<(ContactId, UserId)> {
        self.lanes.iter().find_map(|(lane, index)| {
            if let QueueRef::Agent(user) = lane.queue {
                let agent = self.agents.get(&user)?;
                let head = index.head(0)?;
                return agent
                    .open
                    .contains(lane.channel)
                    .then_some((head.contact, user));
            }
            index.servers.iter().find_map(|(profile, delay)| {
                let head = index.head(*delay)?;
                let (_, user) = self.profiles.get(profile)?.free(lane.channel)?.first()?;
                Some((head.contact, *user))
            })
        })
    }
}

/// The changes.
impl Matcher {
    /// A contact begins to wait.
    pub fn enqueue(&mut self, now: Timestamp, waiting: Waiting) {
        let contact = waiting.place.contact;
        if let Some(former) = self.waiting.insert(contact, waiting) {
            self.leave_lane(&former);
        }
        let lane = self.lanes.entry(waiting.lane).or_default();
        for (delay, places) in &mut lane.visible {
            let ripe_at = ripe_at(waiting.enqueued_at, *delay);
            if *delay == 0 || ripe_at <= now {
                places.insert(waiting.place);
            } else {
                self.ripening.insert((ripe_at, contact, *delay));
            }
        }
        lane.by_age.insert((waiting.enqueued_at, contact));
    }

    /// A contact no longer waits.
    pub fn dequeue(&mut self, contact: ContactId) {
        if let Some(waiting) = self.waiting.remove(&contact) {
            self.leave_lane(&waiting);
        }
    }

    fn leave_lane(&mut self, waiting: &Waiting) {
        let contact = waiting.place.contact;
        let Some(lane) = self.lanes.get_mut(&waiting.lane) else {
            return;
        };
        for (delay, places) in &mut lane.visible {
            if !places.remove(&waiting.place) {
                self.ripening
                    .remove(&(ripe_at(waiting.enqueued_at, *delay), contact, *delay));
            }
        }
        lane.by_age.remove(&(waiting.enqueued_at, contact));
        if lane.is_unused() {
            self.lanes.remove(&waiting.lane);
        }
    }

    /// Makes contacts visible whose delays are over, and names one of them; `None` when all are done.
    pub fn ripen(&mut self, now: Timestamp) -> Option<ContactId> {
        let (at, contact, delay) = *self.ripening.first()?;
        if at > now {
            return None;
        }
        self.ripening.pop_first();
        let waiting = self.waiting.get(&contact)?;
        let places = self.lanes.get_mut(&waiting.lane)?.visible.get_mut(&delay)?;
        places.insert(waiting.place);
        Some(contact)
    }

    /// An agent changed; `None`: is gone.
    pub fn set_agent(&mut self, user: UserId, availability: Option<Availability>) {
        if self.agents.get(&user) == availability.as_ref() {
            return;
        }
        if let Some(old) = self.agents.remove(&user)
            && let Some(profile) = self.profiles.get_mut(&old.profile)
        {
            for channel in old.open.iter() {
                if let Some(free) = profile.free.get_mut(slot(channel)) {
                    free.remove(&(old.idle_since, user));
                }
            }
            profile.members.remove(&user);
            if let Some(count) = profile.presence.get_mut(old.presence as usize) {
                *count = count.saturating_sub(1);
            }
            if profile.is_unused() {
                self.profiles.remove(&old.profile);
            }
        }
        let Some(new) = availability else {
            return;
        };
        let profile = self.profiles.entry(new.profile).or_default();
        for channel in new.open.iter() {
            if let Some(free) = profile.free.get_mut(slot(channel)) {
                free.insert((new.idle_since, user));
            }
        }
        profile.members.insert(user);
        if let Some(count) = profile.presence.get_mut(new.presence as usize) {
            *count += 1;
        }
        self.agents.insert(user, new);
    }

    /// The queues of a routing profile changed; none: it is gone. Where a queue stands twice for a
    /// channel, its most urgent entry counts.
    pub fn set_profile(
        &mut self,
        now: Timestamp,
        profile: RoutingProfileId,
        queues: &[RoutingProfileQueue],
    ) {
        let mut lanes: Vec<ServedLane> = queues.iter().map(ServedLane::of).collect();
        lanes.sort_unstable();
        let mut seen = BTreeSet::new();
        lanes.retain(|served| seen.insert(served.lane));

        let index = self.profiles.entry(profile).or_default();
        let old = std::mem::replace(&mut index.lanes, lanes.clone());
        if index.is_unused() {
            self.profiles.remove(&profile);
        }
        for served in &old {
            if let Some(lane) = self.lanes.get_mut(&served.lane) {
                lane.servers.remove(&profile);
            }
        }
        for served in &lanes {
            let lane = self.lanes.entry(served.lane).or_default();
            lane.servers.insert(profile, served.delay_s);
        }
        for served in old.iter().chain(&lanes) {
            self.reclass(now, served.lane);
        }
    }

    /// Brings the delay classes of a lane in line with the profiles that serve it.
    fn reclass(&mut self, now: Timestamp, key: Lane) {
        let Some(lane) = self.lanes.get_mut(&key) else {
            return;
        };
        let wanted: BTreeSet<u16> = lane.servers.values().copied().chain([0]).collect();
        let stale: Vec<u16> = lane
            .visible
            .keys()
            .copied()
            .filter(|delay| !wanted.contains(delay))
            .collect();
        for delay in stale {
            lane.visible.remove(&delay);
            for (at, contact) in &lane.by_age {
                self.ripening
                    .remove(&(ripe_at(*at, delay), *contact, delay));
            }
        }
        for delay in wanted {
            if lane.visible.contains_key(&delay) {
                continue;
            }
            let mut places = BTreeSet::new();
            for (at, contact) in &lane.by_age {
                let ripe_at = ripe_at(*at, delay);
                if ripe_at > now {
                    self.ripening.insert((ripe_at, *contact, delay));
                } else if let Some(waiting) = self.waiting.get(contact) {
                    places.insert(waiting.place);
                }
            }
            lane.visible.insert(delay, places);
        }
        if lane.is_unused() {
            self.lanes.remove(&key);
        }
    }
}

impl ServedLane {
    fn of(entry: &RoutingProfileQueue) -> Self {
        Self {
            priority: entry.priority,
            lane: Lane {
                queue: QueueRef::Standard(entry.queue),
                channel: entry.channel,
            },
            delay_s: entry.delay_s,
        }
    }
}

impl Presence {
    const ALL: [Self; PRESENCES] = [
        Self::Offline,
        Self::NonProductive,
        Self::Idle,
        Self::Busy,
        Self::AfterContactWork,
        Self::Missed,
    ];
}

impl AgentCounts {
    fn add(&mut self, presence: Presence, count: usize) {
        match presence {
            Presence::Offline => return,
            Presence::NonProductive => self.non_productive += count,
            Presence::Idle => self.staffed += count,
            Presence::Busy => {
                self.staffed += count;
                self.busy += count;
            }
            Presence::AfterContactWork => {
                self.staffed += count;
                self.after_contact_work += count;
            }
            Presence::Missed => self.missed += count,
        }
        self.online += count;
    }
}

const fn slot(channel: Channel) -> usize {
    channel as usize
}

fn ripe_at(enqueued_at: Timestamp, delay_s: u16) -> Timestamp {
    enqueued_at.plus(Duration::from_secs(u64::from(delay_s)))
}

#[cfg(test)]
mod tests;
