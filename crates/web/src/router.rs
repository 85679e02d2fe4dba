//! The two routers, made from the table of endpoints.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::action::{
    Action, Converse, DownloadRecording, ListContacts, ListOwnQuickConnects, ListenRecording,
    OpenWorkspace, ReadContactPage, ReadContactTranscript, ReadOwnTranscript,
};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::post_service;

use crate::api::{
    attachments, contact_page, contacts, quick_connects, recordings, session, sign_in,
};
use crate::chat::{pages, start};
use crate::endpoint::{Access, Callers, Endpoint, Route};
use crate::gate::{self, Site};
use crate::security::headers::Kind;
use crate::settings::WebSettings;
use crate::state::WebState;
use crate::{assets, error, participant, workspace};

/// How long signing in may take: passwords are checked one after the other on purpose.
const SIGN_IN_TIMEOUT: Duration = Duration::from_mins(1);

const STATIC: Access = Access::Public("pages and scripts hold nothing secret; their API decides");
const SIGNING_IN: Access = Access::Public("whoever signs in has no session yet");
const TICKET: Access = Access::Bearer("a single-use ticket of the participant API, 60 s");
const GRANT: Access = Access::Bearer("a grant for one object and one method, 5 min");
const RECORDING: Access = Access::Bearer("a grant for one recording, 15 min");

/// The main origin: pages, their API, sockets, the start of chats.
pub fn router(app: App, settings: WebSettings) -> Router {
    build(app, settings, Site::Main, main_routes())
}

/// The main origin with the API of programs behind it: what is no endpoint of ours goes to `api`, and so
/// does `POST /`, which the `sts` service answers.
pub fn router_with_api(app: App, settings: WebSettings, api: Router) -> Router {
    // Behind our own checks and headers: the API authenticates each request by itself.
    router(app, settings)
        .route("/", post_service(api.clone()))
        .fallback_service(api)
}

/// The attachments origin: files by grant.
pub fn attachments_router(app: App, settings: WebSettings) -> Router {
    build(app, settings, Site::Attachments, attachment_routes())
}

/// Every endpoint of both origins, with what it takes.
pub fn endpoints() -> Vec<Endpoint> {
    let routes = main_routes().into_iter().chain(attachment_routes());
    routes.map(|route| route.endpoint).collect()
}

fn build(app: App, settings: WebSettings, site: Site, routes: Vec<Route>) -> Router {
    let state = WebState::new(app, settings);
    let mut router = Router::new();
    for Route { endpoint, handler } in routes {
        let path = endpoint.path;
        let gate = from_fn_with_state((state.clone(), Arc::new(endpoint)), gate::endpoint);
        router = router.route(path, handler.route_layer(gate));
    }
    router
        .fallback(async || error::NOT_FOUND)
        .method_not_allowed_fallback(async || error::METHOD_NOT_ALLOWED)
        .layer(from_fn_with_state((state.clone(), site), gate::outer))
        .with_state(state)
}

fn main_routes() -> Vec<Route> {
    let mut routes = page_routes();
    routes.extend(sign_in_routes());
    routes.extend(workspace_routes());
    routes.extend(chat_routes());
    routes
}

fn page_routes() -> Vec<Route> {
    vec![
        Route::get("/", STATIC, assets::root),
        Route::get("/app", STATIC, assets::app_page).answering(Kind::Page),
        Route::get("/app/", STATIC, assets::app_page).answering(Kind::Page),
        Route::get("/app/{*path}", STATIC, assets::app_page).answering(Kind::Page),
        Route::get("/app/assets/{*path}", STATIC, assets::app_asset),
    ]
}

fn sign_in_routes() -> Vec<Route> {
    let own = Access::OwnSession("shows or ends the session that asks");
    vec![
        Route::post("/api/sign-in", SIGNING_IN, sign_in::sign_in).within(SIGN_IN_TIMEOUT),
        Route::post("/api/second-factor", SIGNING_IN, sign_in::second_factor)
            .within(SIGN_IN_TIMEOUT),
        Route::post("/api/set-up", SIGNING_IN, sign_in::set_up).within(SIGN_IN_TIMEOUT),
        Route::post("/api/invitation", SIGNING_IN, sign_in::redeem_invitation)
            .within(SIGN_IN_TIMEOUT),
        Route::get("/api/session", own, session::show),
        Route::post("/api/sign-out", own, session::sign_out),
    ]
}

fn workspace_routes() -> Vec<Route> {
    const OPEN: Access = Access::Session(&[OpenWorkspace::SPEC]);
    const QUICK_CONNECTS: Access = Access::Session(&[ListOwnQuickConnects::SPEC]);
    const CONVERSE: Access = Access::Session(&[Converse::SPEC]);
    const READ_FILE: Access =
        Access::Session(&[ReadContactTranscript::SPEC, ReadOwnTranscript::SPEC]);
    const LIST: Access = Access::Session(&[ListContacts::SPEC]);
    const PAGE: Access = Access::Session(&[ReadContactPage::SPEC]);
    const TRANSCRIPT: Access = Access::Session(&[ReadContactTranscript::SPEC]);
    const LISTEN: Access = Access::Session(&[ListenRecording::SPEC]);
    const SAVE: Access = Access::Session(&[DownloadRecording::SPEC]);
    vec![
        Route::get("/api/workspace/socket", OPEN, workspace::socket::open)
            .for_callers(Callers::OwnPages),
        Route::get("/api/quick-connects", QUICK_CONNECTS, quick_connects::list),
        Route::post(
            "/api/contacts/{contact}/attachments",
            CONVERSE,
            attachments::start,
        ),
        Route::post(
            "/api/contacts/{contact}/attachments/{attachment}/complete",
            CONVERSE,
            attachments::complete,
        ),
        Route::get(
            "/api/contacts/{contact}/attachments/{attachment}",
            READ_FILE,
            attachments::grant,
        ),
        Route::get("/api/contacts", LIST, contacts::list),
        Route::get("/api/contacts/{contact}", PAGE, contact_page::show),
        Route::get(
            "/api/contacts/{contact}/transcript",
            TRANSCRIPT,
            contact_page::transcript,
        ),
        Route::get(
            "/api/contacts/{contact}/recordings",
            LISTEN,
            recordings::list,
        ),
        // Looks through all of a recording for its peaks.
        Route::get(
            "/api/contacts/{contact}/recordings/{recording}",
            LISTEN,
            recordings::listen,
        )
        .within(crate::attachments::TRANSFER_TIMEOUT),
        Route::get(
            "/api/contacts/{contact}/recordings/{recording}/file",
            SAVE,
            recordings::download,
        ),
    ]
}

fn chat_routes() -> Vec<Route> {
    let visitors = Access::Public("customers have no account; origin, flow and rate are limited");
    vec![
        Route::get("/chat/widget.js", STATIC, pages::widget).answering(Kind::Widget),
        Route::get("/chat/sample", STATIC, pages::sample).answering(Kind::Page),
        Route::get("/chat/sample.js", STATIC, pages::sample_script),
        Route::get("/chat/sample.css", STATIC, pages::sample_style),
        Route::post("/chat/start", visitors, start::start).for_callers(Callers::ApprovedPages),
        Route::preflight("/chat/start", start::preflight),
        Route::get("/participant/socket", TICKET, participant::socket::open)
            .for_callers(Callers::ApprovedPagesAndPrograms),
    ]
}

fn attachment_routes() -> Vec<Route> {
    use crate::attachments::{TRANSFER_TIMEOUT, download, preflight, upload};
    vec![
        Route::put("/upload/{grant}", GRANT, upload).within(TRANSFER_TIMEOUT),
        Route::preflight("/upload/{grant}", preflight),
        Route::get("/download/{grant}", GRANT, download)
            .for_callers(Callers::ApprovedPagesAndPrograms)
            .within(TRANSFER_TIMEOUT),
        Route::preflight("/download/{grant}", preflight),
        Route::get("/recording/{grant}", RECORDING, crate::recordings::play)
            .for_callers(Callers::ApprovedPagesAndPrograms),
    ]
}
