//! What is due when.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;

/// One deadline per item.
#[derive(Debug)]
pub(super) struct Schedule<K> {
    by_time: BTreeSet<(Timestamp, K)>,
    by_item: BTreeMap<K, Timestamp>,
}

impl<K: Clone + Ord> Schedule<K> {
    pub(super) const fn new() -> Self {
        Self {
            by_time: BTreeSet::new(),
            by_item: BTreeMap::new(),
        }
    }

    /// Sets, moves or removes the deadline of an item.
    pub(super) fn set(&mut self, item: K, deadline: Option<Timestamp>) {
        if self.by_item.get(&item).copied() == deadline {
            return;
        }
        if let Some(old) = self.by_item.remove(&item) {
            self.by_time.remove(&(old, item.clone()));
        }
        if let Some(new) = deadline {
            self.by_time.insert((new, item.clone()));
            self.by_item.insert(item, new);
        }
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(time, _)| *time)
    }

    /// The first item that is due; it has no deadline any more.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        let (_, item) = self.by_time.pop_first()?;
        self.by_item.remove(&item);
        Some(item)
    }
}
