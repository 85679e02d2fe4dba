#![expect(clippy::unwrap_used, reason = "tests")]

use std::str::FromStr;

use cedar_policy::{Authorizer, Context, Entities, EntityUid, PolicySet, Request};

use super::*;

const PERMIT: &str = "permit(principal, action, resource);";
const FORBID: &str = "forbid(principal, action, resource);";
/// Passes a strict validation, and overflows when it is evaluated.
const BROKEN_FORBID: &str =
    "forbid(principal, action, resource) when { 9223372036854775807 + 1 > 0 };";
const BROKEN_PERMIT: &str =
    "permit(principal, action, resource) when { 9223372036854775807 + 1 > 0 };";

fn check(sets: &[&str], allowed: bool, deciding: &[&str]) {
    let request = Request::new(
        EntityUid::from_str("User::\"u\"").unwrap(),
        EntityUid::from_str("Action::\"a\"").unwrap(),
        EntityUid::from_str("Account::\"a\"").unwrap(),
        Context::empty(),
        None,
    )
    .unwrap();
    let mut tally = Tally::default();
    for text in sets {
        let set = PolicySet::from_str(text).unwrap();
        tally.add(&Authorizer::new().is_authorized(&request, &set, &Entities::empty()));
    }
    assert_eq!(
        tally.decision(),
        Decision {
            allowed,
            deciding: deciding.iter().map(ToString::to_string).collect()
        }
    );
}

#[test]
fn nothing_permits_nothing() {
    check(&[], false, &[]);
    check(&[""], false, &[]);
}

#[test]
fn a_permit_of_any_set_permits() {
    check(&["", PERMIT], true, &["policy0"]);
}

#[test]
fn a_forbid_in_another_set_wins() {
    check(&[PERMIT, FORBID], false, &["policy0"]);
    check(&[FORBID, PERMIT], false, &["policy0"]);
    check(&[&format!("{PERMIT}{FORBID}")], false, &["policy1"]);
}

#[test]
fn a_forbid_that_fails_to_evaluate_denies() {
    check(&[PERMIT, BROKEN_FORBID], false, &["policy0"]);
    check(&[&format!("{PERMIT}{BROKEN_FORBID}")], false, &["policy1"]);
}

#[test]
fn a_permit_that_fails_to_evaluate_denies_beside_one_that_holds() {
    check(&[PERMIT, BROKEN_PERMIT], false, &["policy0"]);
}
