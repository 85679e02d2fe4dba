//! The rules parsed, strictly validated, and indexed, so that a request meets only the few policies that
//! could decide it.

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;
use std::sync::Arc;

use app::action;
use app::ports::policy::PolicyError;
use app::signin::SecondFactor;
use cedar_policy::{
    Entity, Policy, PolicyId, PolicySet, Schema, SlotId, Template, ValidationMode, Validator,
};
use model::permission::Permission;
use model::{InstanceId, SecurityProfileId};

use crate::kind::Kind;
use crate::question::Names;
use crate::rules::{self, GrantRule, Rule};

/// All policies of the program but the links of security profiles.
#[derive(Debug)]
pub(crate) struct Rulebook {
    entries: HashMap<&'static str, Entry>,
    grants: Vec<Grant>,
}

/// What could decide about one action.
#[derive(Debug)]
pub(crate) struct Entry {
    action: Entity,
    rules: Vec<(Kind, Arc<PolicySet>)>,
    grants: Vec<usize>,
}

/// One permission's template.
#[derive(Debug)]
pub(crate) struct Grant {
    permission: Permission,
    name: String,
    template: Template,
}

impl Rulebook {
    /// Parses, validates and indexes what [`rules`] makes of the table of actions.
    pub(crate) fn build(second_factor: SecondFactor) -> Result<Self, PolicyError> {
        let rules = rules::rules(action::ALL);
        let grants = rules::grants(action::ALL, second_factor);
        Self::compile(&rules, &grants)
    }

    fn compile(rules: &[Rule], grants: &[GrantRule]) -> Result<Self, PolicyError> {
        let schema = Schema::from_str(&rules::schema(action::ALL, rules, grants))
            .map_err(|error| invalid("schema", &error))?;
        let mut entries = entries(&schema)?;
        let mut all = PolicySet::new();
        for rule in rules {
            let policy = Policy::parse(Some(PolicyId::new(&rule.name)), &rule.text)
                .map_err(|error| invalid(&rule.name, &error))?;
            all.add(policy.clone())
                .map_err(|error| invalid(&rule.name, &error))?;
            let set = Arc::new(
                PolicySet::from_policies([policy]).map_err(|error| invalid(&rule.name, &error))?,
            );
            for name in &rule.actions {
                entry_of(&mut entries, name)?
                    .rules
                    .push((rule.kind, Arc::clone(&set)));
            }
        }
        let mut templates = Vec::with_capacity(grants.len());
        for (place, grant) in grants.iter().enumerate() {
            let template = Template::parse(Some(PolicyId::new(&grant.name)), &grant.text)
                .map_err(|error| invalid(&grant.name, &error))?;
            all.add_template(template.clone())
                .map_err(|error| invalid(&grant.name, &error))?;
            templates.push(Grant {
                permission: grant
                    .permission
                    .parse()
                    .map_err(|error| invalid(&grant.name, &error))?,
                name: grant.name.clone(),
                template,
            });
            for name in &grant.actions {
                entry_of(&mut entries, name)?.grants.push(place);
            }
        }
        // A warning is a policy that can never apply: a mistake in the table, not a matter of taste.
        let result = Validator::new(schema).validate(&all, ValidationMode::Strict);
        if result.validation_passed_without_warnings() {
            Ok(Self {
                entries,
                grants: templates,
            })
        } else {
            let findings: Vec<String> = result
                .validation_errors()
                .map(ToString::to_string)
                .chain(result.validation_warnings().map(ToString::to_string))
                .collect();
            Err(PolicyError(findings.join("; ")))
        }
    }

    /// What could decide about this action; `None` for one that is not in the table.
    pub(crate) fn entry(&self, action: &str) -> Option<&Entry> {
        self.entries.get(action)
    }

    /// The grants of a profile that holds these permissions, with their places.
    pub(crate) fn grants_of(
        &self,
        permissions: &BTreeSet<Permission>,
    ) -> impl Iterator<Item = (usize, &Grant)> {
        self.grants
            .iter()
            .enumerate()
            .filter(|(_, grant)| permissions.contains(&grant.permission))
    }
}

impl Entry {
    const fn new(action: Entity) -> Self {
        Self {
            action,
            rules: Vec::new(),
            grants: Vec::new(),
        }
    }

    /// The action as Cedar's entity, with the groups that it is in.
    pub(crate) const fn action(&self) -> &Entity {
        &self.action
    }

    /// The static policies for principals of this kind.
    pub(crate) fn rules(&self, kind: Kind) -> impl Iterator<Item = &PolicySet> {
        self.rules
            .iter()
            .filter(move |(holder, _)| *holder == kind)
            .map(|(_, set)| set.as_ref())
    }

    /// The places of the grants that cover it.
    pub(crate) fn grants(&self) -> &[usize] {
        &self.grants
    }
}

impl Grant {
    /// The policy of one profile: its holders, on its instance.
    pub(crate) fn link(
        &self,
        names: &Names,
        instance: InstanceId,
        profile: SecurityProfileId,
    ) -> Result<PolicySet, PolicyError> {
        let mut set = PolicySet::new();
        set.add_template(self.template.clone())
            .map_err(|error| invalid(&self.name, &error))?;
        set.link(
            self.template.id().clone(),
            PolicyId::new(format!("profile/{profile}/{}", self.name)),
            HashMap::from([
                (SlotId::principal(), names.profile(profile)),
                (SlotId::resource(), names.instance(instance)),
            ]),
        )
        .map_err(|error| invalid(&self.name, &error))?;
        Ok(set)
    }
}

/// An entry per action of the table, with nothing that could permit it yet.
fn entries(schema: &Schema) -> Result<HashMap<&'static str, Entry>, PolicyError> {
    let known = schema
        .action_entities()
        .map_err(|error| invalid("schema", &error))?;
    action::ALL
        .iter()
        .map(|action| {
            known
                .iter()
                .find(|entity| entity.uid().id().unescaped() == action.name)
                .map(|entity| (action.name, Entry::new(entity.clone())))
                .ok_or_else(|| PolicyError(format!("`{}` is missing in the schema", action.name)))
        })
        .collect()
}

fn entry_of<'a>(
    entries: &'a mut HashMap<&'static str, Entry>,
    name: &str,
) -> Result<&'a mut Entry, PolicyError> {
    entries
        .get_mut(name)
        .ok_or_else(|| PolicyError(format!("action `{name}` is missing in the schema")))
}

fn invalid(what: &str, error: &dyn std::error::Error) -> PolicyError {
    PolicyError(format!("`{what}`: {error}"))
}

#[cfg(test)]
mod tests;
