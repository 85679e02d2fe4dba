//! Parsing requests: strict JSON within its limit, strict queries, ids.

use std::str::FromStr;

use axum::RequestPartsExt;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use http::request::Parts;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;

use crate::error::{self, ApiError};

#[cfg(test)]
mod tests;

/// Largest body of a request to the API, bytes.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

/// A body of JSON, of the right type and size.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T, S> FromRequest<S> for JsonBody<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(error::UNSUPPORTED_MEDIA_TYPE);
        }
        let body = body_within(request, BODY_BYTES_MAX).await?;
        serde_json::from_slice(&body)
            .map(Self)
            // Names members and positions; values of other members are not repeated.
            .map_err(|fault| ApiError::invalid(format!("the body does not fit: {fault}")))
    }
}

/// The body of a request, read no further than `bytes_max`.
pub(crate) async fn body_within(
    request: Request,
    bytes_max: usize,
) -> Result<bytes::Bytes, ApiError> {
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(error::REQUEST_TOO_LARGE);
    }
    axum::body::to_bytes(request.into_body(), bytes_max)
        .await
        .map_err(|fault| {
            let fault = fault.into_inner();
            if fault.downcast_ref::<LengthLimitError>().is_some() {
                error::REQUEST_TOO_LARGE
            } else {
                ApiError::invalid("the body broke off: send it again")
            }
        })
}

/// The members of a query.
#[derive(Debug)]
pub(crate) struct StrictQuery<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for StrictQuery<T>
where
    T: DeserializeOwned + 'static,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.extract::<Query<T>>().await;
        query
            .map(|Query(query)| Self(query))
            .map_err(|_| ApiError::invalid("the query does not fit: check names and values"))
    }
}

/// An id that stands in a path; what is no id names nothing.
pub(crate) fn path_id<T: FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| error::NOT_FOUND)
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
