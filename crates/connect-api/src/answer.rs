//! What goes back: JSON for `connect` and `connectparticipant`, XML for `sts`.

use std::fmt::Write as _;

use app::AppError;
use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use model::RequestId;
use serde_json::{Map, Value, json};

use crate::error::{Code, Refusal};
use crate::operation::Service;

/// Carries the id of the request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// Carries the code of an error.
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// What a customer's page hears: no policy helps it, and it learns nothing of what there is.
const PARTICIPANT_DENIED: &str =
    "this chat is over or its token is no longer good: load the page again and start a new chat";

const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The answer of an operation that succeeded. Members that are `null` are left out.
pub(crate) fn success(
    service: Service,
    operation: &str,
    request: RequestId,
    value: Value,
) -> Response {
    let members = match value {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    match service {
        Service::Connect | Service::Participant => {
            let text = without_nulls(Value::Object(members)).to_string();
            respond(StatusCode::OK, "application/json", text, request)
        }
        Service::Sts => {
            let text = format!(
                "<{operation}Response xmlns=\"{STS_NAMESPACE}\"><{operation}Result>{}</{operation}Result>\
                 <ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></{operation}Response>",
                elements(&members),
            );
            respond(StatusCode::OK, "text/xml", text, request)
        }
    }
}

/// The answer of a call that was refused.
pub(crate) fn refusal(
    service: Service,
    code: Code,
    refusal: &Refusal,
    request: RequestId,
) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, text) = match service {
        Service::Connect | Service::Participant => (
            "application/json",
            json_error(service, code, refusal).to_string(),
        ),
        Service::Sts => ("text/xml", xml_error(code, refusal, request)),
    };
    let mut response = respond(status, kind, text, request);
    let headers = response.headers_mut();
    headers.insert(ERROR_TYPE, HeaderValue::from_static(code.name()));
    if let Refusal::App(AppError::Throttled { retry_after_s }) = refusal {
        headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after_s));
    }
    response
}

/// Both spellings of the member: models say `Message`, AWS's front ends and some SDKs `message`.
fn json_error(service: Service, code: Code, refusal: &Refusal) -> Value {
    let text = match (service, refusal) {
        (Service::Participant, Refusal::App(AppError::AccessDenied { .. })) => {
            PARTICIPANT_DENIED.to_owned()
        }
        _ => refusal.to_string(),
    };
    let mut body = json!({"Message": text, "message": text});
    if let Refusal::App(AppError::FlowProblems(problems)) = refusal {
        let list = problems
            .iter()
            .map(|problem| json!({"message": problem.to_string()}))
            .collect();
        // The models of flows and modules spell the member differently.
        let name = match code {
            Code::InvalidContactFlowModule => "Problems",
            _ => "problems",
        };
        if let Some(members) = body.as_object_mut() {
            members.insert(name.to_owned(), Value::Array(list));
        }
    }
    body
}

fn xml_error(code: Code, refusal: &Refusal, request: RequestId) -> String {
    let fault = if code.status() < 500 {
        "Sender"
    } else {
        "Receiver"
    };
    format!(
        "<ErrorResponse xmlns=\"{STS_NAMESPACE}\"><Error><Type>{fault}</Type><Code>{}</Code>\
         <Message>{}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>",
        code.name(),
        escape_xml(&refusal.to_string()),
    )
}

fn elements(members: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in members {
        if let Some(value) = value.as_str() {
            // Writing to a String cannot fail.
            let _ = write!(text, "<{name}>{}</{name}>", escape_xml(value));
        }
    }
    text
}

fn escape_xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // What XML 1.0 cannot carry at all.
            other if other.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(_, member)| !member.is_null())
                .map(|(name, member)| (name, without_nulls(member)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

fn respond(status: StatusCode, kind: &'static str, text: String, request: RequestId) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::try_from(request.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

#[cfg(test)]
mod tests;
