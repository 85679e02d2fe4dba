//! How many files each open chat has begun: who uploads without end fills the disk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::ContactId;

/// Counts by the first segment of the chat. Forgotten at a restart, which gives each chat its share anew.
#[derive(Debug, Default)]
pub(crate) struct Files(Mutex<HashMap<ContactId, u32>>);

impl Files {
    /// Counts one more file; `false` where the chat has had its share.
    pub(crate) fn begin(&self, initial_contact: ContactId, most: u32) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(initial_contact).or_default();
        if *count >= most {
            return false;
        }
        *count += 1;
        true
    }

    /// The chat is over.
    pub(crate) fn forget(&self, initial_contact: ContactId) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(&initial_contact);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_begins_its_share_of_files_and_no_more() {
        let files = Files::default();
        let (one, other) = (ContactId::from_u128(1), ContactId::from_u128(2));
        assert!(files.begin(one, 2) && files.begin(one, 2));
        assert!(!files.begin(one, 2), "the third");
        assert!(files.begin(other, 2), "another chat has its own share");
        files.forget(one);
        assert!(files.begin(one, 2), "a chat that is over does not count");
    }
}
