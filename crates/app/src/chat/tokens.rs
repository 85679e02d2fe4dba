//! Bearer tokens that carry what they are good for, authenticated under a key of the instance.
//!
//! Layout: version byte, instance, body, expiry, 32-byte authenticator; base64 without padding. The
//! instance stands in front so that the right key is found; all of it is authenticated.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::transcript::ParticipantRole;
use model::{AttachmentId, ContactId, InstanceId, ParticipantId, RecordingId, Secret, Timestamp};
use seal::KeyedHasher;

/// Longest text that is looked at.
pub(crate) const TOKEN_CHARS_MAX: usize = 512;

const VERSION: u8 = 1;
const MAC_BYTES: usize = 32;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Opening connections as this participant.
    Participant(ChatClaim),
    /// Acting as this participant.
    Connection(ChatClaim),
    /// Uploading the bytes of one attachment.
    Upload(AttachmentId),
    /// Downloading one attachment.
    Download(AttachmentId),
    /// Hearing one recording.
    Recording(RecordingId),
}

/// A participant of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChatClaim {
    pub(crate) contact: ContactId,
    pub(crate) initial_contact: ContactId,
    pub(crate) participant: ParticipantId,
    pub(crate) role: ParticipantRole,
}

impl Claim {
    const fn domain(&self) -> &'static str {
        match self {
            Self::Participant(_) => "participant token",
            Self::Connection(_) => "connection token",
            Self::Upload(_) => "upload grant",
            Self::Download(_) => "download grant",
            Self::Recording(_) => "recording grant",
        }
    }

    fn encode(&self, into: &mut Vec<u8>) {
        match self {
            Self::Participant(claim) | Self::Connection(claim) => {
                into.push(if matches!(self, Self::Participant(_)) {
                    1
                } else {
                    2
                });
                into.extend(claim.contact.into_bytes());
                into.extend(claim.initial_contact.into_bytes());
                into.extend(claim.participant.into_bytes());
                into.push(role_byte(claim.role));
            }
            Self::Upload(id) => {
                into.push(3);
                into.extend(id.into_bytes());
            }
            Self::Download(id) => {
                into.push(4);
                into.extend(id.into_bytes());
            }
            Self::Recording(id) => {
                into.push(5);
                into.extend(id.into_bytes());
            }
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        match kind {
            1 | 2 => {
                let (ids, role) = rest.split_at_checked(48)?;
                let [role] = *role else { return None };
                let id = |index: usize| {
                    let bytes = ids.get(index * 16..index * 16 + 16)?;
                    Some(u128::from_be_bytes(bytes.try_into().ok()?))
                };
                let claim = ChatClaim {
                    contact: ContactId::from_u128(id(0)?),
                    initial_contact: ContactId::from_u128(id(1)?),
                    participant: ParticipantId::from_u128(id(2)?),
                    role: role_of(role)?,
                };
                Some(if *kind == 1 {
                    Self::Participant(claim)
                } else {
                    Self::Connection(claim)
                })
            }
            3 | 4 => {
                let id = AttachmentId::from_u128(u128::from_be_bytes(rest.try_into().ok()?));
                Some(if *kind == 3 {
                    Self::Upload(id)
                } else {
                    Self::Download(id)
                })
            }
            5 => {
                let id = u128::from_be_bytes(rest.try_into().ok()?);
                Some(Self::Recording(RecordingId::from_u128(id)))
            }
            _ => None,
        }
    }
}

/// Makes a token.
pub(crate) fn mint(
    hasher: &KeyedHasher,
    instance: InstanceId,
    claim: &Claim,
    expires_at: Timestamp,
) -> Secret<String> {
    let mut bytes = vec![VERSION];
    bytes.extend(instance.into_bytes());
    bytes.extend(expires_at.as_millis().to_be_bytes());
    claim.encode(&mut bytes);
    let mac = hasher.hash(claim.domain(), &bytes);
    bytes.extend(mac);
    Secret::new(URL_SAFE_NO_PAD.encode(&bytes))
}

/// A token whose shape is right; what it claims counts only after [`Unverified::verify`].
#[derive(Debug)]
pub(crate) struct Unverified {
    pub(crate) instance: InstanceId,
    expires_at: Timestamp,
    claim: Claim,
    signed: Vec<u8>,
    mac: [u8; MAC_BYTES],
}

/// Reads a token's shape.
pub(crate) fn parse(token: &str) -> Option<Unverified> {
    if token.len() > TOKEN_CHARS_MAX {
        return None;
    }
    let mut signed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let mac = signed
        .split_off(signed.len().checked_sub(MAC_BYTES)?)
        .try_into()
        .ok()?;
    let (head, body) = signed.split_at_checked(25)?;
    let (version, head) = head.split_first()?;
    let (instance, expiry) = head.split_at_checked(16)?;
    if *version != VERSION {
        return None;
    }
    Some(Unverified {
        instance: InstanceId::from_u128(u128::from_be_bytes(instance.try_into().ok()?)),
        expires_at: Timestamp::from_millis(i64::from_be_bytes(expiry.try_into().ok()?)),
        claim: Claim::decode(body)?,
        mac,
        signed,
    })
}

impl Unverified {
    /// What the token is good for, where it is authentic and has not expired.
    pub(crate) fn verify(&self, hasher: &KeyedHasher, now: Timestamp) -> Option<Claim> {
        let authentic = hasher.verify(self.claim.domain(), &self.signed, &self.mac);
        (authentic && now < self.expires_at).then_some(self.claim)
    }
}

const fn role_byte(role: ParticipantRole) -> u8 {
    match role {
        ParticipantRole::Agent => 1,
        ParticipantRole::Customer => 2,
        ParticipantRole::System => 3,
        ParticipantRole::CustomBot => 4,
        ParticipantRole::Supervisor => 5,
    }
}

const fn role_of(byte: u8) -> Option<ParticipantRole> {
    Some(match byte {
        1 => ParticipantRole::Agent,
        2 => ParticipantRole::Customer,
        3 => ParticipantRole::System,
        4 => ParticipantRole::CustomBot,
        5 => ParticipantRole::Supervisor,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
