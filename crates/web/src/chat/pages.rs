//! The widget's script and the sample page around it.

use axum::extract::State;
use axum::response::Response;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderMap, HeaderValue};
use model::{FlowId, InstanceId};

use crate::assets;
use crate::state::WebState;

#[cfg(test)]
mod tests;

const INSTANCE_PLACE: &str = "__RINGFENCE_INSTANCE_ID__";
const FLOW_PLACE: &str = "__RINGFENCE_CONTACT_FLOW_ID__";

/// `GET /chat/widget.js`: for pages of any site; what it does is decided by `POST /chat/start`.
pub(crate) async fn widget(State(state): State<WebState>, headers: HeaderMap) -> Response {
    let mut response = assets::named_file(&state, "chat/widget.js", &headers);
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// `GET /chat/sample`.
pub(crate) async fn sample(State(state): State<WebState>) -> Response {
    assets::page(&state, "chat/sample.html", |html| {
        let flow = state.public_flows().next();
        filled(&html, state.settings().instance, flow)
    })
}

/// `GET /chat/sample.js`.
pub(crate) async fn sample_script(State(state): State<WebState>, headers: HeaderMap) -> Response {
    assets::named_file(&state, "chat/sample.js", &headers)
}

/// `GET /chat/sample.css`.
pub(crate) async fn sample_style(State(state): State<WebState>, headers: HeaderMap) -> Response {
    assets::named_file(&state, "chat/sample.css", &headers)
}

/// The page with instance and flow in their places. Ids need no escaping for HTML: they consist of
/// hexadecimal digits and hyphens.
fn filled(html: &str, instance: InstanceId, flow: Option<FlowId>) -> String {
    html.replace(INSTANCE_PLACE, &instance.to_string()).replace(
        FLOW_PLACE,
        &flow.map(|flow| flow.to_string()).unwrap_or_default(),
    )
}
