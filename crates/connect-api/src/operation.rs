//! What an operation is, and what it is given.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use app::action::{Access, Action, ActionSpec};
use app::{App, AppError, Call, Permit, Target};
use model::{IdSource, InstanceId, InstanceScope};
use serde_json::Value;

use crate::error::{Code, Refusal, connect_code, participant_code, sts_code};
use crate::members::Members;
use crate::page::PageTokens;
use crate::route::Route;
use crate::settings::ApiSettings;
use crate::throttle::Class;

/// The services that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// `connect`, signed.
    Connect,
    /// `connectparticipant`, by bearer token.
    Participant,
    /// `sts`, signed, in AWS's query protocol.
    Sts,
}

impl Service {
    /// The service of an action, by the prefix of its name.
    fn of(spec: &ActionSpec) -> Self {
        match spec.name.split_once(':') {
            Some(("execute-api", _)) => Self::Participant,
            Some(("sts", _)) => Self::Sts,
            _ => Self::Connect,
        }
    }

    /// Its name in the audit trail.
    pub(crate) const fn source(self) -> &'static str {
        match self {
            Self::Connect => "connect.amazonaws.com",
            Self::Participant => "participant.connect.amazonaws.com",
            Self::Sts => "sts.amazonaws.com",
        }
    }

    /// Its name in credential scopes.
    pub(crate) const fn signing_name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Participant => "execute-api",
            Self::Sts => "sts",
        }
    }

    /// Its codes for what use cases refuse.
    pub(crate) const fn codes(self) -> fn(&AppError) -> Code {
        match self {
            Self::Connect => connect_code,
            Self::Participant => participant_code,
            Self::Sts => sts_code,
        }
    }
}

/// What the body of a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestBody {
    /// Members, in the form of the service.
    Members,
    /// One file, as it is.
    File {
        /// Its limit.
        bytes_max: usize,
    },
}

/// What a request was parsed into: on what, and with what.
pub(crate) type Parsed<T> = Result<(Target, T), Refusal>;

/// What an operation answers: a structure, or `Null` for one without members. Members that are `null`
/// are left out on the wire.
pub(crate) type Answer = Result<Value, AppError>;

/// An operation of the API, implemented for its action: whoever runs it holds the permit for it.
pub(crate) trait Operation: Action + Sized {
    /// Method and path, as the service model has them.
    const ROUTE: Route;

    /// Members that the audit trail shows; every other one is hidden (see [`crate::audit`]).
    const CLEAR: &'static [&'static str];

    /// What the body is.
    const BODY: RequestBody = RequestBody::Members;

    /// What [`Operation::parse`] makes of the members besides the target.
    type Input: Send;

    /// Reads the members with the constraints of the service model.
    fn parse(members: &Members<'_>) -> Parsed<Self::Input>;

    /// Does it.
    fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        input: Self::Input,
    ) -> impl Future<Output = Answer> + Send;

    /// The wire code of what the use case refuses, where the model lists another than the service's
    /// usual one.
    fn code(error: &AppError) -> Code {
        Service::of(Self::SPEC).codes()(error)
    }
}

/// What operations work with.
pub(crate) struct Context<'c> {
    pub(crate) app: &'c App,
    pub(crate) call: &'c Arc<Call>,
    pub(crate) settings: &'c ApiSettings,
    pub(crate) pages: &'c PageTokens,
    pub(crate) ids: &'c Mutex<IdSource>,
}

impl Context<'_> {
    /// Region, account and id of an instance, for ARNs.
    pub(crate) fn scope(&self, instance: InstanceId) -> Result<InstanceScope, AppError> {
        self.app
            .scope(instance)
            .ok_or(AppError::NotFound { what: "instance" })
    }

    /// A fresh id.
    pub(crate) fn fresh<I>(&self, generate: fn(&mut IdSource) -> I) -> I {
        generate(&mut self.ids.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An operation as the table holds it.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) spec: &'static ActionSpec,
    pub(crate) route: Route,
    pub(crate) clear: &'static [&'static str],
    pub(crate) body: RequestBody,
    pub(crate) code: fn(&AppError) -> Code,
    pub(crate) serve: Serve,
}

/// Parses, asks for the permit, runs.
pub(crate) type Serve =
    for<'a> fn(
        &'a Context<'a>,
        Members<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<Value, Refusal>> + Send + 'a>>;

impl Entry {
    /// The entry of an operation.
    pub(crate) const fn of<O: Operation>() -> Self {
        Self {
            spec: O::SPEC,
            route: O::ROUTE,
            clear: O::CLEAR,
            body: O::BODY,
            code: O::code,
            serve: serve::<O>,
        }
    }

    /// The service it belongs to.
    pub(crate) fn service(&self) -> Service {
        Service::of(self.spec)
    }

    /// How it is throttled.
    pub(crate) fn class(&self) -> Class {
        match (self.service(), self.spec.access) {
            (Service::Participant, _) if self.route.path == "/participant/connection" => {
                Class::Connection
            }
            (Service::Participant, _) => Class::Participant,
            (_, Access::Read | Access::ReadPersonal) => Class::Read,
            (_, Access::Write) => Class::Write,
        }
    }
}

fn serve<'a, O: Operation>(
    context: &'a Context<'a>,
    members: Members<'a>,
) -> Pin<Box<dyn Future<Output = Result<Value, Refusal>> + Send + 'a>> {
    Box::pin(async move {
        let (target, input) = O::parse(&members)?;
        let permit = context.app.authorize::<O>(context.call, target)?;
        Ok(O::run(context, permit, input).await?)
    })
}
