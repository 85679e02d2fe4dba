//! The session of the person who asks, and its end.

use std::collections::BTreeSet;

use app::action::DescribeInstance;
use app::{Principal, Target};
use axum::Extension;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::SET_COOKIE;
use model::resource::{BodyOf, SecurityProfile, User};
use model::{InstanceId, ResourceKind, Timestamp};
use serde::Serialize;

use crate::error::{self, ApiError};
use crate::gate::SignedIn;
use crate::security::cookie;
use crate::state::WebState;

/// A session, as pages see it. It shows the person's own name and CSRF token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionJson {
    user: UserJson,
    instance: InstanceJson,
    permissions: BTreeSet<&'static str>,
    csrf_token: String,
    server_time: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserJson {
    id: String,
    username: String,
    first_name: String,
    last_name: String,
}

#[derive(Serialize)]
struct InstanceJson {
    id: String,
    alias: String,
}

/// `GET /api/session`.
pub(crate) async fn show(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Json<SessionJson>, ApiError> {
    session_json(&state, &signed_in).map(Json)
}

/// `POST /api/sign-out`: the session ends, and its sockets with it.
pub(crate) async fn sign_out(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Response, ApiError> {
    let call = signed_in.call("SignOut");
    let result = state.sign_in().sign_out(&call, &signed_in.token).await;
    state.app().finish(&call, &result).await;
    result?;
    let cleared = [(SET_COOKIE, cookie::clear_session())];
    Ok((StatusCode::NO_CONTENT, cleared).into_response())
}

/// What pages are told of a session: names from the configuration, and the permissions of all the
/// person's security profiles.
pub(crate) fn session_json(
    state: &WebState,
    signed_in: &SignedIn,
) -> Result<SessionJson, ApiError> {
    let Principal::User {
        instance,
        user,
        username,
        profiles,
        ..
    } = &signed_in.principal
    else {
        return Err(error::NOT_SIGNED_IN);
    };
    let app = state.app();
    let resource = app
        .resource(*instance, ResourceKind::User, (*user).into())
        .ok_or(error::NOT_SIGNED_IN)?;
    let person = User::of(&resource.body).ok_or(error::INTERNAL)?;
    let permissions = profiles
        .iter()
        .filter_map(|profile| {
            app.resource(*instance, ResourceKind::SecurityProfile, (*profile).into())
        })
        .flat_map(|profile| {
            SecurityProfile::of(&profile.body)
                .map(|body| body.permissions.clone())
                .unwrap_or_default()
        })
        .map(model::permission::Permission::as_str)
        .collect();
    Ok(SessionJson {
        user: UserJson {
            id: user.to_string(),
            username: username.clone(),
            first_name: person.first_name.expose().to_owned(),
            last_name: person.last_name.expose().to_owned(),
        },
        instance: InstanceJson {
            id: instance.to_string(),
            alias: alias(state, signed_in, *instance),
        },
        permissions,
        csrf_token: signed_in.csrf.expose().clone(),
        server_time: app.now(),
    })
}

/// The instance's short name, for those who may know it; its id for others.
fn alias(state: &WebState, signed_in: &SignedIn, instance: InstanceId) -> String {
    let call = signed_in.call("DescribeInstance");
    let known = state
        .app()
        .authorize::<DescribeInstance>(&call, Target::Instance(instance))
        .and_then(|permit| state.app().instance(&permit));
    known.map_or_else(|_| instance.to_string(), |summary| summary.alias)
}
