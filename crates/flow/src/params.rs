//! Reads the parameters of a block: each kind of value once, each problem with name and remedy.

mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use model::{ResourceId, ResourceKind};
use serde_json::{Map, Value};

use crate::path::Path;
use crate::problem::{Problems, Reported, cut};
use crate::run::FlowKind;
use crate::template::{JsonTemplate, Template};

pub(crate) use value::{IdValue, NumberValue, TextValue};
use value::{noun, parse_id};

/// Most members that an object among the parameters may have (attributes, references, tags).
pub const PARAMETER_MEMBERS_MAX: usize = 500;

/// Most parameters without effect that a block's log lines name.
const IGNORED_NAMES_MAX: usize = 10;

/// The parameters of one block, or of an object within them. Readers note which names they know.
pub(crate) struct Params<'a> {
    /// Identifier of the block.
    block: &'a str,
    /// What the content is.
    pub(crate) kind: FlowKind,
    /// Where the members stand, for problems: empty, or `EventHooks.`.
    prefix: String,
    members: &'a Map<String, Value>,
    known: BTreeSet<&'static str>,
    problems: &'a mut Problems,
    /// Resources that the parameters name by id or ARN.
    resources: &'a mut BTreeSet<(ResourceKind, ResourceId)>,
}

impl<'a> Params<'a> {
    pub(crate) fn new(
        block: &'a str,
        kind: FlowKind,
        members: &'a Map<String, Value>,
        problems: &'a mut Problems,
        resources: &'a mut BTreeSet<(ResourceKind, ResourceId)>,
    ) -> Self {
        Self {
            block,
            kind,
            prefix: String::new(),
            members,
            known: BTreeSet::new(),
            problems,
            resources,
        }
    }

    /// The problems of the whole content.
    pub(crate) fn problems(&mut self) -> &mut Problems {
        self.problems
    }

    /// Records a problem of the block.
    pub(crate) fn problem(&mut self, reason: impl Into<String>) -> Reported {
        self.problems.block(self.block, reason)
    }

    /// Whether the parameter is given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|value| !value.is_null())
    }

    /// The parameter, which must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Result<Option<T>, Reported>,
    ) -> Result<T, Reported> {
        match read(self, name)? {
            Some(value) => Ok(value),
            None => Err(self.wrong(name, "is missing: add it")),
        }
    }

    /// Text as it stands; no value can be filled in.
    pub(crate) fn fixed(&mut self, name: &'static str) -> Result<Option<&'a str>, Reported> {
        let Some(text) = self.scalar(name)? else {
            return Ok(None);
        };
        if Path::parse(text).is_ok() {
            return Err(self.wrong(name, "must be fixed text, a JSONPath has no effect here"));
        }
        Ok(Some(text))
    }

    /// Text in which values are filled in.
    pub(crate) fn template(&mut self, name: &'static str) -> Result<Option<Template>, Reported> {
        let Some(text) = self.scalar(name)? else {
            return Ok(None);
        };
        self.compile(name, text).map(Some)
    }

    /// Fixed text or one path.
    pub(crate) fn whole(&mut self, name: &'static str) -> Result<Option<TextValue>, Reported> {
        let Some(text) = self.scalar(name)? else {
            return Ok(None);
        };
        let value = self.static_or_path(name, text)?;
        Ok(Some(match value {
            Ok(path) => TextValue::Path(path),
            Err(text) => TextValue::Fixed(text.into()),
        }))
    }

    /// One path.
    pub(crate) fn path(&mut self, name: &'static str) -> Result<Option<Path>, Reported> {
        let Some(text) = self.scalar(name)? else {
            return Ok(None);
        };
        match Path::parse(text) {
            Ok(path) => self.known_root(name, path).map(Some),
            Err(invalid) => {
                let reason = format!("is `{}`, {invalid}", cut(text));
                Err(self.wrong(name, &reason))
            }
        }
    }

    /// `True` or `False`, in any case.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Reported> {
        let Some(text) = self.scalar(name)? else {
            return Ok(None);
        };
        if text.eq_ignore_ascii_case("true") {
            Ok(Some(true))
        } else if text.eq_ignore_ascii_case("false") {
            Ok(Some(false))
        } else {
            Err(self.wrong(name, "must be `True` or `False`"))
        }
    }

    /// One of these names.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        choices: &[(&'static str, T)],
    ) -> Result<Option<T>, Reported> {
        let Some(text) = self.scalar(name)? else {
            return Ok(None);
        };
        if let Some((_, value)) = choices.iter().find(|(known, _)| *known == text) {
            return Ok(Some(*value));
        }
        let names: Vec<_> = choices
            .iter()
            .map(|(known, _)| format!("`{known}`"))
            .collect();
        let reason = format!("is `{}`, must be one of {}", cut(text), names.join(", "));
        Err(self.wrong(name, &reason))
    }

    /// A whole number within `range`, or one path.
    pub(crate) fn number(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<NumberValue>, Reported> {
        let Some(text) = self.scalar(name)? else {
            return Ok(None);
        };
        match self.static_or_path(name, text)? {
            Ok(path) => Ok(Some(NumberValue::Path(path, range))),
            Err(text) => match text.parse::<i64>() {
                Ok(number) if range.contains(&number) => Ok(Some(NumberValue::Fixed(number))),
                _ => {
                    let (from, to) = range.into_inner();
                    let reason = format!(
                        "is `{}`, must be a whole number from {from} to {to}, or a JSONPath",
                        cut(text)
                    );
                    Err(self.wrong(name, &reason))
                }
            },
        }
    }

    /// A resource by id or ARN, or one path.
    pub(crate) fn id<T>(
        &mut self,
        name: &'static str,
        kind: ResourceKind,
    ) -> Result<Option<IdValue<T>>, Reported>
    where
        T: From<ResourceId> + Into<ResourceId> + Copy,
    {
        let Some(text) = self.scalar(name)? else {
            return Ok(None);
        };
        match self.static_or_path(name, text)? {
            Ok(path) => Ok(Some(IdValue::Path(path))),
            Err("") => Err(self.wrong(name, "is empty: name a resource by id or ARN")),
            Err(text) => {
                let Some(id) = parse_id(text, kind) else {
                    let noun = noun(kind);
                    let reason =
                        format!("is `{}`, neither the id nor the ARN of {noun}", cut(text));
                    return Err(self.wrong(name, &reason));
                };
                self.resources.insert((kind, id));
                Ok(Some(IdValue::Fixed(id.into())))
            }
        }
    }

    /// An object of templates: name to text.
    pub(crate) fn templates(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Vec<(String, Template)>>, Reported> {
        let Some(members) = self.object(name)? else {
            return Ok(None);
        };
        let mut out = Vec::with_capacity(members.len());
        let mut failed = None;
        for (member, value) in members {
            let label = format!("{name}.{}", cut(member));
            let compiled = match value {
                _ if member.trim().is_empty() => {
                    Err(self.wrong(name, "has a member without a name"))
                }
                Value::String(text) => self.compile(&label, text),
                _ => Err(self.wrong(&label, "must be a text")),
            };
            match compiled {
                Ok(template) => out.push((member.clone(), template)),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(Some(out)), Err)
    }

    /// Any JSON whose texts are templates.
    pub(crate) fn json(&mut self, name: &'static str) -> Result<Option<JsonTemplate>, Reported> {
        self.known.insert(name);
        let Some(value) = self.members.get(name).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let template = JsonTemplate::parse(value);
        let mut misspelled = None;
        template.each_path(&mut |path| {
            misspelled = misspelled
                .take()
                .or_else(|| self.problems.misspelling(path));
        });
        match misspelled {
            Some(reason) => Err(self.wrong(name, &reason)),
            None => Ok(Some(template)),
        }
    }

    /// An object, with the bound that all have.
    pub(crate) fn object(
        &mut self,
        name: &'static str,
    ) -> Result<Option<&'a Map<String, Value>>, Reported> {
        self.known.insert(name);
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) if members.len() > PARAMETER_MEMBERS_MAX => {
                let reason = format!("has more than {PARAMETER_MEMBERS_MAX} members");
                Err(self.wrong(name, &reason))
            }
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.wrong(name, "must be an object")),
        }
    }

    /// A list of texts.
    pub(crate) fn list(&mut self, name: &'static str) -> Result<Option<Vec<&'a str>>, Reported> {
        self.known.insert(name);
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(items)) if items.len() <= PARAMETER_MEMBERS_MAX => {
                let texts: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
                match texts {
                    Some(texts) => Ok(Some(texts)),
                    None => Err(self.wrong(name, "must be a list of texts")),
                }
            }
            Some(_) => Err(self.wrong(name, "must be a list of texts")),
        }
    }

    /// Reads an object with members of its own; `None` where it is absent. Members that `read` does
    /// not know are refused: within such an object each one changes the meaning.
    pub(crate) fn within<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Params<'_>) -> Result<T, Reported>,
    ) -> Result<Option<T>, Reported> {
        let Some(members) = self.object(name)? else {
            return Ok(None);
        };
        self.nested(name, members, read).map(Some)
    }

    /// Reads an object of objects: a name of the author's to what `read` makes of its members.
    pub(crate) fn each_within<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Params<'_>) -> Result<T, Reported>,
    ) -> Result<Option<BTreeMap<String, T>>, Reported> {
        let Some(members) = self.object(name)? else {
            return Ok(None);
        };
        let mut out = BTreeMap::new();
        let mut failed = None;
        for (member, value) in members {
            let label = format!("{name}.{}", cut(member));
            let entry = match value.as_object() {
                Some(inner) => self.nested(&label, inner, &mut read),
                None => Err(self.wrong(&label, "must be an object")),
            };
            match entry {
                Ok(value) => {
                    out.insert(member.clone(), value);
                }
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(Some(out)), Err)
    }

    /// Reads a list of objects with members of their own, at most `max`; `None` where it is absent.
    pub(crate) fn each_of<T>(
        &mut self,
        name: &'static str,
        max: usize,
        mut read: impl FnMut(&mut Params<'_>) -> Result<T, Reported>,
    ) -> Result<Option<Vec<T>>, Reported> {
        self.known.insert(name);
        let items = match self.members.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(items)) if items.len() <= max => items,
            Some(_) => {
                let reason = format!("must be a list of at most {max} objects");
                return Err(self.wrong(name, &reason));
            }
        };
        let mut out = Vec::with_capacity(items.len());
        let mut failed = None;
        for (position, item) in items.iter().enumerate() {
            let label = format!("{name}[{position}]");
            let entry = match item.as_object() {
                Some(inner) => self.nested(&label, inner, &mut read),
                None => Err(self.wrong(&label, "must be an object")),
            };
            match entry {
                Ok(value) => out.push(value),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(Some(out)), Err)
    }

    /// Refuses a parameter that would change what the block does and is not available.
    pub(crate) fn unavailable(&mut self, name: &'static str, remedy: &str) -> Result<(), Reported> {
        self.known.insert(name);
        if self.has(name) {
            let reason = format!("is not available: {remedy}");
            return Err(self.wrong(name, &reason));
        }
        Ok(())
    }

    /// Which one of these parameters is given; a problem unless it is exactly one.
    pub(crate) fn exactly_one(&mut self, names: &[&'static str]) -> Result<&'static str, Reported> {
        let given: Vec<_> = names
            .iter()
            .copied()
            .filter(|name| self.has(name))
            .collect();
        self.known.extend(names);
        if let [one] = given.as_slice() {
            return Ok(one);
        }
        let quoted: Vec<_> = names
            .iter()
            .map(|name| format!("`{}{name}`", self.prefix))
            .collect();
        let found = if given.is_empty() {
            "none is"
        } else {
            "several are"
        };
        let reason = format!(
            "needs exactly one of {}, but {found} given",
            quoted.join(", ")
        );
        Err(self.problem(reason))
    }

    /// At most one of these parameters.
    pub(crate) fn at_most_one(
        &mut self,
        names: &[&'static str],
    ) -> Result<Option<&'static str>, Reported> {
        if names.iter().any(|name| self.has(name)) {
            self.exactly_one(names).map(Some)
        } else {
            self.known.extend(names);
            Ok(None)
        }
    }

    /// Names that no reader knew: one that looks like a slip of the pen is a problem, the first of the
    /// others are returned, for they have no effect here.
    pub(crate) fn unknown(&mut self) -> Vec<Box<str>> {
        let mut ignored = Vec::new();
        for name in self
            .members
            .keys()
            .filter(|name| !self.known.contains(name.as_str()))
        {
            match self.problems.nearest(name, self.known.iter().copied()) {
                Some(known) => {
                    let reason =
                        format!("unknown parameter `{}`, did you mean `{known}`?", cut(name));
                    self.problems.block(self.block, reason);
                }
                None if ignored.len() < IGNORED_NAMES_MAX => ignored.push(cut(name).into()),
                None => {}
            }
        }
        ignored
    }

    fn nested<T>(
        &mut self,
        label: &str,
        members: &'a Map<String, Value>,
        read: impl FnOnce(&mut Params<'_>) -> Result<T, Reported>,
    ) -> Result<T, Reported> {
        let mut inner = Params {
            block: self.block,
            kind: self.kind,
            prefix: format!("{}{label}.", self.prefix),
            members,
            known: BTreeSet::new(),
            problems: self.problems,
            resources: self.resources,
        };
        let read = read(&mut inner);
        let mut failed = None;
        for name in members.keys() {
            if inner.known.contains(name.as_str()) {
                continue;
            }
            let reason = match inner.problems.nearest(name, inner.known.iter().copied()) {
                Some(known) => format!("is not known, did you mean `{known}`?"),
                // Where reading failed, some names may not have been asked for.
                None if read.is_err() => continue,
                None => "is not known".to_owned(),
            };
            failed = Some(inner.wrong(&cut(name), &reason));
        }
        failed.map_or(read, Err)
    }

    /// A scalar: all of them are texts on the wire.
    fn scalar(&mut self, name: &'static str) -> Result<Option<&'a str>, Reported> {
        self.known.insert(name);
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other @ (Value::Number(_) | Value::Bool(_))) => {
                let reason = format!("must be a text: write \"{other}\" with quotation marks");
                Err(self.wrong(name, &reason))
            }
            Some(_) => Err(self.wrong(name, "must be a text")),
        }
    }

    /// A path where `text` is one, else the text; text that mixes both is a problem.
    fn static_or_path<'t>(
        &mut self,
        name: &str,
        text: &'t str,
    ) -> Result<Result<Path, &'t str>, Reported> {
        if let Ok(path) = Path::parse(text) {
            return self.known_root(name, path).map(Ok);
        }
        if Template::parse(text).paths().next().is_some() {
            return Err(self.wrong(
                name,
                "must be fixed text or one JSONPath, not a mixture of both",
            ));
        }
        Ok(Err(text))
    }

    fn compile(&mut self, name: &str, text: &str) -> Result<Template, Reported> {
        let template = Template::parse(text);
        let misspelled = template
            .paths()
            .find_map(|path| self.problems.misspelling(path));
        match misspelled {
            Some(reason) => Err(self.wrong(name, &reason)),
            None => Ok(template),
        }
    }

    fn known_root(&mut self, name: &str, path: Path) -> Result<Path, Reported> {
        match self.problems.misspelling(&path) {
            Some(reason) => Err(self.wrong(name, &reason)),
            None => Ok(path),
        }
    }

    fn wrong(&mut self, name: &str, reason: &str) -> Reported {
        self.problems.block(
            self.block,
            format!("parameter `{}{name}` {reason}", self.prefix),
        )
    }
}
