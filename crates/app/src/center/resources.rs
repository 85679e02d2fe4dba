//! Configuration resources of one instance, in memory: what reads see without touching the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::resource::BodyOf;
use model::{Resource, ResourceId, ResourceKind};

/// The resources of an instance with the indexes that writes need.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resources {
    by_id: BTreeMap<(ResourceKind, ResourceId), Arc<Resource>>,
    by_name: BTreeMap<(ResourceKind, String), ResourceId>,
    referrers: BTreeMap<(ResourceKind, ResourceId), BTreeSet<(ResourceKind, ResourceId)>>,
}

impl Resources {
    pub(crate) fn get(&self, kind: ResourceKind, id: ResourceId) -> Option<&Arc<Resource>> {
        self.by_id.get(&(kind, id))
    }

    /// The body of a resource of the kind that `B` is.
    pub(crate) fn body<B: BodyOf>(&self, id: impl Into<ResourceId>) -> Option<&B> {
        self.get(B::KIND, id.into())
            .and_then(|resource| B::of(&resource.body))
    }

    pub(crate) fn by_name(&self, kind: ResourceKind, name: &str) -> Option<&Arc<Resource>> {
        let id = self.by_name.get(&(kind, name.to_ascii_lowercase()))?;
        self.get(kind, *id)
    }

    /// Resources of a kind in the order of their ids, after `after`.
    pub(crate) fn page(
        &self,
        kind: ResourceKind,
        after: Option<ResourceId>,
    ) -> impl Iterator<Item = &Arc<Resource>> {
        let from = match after {
            // After the last possible id comes nothing.
            Some(id) => id.as_u128().checked_add(1),
            None => Some(0),
        };
        let till = (kind, ResourceId::from_u128(u128::MAX));
        from.map(|from| (kind, ResourceId::from_u128(from)))
            .into_iter()
            .flat_map(move |from| self.by_id.range(from..=till).map(|(_, resource)| resource))
    }

    pub(crate) fn count(&self, kind: ResourceKind) -> usize {
        self.page(kind, None).count()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.by_id.values()
    }

    /// A resource that refers to this one, if any does.
    pub(crate) fn referrer(&self, kind: ResourceKind, id: ResourceId) -> Option<&Arc<Resource>> {
        let (kind, id) = self.referrers.get(&(kind, id))?.iter().next()?;
        self.get(*kind, *id)
    }

    pub(crate) fn put(&mut self, resource: Arc<Resource>, refs: &[(ResourceKind, ResourceId)]) {
        let key = (resource.body.kind(), resource.id);
        self.forget(key);
        self.by_name
            .insert((key.0, resource.name.to_ascii_lowercase()), key.1);
        for target in refs {
            self.referrers.entry(*target).or_default().insert(key);
        }
        self.by_id.insert(key, resource);
    }

    pub(crate) fn remove(&mut self, kind: ResourceKind, id: ResourceId) {
        self.forget((kind, id));
        self.by_id.remove(&(kind, id));
    }

    fn forget(&mut self, key: (ResourceKind, ResourceId)) {
        let Some(old) = self.by_id.get(&key) else {
            return;
        };
        self.by_name.remove(&(key.0, old.name.to_ascii_lowercase()));
        for target in crate::config::checks::refs(&old.body) {
            if let Some(referrers) = self.referrers.get_mut(&target) {
                referrers.remove(&key);
                if referrers.is_empty() {
                    self.referrers.remove(&target);
                }
            }
        }
    }
}
