//! Figures of queues, for flows and for those who watch.

use std::collections::BTreeMap;

use flow::command::Metric;
use model::contact::QueueRef;
use model::{Channel, ContactId, ResourceKind, Timestamp};

use crate::contact::Contact;
use crate::engine::Engine;
use crate::facts::agent_queue_arn;
use crate::matching::{AgentCounts, Lane};

/// Figures of a queue on one channel, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueMetrics {
    /// Contacts that wait.
    pub size: usize,
    /// Since when the one waits that waits longest.
    pub oldest_since: Option<Timestamp>,
    /// The agents who serve it.
    pub agents: AgentCounts,
}

impl Engine {
    /// Figures of a queue on one channel.
    pub fn queue_metrics(&self, queue: QueueRef, channel: Channel) -> QueueMetrics {
        let lane = Lane { queue, channel };
        QueueMetrics {
            size: self.matcher.size(lane),
            oldest_since: self.matcher.oldest(lane),
            agents: self.matcher.agent_counts(lane),
        }
    }

    /// One figure for `CheckMetricData`: contacts over all channels, agents for the contact's channel.
    pub(crate) fn metric(&self, metric: Metric, queue: QueueRef, channel: Channel) -> u64 {
        let agents = || self.matcher.agent_counts(Lane { queue, channel });
        match metric {
            Metric::NumberOfAgentsAvailable => count(agents().available),
            Metric::NumberOfAgentsStaffed => count(agents().staffed),
            Metric::NumberOfAgentsOnline => count(agents().online),
            Metric::NumberOfContactsInQueue => count(self.queue_size(queue, None)),
            Metric::OldestContactInQueueAgeSeconds => self.oldest_age_s(queue, None),
        }
    }

    /// The figures of `GetMetricData`, by their names below `$.Metrics`.
    pub(crate) fn metric_values(
        &self,
        id: ContactId,
        queue: QueueRef,
        channel: Option<Channel>,
    ) -> BTreeMap<String, String> {
        let own = self
            .contacts
            .get(&id)
            .map_or(Channel::Chat, Contact::channel);
        let agents = self.matcher.agent_counts(Lane {
            queue,
            channel: channel.unwrap_or(own),
        });
        let arn = match queue {
            QueueRef::Standard(id) => self
                .config
                .scope
                .resource_arn(ResourceKind::Queue, id)
                .to_string(),
            QueueRef::Agent(user) => agent_queue_arn(&self.config, user),
        };
        let mut values = BTreeMap::from([
            (
                "Queue.Name".to_owned(),
                self.queue_name(queue).unwrap_or_default().to_owned(),
            ),
            ("Queue.ARN".to_owned(), arn),
        ]);
        let numbers = [
            ("Queue.Size", count(self.queue_size(queue, channel))),
            ("Queue.OldestContactAge", self.oldest_age_s(queue, channel)),
            ("Agents.Online.Count", count(agents.online)),
            ("Agents.Available.Count", count(agents.available)),
            ("Agents.Staffed.Count", count(agents.staffed)),
            (
                "Agents.AfterContactWork.Count",
                count(agents.after_contact_work),
            ),
            ("Agents.Busy.Count", count(agents.busy)),
            ("Agents.Missed.Count", count(agents.missed)),
            ("Agents.NonProductive.Count", count(agents.non_productive)),
        ];
        let position = self
            .matcher
            .position(id)
            .map(|place| ("Contact.PositionInQueue", count(place)));
        for (name, number) in numbers.into_iter().chain(position) {
            values.insert(name.to_owned(), number.to_string());
        }
        values
    }

    fn oldest_age_s(&self, queue: QueueRef, channel: Option<Channel>) -> u64 {
        Channel::ALL
            .into_iter()
            .filter(|each| channel.is_none_or(|wanted| wanted == *each))
            .filter_map(|channel| self.matcher.oldest(Lane { queue, channel }))
            .min()
            .map_or(0, |since| self.now.since(since).as_secs())
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
