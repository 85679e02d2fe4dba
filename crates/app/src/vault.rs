//! Everything that is sealed goes through here: instance keys, contact keys, contexts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{AttachmentId, ContactId, InstanceId};
use seal::{Context, DataKey, KeyedHasher};
use zeroize::Zeroizing;

use crate::error::AppError;
use crate::ports::keys::{KeyOwner, KeyProvider, KeyPurpose, KeyStore, WrappedKey};
use crate::ports::store::{KeyedHash, Sealed, StoreError};

/// Keys of contacts and attachments kept unwrapped for reads; beyond, the cache starts afresh.
const CACHED_KEYS_MAX: usize = 4_096;

/// The account as if it were an instance: what belongs to no instance is sealed under its keys.
pub(crate) const ACCOUNT: InstanceId = InstanceId::from_u128(0);

/// Unwraps keys and remembers them for a while.
pub(crate) struct Vault {
    provider: Arc<dyn KeyProvider>,
    store: Arc<dyn KeyStore>,
    cache: Mutex<HashMap<KeyOwner, Arc<DataKey>>>,
}

/// The keys of one instance, unwrapped while the instance runs.
pub(crate) struct InstanceKeys {
    instance: InstanceId,
    wrap: DataKey,
    configuration: DataKey,
    audit: DataKey,
    search: KeyedHasher,
    tokens: KeyedHasher,
}

/// Where a sealed value stands: it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Table.
    pub(crate) table: &'static str,
    /// Primary key of the row.
    pub(crate) row: &'a [u8],
    /// Version of the row, where it has one (decision 0004): an old value does not pass for a new one beside
    /// it.
    pub(crate) version: u64,
}

impl<'a> Place<'a> {
    pub(crate) const fn new(table: &'static str, row: &'a [u8]) -> Self {
        Self {
            table,
            row,
            version: 0,
        }
    }

    fn context(&self, instance: InstanceId) -> Context {
        Context::new(Some(instance), self.table, "sealed", self.version).row(self.row)
    }
}

impl Vault {
    pub(crate) fn new(provider: Arc<dyn KeyProvider>, store: Arc<dyn KeyStore>) -> Self {
        Self {
            provider,
            store,
            cache: Mutex::default(),
        }
    }

    /// The keys of an instance; made on the first call for it.
    pub(crate) async fn instance(&self, instance: InstanceId) -> Result<InstanceKeys, AppError> {
        Ok(InstanceKeys {
            instance,
            wrap: self.instance_key(instance, KeyPurpose::Wrap).await?,
            configuration: self
                .instance_key(instance, KeyPurpose::Configuration)
                .await?,
            audit: self.instance_key(instance, KeyPurpose::Audit).await?,
            search: KeyedHasher::new(&self.instance_key(instance, KeyPurpose::Search).await?),
            tokens: KeyedHasher::new(&self.instance_key(instance, KeyPurpose::Tokens).await?),
        })
    }

    async fn instance_key(
        &self,
        instance: InstanceId,
        purpose: KeyPurpose,
    ) -> Result<DataKey, AppError> {
        let owner = KeyOwner::Instance(instance, purpose);
        let context = format!("ringfence instance key {instance} {purpose:?}").into_bytes();
        if let Some(found) = self.store.get(owner).await.map_err(unavailable)? {
            return self
                .provider
                .unwrap(&found.wrapped, &context)
                .await
                .map_err(key_unavailable);
        }
        let key = DataKey::generate();
        let wrapped = self
            .provider
            .wrap(&key, &context)
            .await
            .map_err(key_unavailable)?;
        self.store
            .put(vec![WrappedKey { owner, wrapped }])
            .await
            .map_err(unavailable)?;
        Ok(key)
    }

    /// A new key and its wrapped form; the caller stores the wrapped form before it uses the key.
    pub(crate) fn new_key(keys: &InstanceKeys, owner: KeyOwner) -> (Arc<DataKey>, WrappedKey) {
        let key = DataKey::generate();
        let wrapped = seal::wrap(&keys.wrap, &owner_context(keys.instance, owner), &key);
        (Arc::new(key), WrappedKey { owner, wrapped })
    }

    /// Stores wrapped keys durably.
    pub(crate) async fn keep(&self, new: Vec<WrappedKey>) -> Result<(), StoreError> {
        if new.is_empty() {
            Ok(())
        } else {
            self.store.put(new).await
        }
    }

    /// The key of a contact or attachment; `None` where it was destroyed or never existed.
    pub(crate) async fn key(
        &self,
        keys: &InstanceKeys,
        owner: KeyOwner,
    ) -> Result<Option<Arc<DataKey>>, AppError> {
        if let Some(key) = self.cache().get(&owner) {
            return Ok(Some(Arc::clone(key)));
        }
        let Some(found) = self.store.get(owner).await.map_err(unavailable)? else {
            return Ok(None);
        };
        let key = seal::unwrap(
            &keys.wrap,
            &owner_context(keys.instance, owner),
            &found.wrapped,
        )
        .map_err(|_| AppError::Internal)?;
        let key = Arc::new(key);
        self.remember(owner, Arc::clone(&key));
        Ok(Some(key))
    }

    /// Remembers an unwrapped key for reads.
    pub(crate) fn remember(&self, owner: KeyOwner, key: Arc<DataKey>) {
        let mut cache = self.cache();
        if cache.len() >= CACHED_KEYS_MAX {
            cache.clear();
        }
        cache.insert(owner, key);
    }

    /// Destroys keys of contacts and attachments.
    pub(crate) async fn destroy(&self, owners: Vec<KeyOwner>) -> Result<(), StoreError> {
        {
            let mut cache = self.cache();
            for owner in &owners {
                cache.remove(owner);
            }
        }
        self.store.destroy(owners).await
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<KeyOwner, Arc<DataKey>>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InstanceKeys {
    /// Seals something of the instance's own: configuration, agents, sign-in.
    pub(crate) fn seal(&self, place: &Place<'_>, clear: &[u8]) -> Sealed {
        Sealed(seal::seal(
            &self.configuration,
            &place.context(self.instance),
            clear,
        ))
    }

    /// Opens what [`InstanceKeys::seal`] sealed at the same place.
    pub(crate) fn open(
        &self,
        place: &Place<'_>,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, AppError> {
        open(
            &self.configuration,
            &place.context(self.instance),
            place.table,
            sealed,
        )
    }

    /// Seals an audit entry.
    pub(crate) fn seal_audit(&self, place: &Place<'_>, clear: &[u8]) -> Sealed {
        Sealed(seal::seal(
            &self.audit,
            &place.context(self.instance),
            clear,
        ))
    }

    /// Opens an audit entry.
    pub(crate) fn open_audit(
        &self,
        place: &Place<'_>,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, AppError> {
        open(
            &self.audit,
            &place.context(self.instance),
            place.table,
            sealed,
        )
    }

    /// Seals under the key of a contact or attachment.
    pub(crate) fn seal_under(&self, key: &DataKey, place: &Place<'_>, clear: &[u8]) -> Sealed {
        Sealed(seal::seal(key, &place.context(self.instance), clear))
    }

    /// Opens what [`InstanceKeys::seal_under`] sealed at the same place.
    pub(crate) fn open_under(
        &self,
        key: &DataKey,
        place: &Place<'_>,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, AppError> {
        open(key, &place.context(self.instance), place.table, sealed)
    }

    /// Seals a whole file under the key of an attachment.
    pub(crate) fn seal_file(&self, key: &DataKey, id: AttachmentId, clear: &[u8]) -> Vec<u8> {
        seal::seal_file(
            key,
            &Place::new("blob", &id.into_bytes()).context(self.instance),
            clear,
        )
    }

    /// Opens a whole file.
    pub(crate) fn open_file(
        &self,
        key: &DataKey,
        id: AttachmentId,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, AppError> {
        let context = Place::new("blob", &id.into_bytes()).context(self.instance);
        seal::open_file(key, &context, sealed).map_err(|_| {
            tracing::error!(attachment.id = %id, "a stored file does not open: restore it from a backup");
            AppError::Internal
        })
    }

    /// Hash under which something can be searched.
    pub(crate) fn search_hash(&self, domain: &str, value: &[u8]) -> KeyedHash {
        self.search.hash(domain, value)
    }

    /// Authenticates tokens and grants.
    pub(crate) const fn tokens(&self) -> &KeyedHasher {
        &self.tokens
    }

    /// Owner of a contact's key.
    pub(crate) const fn contact_owner(&self, contact: ContactId) -> KeyOwner {
        KeyOwner::Contact(self.instance, contact)
    }
}

fn open(
    key: &DataKey,
    context: &Context,
    table: &'static str,
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, AppError> {
    seal::open(key, context, &sealed.0).map_err(|_| {
        tracing::error!(
            table,
            "a stored row does not open: it was altered or belongs elsewhere"
        );
        AppError::Internal
    })
}

fn owner_context(instance: InstanceId, owner: KeyOwner) -> Context {
    match owner {
        KeyOwner::Instance(_, purpose) => {
            Context::new(Some(instance), "instance_keys", "wrapped", 0)
                .row(format!("{purpose:?}").as_bytes())
        }
        KeyOwner::Contact(_, id) => {
            Context::new(Some(instance), "contact_keys", "wrapped", 0).row(&id.into_bytes())
        }
        KeyOwner::Attachment(_, id) => {
            Context::new(Some(instance), "attachment_keys", "wrapped", 0).row(&id.into_bytes())
        }
    }
}

fn unavailable(error: StoreError) -> AppError {
    tracing::error!(error = %error, "the key store failed");
    AppError::Unavailable
}

fn key_unavailable(error: crate::ports::keys::KeyError) -> AppError {
    tracing::error!(error = %error, "an instance key cannot be used");
    AppError::Unavailable
}
