use std::collections::BTreeMap;

use model::contact::QueueRef;
use model::resource::RoutingProfileQueue;
use model::{Channel, ContactId, QueueId, RoutingProfileId, Timestamp, UserId};
use proptest::prelude::*;

use super::{Availability, ChannelSet, Lane, Matcher, Place, Presence, Waiting};

fn time(s: i64) -> Timestamp {
    Timestamp::from_secs(s)
}

fn contact(n: u128) -> ContactId {
    ContactId::from_u128(n)
}

fn user(n: u128) -> UserId {
    UserId::from_u128(n)
}

fn entry(queue: u128, priority: u8, delay_s: u16) -> RoutingProfileQueue {
    RoutingProfileQueue {
        queue: QueueId::from_u128(queue),
        channel: Channel::Chat,
        priority,
        delay_s,
    }
}

fn waiting(n: u128, queue: u128, priority: u32, since_s: i64) -> Waiting {
    Waiting {
        lane: Lane {
            queue: QueueRef::Standard(QueueId::from_u128(queue)),
            channel: Channel::Chat,
        },
        place: Place {
            priority,
            since: time(since_s),
            contact: contact(n),
        },
        enqueued_at: time(since_s),
    }
}

fn free(profile: u128, idle_since_s: i64) -> Availability {
    let mut open = ChannelSet::default();
    open.insert(Channel::Chat);
    Availability {
        profile: RoutingProfileId::from_u128(profile),
        open,
        idle_since: time(idle_since_s),
        presence: Presence::Idle,
    }
}

fn matcher(profiles: &[(u128, &[RoutingProfileQueue])]) -> Matcher {
    let mut matcher = Matcher::default();
    for (id, queues) in profiles {
        matcher.set_profile(time(0), RoutingProfileId::from_u128(*id), queues);
    }
    matcher
}

#[test]
fn longest_waiting_contact_is_taken_first() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 0)])]);
    matcher.set_agent(user(1), Some(free(1, 0)));
    matcher.enqueue(time(9), waiting(1, 1, 5, 8));
    matcher.enqueue(time(9), waiting(2, 1, 5, 7));
    assert_eq!(matcher.best_contact(user(1)), Some(contact(2)));
    assert_eq!(matcher.position(contact(1)), Some(2));
}

#[test]
fn contact_priority_counts_before_age() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 0)])]);
    matcher.set_agent(user(1), Some(free(1, 0)));
    matcher.enqueue(time(9), waiting(1, 1, 5, 1));
    matcher.enqueue(time(9), waiting(2, 1, 4, 8));
    assert_eq!(matcher.best_contact(user(1)), Some(contact(2)));
}

#[test]
fn priority_of_the_routing_profile_counts_before_the_contacts() {
    let mut matcher = matcher(&[(1, &[entry(1, 2, 0), entry(2, 1, 0)])]);
    matcher.set_agent(user(1), Some(free(1, 0)));
    matcher.enqueue(time(9), waiting(1, 1, 1, 1));
    matcher.enqueue(time(9), waiting(2, 2, 9, 8));
    assert_eq!(matcher.best_contact(user(1)), Some(contact(2)));
}

#[test]
fn queues_of_equal_priority_are_one_line() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 0), entry(2, 1, 0)])]);
    matcher.set_agent(user(1), Some(free(1, 0)));
    matcher.enqueue(time(9), waiting(1, 1, 5, 8));
    matcher.enqueue(time(9), waiting(2, 2, 5, 7));
    assert_eq!(matcher.best_contact(user(1)), Some(contact(2)));
}

#[test]
fn longest_idle_agent_of_all_profiles_takes_the_contact() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 0)]), (2, &[entry(1, 9, 0)])]);
    matcher.set_agent(user(1), Some(free(1, 5)));
    matcher.set_agent(user(2), Some(free(2, 3)));
    matcher.enqueue(time(9), waiting(1, 1, 5, 8));
    assert_eq!(matcher.best_agent(contact(1)), Some(user(2)));
    matcher.set_agent(user(2), Some(free(2, 5)));
    assert_eq!(
        matcher.best_agent(contact(1)),
        Some(user(1)),
        "ties go to the smaller id"
    );
}

#[test]
fn a_delay_hides_contacts_until_it_is_over() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 30)]), (2, &[entry(1, 1, 0)])]);
    matcher.set_agent(user(1), Some(free(1, 0)));
    matcher.enqueue(time(10), waiting(1, 1, 5, 10));
    assert_eq!(matcher.best_agent(contact(1)), None);
    assert_eq!(matcher.best_contact(user(1)), None);
    assert_eq!(matcher.next_ripening(), Some(time(40)));
    assert_eq!(matcher.ripen(time(39)), None);
    assert_eq!(matcher.ripen(time(40)), Some(contact(1)));
    assert_eq!(matcher.best_agent(contact(1)), Some(user(1)));
    assert_eq!(matcher.missed_match(), Some((contact(1), user(1))));
}

#[test]
fn a_contact_that_leaves_takes_its_delays_along() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 30)])]);
    matcher.enqueue(time(10), waiting(1, 1, 5, 10));
    matcher.dequeue(contact(1));
    assert_eq!(matcher.next_ripening(), None);
    assert_eq!(matcher.waiting_count(), 0);
}

#[test]
fn a_contact_that_is_queued_again_has_left_its_former_lane() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 30)]), (2, &[entry(2, 1, 0)])]);
    let (former, new) = (waiting(1, 1, 5, 10), waiting(1, 2, 5, 10));
    matcher.enqueue(time(10), former);
    matcher.enqueue(time(10), new);
    assert_eq!((matcher.size(former.lane), matcher.size(new.lane)), (0, 1));
    assert_eq!(matcher.next_ripening(), None);
    assert_eq!(matcher.waiting(contact(1)), Some(&new));
}

#[test]
fn the_own_queue_comes_before_all_others() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 0)])]);
    matcher.set_agent(user(1), Some(free(1, 0)));
    matcher.enqueue(time(9), waiting(1, 1, 1, 1));
    let mut own = waiting(2, 1, 9, 8);
    own.lane.queue = QueueRef::Agent(user(1));
    matcher.enqueue(time(9), own);
    assert_eq!(matcher.best_contact(user(1)), Some(contact(2)));
    assert_eq!(matcher.best_agent(contact(2)), Some(user(1)));
}

#[test]
fn figures_count_the_agents_who_serve_the_lane() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 0)]), (2, &[entry(2, 1, 0)])]);
    matcher.set_agent(user(1), Some(free(1, 0)));
    let busy = Availability {
        open: ChannelSet::default(),
        presence: Presence::Busy,
        ..free(1, 0)
    };
    matcher.set_agent(user(2), Some(busy));
    matcher.set_agent(user(3), Some(free(2, 0)));
    let counts = matcher.agent_counts(waiting(1, 1, 5, 0).lane);
    assert_eq!(
        (counts.online, counts.available, counts.staffed, counts.busy),
        (2, 1, 2, 1)
    );
}

/// What a matcher does, and how long after the one before.
#[derive(Debug, Clone)]
enum Change {
    Enqueue(u128, u128, u32, u8),
    Dequeue(u128),
    Agent(u128, u128, bool),
    Gone(u128),
    Profile(u128, Vec<(u128, u8, u16)>),
    Pass(u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..20u128, 0..4u128, 1..4u32, 0..90u8)
            .prop_map(|(c, q, p, a)| Change::Enqueue(c, q, p, a)),
        2 => (0..20u128).prop_map(Change::Dequeue),
        4 => (0..6u128, 0..3u128, any::<bool>()).prop_map(|(u, p, open)| Change::Agent(u, p, open)),
        1 => (0..6u128).prop_map(Change::Gone),
        1 => (
            0..3u128,
            prop::collection::vec((0..4u128, 1..3u8, prop::sample::select(vec![0u16, 10, 60])), 0..5)
        )
            .prop_map(|(p, queues)| Change::Profile(p, queues)),
        3 => (0..40u8).prop_map(Change::Pass),
    ]
}

/// The same rules without indexes.
#[derive(Default)]
struct Oracle {
    waiting: BTreeMap<ContactId, Waiting>,
    agents: BTreeMap<UserId, Availability>,
    profiles: BTreeMap<RoutingProfileId, BTreeMap<u128, (u8, u16)>>,
}

impl Oracle {
    /// The priority with which an agent sees a contact, if at all.
    fn sees(&self, now: Timestamp, user: UserId, waiting: &Waiting) -> Option<u8> {
        let agent = self
            .agents
            .get(&user)
            .filter(|agent| !agent.open.is_empty())?;
        let QueueRef::Standard(queue) = waiting.lane.queue else {
            return None;
        };
        let (priority, delay_s) = *self.profiles.get(&agent.profile)?.get(&queue.as_u128())?;
        let waited = now.since(waiting.enqueued_at).as_secs();
        (waited >= u64::from(delay_s)).then_some(priority)
    }

    fn best_agent(&self, now: Timestamp, contact: ContactId) -> Option<UserId> {
        let waiting = self.waiting.get(&contact)?;
        let able = self
            .agents
            .iter()
            .filter(|(user, _)| self.sees(now, **user, waiting).is_some());
        able.map(|(user, agent)| (agent.idle_since, *user))
            .min()
            .map(|(_, user)| user)
    }

    fn best_contact(&self, now: Timestamp, user: UserId) -> Option<ContactId> {
        let seen = self
            .waiting
            .values()
            .filter_map(|waiting| Some((self.sees(now, user, waiting)?, waiting.place)));
        seen.min().map(|(_, place)| place.contact)
    }
}

proptest! {
    #[test]
    fn indexes_answer_as_a_full_search_does(changes in prop::collection::vec(change(), 1..120)) {
        let mut matcher = Matcher::default();
        let mut oracle = Oracle::default();
        let mut now = time(1000);
        for change in changes {
            match change {
                Change::Enqueue(c, q, priority, age_s) => {
                    let mut entry = waiting(c, q, priority, 0);
                    entry.enqueued_at = now.minus(std::time::Duration::from_secs(u64::from(age_s)));
                    entry.place.since = entry.enqueued_at;
                    matcher.enqueue(now, entry);
                    oracle.waiting.insert(contact(c), entry);
                }
                Change::Dequeue(c) => {
                    matcher.dequeue(contact(c));
                    oracle.waiting.remove(&contact(c));
                }
                Change::Agent(u, profile, is_open) => {
                    let mut agent = free(profile, now.as_secs() % 7);
                    if !is_open {
                        agent.open = ChannelSet::default();
                    }
                    matcher.set_agent(user(u), Some(agent));
                    oracle.agents.insert(user(u), agent);
                }
                Change::Gone(u) => {
                    matcher.set_agent(user(u), None);
                    oracle.agents.remove(&user(u));
                }
                Change::Profile(p, queues) => {
                    let entries: Vec<_> = queues.iter().map(|(q, pr, d)| entry(*q, *pr, *d)).collect();
                    let profile = RoutingProfileId::from_u128(p);
                    matcher.set_profile(now, profile, &entries);
                    let mut sorted = queues;
                    sorted.sort_by_key(|(q, priority, delay)| (*priority, *q, *delay));
                    let mut lanes = BTreeMap::new();
                    for (q, priority, delay) in sorted {
                        lanes.entry(q).or_insert((priority, delay));
                    }
                    oracle.profiles.insert(profile, lanes);
                }
                Change::Pass(s) => now = now.plus(std::time::Duration::from_secs(u64::from(s))),
            }
            while matcher.ripen(now).is_some() {}
            for n in 0..20 {
                prop_assert_eq!(matcher.best_agent(contact(n)), oracle.best_agent(now, contact(n)));
            }
            for n in 0..6 {
                prop_assert_eq!(matcher.best_contact(user(n)), oracle.best_contact(now, user(n)));
            }
        }
    }
}

#[test]
fn a_matcher_that_is_emptied_keeps_nothing() {
    let mut matcher = matcher(&[(1, &[entry(1, 1, 30)])]);
    matcher.set_agent(user(1), Some(free(1, 0)));
    matcher.enqueue(time(10), waiting(1, 1, 5, 10));
    matcher.dequeue(contact(1));
    matcher.set_agent(user(1), None);
    matcher.set_profile(time(11), RoutingProfileId::from_u128(1), &[]);
    assert_eq!(matcher, Matcher::default());
}
