//! What the table of actions says, as Cedar text: a schema, one static policy per kind of principal, and
//! one template per permission of security profiles. Only constants of the program enter the text.
//!
//! Each policy is about an action group of its own name; the schema says which actions are in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use app::action::{ActionSpec, Other, Scope};
use app::signin::SecondFactor;

use crate::kind::Kind;

/// Services of which an access key may do everything; keys of narrower rights come with IAM's policies.
const ACCESS_KEY_SERVICES: [&str; 2] = ["connect:", "sts:"];

/// A static policy.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Stable name, as decisions give it.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) actions: Vec<&'static str>,
    pub(crate) text: String,
}

/// What one permission grants: a template, linked once per security profile that holds it.
#[derive(Debug)]
pub(crate) struct GrantRule {
    pub(crate) permission: &'static str,
    /// Stable name; a link is called `profile/ID/` and this.
    pub(crate) name: String,
    pub(crate) actions: Vec<&'static str>,
    pub(crate) text: String,
}

/// Entity types, action groups, and one action per row of the table with those to whom it may apply at
/// all.
pub(crate) fn schema(
    table: &[&'static ActionSpec],
    rules: &[Rule],
    grants: &[GrantRule],
) -> String {
    let mut text = String::from(
        "entity Account;\n\
         entity Instance;\n\
         entity Resource in [Instance];\n\
         entity Contact in [Instance];\n\
         entity Agent in [Instance];\n\
         entity SecurityProfile;\n\
         entity AccessKey;\n\
         entity User in [SecurityProfile] { secondFactor: Bool };\n\
         entity Participant { instance: Instance };\n\
         entity Visitor;\n\
         entity Operator;\n\
         entity System;\n",
    );
    let groups: Vec<(&str, &[&str])> = rules
        .iter()
        .map(|rule| (rule.name.as_str(), rule.actions.as_slice()))
        .chain(
            grants
                .iter()
                .map(|grant| (grant.name.as_str(), grant.actions.as_slice())),
        )
        .collect();
    for (group, _) in &groups {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "action \"{group}\";");
    }
    for action in table {
        let within: Vec<String> = groups
            .iter()
            .filter(|(_, actions)| actions.contains(&action.name))
            .map(|(group, _)| format!("\"{group}\""))
            .collect();
        let within = if within.is_empty() {
            String::new()
        } else {
            format!(" in [{}]", within.join(", "))
        };
        let principals: Vec<&str> = Kind::ALL
            .into_iter()
            .filter(|kind| applies(action, *kind))
            .map(Kind::entity_type)
            .collect();
        let applies_to = if principals.is_empty() {
            String::new()
        } else {
            format!(
                " appliesTo {{ principal: [{}], \
                 resource: [Account, Instance, Resource, Contact, Agent], \
                 context: {{ own: Bool }} }}",
                principals.join(", ")
            )
        };
        let _ = writeln!(text, "action \"{}\"{within}{applies_to};", action.name);
    }
    text
}

/// The static policies: all but what security profiles grant.
pub(crate) fn rules(table: &[&'static ActionSpec]) -> Vec<Rule> {
    let mut actions_of: BTreeMap<(Kind, &str, Scope), Vec<&'static str>> = BTreeMap::new();
    for action in table {
        for (kind, name) in holders(action) {
            let scope = scope_for(kind, action.scope);
            actions_of
                .entry((kind, name, scope))
                .or_default()
                .push(action.name);
        }
    }
    actions_of
        .into_iter()
        .map(|((kind, name, scope), actions)| {
            let name = format!("{name}{}", suffix(scope));
            Rule {
                text: format!(
                    "permit(principal is {}, action in Action::\"{name}\", {}){};",
                    kind.entity_type(),
                    resource(kind),
                    when(&conditions(kind, scope)),
                ),
                name,
                kind,
                actions,
            }
        })
        .collect()
}

/// The templates: what each permission grants to users who hold a profile with it.
pub(crate) fn grants(table: &[&'static ActionSpec], second_factor: SecondFactor) -> Vec<GrantRule> {
    let mut actions_of: BTreeMap<(&'static str, Scope), Vec<&'static str>> = BTreeMap::new();
    for action in table {
        // A permission that the table names twice for one action still grants it once.
        for permission in action.permissions.iter().collect::<BTreeSet<_>>() {
            actions_of
                .entry((permission, action.scope))
                .or_default()
                .push(action.name);
        }
    }
    actions_of
        .into_iter()
        .map(|((permission, scope), actions)| {
            let mut conditions = Vec::new();
            if second_factor == SecondFactor::Required {
                conditions.push("principal.secondFactor");
            }
            if scope == Scope::Own {
                conditions.push("context.own");
            }
            let name = format!("{permission}{}", suffix(scope));
            GrantRule {
                permission,
                text: format!(
                    "permit(principal is User in ?principal, action in Action::\"{name}\", \
                     resource in ?resource){};",
                    when(&conditions),
                ),
                name,
                actions,
            }
        })
        .collect()
}

/// Who besides holders of a permission may do it, with the name of the policy that says so.
fn holders(action: &ActionSpec) -> BTreeSet<(Kind, &'static str)> {
    let mut holders = BTreeSet::new();
    if ACCESS_KEY_SERVICES
        .iter()
        .any(|service| action.name.starts_with(service))
    {
        holders.insert((Kind::AccessKey, "access-key/administrator"));
    }
    for other in action.others {
        match other {
            Other::Participant => holders.insert((Kind::Participant, "participant")),
            Other::Visitor => holders.insert((Kind::Visitor, "visitor")),
            Other::Operator => holders.insert((Kind::Operator, "operator")),
            Other::System => holders.insert((Kind::System, "system")),
            Other::Anyone => {
                // A visitor owns nothing: what is on one's own is for users alone.
                if action.scope == Scope::Any {
                    holders.insert((Kind::Visitor, "anyone/visitor"));
                }
                holders.insert((Kind::User, "anyone/user"))
            }
        };
    }
    holders
}

fn applies(action: &ActionSpec, kind: Kind) -> bool {
    (kind == Kind::User && !action.permissions.is_empty())
        || holders(action).iter().any(|(holder, _)| *holder == kind)
}

/// Participants never reach beyond their own contact, whatever the table says.
fn scope_for(kind: Kind, scope: Scope) -> Scope {
    if kind == Kind::Participant {
        Scope::Own
    } else {
        scope
    }
}

fn resource(kind: Kind) -> &'static str {
    if kind == Kind::Participant {
        "resource is Contact"
    } else {
        "resource"
    }
}

fn conditions(kind: Kind, scope: Scope) -> Vec<&'static str> {
    let mut conditions = Vec::new();
    if scope == Scope::Own {
        conditions.push("context.own");
    }
    if kind == Kind::Participant {
        conditions.push("resource in principal.instance");
    }
    conditions
}

const fn suffix(scope: Scope) -> &'static str {
    match scope {
        Scope::Any => "",
        Scope::Own => "/own",
    }
}

fn when(conditions: &[&str]) -> String {
    if conditions.is_empty() {
        String::new()
    } else {
        format!(" when {{ {} }}", conditions.join(" && "))
    }
}
