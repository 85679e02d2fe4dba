//! The table of endpoints, and settings for tests.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use http::Method;
use model::InstanceId;

use crate::endpoint::{Access, Callers, Endpoint};
use crate::settings::{Pages, WebLimits, WebSettings};

/// An installation with one public flow and one approved origin.
pub(crate) fn settings() -> WebSettings {
    WebSettings {
        origin: "https://center.example".parse().unwrap(),
        attachments_origin: "https://files.example".parse().unwrap(),
        instance: InstanceId::from_u128(1),
        approved_origins: BTreeSet::from(["https://shop.example".parse().unwrap()]),
        public_flows: vec!["Welcome".to_owned()],
        pages: Pages::Served,
        limits: WebLimits::default(),
    }
}

fn all() -> Vec<Endpoint> {
    crate::endpoints()
}

#[test]
fn every_endpoint_is_one_of_its_own() {
    let mut seen = BTreeSet::new();
    for endpoint in all() {
        let key = (endpoint.method.to_string(), endpoint.path);
        assert!(seen.insert(key), "{endpoint:?} stands twice");
    }
}

#[test]
fn what_changes_something_is_refused_to_other_sites() {
    for endpoint in all() {
        if endpoint.method.is_safe() {
            continue;
        }
        assert_ne!(endpoint.callers, Callers::Any, "{endpoint:?}");
        if matches!(endpoint.access, Access::Session(_) | Access::OwnSession(_)) {
            assert_eq!(endpoint.callers, Callers::OwnPages, "{endpoint:?}");
        }
    }
}

#[test]
fn sockets_check_the_origin() {
    for endpoint in all() {
        if endpoint.path.ends_with("/socket") {
            assert_ne!(endpoint.callers, Callers::Any, "{endpoint:?}");
        }
    }
}

#[test]
fn every_api_of_the_pages_needs_a_session_but_those_that_make_one() {
    let public: Vec<_> = all()
        .into_iter()
        .filter(|endpoint| endpoint.path.starts_with("/api/"))
        .filter(|endpoint| matches!(endpoint.access, Access::Public(_) | Access::Bearer(_)))
        .map(|endpoint| endpoint.path)
        .collect();
    assert_eq!(
        public,
        [
            "/api/sign-in",
            "/api/second-factor",
            "/api/set-up",
            "/api/invitation"
        ]
    );
}

#[test]
fn every_session_endpoint_names_its_actions() {
    for endpoint in all() {
        if let Access::Session(actions) = endpoint.access {
            assert!(!actions.is_empty(), "{endpoint:?}");
        }
    }
}

#[test]
fn secrets_stand_in_paths_of_the_attachments_origin_and_in_the_query_of_a_socket_alone() {
    let bearers: Vec<_> = all()
        .into_iter()
        .filter(|endpoint| matches!(endpoint.access, Access::Bearer(_)))
        .map(|endpoint| (endpoint.method, endpoint.path))
        .collect();
    assert_eq!(
        bearers,
        [
            (Method::GET, "/participant/socket"),
            (Method::PUT, "/upload/{grant}"),
            (Method::GET, "/download/{grant}"),
            (Method::GET, "/recording/{grant}"),
        ]
    );
}

#[test]
fn the_corpus_of_the_fuzzer_is_taken_or_refused_without_a_panic() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fuzz/corpus/websocket_frame"
    );
    let mut taken = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        taken += usize::from(crate::is_workspace_frame(&text));
        taken += usize::from(crate::is_participant_frame(&text));
    }
    assert!(taken >= 8, "only {taken} are taken");
}
