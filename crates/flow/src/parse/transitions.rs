//! Reads where a block leads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{BRANCHES_MAX, Raw, Reader};
use crate::block::{BlockIndex, ConditionRule, NextRule, Spec, Transitions};
use crate::command::FlowError;
use crate::condition::Condition;
use crate::problem::{Reported, cut};

impl Reader<'_> {
    pub(super) fn read_transitions(
        &mut self,
        raw: &Raw<'_>,
        spec: Option<&Spec>,
        index: &BTreeMap<&str, BlockIndex>,
    ) -> Result<Transitions, Reported> {
        const MEMBERS: [&str; 3] = ["NextAction", "Errors", "Conditions"];
        let none = Map::new();
        let members = match raw.members.get("Transitions") {
            None | Some(Value::Null) => &none,
            Some(Value::Object(members)) => members,
            Some(_) => {
                return Err(self
                    .problems
                    .block(raw.id, "`Transitions` must be an object"));
            }
        };
        for name in members
            .keys()
            .filter(|name| !MEMBERS.contains(&name.as_str()))
        {
            self.unknown_member(raw.id, "Transitions.", name, &MEMBERS);
        }
        let next = match members.get("NextAction") {
            None | Some(Value::Null) => Ok(None),
            Some(target) => self
                .target(raw.id, "NextAction", Some(target), index)
                .map(Some),
        };
        let conditions = self.read_conditions(raw.id, members, index);
        let errors = self.read_errors(raw.id, members, index);
        let transitions = Transitions {
            next: next?,
            conditions: conditions?,
            errors: errors?,
        };
        if let Some(spec) = spec {
            self.check_transitions(raw.id, &transitions, spec);
        }
        Ok(transitions)
    }

    fn read_conditions(
        &mut self,
        id: &str,
        members: &Map<String, Value>,
        index: &BTreeMap<&str, BlockIndex>,
    ) -> Result<Vec<(Condition, BlockIndex)>, Reported> {
        let read = self
            .branches(id, members, "Conditions")?
            .iter()
            .map(|branch| {
                let condition = match branch.get("Condition") {
                    Some(condition) => Condition::read(condition, id, self.problems),
                    None => Err(self
                        .problems
                        .block(id, "an entry of `Conditions` has no `Condition`")),
                };
                if let Ok(condition) = &condition {
                    condition.each_path(&mut |path| {
                        if let Some(reason) = self.problems.misspelling(path) {
                            self.problems
                                .block(id, format!("condition `{condition}` {reason}"));
                        }
                    });
                }
                let target = self.target(id, "a condition", branch.get("NextAction"), index);
                Ok((condition?, target?))
            });
        // Through a list, so that each entry tells its problems.
        let read: Vec<_> = read.collect();
        read.into_iter().collect()
    }

    fn read_errors(
        &mut self,
        id: &str,
        members: &Map<String, Value>,
        index: &BTreeMap<&str, BlockIndex>,
    ) -> Result<Vec<(FlowError, BlockIndex)>, Reported> {
        let mut seen = BTreeSet::new();
        let read = self.branches(id, members, "Errors")?.iter().map(|branch| {
            let name = branch
                .get("ErrorType")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let error = match FlowError::from_name(name) {
                Some(error) if !seen.insert(error) => Err(self
                    .problems
                    .block(id, format!("has two branches for `{name}`: remove one"))),
                Some(error) => Ok(error),
                None => {
                    let known = FlowError::ALL.iter().map(|known| known.as_str());
                    let hint = self.problems.hint(name, known);
                    Err(self
                        .problems
                        .block(id, format!("unknown `ErrorType` `{}`{hint}", cut(name))))
                }
            };
            let target = self.target(id, "an error branch", branch.get("NextAction"), index);
            Ok((error?, target?))
        });
        let read: Vec<_> = read.collect();
        read.into_iter().collect()
    }

    fn branches<'a>(
        &mut self,
        id: &str,
        members: &'a Map<String, Value>,
        name: &str,
    ) -> Result<&'a [Value], Reported> {
        match members.get(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(branches)) if branches.len() > BRANCHES_MAX => {
                Err(self.problems.block(
                    id,
                    format!("has more than {BRANCHES_MAX} `{name}`: chain several blocks"),
                ))
            }
            Some(Value::Array(branches)) => Ok(branches),
            Some(_) => Err(self.problems.block(id, format!("`{name}` must be a list"))),
        }
    }

    fn target(
        &mut self,
        id: &str,
        what: &str,
        target: Option<&Value>,
        index: &BTreeMap<&str, BlockIndex>,
    ) -> Result<BlockIndex, Reported> {
        let Some(target) = target.and_then(Value::as_str) else {
            return Err(self
                .problems
                .block(id, format!("{what} names no `NextAction`")));
        };
        index.get(target).copied().ok_or_else(|| {
            self.problems.block(
                id,
                format!("{what} leads to `{}`, which is not there", cut(target)),
            )
        })
    }

    fn check_transitions(&mut self, id: &str, transitions: &Transitions, spec: &Spec) {
        match spec.next {
            NextRule::Required if transitions.next.is_none() => {
                self.problems
                    .block(id, "`NextAction` is missing: name the block that follows");
            }
            NextRule::Terminal
                if transitions.next.is_some()
                    || !transitions.conditions.is_empty()
                    || !transitions.errors.is_empty() =>
            {
                let name = spec.name;
                self.problems.block(
                    id,
                    format!("`{name}` ends here: its `Transitions` must be empty"),
                );
            }
            _ => {}
        }
        for error in spec.errors {
            if transitions.on(*error).is_none() {
                let name = error.as_str();
                self.problems.block(
                    id,
                    format!("has no branch for `{name}`: add it to `Errors`"),
                );
            }
        }
        self.check_conditions(id, transitions, spec.conditions);
    }

    fn check_conditions(&mut self, id: &str, transitions: &Transitions, rule: ConditionRule) {
        let allowed: &[&str] = match rule {
            ConditionRule::Any => return,
            // Terminal actions have told already that nothing may follow.
            ConditionRule::None | ConditionRule::Equals => &[],
            ConditionRule::Exactly(results) => results,
        };
        for (condition, _) in &transitions.conditions {
            match (rule, condition.equals()) {
                (ConditionRule::None, _) => {
                    self.problems
                        .block(id, "has no result to compare: remove its `Conditions`");
                    return;
                }
                (ConditionRule::Equals, Some(_)) => {}
                (_, Some(result)) if allowed.contains(&result) => {}
                _ => {
                    self.problems
                        .block(id, format!("condition `{condition}` is not possible here"));
                }
            }
        }
        for result in allowed {
            let found = transitions
                .conditions
                .iter()
                .filter(|(c, _)| c.equals() == Some(result));
            if found.count() != 1 {
                self.problems
                    .block(id, format!("needs exactly one condition `Equals {result}`"));
            }
        }
    }
}
