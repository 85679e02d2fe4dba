//! Errors as the pages see them: one shape, codes of the protocol, and what to do next.

use std::borrow::Cow;

use app::AppError;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde::Serialize;

/// How long a client waits after [`AppError::Unavailable`], seconds.
const UNAVAILABLE_RETRY_S: u32 = 1;
/// How long a client waits where a quota of the instance is reached, seconds.
const QUOTA_RETRY_S: u32 = 30;

/// A refusal or failure, ready to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    retry_after_s: Option<u32>,
}

impl ApiError {
    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code,
            message: Cow::Borrowed(message),
            retry_after_s: None,
        }
    }

    /// The request is wrong; the text says what.
    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            ..Self::new(StatusCode::BAD_REQUEST, "invalid-request", "")
        }
    }

    /// The password is too weak; the text says why.
    pub(crate) fn weak_password(message: String) -> Self {
        Self {
            message: message.into(),
            ..Self::new(StatusCode::BAD_REQUEST, "weak-password", "")
        }
    }

    /// The text of a message is longer than `max` characters.
    pub(crate) fn message_too_long(max: usize) -> Self {
        Self {
            message: format!("the text may have {max} characters: shorten or split it").into(),
            ..Self::new(StatusCode::BAD_REQUEST, "message-too-long", "")
        }
    }

    /// What a browser offers for a call cannot be used; the text says why.
    pub(crate) fn call_refused(message: String) -> Self {
        Self {
            message: message.into(),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "call-refused", "")
        }
    }

    /// Size or type of a file is refused; the text names the limit.
    pub(crate) fn attachment_refused(message: String) -> Self {
        Self {
            message: message.into(),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "attachment-refused", "")
        }
    }

    /// Too many requests.
    pub(crate) fn throttled(retry_after_s: u32) -> Self {
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "throttled",
                "too many requests: wait and try again",
            )
        }
    }

    /// Not now.
    pub(crate) fn unavailable(retry_after_s: u32) -> Self {
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "the service is not available: try again",
            )
        }
    }

    /// The code of the protocol.
    #[cfg(test)]
    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// The same refusal for those who may not know whether the target exists.
    #[must_use]
    pub(crate) fn hiding_existence(self) -> Self {
        if self == NOT_PERMITTED {
            NOT_FOUND
        } else {
            self
        }
    }

    /// The body: `code`, `message`, and when to try again.
    pub(crate) fn body(&self) -> ErrorBody<'_> {
        ErrorBody {
            code: self.code,
            message: &self.message,
            retry_after_seconds: self.retry_after_s,
        }
    }
}

/// No session, or one that has ended.
pub(crate) const NOT_SIGNED_IN: ApiError = ApiError::new(
    StatusCode::UNAUTHORIZED,
    "not-signed-in",
    "sign in to go on",
);
/// Wrong user, password or code.
pub(crate) const SIGN_IN_REFUSED: ApiError = ApiError::new(
    StatusCode::UNAUTHORIZED,
    "sign-in-refused",
    "user name, password or code is wrong: try again",
);
/// The one-time code is wrong.
pub(crate) const CODE_REFUSED: ApiError = ApiError::new(
    StatusCode::UNAUTHORIZED,
    "code-refused",
    "the code is wrong: enter the one that the authenticator shows now",
);
/// The link is unknown, used or expired.
pub(crate) const LINK_REFUSED: ApiError = ApiError::new(
    StatusCode::UNAUTHORIZED,
    "link-refused",
    "the link was used or has expired: ask for a new one",
);
/// The CSRF token is missing or wrong.
pub(crate) const CSRF_REFUSED: ApiError = ApiError::new(
    StatusCode::FORBIDDEN,
    "csrf-refused",
    "the page is out of date: load it again",
);
/// The request comes from a page of another site.
pub(crate) const ORIGIN_REFUSED: ApiError = ApiError::new(
    StatusCode::FORBIDDEN,
    "origin-refused",
    "this page's origin is not approved: an administrator can add it",
);
/// The policy refuses.
pub(crate) const NOT_PERMITTED: ApiError = ApiError::new(
    StatusCode::FORBIDDEN,
    "not-permitted",
    "your security profiles do not permit this: ask an administrator",
);
/// A customer's page may not start or join this chat. The same whether or not there is such a flow,
/// instance or chat.
pub(crate) const CHAT_REFUSED: ApiError = ApiError::new(
    StatusCode::FORBIDDEN,
    "not-permitted",
    "this chat is not open here, or is over: load the page again and start a new chat",
);
/// It is not there, or may not be known.
pub(crate) const NOT_FOUND: ApiError =
    ApiError::new(StatusCode::NOT_FOUND, "not-found", "there is nothing here");
/// The method is none of this path's.
pub(crate) const METHOD_NOT_ALLOWED: ApiError = ApiError::new(
    StatusCode::METHOD_NOT_ALLOWED,
    "invalid-request",
    "this path does not take this method",
);
/// The request is for another host.
pub(crate) const MISDIRECTED: ApiError = ApiError::new(
    StatusCode::MISDIRECTED_REQUEST,
    "invalid-request",
    "this server does not serve that host: use its configured address",
);
/// It was changed by somebody else.
pub(crate) const CONFLICT: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "conflict",
    "it has changed in the meantime: load it again",
);
/// The user name is taken.
pub(crate) const USERNAME_TAKEN: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "username-taken",
    "this user name is taken: choose another one",
);
/// The body is larger than allowed.
pub(crate) const REQUEST_TOO_LARGE: ApiError = ApiError::new(
    StatusCode::PAYLOAD_TOO_LARGE,
    "request-too-large",
    "the request is larger than this path takes",
);
/// The body is of another type.
pub(crate) const UNSUPPORTED_MEDIA_TYPE: ApiError = ApiError::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "unsupported-media-type",
    "send `application/json`",
);
/// The upload is not what was granted.
pub(crate) const OTHER_FILE_TYPE: ApiError = ApiError::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "unsupported-media-type",
    "send the file with the `Content-Type` that came with its address",
);
/// The offer is gone.
pub(crate) const OFFER_EXPIRED: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "offer-expired",
    "the offer has expired or was taken back",
);
/// The contact is over, or not the agent's.
pub(crate) const CONTACT_ENDED: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "contact-ended",
    "the contact has ended or is no longer yours",
);
/// Another browser of the same agent has the call.
pub(crate) const CALL_ELSEWHERE: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "call-elsewhere",
    "another browser of yours has this call: take it over there",
);
/// There is no such status.
pub(crate) const UNKNOWN_STATUS: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "unknown-status",
    "this status cannot be chosen: take one of the list",
);
/// The transfer did not come about.
pub(crate) const TRANSFER_FAILED: ApiError = ApiError::new(
    StatusCode::CONFLICT,
    "transfer-failed",
    "the contact could not be transferred: it is still yours, or has ended",
);
/// A fault of ours.
pub(crate) const INTERNAL: ApiError = ApiError::new(
    StatusCode::INTERNAL_SERVER_ERROR,
    "internal",
    "a fault of the server: the log names it under the id in `x-request-id`",
);

/// The members of an error.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u32>,
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::AccessDenied { .. } => NOT_PERMITTED,
            AppError::NotFound { .. } => NOT_FOUND,
            AppError::Invalid(message) => Self::invalid(message),
            AppError::FlowProblems(_) => Self::invalid(error.to_string()),
            AppError::Duplicate { .. } | AppError::InUse { .. } | AppError::Conflict => CONFLICT,
            AppError::TokenReused => Self {
                message: error.to_string().into(),
                ..CONFLICT
            },
            AppError::LimitExceeded(message) => Self {
                message: message.into(),
                ..Self::unavailable(QUOTA_RETRY_S)
            },
            AppError::Throttled { retry_after_s } => Self::throttled(retry_after_s),
            AppError::WrongState(message) => Self {
                message: message.into(),
                ..Self::new(StatusCode::CONFLICT, "wrong-state", "")
            },
            AppError::Unavailable => Self::unavailable(UNAVAILABLE_RETRY_S),
            AppError::Internal => INTERNAL,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Wire<'a> {
            error: ErrorBody<'a>,
        }
        let mut response = (self.status, Json(Wire { error: self.body() })).into_response();
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
