//! An access request in Cedar's terms: principal, resource and what is known of both.
//!
//! Ids enter as Cedar entity ids, never as policy text.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::str::FromStr;

use app::ports::policy::{AccessRequest, PolicyError};
use app::{Principal, Target};
use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    Response, RestrictedExpression,
};
use model::{InstanceId, SecurityProfileId};

use crate::kind::Kind;

/// Entity types, parsed once.
#[derive(Debug)]
pub(crate) struct Names {
    kinds: HashMap<&'static str, EntityTypeName>,
    account: EntityTypeName,
    instance: EntityTypeName,
    resource: EntityTypeName,
    contact: EntityTypeName,
    agent: EntityTypeName,
    profile: EntityTypeName,
}

impl Names {
    pub(crate) fn new() -> Result<Self, PolicyError> {
        let name = |text: &str| {
            EntityTypeName::from_str(text)
                .map_err(|error| PolicyError(format!("entity type `{text}`: {error}")))
        };
        Ok(Self {
            kinds: Kind::ALL
                .into_iter()
                .map(|kind| Ok((kind.entity_type(), name(kind.entity_type())?)))
                .collect::<Result<_, PolicyError>>()?,
            account: name("Account")?,
            instance: name("Instance")?,
            resource: name("Resource")?,
            contact: name("Contact")?,
            agent: name("Agent")?,
            profile: name("SecurityProfile")?,
        })
    }

    pub(crate) fn instance(&self, id: InstanceId) -> EntityUid {
        uid(&self.instance, id)
    }

    pub(crate) fn profile(&self, id: SecurityProfileId) -> EntityUid {
        uid(&self.profile, id)
    }
}

/// One request with the entities that it speaks of.
pub(crate) struct Question {
    request: Request,
    entities: Entities,
}

/// The request has no form that Cedar accepts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Untranslatable {
    #[error("no entity type for the principal")]
    Kind,
    #[error("entity: {0}")]
    Entity(#[from] Box<cedar_policy::EntityAttrEvaluationError>),
    #[error("entities: {0}")]
    Entities(#[from] Box<cedar_policy::entities_errors::EntitiesError>),
    #[error("context: {0}")]
    Context(#[from] Box<cedar_policy::ContextCreationError>),
    #[error("request: {0}")]
    Request(#[from] Box<cedar_policy::RequestValidationError>),
}

impl Question {
    pub(crate) fn new(
        names: &Names,
        action: &Entity,
        request: &AccessRequest<'_>,
    ) -> Result<Self, Untranslatable> {
        let principal = principal(names, request.principal)?;
        let resource = resource(names, request.target);
        let context = Context::from_pairs([(
            "own".to_owned(),
            RestrictedExpression::new_bool(request.own),
        )])
        .map_err(Box::new)?;
        let asked = Request::new(principal.uid(), action.uid(), resource.uid(), context, None)
            .map_err(Box::new)?;
        let entities = Entities::from_entities([principal, resource, action.clone()], None)
            .map_err(Box::new)?;
        Ok(Self {
            request: asked,
            entities,
        })
    }

    /// What these policies say.
    pub(crate) fn ask(&self, authorizer: &Authorizer, set: &PolicySet) -> Response {
        authorizer.is_authorized(&self.request, set, &self.entities)
    }
}

fn principal(names: &Names, principal: &Principal) -> Result<Entity, Untranslatable> {
    let kind = names
        .kinds
        .get(Kind::of(principal).entity_type())
        .ok_or(Untranslatable::Kind)?;
    let entity = match principal {
        Principal::User {
            user,
            profiles,
            second_factor,
            ..
        } => Entity::new(
            uid(kind, user),
            HashMap::from([(
                "secondFactor".to_owned(),
                RestrictedExpression::new_bool(*second_factor),
            )]),
            profiles.iter().map(|id| names.profile(*id)).collect(),
        )
        .map_err(Box::new)?,
        Principal::Participant {
            instance,
            participant,
            ..
        } => Entity::new(
            uid(kind, participant),
            HashMap::from([(
                "instance".to_owned(),
                RestrictedExpression::new_entity_uid(names.instance(*instance)),
            )]),
            HashSet::new(),
        )
        .map_err(Box::new)?,
        Principal::AccessKey { key_id, .. } => Entity::with_uid(uid(kind, key_id)),
        Principal::Visitor => Entity::with_uid(uid(kind, "visitor")),
        Principal::Operator { uid: operator } => Entity::with_uid(uid(kind, operator)),
        Principal::System(part) => Entity::with_uid(uid(kind, part)),
    };
    Ok(entity)
}

fn resource(names: &Names, target: &Target) -> Entity {
    let within = |resource, instance| {
        Entity::new_no_attrs(resource, HashSet::from([names.instance(instance)]))
    };
    match *target {
        // The account of the request is not part of the question: there is one per program.
        Target::Account => Entity::with_uid(uid(&names.account, "account")),
        Target::Instance(instance) => Entity::with_uid(names.instance(instance)),
        Target::Resource(instance, _, id) => within(uid(&names.resource, id), instance),
        Target::Contact(instance, id) => within(uid(&names.contact, id), instance),
        Target::Agent(instance, id) => within(uid(&names.agent, id), instance),
    }
}

fn uid(kind: &EntityTypeName, id: impl Display) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id.to_string()))
}
