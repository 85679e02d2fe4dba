//! What sealed bytes are bound to.

use model::InstanceId;

/// Associated data that binds sealed bytes to their place: instance, table, row, column and version.
/// Every part is preceded by its length, so two different places never have the same encoding.
///
/// The row is named by the ids that own it, outermost first:
///
/// ```
/// # use model::{ContactId, InstanceId};
/// # use seal::Context;
/// # let (instance, chat) = (InstanceId::from_u128(1), ContactId::from_u128(2));
/// let context = Context::new(Some(instance), "transcript", "sealed", 1)
///     .row(&chat.into_bytes())
///     .row(&7_u64.to_be_bytes());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context(Vec<u8>);

impl Context {
    /// The context of a column of a table. `instance` is absent where the row belongs to the whole
    /// installation. `version` is the row's, or 1 where rows are written once.
    pub fn new(instance: Option<InstanceId>, table: &str, column: &str, version: u64) -> Self {
        let mut context = Self(Vec::with_capacity(160));
        match instance {
            Some(id) => context.part(&id.into_bytes()),
            None => context.part(&[]),
        }
        context.part(table.as_bytes());
        context.part(column.as_bytes());
        context.part(&version.to_be_bytes());
        context
    }

    /// Adds a part of the row's key.
    #[must_use]
    pub fn row(mut self, key: &[u8]) -> Self {
        self.part(key);
        self
    }

    /// The encoding, for key providers that bind a context themselves.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The associated data of one format: what is sealed as a row never opens as a wrapped key.
    pub(crate) fn associated_data(&self, format: u8) -> Vec<u8> {
        let mut data = Vec::with_capacity(1 + self.0.len());
        data.push(format);
        data.extend_from_slice(&self.0);
        data
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0
            .extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }
}
