//! The table against the actions, the routes, and the documentation.

use std::collections::BTreeSet;

use app::action::{self, Access};

use super::TABLE;
use crate::operation::{Entry, Service};

/// Actions that are no operation of an API that is spoken: instances are created by the program.
const WITHOUT_OPERATION: &[&str] = &["connect:CreateInstance"];

fn segments(entry: &Entry) -> Vec<&'static str> {
    entry.route.path.split('/').collect()
}

#[test]
fn every_action_of_the_three_services_has_its_operation() {
    let table: BTreeSet<&str> = TABLE.iter().map(|entry| entry.spec.name).collect();
    let expected: BTreeSet<&str> = action::ALL
        .iter()
        .map(|spec| spec.name)
        .filter(|name| {
            ["connect:", "execute-api:", "sts:"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        })
        .filter(|name| !WITHOUT_OPERATION.contains(name))
        .collect();
    assert_eq!(table, expected);
    assert_eq!(table.len(), TABLE.len(), "an operation stands twice");
}

#[test]
fn no_two_operations_match_the_same_path() {
    for (index, one) in TABLE.iter().enumerate() {
        for other in TABLE.iter().skip(index + 1) {
            let (a, b) = (segments(one), segments(other));
            let overlap = one.route.method == other.route.method
                && a.len() == b.len()
                && a.iter()
                    .zip(&b)
                    .all(|(a, b)| a == b || a.starts_with('{') || b.starts_with('{'));
            assert!(!overlap, "{} and {}", one.spec.name, other.spec.name);
        }
    }
}

#[test]
fn operations_that_read_are_told_from_those_that_change() {
    for entry in TABLE {
        let reads = ["Describe", "List", "Get", "Search"]
            .iter()
            .any(|verb| entry.spec.operation().starts_with(verb));
        let writes = matches!(entry.spec.access, Access::Write);
        assert_eq!(reads, !writes, "{}", entry.spec.name);
    }
}

/// Members that may say something about a person, or are secrets. No list of clear members holds one.
const PERSONAL: &[&str] = &[
    "Username",
    "Password",
    "IdentityInfo",
    "PhoneConfig",
    "PhoneConfig.DeskPhoneNumber",
    "QuickConnectConfig.PhoneConfig",
    "Attributes",
    "ParticipantDetails",
    "ParticipantDetails.DisplayName",
    "InitialMessage",
    "InitialMessage.Content",
    "CustomerId",
    "SegmentAttributes",
    "References",
    "Content",
    "ClientToken",
    "NextToken",
    "AttachmentName",
    "ViewToken",
];

#[test]
fn the_audit_trail_shows_no_personal_member() {
    for entry in TABLE {
        for member in entry.clear {
            assert!(!PERSONAL.contains(member), "{}: {member}", entry.spec.name);
        }
        if matches!(entry.spec.operation(), "StartTaskContact") {
            assert!(!entry.clear.contains(&"Name") && !entry.clear.contains(&"Description"));
        }
    }
}

#[test]
fn labels_are_shown_unless_they_are_secrets() {
    for entry in TABLE {
        for segment in segments(entry) {
            let Some(label) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) else {
                continue;
            };
            let secret = label == "ViewToken";
            assert_eq!(
                entry.clear.contains(&label),
                !secret,
                "{}: {label}",
                entry.spec.name
            );
        }
    }
}

#[test]
fn each_service_has_its_paths() {
    for entry in TABLE {
        let path = entry.route.path;
        match entry.service() {
            Service::Sts => assert_eq!(path, "/"),
            Service::Participant => assert!(path.starts_with("/participant/"), "{path}"),
            Service::Connect => {
                assert!(path != "/" && !path.starts_with("/participant/"), "{path}");
            }
        }
    }
}

#[test]
fn the_documentation_lists_every_operation_with_its_path() {
    let page = include_str!("../../../../docs/api-operations.md");
    for entry in TABLE {
        let row = format!(
            "| {} | `{} {}` |",
            entry.spec.operation(),
            entry.route.method,
            entry.route.path
        );
        assert!(
            page.contains(&row),
            "docs/api-operations.md lacks the row `{row}`"
        );
    }
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("` | "));
    assert_eq!(
        rows.count(),
        TABLE.len(),
        "docs/api-operations.md lists too many"
    );
}
