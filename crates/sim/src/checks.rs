//! What must hold at the end: the store against what was promised.

use std::collections::{BTreeMap, BTreeSet};

use model::contact::ContactRecord;
use model::transcript::{ItemContent, TranscriptItem, event_type};
use model::{ContactId, TranscriptItemId};

use crate::store::Store;

/// What the program has answered: it must be true for ever.
#[derive(Debug, Default)]
pub struct Promises {
    /// Contacts that were accepted.
    pub contacts: BTreeSet<ContactId>,
    /// Items that stand in a transcript.
    pub items: BTreeSet<TranscriptItemId>,
}

/// Compares the store with the promises after the last contact has ended.
pub fn check(store: &Store, promises: &Promises) -> Result<(), String> {
    if let Some(id) = store.open().next() {
        return Err(format!("the state of contact {id} is still stored"));
    }
    let records = check_records(store, promises)?;
    check_chains(&records)?;
    check_transcripts(store, promises, &records)
}

/// Exactly one record for each contact that was accepted or made.
fn check_records<'a>(
    store: &'a Store,
    promises: &Promises,
) -> Result<BTreeMap<ContactId, &'a ContactRecord>, String> {
    let mut records = BTreeMap::new();
    for record in &store.records {
        if records.insert(record.id, record).is_some() {
            return Err(format!("contact {} has two records", record.id));
        }
        if !store.initiated.contains(&record.id) {
            return Err(format!(
                "contact {} has a record, but never began",
                record.id
            ));
        }
        check_times(record)?;
    }
    let lost = promises.contacts.iter().chain(&store.initiated);
    match lost.into_iter().find(|id| !records.contains_key(*id)) {
        Some(id) => Err(format!("contact {id} has no record")),
        None => Ok(records),
    }
}

fn check_times(record: &ContactRecord) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("contact {}: {what}", record.id));
    let Some(ended_at) = record.disconnected_at else {
        return wrong("it has a record, but never ended");
    };
    if ended_at < record.initiated_at {
        return wrong("it ended before it began");
    }
    if let Some(queue) = &record.queue {
        match queue.dequeued_at {
            Some(at) if at >= queue.enqueued_at => {}
            _ => return wrong("it never left its queue"),
        }
    }
    if let Some(agent) = &record.agent {
        let times = [
            Some(agent.connected_at),
            agent.interaction_ended_at,
            agent.after_contact_work_started_at,
            agent.after_contact_work_ended_at,
        ];
        if times.contains(&None) || !times.is_sorted() {
            return wrong("its agent's times are missing or out of order");
        }
    }
    Ok(())
}

/// Segments name each other.
fn check_chains(records: &BTreeMap<ContactId, &ContactRecord>) -> Result<(), String> {
    for record in records.values() {
        let Some(next) = record.next_id else {
            continue;
        };
        let Some(next) = records.get(&next) else {
            return Err(format!(
                "contact {} goes on in a segment without record",
                record.id
            ));
        };
        if next.previous_id != Some(record.id) || next.initial_id != record.initial_id {
            return Err(format!(
                "contact {} and its next segment do not name each other",
                record.id
            ));
        }
    }
    Ok(())
}

/// Transcripts have no gaps, end once, and hold what was acknowledged, once.
fn check_transcripts(
    store: &Store,
    promises: &Promises,
    records: &BTreeMap<ContactId, &ContactRecord>,
) -> Result<(), String> {
    let mut chats: BTreeMap<ContactId, Vec<&TranscriptItem>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for item in &store.items {
        if !seen.insert(item.id) {
            return Err(format!("item {} stands in a transcript twice", item.id));
        }
        if !records.contains_key(&item.contact) {
            return Err(format!("item {} belongs to no contact", item.id));
        }
        chats.entry(item.initial_contact).or_default().push(item);
    }
    if let Some(id) = promises.items.iter().find(|id| !seen.contains(*id)) {
        return Err(format!(
            "item {id} was acknowledged, but is in no transcript"
        ));
    }
    for (initial, items) in &chats {
        let in_order = items
            .iter()
            .zip(1..)
            .all(|(item, expected)| item.sequence == expected);
        if !in_order {
            return Err(format!(
                "the transcript of {initial} has a gap or is out of order"
            ));
        }
        if !items.is_sorted_by_key(|item| item.at) {
            return Err(format!("the transcript of {initial} goes back in time"));
        }
        let ends = |item: &&TranscriptItem| matches!(&item.content, ItemContent::Event { content_type, .. } if content_type == event_type::ENDED);
        let ended = items.iter().filter(|item| ends(item)).count();
        if ended != 1 || !items.last().is_some_and(ends) {
            return Err(format!(
                "the transcript of {initial} does not end once, at its end"
            ));
        }
    }
    Ok(())
}
