//! The members of a request, read one by one with the constraints of the service model.
//!
//! A member of the wrong type is malformed (`SerializationException`); one that breaks a constraint is
//! invalid. Members that nobody reads are ignored, as AWS does; those of the model that would change
//! the meaning of the call but are not supported are refused by [`Object::refuse`].

use std::ops::RangeInclusive;

use app::{Principal, Target};
use bytes::Bytes;
use model::arn::{ArnTarget, PhoneNumberArn};
use model::{
    AgentStatusId, Arn, ContactId, FlowId, FlowModuleId, HoursId, InstanceId, PhoneNumberId,
    PromptId, QueueId, QuickConnectId, ResourceId, ResourceKind, RoutingProfileId,
    SecurityProfileId, UserId,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Refusal;
use crate::route::Labels;

mod object;
mod phone_number;

pub(crate) use object::Object;

/// Longest text that can be an id or ARN, bytes.
const ID_BYTES_MAX: usize = 512;

/// All members of one request.
#[derive(Clone, Copy)]
pub(crate) struct Members<'r> {
    pub(crate) labels: &'r Labels,
    pub(crate) query: &'r [(String, String)],
    pub(crate) body: &'r Map<String, Value>,
    /// The body of an operation that takes a file; empty for all others.
    pub(crate) file: &'r Bytes,
    pub(crate) region: &'r str,
    pub(crate) principal: &'r Principal,
    /// What the id of a phone number names to the principal (`App::locate_number`).
    pub(crate) locate: &'r (dyn Fn(PhoneNumberId) -> Target + Sync),
}

/// Which part of a listing is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageRequest {
    /// Token of the page before.
    pub(crate) token: Option<String>,
    /// Most items of the page.
    pub(crate) limit: u32,
}

impl<'r> Members<'r> {
    /// The members of the body.
    pub(crate) const fn body(&self) -> Object<'r> {
        Object {
            members: self.body,
            within: String::new(),
        }
    }

    /// The value of a label of the path, decoded.
    pub(crate) fn label(&self, name: &str) -> Result<&'r str, Refusal> {
        self.labels
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| Refusal::invalid(format!("`{name}` is required")))
    }

    /// The instance that the path or the body names by id or ARN.
    pub(crate) fn instance(&self) -> Result<InstanceId, Refusal> {
        let text = match self.labels.get("InstanceId") {
            Some(text) => text.clone(),
            None => self.body().text("InstanceId", 1..=100)?,
        };
        self.parse_instance(&text)
    }

    fn parse_instance(&self, text: &str) -> Result<InstanceId, Refusal> {
        match self.parse_id(text)? {
            Named::Id(id) => id.parse().map_err(|_| not_an_id(text)),
            Named::Arn(Arn {
                scope,
                target: ArnTarget::Instance,
            }) => Ok(scope.instance),
            Named::Arn(_) | Named::Number(_) => Err(not_found("instance")),
        }
    }

    /// The instance as a target.
    pub(crate) fn in_instance(&self) -> Result<Target, Refusal> {
        self.instance().map(Target::Instance)
    }

    /// The resource that a label of the path names.
    pub(crate) fn resource<I: IdOfKind>(&self, label: &str) -> Result<Target, Refusal> {
        let ids = self.ids()?;
        let id: I = ids.parse(self.label(label)?)?;
        Ok(Target::Resource(ids.instance, I::KIND, id.into()))
    }

    /// The contact that a label names.
    pub(crate) fn contact_label(&self, label: &str) -> Result<Target, Refusal> {
        let ids = self.ids()?;
        Ok(Target::Contact(
            ids.instance,
            ids.contact(self.label(label)?)?,
        ))
    }

    /// The contact that a member of the body names.
    pub(crate) fn contact_member(&self, name: &str) -> Result<Target, Refusal> {
        let ids = self.ids()?;
        let id = ids.contact(&self.body().text(name, 1..=256)?)?;
        Ok(Target::Contact(ids.instance, id))
    }

    /// Reads ids of this request's instance.
    pub(crate) fn ids(&self) -> Result<Ids<'r>, Refusal> {
        Ok(Ids {
            instance: self.instance()?,
            members: *self,
        })
    }

    /// What an ARN in a label names.
    pub(crate) fn arn(&self, label: &str) -> Result<Target, Refusal> {
        let text = self.label(label)?;
        match self.parse_id(text)? {
            Named::Id(_) => Err(Refusal::invalid(format!("`{label}` must be an ARN"))),
            Named::Number(id) => Ok((self.locate)(id)),
            Named::Arn(Arn { scope, target }) => Ok(match target {
                ArnTarget::Instance => Target::Instance(scope.instance),
                ArnTarget::Resource(kind, id) => Target::Resource(scope.instance, kind, id),
                ArnTarget::Contact(id) => Target::Contact(scope.instance, id),
            }),
        }
    }

    /// The contact of the participant who calls.
    pub(crate) fn own_contact(&self) -> Result<Target, Refusal> {
        match self.principal {
            Principal::Participant {
                instance, contact, ..
            } => Ok(Target::Contact(*instance, *contact)),
            _ => Err(not_found("contact")),
        }
    }

    /// `nextToken` and `maxResults` of the query.
    pub(crate) fn page(&self, most: u32) -> Result<PageRequest, Refusal> {
        let limit = match self.query_text("maxResults")? {
            None => most,
            Some(text) => {
                let limit: u32 = text.parse().map_err(|_| {
                    Refusal::Malformed("`maxResults` must be a whole number".to_owned())
                })?;
                if !(1..=most).contains(&limit) {
                    return Err(Refusal::invalid(format!(
                        "`MaxResults` must be 1 to {most}"
                    )));
                }
                limit
            }
        };
        let token = self.query_text("nextToken")?.map(str::to_owned);
        Ok(PageRequest { token, limit })
    }

    /// A member of the query that may stand once.
    pub(crate) fn query_text(&self, name: &str) -> Result<Option<&'r str>, Refusal> {
        let mut values = self.query_texts(name);
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(_) => Err(Refusal::invalid(format!("`{name}` may stand once only"))),
        }
    }

    /// All values of a member of the query.
    pub(crate) fn query_texts(&self, name: &str) -> impl Iterator<Item = &'r str> {
        self.query
            .iter()
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a member of the query, each one of `T`'s words; empty where absent.
    pub(crate) fn query_words<T: DeserializeOwned>(
        &self,
        name: &str,
        most: usize,
    ) -> Result<Vec<T>, Refusal> {
        let words: Vec<T> = self
            .query_texts(name)
            .map(|text| word(text, name))
            .collect::<Result<_, _>>()?;
        if words.len() > most {
            return Err(Refusal::invalid(format!(
                "`{name}` may hold at most {most} values"
            )));
        }
        Ok(words)
    }

    /// Labels, query and body as one object, for the audit trail.
    pub(crate) fn all(&self) -> Map<String, Value> {
        let mut all = self.body.clone();
        for (name, value) in self.query {
            all.insert(name.clone(), Value::from(value.as_str()));
        }
        for (name, value) in self.labels {
            all.insert((*name).to_owned(), Value::from(value.as_str()));
        }
        all
    }

    /// An id or an ARN of the caller's own region and account; of another one there is nothing here.
    fn parse_id<'t>(&self, text: &'t str) -> Result<Named<'t>, Refusal> {
        if text.len() > ID_BYTES_MAX {
            return Err(Refusal::invalid("an id may have at most 512 characters"));
        }
        if !text.starts_with("arn:") {
            return Ok(Named::Id(text));
        }
        if let Ok(arn) = text.parse::<PhoneNumberArn>() {
            self.check_home(&arn.region, &arn.account)?;
            return Ok(Named::Number(arn.id));
        }
        let arn: Arn = text.parse().map_err(|_| not_an_id(text))?;
        self.check_home(&arn.scope.region, &arn.scope.account)?;
        Ok(Named::Arn(arn))
    }

    fn check_home(&self, region: &str, account: &str) -> Result<(), Refusal> {
        let home = match self.principal {
            Principal::AccessKey { account: own, .. } => own == account,
            _ => true,
        };
        if home && region == self.region {
            Ok(())
        } else {
            Err(not_found("resource"))
        }
    }
}

enum Named<'t> {
    Id(&'t str),
    Arn(Arn),
    /// A phone number; its ARN names no instance.
    Number(PhoneNumberId),
}

/// Reads ids and ARNs of one instance.
#[derive(Clone, Copy)]
pub(crate) struct Ids<'r> {
    pub(crate) instance: InstanceId,
    members: Members<'r>,
}

impl Ids<'_> {
    /// The id, or the id in an ARN of this instance and kind; another one's is not found.
    pub(crate) fn parse<I: IdOfKind>(&self, text: &str) -> Result<I, Refusal> {
        match self.members.parse_id(text)? {
            Named::Id(id) => id
                .parse::<ResourceId>()
                .map(I::from)
                .map_err(|_| not_an_id(text)),
            Named::Arn(Arn {
                scope,
                target: ArnTarget::Resource(kind, id),
            }) if scope.instance == self.instance && kind == I::KIND => Ok(id.into()),
            Named::Number(id) if I::KIND == ResourceKind::PhoneNumber => {
                Ok(ResourceId::from(id).into())
            }
            Named::Arn(_) | Named::Number(_) => Err(not_found("resource")),
        }
    }

    /// The contact, by id or ARN.
    pub(crate) fn contact(&self, text: &str) -> Result<ContactId, Refusal> {
        match self.members.parse_id(text)? {
            Named::Id(id) => id.parse().map_err(|_| not_an_id(text)),
            Named::Arn(Arn {
                scope,
                target: ArnTarget::Contact(id),
            }) if scope.instance == self.instance => Ok(id),
            Named::Arn(_) | Named::Number(_) => Err(not_found("contact")),
        }
    }

    /// An id among the members of an object.
    pub(crate) fn member<I: IdOfKind>(
        &self,
        object: &Object<'_>,
        name: &str,
    ) -> Result<I, Refusal> {
        self.parse(&object.text(name, 1..=ID_BYTES_MAX)?)
    }

    /// An id that may be absent.
    pub(crate) fn optional<I: IdOfKind>(
        &self,
        object: &Object<'_>,
        name: &str,
    ) -> Result<Option<I>, Refusal> {
        object
            .optional_text(name, 1..=ID_BYTES_MAX)?
            .map(|text| self.parse(&text))
            .transpose()
    }

    /// A list of ids.
    pub(crate) fn list<I: IdOfKind, C: FromIterator<I>>(
        &self,
        object: &Object<'_>,
        name: &str,
        count: RangeInclusive<usize>,
    ) -> Result<C, Refusal> {
        object
            .texts(name, count, 1..=ID_BYTES_MAX)?
            .iter()
            .map(|text| self.parse(text))
            .collect()
    }
}

/// Ids of configuration resources, each of one kind.
pub(crate) trait IdOfKind: From<ResourceId> + Into<ResourceId> {
    /// The kind.
    const KIND: ResourceKind;
}

macro_rules! kinds {
    ($($id:ident = $kind:ident),*) => {$(
        impl IdOfKind for $id {
            const KIND: ResourceKind = ResourceKind::$kind;
        }
    )*};
}

kinds!(
    QueueId = Queue,
    HoursId = Hours,
    RoutingProfileId = RoutingProfile,
    UserId = User,
    SecurityProfileId = SecurityProfile,
    FlowId = Flow,
    FlowModuleId = FlowModule,
    AgentStatusId = AgentStatus,
    QuickConnectId = QuickConnect,
    PromptId = Prompt,
    PhoneNumberId = PhoneNumber
);

fn word<T: DeserializeOwned>(text: &str, name: &str) -> Result<T, Refusal> {
    serde_json::from_value(Value::from(text))
        .map_err(|_| Refusal::invalid(format!("`{name}` does not know the value `{}`", clip(text))))
}

fn not_an_id(text: &str) -> Refusal {
    Refusal::invalid(format!("`{}` is neither an id nor an ARN", clip(text)))
}

const fn not_found(what: &'static str) -> Refusal {
    Refusal::App(app::AppError::NotFound { what })
}

/// What of outside text an error repeats.
fn clip(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests;
