#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn rule(text: &str) -> Rule {
    Rule {
        name: "tested".to_owned(),
        kind: Kind::User,
        actions: vec!["connect:DescribeQueue"],
        text: text.to_owned(),
    }
}

fn refused(rule: Rule) -> String {
    Rulebook::compile(&[rule], &[]).unwrap_err().to_string()
}

#[test]
fn what_the_table_makes_is_valid() {
    Rulebook::build(SecondFactor::Required).unwrap();
    Rulebook::build(SecondFactor::Optional).unwrap();
}

#[test]
fn a_policy_that_does_not_parse_is_an_error() {
    assert!(refused(rule("permit(principal, action, resource) when { ")).contains("`tested`"));
}

#[test]
fn a_policy_with_an_unknown_attribute_is_an_error() {
    let text = "permit(principal is User, action, resource) when { principal.admin };";
    assert!(refused(rule(text)).contains("admin"));
}

#[test]
fn a_policy_with_an_unknown_action_is_an_error() {
    let text = "permit(principal, action == Action::\"connect:DropAll\", resource);";
    assert!(refused(rule(text)).contains("connect:DropAll"));
}

#[test]
fn a_policy_that_can_never_apply_is_an_error() {
    let text = "permit(principal is Visitor, action == Action::\"connect:CreateQueue\", resource);";
    assert!(refused(rule(text)).contains("tested"));
}

#[test]
fn an_action_outside_of_the_table_is_an_error() {
    let mut stray = rule("permit(principal is User, action, resource);");
    stray.actions = vec!["connect:DropAll"];
    assert!(refused(stray).contains("connect:DropAll"));
}

#[test]
fn a_grant_of_an_unknown_permission_is_an_error() {
    let grant = GrantRule {
        permission: "Queues.Drop",
        name: "Queues.Drop".to_owned(),
        actions: Vec::new(),
        text: "permit(principal is User in ?principal, action, resource in ?resource);".to_owned(),
    };
    let error = Rulebook::compile(&[], &[grant]).unwrap_err();
    assert!(error.to_string().contains("Queues.Drop"));
}
