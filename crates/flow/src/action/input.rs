//! `GetParticipantInput`: what a caller keys in, as a choice or as a value that is kept.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use model::Channel;

use super::message::PROMPT_DURATION_MAX;
use super::prompt::Prompt;
use crate::block::{
    At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec, Transitions, unexpected,
};
use crate::command::{
    Answer, Command, FlowError, Input, InputRequest, WaitEvent, WaitEventKind, WaitFor,
};
use crate::params::{NumberValue, Params};
use crate::phone::{self, NumberFormat};
use crate::places::Places;
use crate::problem::Reported;

/// Where a customer can be asked: not on hold, not while whispering.
const PLACES: Places = Places::INBOUND
    .and(Places::TRANSFER)
    .and(Places::CUSTOMER_QUEUE);

const FIRST_KEY_SECONDS: RangeInclusive<i64> = 1..=180;
const FIRST_KEY_DEFAULT: Duration = Duration::from_secs(5);
const NEXT_KEY_SECONDS: RangeInclusive<i64> = 1..=20;
const NEXT_KEY_DEFAULT: Duration = Duration::from_secs(5);

/// Most keys that are kept, and as many as a caller may key in where the block says nothing.
pub const KEYS_MAX: u8 = 128;
const LENGTHS: RangeInclusive<i64> = 1..=KEYS_MAX as i64;

/// Longest sequence that ends an input.
const TERMINATION_KEYS_MAX: usize = 5;
const TERMINATION_DEFAULT: &str = "#";

/// What the stored input is when the caller keys in nothing.
const TIMEOUT: &str = "Timeout";

const KEYS: &str = "0123456789*#";

/// Asks the caller for keys.
#[derive(Debug)]
pub(crate) struct GetParticipantInput {
    prompt: Option<Prompt>,
    first_key: NumberValue,
    buffer: bool,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// One key, which chooses a branch.
    Choice,
    /// Keys that become `$.StoredCustomerInput`.
    Stored(Box<Stored>),
}

#[derive(Debug)]
struct Stored {
    keys_max: u8,
    termination: Box<str>,
    cancel: bool,
    next_key: Option<NumberValue>,
    phone: Option<Phone>,
    /// Sealed under a key of the organisation: the clear keys must never get here.
    encrypted: bool,
}

#[derive(Debug)]
struct Phone {
    format: NumberFormat,
    country: Option<crate::params::TextValue>,
}

impl Behavior for GetParticipantInput {
    const SPEC: Spec = Spec {
        places: PLACES,
        next: NextRule::Optional,
        conditions: ConditionRule::Equals,
        ..Spec::plain("GetParticipantInput")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let prompt = Prompt::read_optional(params);
        let first_key = params.number("InputTimeLimitSeconds", FIRST_KEY_SECONDS);
        let buffer = params.flag("EnableDTMFBuffer");
        let stored = params.flag("StoreInput")?.unwrap_or(false);
        let form = if stored {
            Stored::read(params).map(|stored| Form::Stored(Box::new(stored)))
        } else {
            Ok(Form::Choice)
        };
        Ok(Self {
            prompt: prompt?,
            first_key: first_key?.unwrap_or(NumberValue::Fixed(
                FIRST_KEY_DEFAULT.as_secs().cast_signed(),
            )),
            buffer: buffer?.unwrap_or(false),
            form: form?,
        })
    }

    fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        match &self.form {
            Form::Choice => {
                for (condition, _) in &transitions.conditions {
                    let is_key = condition
                        .equals()
                        .is_some_and(|key| key.len() == 1 && KEYS.contains(key));
                    if !is_key {
                        params.problem(format!(
                            "condition `{condition}` is never met: compare with one key, 0-9, * or #"
                        ));
                    }
                }
                for error in [
                    FlowError::NoMatchingCondition,
                    FlowError::InputTimeLimitExceeded,
                ] {
                    if transitions.on(error).is_none() {
                        params.problem(format!("has no `{}` branch: add it", error.as_str()));
                    }
                }
            }
            Form::Stored(stored) => {
                if transitions.next.is_none() {
                    params.problem("has no `NextAction`: say where it leads");
                }
                if !transitions.conditions.is_empty() {
                    params.problem("stored input chooses no branch: remove the conditions");
                }
                if stored.phone.is_some() && transitions.on(FlowError::InvalidPhoneNumber).is_none()
                {
                    params.problem("has no `InvalidPhoneNumber` branch: add it");
                }
            }
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        if at.channel() != Some(Channel::Voice) {
            return Err(Failure::because("the action works on voice contacts only"));
        }
        let seconds = |value: &NumberValue| {
            value
                .resolve(at)
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(Duration::from_secs)
                .ok_or_else(|| Failure::because("a time limit is no number within its range"))
        };
        let prompt = self.prompt.as_ref();
        let prompt = prompt.map(|prompt| prompt.resolve(at)).transpose()?;
        let first_key = seconds(&self.first_key)?;
        let request = match &self.form {
            Form::Choice => InputRequest {
                prompt,
                keys_max: 1,
                first_key,
                next_key: first_key,
                termination: String::new(),
                cancel: false,
                buffer: self.buffer,
            },
            Form::Stored(stored) if stored.encrypted => {
                return Err(Failure::because("encrypted input is not available yet"));
            }
            Form::Stored(stored) => InputRequest {
                prompt,
                keys_max: stored.keys_max,
                first_key,
                next_key: stored
                    .next_key
                    .as_ref()
                    .map_or(Ok(NEXT_KEY_DEFAULT), seconds)?,
                termination: stored.termination.to_string(),
                cancel: stored.cancel,
                buffer: self.buffer,
            },
        };
        Ok(Outcome::Do(Command::Collect(request)))
    }

    fn answer(&self, at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        let input = match answer {
            Answer::Done => return Ok(until_keyed_in()),
            Answer::Event(WaitEvent::Input(input)) => input,
            Answer::Event(WaitEvent::NotPlayed) => {
                return Err(Failure::because("what is asked was not played"));
            }
            Answer::TimedOut => Input::Nothing,
            other => return unexpected(&other),
        };
        match (&self.form, input) {
            (Form::Choice, Input::Keys(keys)) => {
                Ok(Outcome::Result(keys.expose().to_owned().into()))
            }
            (Form::Choice, Input::Nothing) => Err(FlowError::InputTimeLimitExceeded.into()),
            (Form::Stored(_), Input::Nothing) => {
                at.values.stored_customer_input = Some(TIMEOUT.to_owned());
                Ok(Outcome::Next)
            }
            (Form::Stored(stored), Input::Keys(keys)) => {
                let value = match &stored.phone {
                    None => keys.expose().to_owned(),
                    Some(phone) => {
                        let country = phone.country.as_ref().map(|country| country.resolve(at));
                        phone::e164(keys.expose(), phone.format, country.as_deref())
                            .ok_or(FlowError::InvalidPhoneNumber)?
                    }
                };
                at.values.stored_customer_input = Some(value);
                Ok(Outcome::Next)
            }
        }
    }
}

/// The prompt and all keys; who plays and listens keeps the exact times.
fn until_keyed_in() -> Outcome {
    let slowest = NEXT_KEY_SECONDS.end().unsigned_abs() * u64::from(KEYS_MAX);
    Outcome::Wait(WaitFor {
        limit: PROMPT_DURATION_MAX + Duration::from_secs(slowest),
        events: BTreeSet::from([WaitEventKind::Input]),
    })
}

impl Stored {
    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let validation = params.within("InputValidation", |inner| {
            match inner.exactly_one(&["PhoneNumberValidation", "CustomValidation"])? {
                "PhoneNumberValidation" => inner
                    .within("PhoneNumberValidation", Phone::read)
                    .map(|phone| (phone, None)),
                _ => inner
                    .within("CustomValidation", |inner| {
                        inner.required("MaximumLength", |p, name| p.number(name, LENGTHS))
                    })
                    .map(|length| (None, length)),
            }
        });
        let encryption = params.within("InputEncryption", |inner| {
            let id = inner.required("EncryptionKeyId", Params::whole);
            inner.required("Key", Params::whole).and(id)
        });
        let keys = params.within("DTMFConfiguration", |inner| {
            let termination = termination(inner);
            let disable_cancel = inner.flag("DisableCancelKey");
            let next_key = inner.number("InterdigitTimeLimitSeconds", NEXT_KEY_SECONDS);
            Ok((termination?, disable_cancel?.unwrap_or(false), next_key?))
        });
        let (phone, length) = validation?.unwrap_or_default();
        let keys_max = match length {
            None => KEYS_MAX,
            Some(NumberValue::Fixed(length)) => u8::try_from(length).unwrap_or(KEYS_MAX),
            Some(NumberValue::Path(..)) => {
                return Err(params.problem("`MaximumLength` must be a fixed number"));
            }
        };
        let (termination, disable_cancel, next_key) =
            keys?.unwrap_or((TERMINATION_DEFAULT.into(), false, None));
        Ok(Self {
            keys_max,
            // The sequence that ends an input cannot cancel it as well.
            cancel: !disable_cancel && !termination.contains('*'),
            termination,
            next_key,
            phone,
            encrypted: encryption?.is_some(),
        })
    }
}

fn termination(params: &mut Params<'_>) -> Result<Box<str>, Reported> {
    let Some(keys) = params.fixed("InputTerminationSequence")? else {
        return Ok(TERMINATION_DEFAULT.into());
    };
    let fits = (1..=TERMINATION_KEYS_MAX).contains(&keys.len())
        && keys.chars().all(|key| KEYS.contains(key));
    if fits {
        Ok(keys.into())
    } else {
        Err(params.problem(format!(
            "parameter `InputTerminationSequence` has 1 to {TERMINATION_KEYS_MAX} keys, 0-9, * or #"
        )))
    }
}

impl Phone {
    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let format = params.required("NumberFormat", |p, name| {
            p.choice(
                name,
                &[("Local", NumberFormat::Local), ("E164", NumberFormat::E164)],
            )
        });
        let country = params.whole("CountryCode");
        let (format, country) = (format?, country?);
        if format == NumberFormat::Local && country.is_none() {
            return Err(params.problem("a local number needs `CountryCode`, such as `DE`: add it"));
        }
        Ok(Self { format, country })
    }
}
