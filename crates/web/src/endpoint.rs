//! The table of endpoints: what each takes, and the routes made from it.

use std::time::Duration;

use app::action::ActionSpec;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;

use crate::security::headers::Kind;
use crate::state::WebState;

/// What it takes to use an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing, and why that is right.
    Public(&'static str),
    /// A secret for this one thing, such as a ticket or a grant; which.
    Bearer(&'static str),
    /// A session, and of these actions at least one must be permitted on what the request names.
    Session(&'static [&'static ActionSpec]),
    /// A session alone: what it shows or does concerns only the session itself; what.
    OwnSession(&'static str),
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path, with names in braces; this form stands in logs.
    pub path: &'static str,
    /// What it takes.
    pub access: Access,
    /// Which pages may call it.
    pub(crate) callers: Callers,
    /// What its answers are.
    pub(crate) kind: Kind,
    /// How long an answer may take.
    pub(crate) timeout: Duration,
}

/// Which pages may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Any: it changes nothing, and what it tells is not for scripts of other sites (no CORS).
    Any,
    /// Our own pages; the request must name its origin.
    OwnPages,
    /// Pages of approved origins; the request must name its origin. Answers carry CORS headers.
    ApprovedPages,
    /// The same, and programs, which name no origin.
    ApprovedPagesAndPrograms,
}

/// How long an answer may take where nothing else is said.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// An endpoint with its handler.
pub(crate) struct Route {
    pub(crate) endpoint: Endpoint,
    pub(crate) handler: MethodRouter<WebState>,
}

impl Route {
    /// A `GET` that any page may navigate to.
    pub(crate) fn get<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        Self::new(
            Method::GET,
            MethodFilter::GET,
            path,
            access,
            Callers::Any,
            handler,
        )
    }

    /// A `POST` of our own pages.
    pub(crate) fn post<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        let callers = Callers::OwnPages;
        Self::new(
            Method::POST,
            MethodFilter::POST,
            path,
            access,
            callers,
            handler,
        )
    }

    /// A `PUT` of approved pages and of programs.
    pub(crate) fn put<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        let callers = Callers::ApprovedPagesAndPrograms;
        Self::new(
            Method::PUT,
            MethodFilter::PUT,
            path,
            access,
            callers,
            handler,
        )
    }

    /// The question of a browser whether an approved page may send what it wants to.
    pub(crate) fn preflight<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        let access = Access::Public("a browser asks before it sends; the answer is a constant");
        let callers = Callers::ApprovedPages;
        Self::new(
            Method::OPTIONS,
            MethodFilter::OPTIONS,
            path,
            access,
            callers,
            handler,
        )
    }

    fn new<H, T>(
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        access: Access,
        callers: Callers,
        handler: H,
    ) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        Self {
            endpoint: Endpoint {
                method,
                path,
                access,
                callers,
                kind: Kind::Other,
                timeout: ANSWER_TIMEOUT,
            },
            handler: on(filter, handler),
        }
    }

    /// With other callers.
    pub(crate) fn for_callers(mut self, callers: Callers) -> Self {
        self.endpoint.callers = callers;
        self
    }

    /// With answers of this kind.
    pub(crate) fn answering(mut self, kind: Kind) -> Self {
        self.endpoint.kind = kind;
        self
    }

    /// With another time-out.
    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.endpoint.timeout = timeout;
        self
    }
}
