//! Paged listings.

use app::AppError;
use app::Permit;
use app::config::{Lists, Page};
use model::{InstanceScope, Resource, ResourceId};
use serde_json::{Value, json};

use crate::members::PageRequest;
use crate::operation::{Context, Operation};
use crate::page;

/// A page, and the token of the next one.
pub(super) struct Listing {
    pub(super) items: Vec<Value>,
    pub(super) next: Option<String>,
}

impl Listing {
    /// A page of the resources that the permit's action lists; `show` leaves out those that the caller
    /// filters away.
    pub(super) fn of<A: Lists + Operation>(
        context: &Context<'_>,
        permit: &Permit<A>,
        request: &PageRequest,
        show: impl Fn(&InstanceScope, &Resource) -> Option<Value>,
    ) -> Result<Self, AppError> {
        let instance = permit
            .target()
            .instance()
            .ok_or(AppError::NotFound { what: "instance" })?;
        let scope = context.scope(instance)?;
        let name = format!("{}/{instance}", A::SPEC.name);
        let mut after = match &request.token {
            None => None,
            Some(token) => Some(ResourceId::from_u128(context.pages.open(&name, token)?)),
        };
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let mut shown: Vec<(ResourceId, Value)> = Vec::new();
        // One more than asked for tells whether there is a next page.
        while shown.len() <= limit {
            let listed = context.app.list(
                permit,
                Page {
                    after,
                    limit: request.limit,
                },
            )?;
            let fitting = listed
                .items
                .iter()
                .filter_map(|resource| Some((resource.id, show(&scope, resource)?)));
            shown.extend(fitting);
            match listed.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        let more = shown.len() > limit;
        shown.truncate(limit);
        let last = shown.last().map(|(id, _)| id.as_u128()).filter(|_| more);
        Ok(Self {
            items: shown.into_iter().map(|(_, value)| value).collect(),
            next: last.map(|position| context.pages.seal(&name, position)),
        })
    }
}

/// A page of items that are all at hand. `name` binds the token to what is listed.
pub(super) fn page_of(
    context: &Context<'_>,
    name: &str,
    request: &PageRequest,
    items: Vec<Value>,
) -> Result<Listing, AppError> {
    let after = match &request.token {
        None => 0,
        Some(token) => usize::try_from(context.pages.open(name, token)?).unwrap_or(usize::MAX),
    };
    let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
    let (items, next) = page::slice(items, after, limit);
    Ok(Listing {
        items,
        next: next.map(|position| context.pages.seal(name, position)),
    })
}

/// A page of items with their positions, in ascending order. Unlike [`page_of`] it leaves none out where
/// items before it have gone meanwhile.
pub(super) fn page_after(
    context: &Context<'_>,
    name: &str,
    request: &PageRequest,
    items: impl Iterator<Item = (u128, Value)>,
) -> Result<Listing, AppError> {
    let after = match &request.token {
        None => None,
        Some(token) => Some(context.pages.open(name, token)?),
    };
    let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
    let mut page: Vec<(u128, Value)> = items
        .filter(|(position, _)| after.is_none_or(|after| *position > after))
        .take(limit.saturating_add(1))
        .collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().map(|(position, _)| *position).filter(|_| more);
    Ok(Listing {
        items: page.into_iter().map(|(_, value)| value).collect(),
        next: last.map(|position| context.pages.seal(name, position)),
    })
}

/// What listings show of most kinds.
pub(super) fn summary(scope: &InstanceScope, resource: &Resource) -> Value {
    json!({
        "Id": resource.id,
        "Arn": scope.resource_arn(resource.body.kind(), resource.id).to_string(),
        "Name": resource.name,
        "LastModifiedTime": resource.modified_at.as_secs_f64(),
        "LastModifiedRegion": scope.region,
    })
}
