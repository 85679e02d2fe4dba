//! Every action put to the policy for every kind of principal, and `docs/access.md` held to the answers.
//! `RINGFENCE_WRITE_ACCESS=1 cargo test -p policy --test access` rewrites the document.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use app::action::{self, ActionSpec, Other, Scope};
use app::ports::policy::{AccessRequest, Decision, Policy};
use app::signin::SecondFactor;
use app::{Principal, Target};
use model::default_profiles;
use model::permission::Permission;
use model::transcript::ParticipantRole;
use model::{
    ContactId, InstanceId, LoginSessionId, ParticipantId, ResourceId, ResourceKind,
    SecurityProfileId, Tags, Timestamp, UserId,
};
use policy::CedarPolicy;

const HERE: InstanceId = InstanceId::from_u128(1);
const ELSEWHERE: InstanceId = InstanceId::from_u128(2);
const PROFILE: SecurityProfileId = SecurityProfileId::from_u128(3);

fn policy() -> CedarPolicy {
    CedarPolicy::new(SecondFactor::Required).unwrap()
}

fn ask(
    policy: &CedarPolicy,
    principal: &Principal,
    action: &'static ActionSpec,
    target: Target,
    own: bool,
) -> Decision {
    policy.decide(&AccessRequest {
        principal,
        action,
        target: &target,
        tags: &Tags::new(),
        own,
        source_ip: None,
        at: Timestamp::from_secs(0),
    })
}

fn user(profiles: &[SecurityProfileId], second_factor: bool) -> Principal {
    Principal::User {
        instance: HERE,
        user: UserId::from_u128(4),
        username: "alice".to_owned(),
        profiles: profiles.iter().copied().collect(),
        session: LoginSessionId::from_u128(5),
        second_factor,
    }
}

fn access_key() -> Principal {
    Principal::AccessKey {
        key_id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        account: "123456789012".to_owned(),
        name: "test".to_owned(),
    }
}

fn participant(instance: InstanceId) -> Principal {
    Principal::Participant {
        instance,
        contact: ContactId::from_u128(6),
        initial_contact: ContactId::from_u128(6),
        participant: ParticipantId::from_u128(7),
        role: ParticipantRole::Customer,
    }
}

fn contact() -> Target {
    Target::Contact(HERE, ContactId::from_u128(6))
}

/// One principal of each kind; users with no profile.
fn principals() -> [(&'static str, Principal); 7] {
    [
        ("access key", access_key()),
        ("user, no profile", user(&[], true)),
        ("user, one factor", user(&[], false)),
        ("participant", participant(HERE)),
        ("visitor", Principal::Visitor),
        ("operator", Principal::Operator { uid: 0 }),
        ("system", Principal::System("timer")),
    ]
}

/// What the table of actions says about a principal without security profiles, in words of its own.
fn expected(principal: &Principal, action: &ActionSpec, own: bool) -> bool {
    let within = own || action.scope == Scope::Any;
    let has = |other| action.others.contains(&other);
    match principal {
        Principal::AccessKey { .. } => {
            within && (action.name.starts_with("connect:") || action.name.starts_with("sts:"))
        }
        Principal::User { .. } => within && has(Other::Anyone),
        Principal::Participant { .. } => own && has(Other::Participant),
        Principal::Visitor => {
            within && has(Other::Visitor) || action.scope == Scope::Any && has(Other::Anyone)
        }
        Principal::Operator { .. } => within && has(Other::Operator),
        Principal::System(_) => within && has(Other::System),
    }
}

fn permissions(names: &[&str]) -> BTreeSet<Permission> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// Permissions that grant an action.
fn granting() -> impl Iterator<Item = &'static str> {
    let named: BTreeSet<_> = action::ALL
        .iter()
        .flat_map(|spec| spec.permissions.iter().copied())
        .collect();
    named.into_iter()
}

/// All others, together.
fn idle() -> BTreeSet<Permission> {
    let granting: BTreeSet<_> = granting().collect();
    Permission::ALL
        .iter()
        .copied()
        .filter(|permission| !granting.contains(permission.as_str()))
        .collect()
}

fn spec(name: &str) -> &'static ActionSpec {
    action::ALL.iter().find(|spec| spec.name == name).unwrap()
}

#[test]
fn every_kind_of_principal_may_do_what_the_table_says_and_no_more() {
    let policy = policy();
    for spec in action::ALL {
        for (kind, principal) in principals() {
            for own in [false, true] {
                let decision = ask(&policy, &principal, spec, contact(), own);
                assert_eq!(
                    decision.allowed,
                    expected(&principal, spec, own),
                    "{} by {kind}, own: {own}",
                    spec.name
                );
                assert_eq!(
                    decision.allowed,
                    !decision.deciding.is_empty(),
                    "{} by {kind} is explained",
                    spec.name
                );
            }
        }
    }
}

#[test]
fn each_permission_grants_what_the_table_says_and_no_more() {
    let policy = policy();
    let holder = user(&[PROFILE], true);
    let without_factor = user(&[PROFILE], false);
    for permissions in granting().map(|name| permissions(&[name])).chain([idle()]) {
        policy.put_profile(HERE, PROFILE, &permissions).unwrap();
        for spec in action::ALL {
            let anyone = spec.others.contains(&Other::Anyone);
            let granted = permissions
                .iter()
                .any(|permission| spec.permissions.contains(&permission.as_str()));
            for own in [false, true] {
                let decision = ask(&policy, &holder, spec, contact(), own);
                assert_eq!(
                    decision.allowed,
                    (own || spec.scope == Scope::Any) && (granted || anyone),
                    "{} with {permissions:?}, own: {own}",
                    spec.name
                );
            }
            let one_factor = ask(&policy, &without_factor, spec, contact(), true);
            assert_eq!(one_factor.allowed, anyone, "{} with one factor", spec.name);
        }
    }
}

#[test]
fn a_profile_counts_only_in_its_instance_and_only_for_its_holders() {
    let policy = policy();
    let describe = spec("connect:DescribeQueue");
    let queue =
        |instance| Target::Resource(instance, ResourceKind::Queue, ResourceId::from_u128(8));
    policy
        .put_profile(HERE, PROFILE, &permissions(&["Queues.View"]))
        .unwrap();
    let holder = user(&[PROFILE], true);
    let allowed = |principal: &Principal, target| ask(&policy, principal, describe, target, false);
    assert!(allowed(&holder, queue(HERE)).allowed);
    assert!(!allowed(&holder, queue(ELSEWHERE)).allowed);
    assert!(!allowed(&holder, Target::Account).allowed);
    assert!(!allowed(&user(&[], true), queue(HERE)).allowed);
    let other = SecurityProfileId::from_u128(99);
    assert!(!allowed(&user(&[other], true), queue(HERE)).allowed);
    // The same profile id in another instance is another profile.
    policy
        .put_profile(ELSEWHERE, other, &permissions(&["Queues.View"]))
        .unwrap();
    assert!(!allowed(&user(&[other], true), queue(HERE)).allowed);
}

#[test]
fn profiles_add_up_and_the_decision_names_those_that_grant() {
    let policy = policy();
    let second = SecurityProfileId::from_u128(9);
    policy
        .put_profile(HERE, PROFILE, &permissions(&["BasicAgentAccess"]))
        .unwrap();
    policy
        .put_profile(HERE, second, &permissions(&["Users.View", "Queues.View"]))
        .unwrap();
    let both = user(&[PROFILE, second], true);
    let decision = ask(
        &policy,
        &both,
        spec("connect:DescribeInstance"),
        Target::Instance(HERE),
        false,
    );
    assert!(decision.allowed);
    assert_eq!(
        decision.deciding,
        [
            format!("profile/{PROFILE}/BasicAgentAccess"),
            format!("profile/{second}/Users.View"),
        ]
    );
    let own = ask(&policy, &both, spec("ringfence:Converse"), contact(), true);
    assert_eq!(
        own.deciding,
        [format!("profile/{PROFILE}/BasicAgentAccess/own")]
    );
}

#[test]
fn changes_of_profiles_count_at_once_and_change_the_version() {
    let policy = policy();
    let holder = user(&[PROFILE], true);
    let view = || {
        ask(
            &policy,
            &holder,
            spec("connect:ListQueues"),
            Target::Instance(HERE),
            false,
        )
        .allowed
    };
    let first = policy.version();
    policy
        .put_profile(HERE, PROFILE, &permissions(&["Queues.View"]))
        .unwrap();
    let second = policy.version();
    assert!(view());
    policy
        .put_profile(HERE, PROFILE, &permissions(&["Users.View"]))
        .unwrap();
    assert!(!view());
    policy
        .put_profile(HERE, PROFILE, &permissions(&["Queues.View"]))
        .unwrap();
    assert!(view());
    policy.remove_profile(HERE, PROFILE).unwrap();
    assert!(!view());
    assert!(first < second && second < policy.version());
}

#[test]
fn a_participant_stays_within_its_contact_and_instance() {
    let policy = policy();
    let send = spec("execute-api:SendMessage");
    let here = participant(HERE);
    assert!(ask(&policy, &here, send, contact(), true).allowed);
    assert!(!ask(&policy, &here, send, contact(), false).allowed);
    assert!(!ask(&policy, &here, send, Target::Instance(HERE), true).allowed);
    assert!(!ask(&policy, &participant(ELSEWHERE), send, contact(), true).allowed);
}

#[test]
fn without_the_rule_one_factor_is_enough() {
    let policy = CedarPolicy::new(SecondFactor::Optional).unwrap();
    policy
        .put_profile(HERE, PROFILE, &permissions(&["Queues.View"]))
        .unwrap();
    let decision = ask(
        &policy,
        &user(&[PROFILE], false),
        spec("connect:ListQueues"),
        Target::Instance(HERE),
        false,
    );
    assert!(decision.allowed);
}

#[test]
fn an_action_that_is_not_in_the_table_is_denied() {
    static STRAY: ActionSpec = ActionSpec {
        name: "connect:DropAll",
        permissions: &[],
        scope: Scope::Any,
        access: action::Access::Write,
        others: &[Other::System],
    };
    let policy = policy();
    for (_, principal) in principals() {
        assert!(!ask(&policy, &principal, &STRAY, Target::Account, true).allowed);
    }
}

#[test]
fn hostile_ids_are_only_ids() {
    let policy = policy();
    let principal = Principal::AccessKey {
        key_id: "\" || true //\u{0}\\".to_owned(),
        account: String::new(),
        name: String::new(),
    };
    let allowed = |name| ask(&policy, &principal, spec(name), Target::Account, false).allowed;
    assert!(allowed("sts:GetCallerIdentity"));
    assert!(!allowed("ringfence:Backup"));
}

#[test]
fn the_document_says_what_the_policy_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access.md");
    let document = document();
    if std::env::var_os("RINGFENCE_WRITE_ACCESS").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == document,
        "docs/access.md is stale: run `RINGFENCE_WRITE_ACCESS=1 cargo test -p policy --test access`"
    );
}

/// How far a principal gets: not at all, on its own, or anywhere.
fn reach(policy: &CedarPolicy, principal: &Principal, spec: &'static ActionSpec) -> &'static str {
    let may = |own| ask(policy, principal, spec, contact(), own).allowed;
    match may(true) {
        false => "",
        true if may(false) => "yes",
        true => "own",
    }
}

/// Which permissions give it to a user, each tried alone.
fn permissions_for_actions(policy: &CedarPolicy) -> BTreeMap<&'static str, Vec<&'static str>> {
    let holder = user(&[PROFILE], true);
    let nobody = user(&[], true);
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for permission in Permission::ALL {
        policy
            .put_profile(HERE, PROFILE, &BTreeSet::from([*permission]))
            .unwrap();
        for spec in action::ALL {
            if reach(policy, &holder, spec) != reach(policy, &nobody, spec) {
                found
                    .entry(spec.name)
                    .or_default()
                    .push(permission.as_str());
            }
        }
    }
    found
}

fn document() -> String {
    let policy = policy();
    let permissions = permissions_for_actions(&policy);
    let mut text = String::from(
        "# Who may do what\n\n\
         Generated from the policy itself, one question per cell; a test fails when this page is stale.\n\
         *yes*: anywhere in the instance or account; *own*: on what is the principal's own, such as a\n\
         contact that the agent works on; empty: denied.\n\n\
         ## Actions and principals\n\n\
         A user needs one of the permissions named, from any security profile held, and a second factor.\n\
         *Users* tells what every user may do without a permission and with one factor alone.\n\n\
         | action | access | permission, any of | users | access key | participant | visitor | operator | system |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for spec in action::ALL {
        let cells = [
            user(&[], false),
            access_key(),
            participant(HERE),
            Principal::Visitor,
            Principal::Operator { uid: 0 },
            Principal::System("timer"),
        ]
        .map(|principal| reach(&policy, &principal, spec));
        let granting = permissions
            .get(spec.name)
            .map(|names| names.join(", "))
            .unwrap_or_default();
        let own = if spec.scope == Scope::Own && !granting.is_empty() {
            " (own)"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "| `{}` | {:?} | {granting}{own} | {} |",
            spec.name,
            spec.access,
            cells.join(" | ")
        );
    }
    text.push_str(
        "\n## The default security profiles\n\n\
         What a user with one of them, and a second factor, may do.\n\n\
         | action |",
    );
    for profile in default_profiles::ALL {
        let _ = write!(text, " {} |", profile.name);
    }
    text.push_str("\n|---|---|---|---|---|\n");
    let holder = user(&[PROFILE], true);
    let mut columns = Vec::new();
    for profile in default_profiles::ALL {
        policy
            .put_profile(HERE, PROFILE, &profile.permissions())
            .unwrap();
        columns.push(
            action::ALL
                .iter()
                .map(|spec| reach(&policy, &holder, spec))
                .collect::<Vec<_>>(),
        );
    }
    for (row, spec) in action::ALL.iter().enumerate() {
        let cells: Vec<&str> = columns
            .iter()
            .filter_map(|column| column.get(row).copied())
            .collect();
        let _ = writeln!(text, "| `{}` | {} |", spec.name, cells.join(" | "));
    }
    text
}
