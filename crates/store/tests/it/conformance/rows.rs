//! Rows to write.

use app::ports::store::{
    AttachmentRow, ClientTokenRow, InstanceRow, KeyedHash, RecordRow, ResourceRow, Sealed,
    SigninKind, SigninRow, TranscriptRow, Write,
};
use model::{
    AttachmentId, AuditEntryId, Channel, ContactId, InstanceId, ParticipantId, ResourceId,
    ResourceKind, Timestamp, TranscriptItemId, UserId,
};

pub(crate) const HERE: InstanceId = InstanceId::from_u128(1);
pub(crate) const ELSEWHERE: InstanceId = InstanceId::from_u128(2);

pub(crate) fn sealed(text: &str) -> Sealed {
    Sealed(text.as_bytes().to_vec())
}

pub(crate) fn hash(number: u8) -> KeyedHash {
    [number; 32]
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) fn contact(number: u128) -> ContactId {
    ContactId::from_u128(number)
}

pub(crate) fn participant(number: u128) -> ParticipantId {
    ParticipantId::from_u128(number)
}

pub(crate) fn user(number: u128) -> UserId {
    UserId::from_u128(number)
}

pub(crate) fn instance_row(id: InstanceId) -> InstanceRow {
    InstanceRow {
        id,
        region: "eu-central-1".to_owned(),
        account: "123456789012".to_owned(),
        created_at: at(1),
        sealed: sealed("instance"),
    }
}

pub(crate) fn queue(id: u128, version: u64) -> ResourceRow {
    ResourceRow {
        instance: HERE,
        kind: ResourceKind::Queue,
        id: ResourceId::from_u128(id),
        name_hash: hash(u8::try_from(id).unwrap()),
        version,
        sealed: sealed(&format!("queue {id} version {version}")),
    }
}

pub(crate) fn put(row: ResourceRow) -> Write {
    put_with(row, &[])
}

pub(crate) fn put_with(row: ResourceRow, refs: &[u128]) -> Write {
    let refs = refs
        .iter()
        .map(|id| (ResourceKind::Queue, ResourceId::from_u128(*id)))
        .collect();
    Write::PutResource { row, refs }
}

pub(crate) fn delete(id: u128) -> Write {
    Write::DeleteResource {
        instance: HERE,
        kind: ResourceKind::Queue,
        id: ResourceId::from_u128(id),
    }
}

pub(crate) fn state(number: u128, text: &str) -> Write {
    Write::PutContactState {
        instance: HERE,
        contact: contact(number),
        sealed: sealed(text),
    }
}

pub(crate) fn record(number: u128, initiated_at: i64) -> RecordRow {
    RecordRow {
        instance: HERE,
        contact: contact(number),
        initial_contact: contact(100),
        initiated_at: at(initiated_at),
        ended_at: at(initiated_at + 5),
        channel: Channel::Chat,
        customer_hash: Some(hash(3)),
        sealed: sealed("record"),
    }
}

pub(crate) fn item(chat: u128, sequence: u64) -> TranscriptRow {
    TranscriptRow {
        instance: HERE,
        initial_contact: contact(chat),
        sequence,
        contact: contact(chat + 1),
        item: TranscriptItemId::from_u128(chat * 1000 + u128::from(sequence)),
        at: at(7),
        sealed: sealed(&format!("item {sequence}")),
    }
}

pub(crate) fn event(number: u128, text: &str) -> Write {
    Write::AppendContactEvent {
        instance: HERE,
        contact: contact(number),
        at: at(8),
        sealed: sealed(text),
    }
}

pub(crate) fn attachment(id: u128) -> AttachmentRow {
    AttachmentRow {
        instance: HERE,
        id: AttachmentId::from_u128(id),
        contact: contact(5),
        initial_contact: contact(4),
        unfinished_since: None,
        sealed: sealed("attachment"),
    }
}

pub(crate) fn receipts(number: u128, text: &str) -> Write {
    Write::PutReceipts {
        instance: HERE,
        initial_contact: contact(4),
        participant: participant(number),
        sealed: sealed(text),
    }
}

pub(crate) fn token(number: u8, remembered: i64, expires: i64) -> ClientTokenRow {
    ClientTokenRow {
        instance: HERE,
        token_hash: hash(number),
        request_hash: hash(99),
        at: at(remembered),
        expires_at: at(expires),
        sealed: sealed("answer"),
    }
}

pub(crate) fn audit(id: u128, instance: Option<InstanceId>) -> Write {
    Write::AppendAudit {
        id: AuditEntryId::from_u128(id),
        instance,
        at: at(9),
        sealed: sealed("audit"),
    }
}

pub(crate) fn outbox(text: &str) -> Write {
    Write::AppendOutbox {
        instance: HERE,
        topic: "contact-events".to_owned(),
        at: at(10),
        sealed: sealed(text),
    }
}

pub(crate) fn session(key: u8, version: u64, expires: Option<i64>) -> SigninRow {
    SigninRow {
        kind: SigninKind::Session,
        key: hash(key),
        instance: Some(HERE),
        user: Some(user(1)),
        expires_at: expires.map(at),
        version,
        sealed: sealed(&format!("session {key} version {version}")),
    }
}
