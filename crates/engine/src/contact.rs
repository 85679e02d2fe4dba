//! An open contact: its record so far, its state, the flows that run for it.

use std::collections::BTreeMap;

use flow::command::{EventHook, WaitEventKind};
use flow::{FlowLogging, FlowRun, WaitFor};
use model::contact::{ContactRecord, QueueRef};
use model::{Channel, ContactId, FlowId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::chat::Chat;
use crate::matching::{Lane, Place, Waiting};

/// Priority of a contact whose flow sets none.
pub const PRIORITY_DEFAULT: u32 = 5;

/// Shortest wait, so that a flow that waits for nothing in a loop lets time pass.
const WAIT_MIN_MS: u64 = 1000;

/// What a contact is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContactState {
    /// A task that is not due yet.
    Scheduled {
        /// When it runs its flow.
        at: Timestamp,
    },
    /// Its flow decides.
    InFlow,
    /// It waits for an agent.
    Queued(QueueStay),
    /// It is offered to an agent; not taken, it goes back to its place.
    Offered {
        /// Where it waited.
        stay: QueueStay,
        /// To whom.
        agent: UserId,
        /// Until when.
        deadline: Timestamp,
    },
    /// It is with an agent.
    Connected {
        /// With whom.
        agent: UserId,
        /// The time from which the customer's silence counts.
        customer_active_at: Timestamp,
    },
    /// Over for the customer; the agent still writes up.
    WrapUp {
        /// Who.
        agent: UserId,
        /// Until when.
        deadline: Timestamp,
    },
}

impl ContactState {
    /// The agent who has, or is offered, the contact.
    pub const fn agent(&self) -> Option<UserId> {
        match self {
            Self::Scheduled { .. } | Self::InFlow | Self::Queued(_) => None,
            Self::Offered { agent, .. }
            | Self::Connected { agent, .. }
            | Self::WrapUp { agent, .. } => Some(*agent),
        }
    }

    /// Whether it is over for the customer.
    pub const fn is_wrap_up(&self) -> bool {
        matches!(self, Self::WrapUp { .. })
    }
}

/// A stay in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueStay {
    /// Which queue.
    pub queue: QueueRef,
    /// Since when.
    pub enqueued_at: Timestamp,
}

/// Which of a contact's runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum RunSlot {
    /// The flow that decides where the contact goes.
    Main,
    /// The customer-queue flow.
    Queue,
    /// What the agent hears before the call is put through.
    AgentWhisper,
    /// What the customer hears before the call is put through.
    CustomerWhisper,
    /// What the agent hears while the customer is on hold.
    AgentHold,
    /// What the customer hears on hold.
    CustomerHold,
}

impl RunSlot {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Main,
        Self::Queue,
        Self::AgentWhisper,
        Self::CustomerWhisper,
        Self::AgentHold,
        Self::CustomerHold,
    ];
}

/// One flow that runs for a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) run: FlowRun,
    /// What it waits for; absent before its first step, which follows within the input except where the
    /// contact is scheduled.
    pub(crate) wait: Option<Wait>,
}

/// A run's wait, with the time at which it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wait {
    pub(crate) until: Timestamp,
    pub(crate) wait_for: WaitFor,
}

impl Wait {
    pub(crate) fn begin(now: Timestamp, wait_for: WaitFor) -> Self {
        let limit = wait_for
            .limit
            .max(std::time::Duration::from_millis(WAIT_MIN_MS));
        Self {
            until: now.plus(limit),
            wait_for,
        }
    }

    pub(crate) fn expects(&self, event: WaitEventKind) -> bool {
        self.wait_for.events.contains(&event)
    }
}

/// An open contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Contact {
    /// The record as it stands; it is written when the contact closes.
    pub(crate) record: ContactRecord,
    pub(crate) state: ContactState,
    /// The segment with which this interaction entered the center; later segments are found by it.
    pub(crate) origin: ContactId,
    /// Which segment of the interaction this is, from 1.
    pub(crate) segment: u16,
    /// How many tasks in a row were created by flows to reach this one.
    pub(crate) task_depth: u8,
    /// When it ends at the latest.
    pub(crate) ends_at: Option<Timestamp>,
    /// Where `TransferContactToQueue` leads.
    pub(crate) target_queue: Option<QueueRef>,
    /// What the main or queue run has ordered and its end carries out.
    pub(crate) order: Option<Order>,
    pub(crate) priority: u32,
    pub(crate) age_adjustment_s: i64,
    pub(crate) hooks: BTreeMap<EventHook, FlowId>,
    /// Whether its flows tell their steps; later runs and segments inherit it.
    pub(crate) logging: FlowLogging,
    /// What is recorded and analysed, as the block said it.
    pub(crate) recording: Option<serde_json::Value>,
    pub(crate) main_run: Option<Run>,
    pub(crate) queue_run: Option<Run>,
    #[serde(default)]
    pub(crate) side_runs: SideRuns,
    /// The call of a voice contact; moves on with a transfer.
    #[serde(default)]
    pub(crate) call: Option<Call>,
    /// The next segment, while that has the call and the agent of this one stays on the line.
    #[serde(default)]
    pub(crate) away: Option<ContactId>,
    /// Number of the last item of its chat when that went on in the next segment.
    #[serde(default)]
    pub(crate) chat_moved_at: Option<u64>,
    /// The participants and the transcript; moves on with a transfer. Tasks have none.
    pub(crate) chat: Option<Chat>,
}

/// Runs that accompany a call while an agent has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct SideRuns {
    agent_whisper: Option<Run>,
    customer_whisper: Option<Run>,
    agent_hold: Option<Run>,
    customer_hold: Option<Run>,
}

/// What a run has ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Wait in this queue.
    Enqueue(QueueRef),
    /// Leave the queue and wait, as a new segment, in this one.
    Requeue(QueueRef),
}

impl Contact {
    /// The first segment of an interaction.
    pub(crate) fn new(record: ContactRecord, state: ContactState) -> Self {
        Self {
            origin: record.id,
            record,
            state,
            segment: 1,
            task_depth: 0,
            ends_at: None,
            target_queue: None,
            order: None,
            priority: PRIORITY_DEFAULT,
            age_adjustment_s: 0,
            hooks: BTreeMap::new(),
            logging: FlowLogging::default(),
            recording: None,
            main_run: None,
            queue_run: None,
            side_runs: SideRuns::default(),
            call: None,
            away: None,
            chat_moved_at: None,
            chat: None,
        }
    }

    pub(crate) fn id(&self) -> ContactId {
        self.record.id
    }

    pub(crate) fn channel(&self) -> Channel {
        self.record.channel
    }

    pub(crate) fn run(&self, slot: RunSlot) -> Option<&Run> {
        match slot {
            RunSlot::Main => self.main_run.as_ref(),
            RunSlot::Queue => self.queue_run.as_ref(),
            RunSlot::AgentWhisper => self.side_runs.agent_whisper.as_ref(),
            RunSlot::CustomerWhisper => self.side_runs.customer_whisper.as_ref(),
            RunSlot::AgentHold => self.side_runs.agent_hold.as_ref(),
            RunSlot::CustomerHold => self.side_runs.customer_hold.as_ref(),
        }
    }

    pub(crate) fn run_mut(&mut self, slot: RunSlot) -> &mut Option<Run> {
        match slot {
            RunSlot::Main => &mut self.main_run,
            RunSlot::Queue => &mut self.queue_run,
            RunSlot::AgentWhisper => &mut self.side_runs.agent_whisper,
            RunSlot::CustomerWhisper => &mut self.side_runs.customer_whisper,
            RunSlot::AgentHold => &mut self.side_runs.agent_hold,
            RunSlot::CustomerHold => &mut self.side_runs.customer_hold,
        }
    }

    /// Whether a whisper or hold flow runs.
    pub(crate) fn has_side_run(&self) -> bool {
        self.side_runs != SideRuns::default()
    }

    /// The contact as the matcher sees it while it waits.
    pub(crate) fn waiting(&self, stay: QueueStay) -> Waiting {
        let adjustment = self.age_adjustment_s.saturating_mul(1000);
        let since = stay.enqueued_at.as_millis().saturating_sub(adjustment);
        Waiting {
            lane: Lane {
                queue: stay.queue,
                channel: self.channel(),
            },
            place: Place {
                priority: self.priority,
                since: Timestamp::from_millis(since),
                contact: self.id(),
            },
            enqueued_at: stay.enqueued_at,
        }
    }

    /// What is due next, and when.
    pub(crate) fn next_due(&self, idle_timeout_ms: u64) -> Option<(Timestamp, Due)> {
        let state = match self.state {
            ContactState::Scheduled { at } => Some((at, Due::State)),
            ContactState::Offered { deadline, .. } | ContactState::WrapUp { deadline, .. } => {
                Some((deadline, Due::State))
            }
            ContactState::Connected {
                customer_active_at, ..
            } if self.chat.is_some() && idle_timeout_ms > 0 => {
                let idle = std::time::Duration::from_millis(idle_timeout_ms);
                Some((customer_active_at.plus(idle), Due::Idle))
            }
            ContactState::InFlow | ContactState::Queued(_) | ContactState::Connected { .. } => None,
        };
        let ends_at = self.ends_at.filter(|_| !self.state.is_wrap_up());
        let wait_ends = |slot| {
            let until = self.run(slot)?.wait.as_ref()?.until;
            Some((until, Due::Wait(slot)))
        };
        [ends_at.map(|at| (at, Due::Lifetime)), state]
            .into_iter()
            .chain(RunSlot::ALL.map(wait_ends))
            .flatten()
            .min()
    }
}

/// Kinds of deadlines of a contact; of several at the same time the first one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// It has lived long enough.
    Lifetime,
    /// The customer has been silent for too long.
    Idle,
    /// The state ends by itself.
    State,
    /// A run's wait ends.
    Wait(RunSlot),
}
