//! Ids as types: a `QueueId` is never mistaken for a `UserId`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text given is not an id of the expected shape (a UUID in its hyphenated form).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a UUID such as `3f0c2b8e-6c5d-4a59-9a53-0d0a1b2c3d4e`")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl Ord for $name {
            // As numbers, in a few instructions: maps by id are searched all the time. The order is that of
            // the bytes, as stores have it.
            fn cmp(&self, other: &Self) -> Ordering {
                self.as_u128().cmp(&other.as_u128())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl $name {
            /// The id with this value; for stores and adapters that hold the 128 bits.
            pub const fn from_u128(value: u128) -> Self {
                Self(Uuid::from_u128(value))
            }

            /// The 128 bits of the id.
            pub const fn as_u128(self) -> u128 {
                self.0.as_u128()
            }

            /// The 16 bytes of the id, as stores keep it.
            pub const fn into_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// A fresh random id (UUID version 4) from `source`.
            pub fn generate(source: &mut IdSource) -> Self {
                Self(source.uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // Only the hyphenated form: one id has one spelling.
                if text.len() != 36 {
                    return Err(InvalidId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )*};
}

ids! {
    /// One contact center: its users, flows, queues, keys.
    InstanceId;
    /// One interaction on one channel; a transfer makes a new one (a segment).
    ContactId;
    /// A queue in which contacts wait for agents.
    QueueId;
    /// A sign-in account.
    UserId;
    /// A flow (on the wire: contact flow).
    FlowId;
    /// A flow module, invoked from flows.
    FlowModuleId;
    /// A routing profile: which queues and channels an agent serves.
    RoutingProfileId;
    /// A security profile: the permissions that users hold.
    SecurityProfileId;
    /// Hours of operation.
    HoursId;
    /// An override of hours of operation.
    HoursOverrideId;
    /// A status that an agent may choose.
    AgentStatusId;
    /// A quick connect (on the wire: transfer destination).
    QuickConnectId;
    /// Id of a recorded prompt.
    PromptId;
    /// A phone number of the center.
    PhoneNumberId;
    /// One party of a chat contact.
    ParticipantId;
    /// One item of a transcript.
    TranscriptItemId;
    /// A file attached to a chat.
    AttachmentId;
    /// One entry of the audit trail.
    AuditEntryId;
    /// A browser sign-in session.
    LoginSessionId;
    /// The id that an answer carries, for support and audit.
    RequestId;
    /// Any configuration resource, whatever its kind.
    ResourceId;
}

macro_rules! resource_ids {
    ($($name:ident),*) => {$(
        impl From<$name> for ResourceId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }

        impl From<ResourceId> for $name {
            fn from(id: ResourceId) -> Self {
                Self(id.0)
            }
        }
    )*};
}

resource_ids!(
    QueueId,
    UserId,
    FlowId,
    FlowModuleId,
    RoutingProfileId,
    SecurityProfileId,
    HoursId,
    AgentStatusId,
    QuickConnectId,
    PromptId,
    PhoneNumberId
);

/// A deterministic source of ids and choices. The program seeds it from the operating system, the
/// simulator from a number, so that the same seed replays the same run.
pub struct IdSource(ChaCha12Rng);

impl IdSource {
    /// A source that yields the sequence of this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// A source for tests and simulations.
    pub fn from_number(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// A number in `0..bound`; 0 where `bound` is 0. Uniform up to a bias of `bound / 2^64`.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl fmt::Debug for IdSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdSource(..)")
    }
}

#[cfg(test)]
mod tests;
