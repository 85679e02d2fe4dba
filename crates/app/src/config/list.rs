//! Listing resources of a kind, page by page.

use std::sync::Arc;

use model::{Resource, ResourceId};

use super::kinds::Lists;
use crate::App;
use crate::error::AppError;
use crate::permit::{Permit, Target};

/// Most items on one page.
pub(super) const PAGE_ITEMS_MAX: u32 = 1000;

/// A page of a listing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
    /// The last item of the page before.
    pub after: Option<ResourceId>,
    /// Most items; 0 and anything above [`PAGE_ITEMS_MAX`] count as that.
    pub limit: u32,
}

/// Items of one page, in the order of their ids.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The items.
    pub items: Vec<Arc<Resource>>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<ResourceId>,
}

impl App {
    /// A page of the resources of the kind that the permit's action lists.
    ///
    /// # Errors
    /// `NotFound` where the instance does not exist.
    pub fn list<A: Lists>(&self, permit: &Permit<A>, page: Page) -> Result<Listed, AppError> {
        let Target::Instance(instance) = *permit.target() else {
            return Err(AppError::NotFound { what: "instance" });
        };
        let limit = match page.limit {
            0 => PAGE_ITEMS_MAX,
            limit => limit.min(PAGE_ITEMS_MAX),
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut items: Vec<Arc<Resource>> = self.center(instance)?.resources(|resources| {
            resources
                .page(A::LISTED, page.after)
                .take(limit + 1)
                .cloned()
                .collect()
        });
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more {
            items.last().map(|last| last.id)
        } else {
            None
        };
        Ok(Listed { items, next })
    }
}
