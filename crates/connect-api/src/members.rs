//! The members of a request, read one by one with the constraints of the service model.
//!
//! A member of the wrong type is malformed (`SerializationException`); one that breaks a constraint is
//! invalid. Members that nobody reads are ignored, as AWS does; those of the model that would change
//! the meaning of the call but are not supported are refused by [`Object::refuse`].

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use app::{Principal, Target};
use model::arn::ArnTarget;
use model::{
    AgentStatusId, Arn, ContactId, FlowId, FlowModuleId, HoursId, InstanceId, QueueId,
    QuickConnectId, ResourceId, ResourceKind, RoutingProfileId, SecurityProfileId, TAGS_MAX, Tags,
    Timestamp, UserId,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Refusal;
use crate::route::Labels;

/// Longest text that can be an id or ARN, bytes.
const ID_BYTES_MAX: usize = 512;

/// Latest time that a member may name, seconds since the epoch (the year 9999).
const EPOCH_SECONDS_MAX: f64 = 253_402_300_799.0;

/// All members of one request.
#[derive(Clone, Copy)]
pub(crate) struct Members<'r> {
    pub(crate) labels: &'r Labels,
    pub(crate) query: &'r [(String, String)],
    pub(crate) body: &'r Map<String, Value>,
    pub(crate) region: &'r str,
    pub(crate) principal: &'r Principal,
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
        match self.parse_id(&text)? {
            Named::Id(id) => id.parse().map_err(|_| not_an_id(&text)),
            Named::Arn(Arn {
                scope,
                target: ArnTarget::Instance,
            }) => Ok(scope.instance),
            Named::Arn(_) => Err(not_found("instance")),
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
        let arn: Arn = text.parse().map_err(|_| not_an_id(text))?;
        let home = match self.principal {
            Principal::AccessKey { account, .. } => *account == arn.scope.account,
            _ => true,
        };
        if !home || arn.scope.region != self.region {
            return Err(not_found("resource"));
        }
        Ok(Named::Arn(arn))
    }
}

enum Named<'t> {
    Id(&'t str),
    Arn(Arn),
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
            Named::Arn(_) => Err(not_found("resource")),
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
            Named::Arn(_) => Err(not_found("contact")),
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
    QuickConnectId = QuickConnect
);

/// A structure of the body.
#[derive(Debug, Clone)]
pub(crate) struct Object<'r> {
    members: &'r Map<String, Value>,
    /// Where it stands, with a dot at the end; empty for the body itself.
    within: String,
}

impl<'r> Object<'r> {
    /// Text that must be there, of so many characters.
    pub(crate) fn text(&self, name: &str, chars: RangeInclusive<usize>) -> Result<String, Refusal> {
        self.optional_text(name, chars)?
            .ok_or_else(|| self.required(name))
    }

    /// Text that may be absent.
    pub(crate) fn optional_text(
        &self,
        name: &str,
        chars: RangeInclusive<usize>,
    ) -> Result<Option<String>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| self.mistyped(name, "text"))?;
        self.check_chars(name, text, chars)?;
        Ok(Some(text.to_owned()))
    }

    /// A whole number that must be there.
    pub(crate) fn number<N: TryFrom<i64>>(
        &self,
        name: &str,
        range: RangeInclusive<i64>,
    ) -> Result<N, Refusal> {
        self.optional_number(name, range)?
            .ok_or_else(|| self.required(name))
    }

    /// A whole number that may be absent.
    pub(crate) fn optional_number<N: TryFrom<i64>>(
        &self,
        name: &str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<N>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value
            .as_i64()
            .ok_or_else(|| self.mistyped(name, "a whole number"))?;
        let fits = range.contains(&number).then(|| N::try_from(number).ok());
        fits.flatten().map(Some).ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            self.invalid(name, &format!("must be {least} to {most}"))
        })
    }

    /// `true` or `false`; absent is `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.mistyped(name, "true or false")),
        }
    }

    /// A time in seconds since the epoch, with or without fraction.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked before"
    )]
    pub(crate) fn optional_time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let seconds = value
            .as_f64()
            .ok_or_else(|| self.mistyped(name, "seconds since the epoch"))?;
        if !(0.0..=EPOCH_SECONDS_MAX).contains(&seconds) {
            return Err(self.invalid(name, "must lie between 1970 and 9999"));
        }
        Ok(Some(Timestamp::from_millis(
            (seconds * 1000.0).round() as i64
        )))
    }

    /// One of the words of `T`, which must be there.
    pub(crate) fn word<T: DeserializeOwned>(&self, name: &str) -> Result<T, Refusal> {
        self.optional_word(name)?.ok_or_else(|| self.required(name))
    }

    /// One of the words of `T`.
    pub(crate) fn optional_word<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| self.mistyped(name, "text"))?;
        word(text, &format!("{}{name}", self.within)).map(Some)
    }

    /// A list of words of `T`; absent is empty.
    pub(crate) fn words<T: DeserializeOwned>(
        &self,
        name: &str,
        count: RangeInclusive<usize>,
    ) -> Result<Vec<T>, Refusal> {
        self.texts(name, count, 0..=100)?
            .iter()
            .map(|text| word(text, &format!("{}{name}", self.within)))
            .collect()
    }

    /// A structure that must be there.
    pub(crate) fn object(&self, name: &str) -> Result<Object<'r>, Refusal> {
        self.optional_object(name)?
            .ok_or_else(|| self.required(name))
    }

    /// A structure that may be absent.
    pub(crate) fn optional_object(&self, name: &str) -> Result<Option<Object<'r>>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let members = value
            .as_object()
            .ok_or_else(|| self.mistyped(name, "a structure"))?;
        Ok(Some(Object {
            members,
            within: format!("{}{name}.", self.within),
        }))
    }

    /// A list of structures; absent is empty.
    pub(crate) fn objects(
        &self,
        name: &str,
        count: RangeInclusive<usize>,
    ) -> Result<Vec<Object<'r>>, Refusal> {
        self.list(name, count)?
            .iter()
            .map(|value| {
                let members = value
                    .as_object()
                    .ok_or_else(|| self.mistyped(name, "a list of structures"))?;
                Ok(Object {
                    members,
                    within: format!("{}{name}.", self.within),
                })
            })
            .collect()
    }

    /// A list of texts; absent is empty.
    pub(crate) fn texts(
        &self,
        name: &str,
        count: RangeInclusive<usize>,
        chars: RangeInclusive<usize>,
    ) -> Result<Vec<String>, Refusal> {
        self.list(name, count)?
            .iter()
            .map(|value| {
                let text = value
                    .as_str()
                    .ok_or_else(|| self.mistyped(name, "a list of texts"))?;
                self.check_chars(name, text, chars.clone())?;
                Ok(text.to_owned())
            })
            .collect()
    }

    /// Text by name; absent is empty.
    pub(crate) fn text_map(
        &self,
        name: &str,
        key_chars: RangeInclusive<usize>,
        value_chars: RangeInclusive<usize>,
    ) -> Result<BTreeMap<String, String>, Refusal> {
        let Some(object) = self.optional_object(name)? else {
            return Ok(BTreeMap::new());
        };
        object
            .members
            .iter()
            .map(|(key, value)| {
                let text = value
                    .as_str()
                    .ok_or_else(|| self.mistyped(name, "text by name"))?;
                self.check_chars(name, key, key_chars.clone())?;
                self.check_chars(name, text, value_chars.clone())?;
                Ok((key.clone(), text.to_owned()))
            })
            .collect()
    }

    /// `Tags`.
    pub(crate) fn tags(&self, name: &str) -> Result<Tags, Refusal> {
        let tags = self.text_map(name, 1..=128, 0..=256)?;
        if tags.len() > TAGS_MAX {
            return Err(self.invalid(name, "may hold at most 50 tags"));
        }
        Ok(tags)
    }

    /// Structures by name; absent is empty.
    pub(crate) fn object_map(&self, name: &str) -> Result<Vec<(&'r str, Object<'r>)>, Refusal> {
        let Some(object) = self.optional_object(name)? else {
            return Ok(Vec::new());
        };
        object
            .members
            .keys()
            .map(|key| Ok((key.as_str(), object.object(key)?)))
            .collect()
    }

    /// Refuses members of the model that are not supported: to ignore them would be to promise what
    /// does not happen. Empty lists, `false` and `null` promise nothing.
    pub(crate) fn refuse(&self, names: &[&str]) -> Result<(), Refusal> {
        for name in names {
            let empty = match self.get(name) {
                None | Some(Value::Bool(false)) => true,
                Some(Value::Array(items)) => items.is_empty(),
                Some(Value::Object(members)) => members.is_empty(),
                Some(_) => false,
            };
            if !empty {
                return Err(self.invalid(name, "is not supported: leave it out"));
            }
        }
        Ok(())
    }

    fn list(&self, name: &str, count: RangeInclusive<usize>) -> Result<&'r [Value], Refusal> {
        let items = match self.get(name) {
            None => &[],
            Some(value) => value
                .as_array()
                .ok_or_else(|| self.mistyped(name, "a list"))?
                .as_slice(),
        };
        if !count.contains(&items.len()) {
            let (least, most) = (count.start(), count.end());
            return Err(self.invalid(name, &format!("must hold {least} to {most} items")));
        }
        Ok(items)
    }

    /// Whether a member is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value; `null` is absent, as AWS takes it.
    fn get(&self, name: &str) -> Option<&'r Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn check_chars(
        &self,
        name: &str,
        text: &str,
        chars: RangeInclusive<usize>,
    ) -> Result<(), Refusal> {
        if chars.contains(&text.chars().count()) {
            return Ok(());
        }
        let (least, most) = (chars.start(), chars.end());
        Err(self.invalid(name, &format!("must have {least} to {most} characters")))
    }

    fn required(&self, name: &str) -> Refusal {
        self.invalid(name, "is required")
    }

    /// This member breaks a constraint.
    pub(crate) fn invalid(&self, name: &str, what: &str) -> Refusal {
        Refusal::invalid(format!("`{}{name}` {what}", self.within))
    }

    fn mistyped(&self, name: &str, what: &str) -> Refusal {
        Refusal::Malformed(format!("`{}{name}` must be {what}", self.within))
    }
}

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
