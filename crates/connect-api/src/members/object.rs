//! One structure of a body, member by member.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use model::{TAGS_MAX, Tags, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::word;
use crate::error::Refusal;

/// Latest time that a member may name, seconds since the epoch (the year 9999).
const EPOCH_SECONDS_MAX: f64 = 253_402_300_799.0;

/// A structure of the body.
#[derive(Debug, Clone)]
pub(crate) struct Object<'r> {
    pub(super) members: &'r Map<String, Value>,
    /// Where it stands, with a dot at the end; empty for the body itself.
    pub(super) within: String,
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
