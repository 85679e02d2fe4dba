//! Signing in: password, second factor, set-up link, invitation.

use app::signin::{SetUp, SignInOutcome};
use app::{AppError, Call, Principal};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::header::SET_COOKIE;
use model::Secret;
use serde::Deserialize;
use serde_json::json;

use crate::api::request::JsonBody;
use crate::api::session::session_json;
use crate::error::{self, ApiError};
use crate::gate::{self, Arrival};
use crate::security::cookie;
use crate::state::WebState;

/// Longest user name and longest first or last name, characters.
const NAME_CHARS_MAX: usize = 100;
/// Shortest new password, characters.
const PASSWORD_CHARS_MIN: usize = 12;
/// Longest password, characters.
const PASSWORD_CHARS_MAX: usize = 256;
/// Longest token of a link, characters.
const TOKEN_CHARS_MAX: usize = 256;
/// Digits of a one-time code.
const CODE_DIGITS: usize = 6;

/// Body of `POST /api/sign-in`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    username: String,
    password: SecretText,
    code: Option<String>,
}

/// Body of `POST /api/second-factor`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SecondFactorBody {
    enrolment_token: SecretText,
    code: String,
}

/// Body of `POST /api/set-up`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SetUpBody {
    token: SecretText,
    username: String,
    first_name: String,
    last_name: String,
    password: SecretText,
}

/// Body of `POST /api/invitation`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationBody {
    token: SecretText,
    password: SecretText,
}

/// A secret in a request; wiped on drop.
#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(Secret<String>);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Secret::new(text))
    }
}

/// `POST /api/sign-in`.
pub(crate) async fn sign_in(
    State(state): State<WebState>,
    Extension(arrival): Extension<Arrival>,
    JsonBody(body): JsonBody<SignInBody>,
) -> Result<Response, ApiError> {
    state.limit_sign_in(&arrival)?;
    within("username", &body.username, NAME_CHARS_MAX)?;
    within("password", body.password.0.expose(), PASSWORD_CHARS_MAX)?;
    if let Some(code) = &body.code {
        check_code(code)?;
    }
    let call = arrival.call(Principal::Visitor, "SignIn");
    let instance = state.settings().instance;
    let outcome = state
        .sign_in()
        .sign_in(
            &call,
            instance,
            &body.username,
            body.password.0,
            body.code.as_deref(),
        )
        .await;
    answer(&state, &arrival, &call, outcome, error::SIGN_IN_REFUSED).await
}

/// `POST /api/second-factor`.
pub(crate) async fn second_factor(
    State(state): State<WebState>,
    Extension(arrival): Extension<Arrival>,
    JsonBody(body): JsonBody<SecondFactorBody>,
) -> Result<Response, ApiError> {
    state.limit_sign_in(&arrival)?;
    check_token("enrolmentToken", &body.enrolment_token)?;
    check_code(&body.code)?;
    let call = arrival.call(Principal::Visitor, "ConfirmSecondFactor");
    let outcome = state
        .sign_in()
        .confirm_second_factor(&call, &body.enrolment_token.0, &body.code)
        .await;
    answer(&state, &arrival, &call, outcome, error::CODE_REFUSED).await
}

/// `POST /api/set-up`.
pub(crate) async fn set_up(
    State(state): State<WebState>,
    Extension(arrival): Extension<Arrival>,
    JsonBody(body): JsonBody<SetUpBody>,
) -> Result<Response, ApiError> {
    state.limit_sign_in(&arrival)?;
    check_token("token", &body.token)?;
    within("username", &body.username, NAME_CHARS_MAX)?;
    within("firstName", &body.first_name, NAME_CHARS_MAX)?;
    within("lastName", &body.last_name, NAME_CHARS_MAX)?;
    check_new_password(&body.password)?;
    let call = arrival.call(Principal::Visitor, "SetUp");
    let administrator = SetUp {
        username: body.username,
        first_name: body.first_name.into(),
        last_name: body.last_name.into(),
        password: body.password.0,
    };
    let outcome = state
        .sign_in()
        .set_up(&call, &body.token.0, administrator)
        .await;
    answer(&state, &arrival, &call, outcome, error::LINK_REFUSED).await
}

/// `POST /api/invitation`.
pub(crate) async fn redeem_invitation(
    State(state): State<WebState>,
    Extension(arrival): Extension<Arrival>,
    JsonBody(body): JsonBody<InvitationBody>,
) -> Result<Response, ApiError> {
    state.limit_sign_in(&arrival)?;
    check_token("token", &body.token)?;
    check_new_password(&body.password)?;
    let call = arrival.call(Principal::Visitor, "RedeemInvitation");
    let outcome = state
        .sign_in()
        .redeem_invitation(&call, &body.token.0, body.password.0)
        .await;
    answer(&state, &arrival, &call, outcome, error::LINK_REFUSED).await
}

async fn answer(
    state: &WebState,
    arrival: &Arrival,
    call: &Call,
    outcome: Result<SignInOutcome, AppError>,
    refusal: ApiError,
) -> Result<Response, ApiError> {
    state.app().finish(call, &outcome).await;
    match outcome.map_err(failure)? {
        SignInOutcome::SignedIn { session, .. } => {
            let cookie = cookie::set_session(&session).ok_or(error::INTERNAL)?;
            end_former_session(state, arrival).await;
            let mut arrival = arrival.clone();
            arrival.token = Some(session);
            let signed_in = gate::session(state, arrival).await?;
            let shown = session_json(state, &signed_in)?;
            let body = json!({"result": "signed-in", "session": shown});
            Ok(([(SET_COOKIE, cookie)], Json(body)).into_response())
        }
        SignInOutcome::SecondFactorRequired => {
            Ok(Json(json!({"result": "second-factor-required"})).into_response())
        }
        SignInOutcome::Enrol { token, uri, secret } => Ok(Json(json!({
            "result": "second-factor-enrolment",
            "otpauthUri": uri.expose(),
            "secret": secret.expose(),
            "enrolmentToken": token.expose(),
        }))
        .into_response()),
        SignInOutcome::Refused => Err(refusal),
    }
}

/// A browser has one session: the one that its cookie named until now ends.
async fn end_former_session(state: &WebState, arrival: &Arrival) {
    let Ok(former) = gate::session(state, arrival.clone()).await else {
        return;
    };
    let call = former.call("SignOut");
    let result = state.sign_in().sign_out(&call, &former.token).await;
    state.app().finish(&call, &result).await;
    if let Err(error) = result {
        tracing::warn!(error = %error, "the former session of a browser did not end");
    }
}

/// Where the link was good and a name or the first password is not.
fn failure(error: AppError) -> ApiError {
    match error {
        AppError::Duplicate { .. } => error::USERNAME_TAKEN,
        AppError::Invalid(message) => ApiError::weak_password(message),
        other => other.into(),
    }
}

fn within(name: &'static str, text: &str, chars_max: usize) -> Result<(), ApiError> {
    if (1..=chars_max).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "`{name}` has 1 to {chars_max} characters"
    )))
}

fn check_token(name: &'static str, token: &SecretText) -> Result<(), ApiError> {
    within(name, token.0.expose(), TOKEN_CHARS_MAX)
}

fn check_new_password(password: &SecretText) -> Result<(), ApiError> {
    let characters = password.0.expose().chars().count();
    if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&characters) {
        return Ok(());
    }
    Err(ApiError::weak_password(format!(
        "a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters"
    )))
}

fn check_code(code: &str) -> Result<(), ApiError> {
    if code.len() == CODE_DIGITS && code.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "`code` has {CODE_DIGITS} digits"
    )))
}
