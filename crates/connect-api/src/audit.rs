//! What of a request the audit trail shows: a member is hidden until its operation lists it as clear.

use model::audit::HIDDEN;
use serde_json::{Map, Value};

/// Most characters of a clear text that an entry repeats.
const TEXT_CHARS_MAX: usize = 1024;

/// The members with everything hidden but those in `clear`: names with dots lead into structures,
/// lists are transparent. Numbers and `true`/`false` are hidden likewise.
pub(crate) fn parameters(members: Map<String, Value>, clear: &[&str]) -> Value {
    Value::Object(hide_members(members, "", clear))
}

fn hide_members(members: Map<String, Value>, within: &str, clear: &[&str]) -> Map<String, Value> {
    members
        .into_iter()
        // Outside text: a name that no model knows may be personal itself.
        .filter(|(name, _)| name.len() <= 128)
        .map(|(name, value)| {
            let path = if within.is_empty() {
                name.clone()
            } else {
                format!("{within}.{name}")
            };
            let shown = hide(value, &path, clear);
            (name, shown)
        })
        .collect()
}

fn hide(value: Value, path: &str, clear: &[&str]) -> Value {
    if clear.contains(&path) {
        return shorten(value);
    }
    let leads_on = clear.iter().any(|listed| {
        listed
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    });
    match value {
        Value::Object(members) if leads_on => Value::Object(hide_members(members, path, clear)),
        Value::Array(items) if leads_on => Value::Array(
            items
                .into_iter()
                .map(|item| match item {
                    Value::Object(members) => Value::Object(hide_members(members, path, clear)),
                    _ => Value::from(HIDDEN),
                })
                .collect(),
        ),
        Value::Null => Value::Null,
        _ => Value::from(HIDDEN),
    }
}

fn shorten(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > TEXT_CHARS_MAX => {
            Value::from(text.chars().take(TEXT_CHARS_MAX).collect::<String>())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(members: Value, clear: &[&str], shown: &Value) {
        let Value::Object(members) = members else {
            unreachable!("tests give structures")
        };
        assert_eq!(parameters(members, clear), *shown);
    }

    #[test]
    fn a_member_is_hidden_until_it_is_listed() {
        check(
            json!({"InstanceId": "i", "Name": "Ada", "New": {"Secret": 1}, "Flag": true, "None": null}),
            &["InstanceId"],
            &json!({"InstanceId": "i", "Name": HIDDEN, "New": HIDDEN, "Flag": HIDDEN, "None": null}),
        );
    }

    #[test]
    fn a_path_clears_one_member_of_a_structure_or_of_all_in_a_list() {
        check(
            json!({"Phone": {"Type": "SOFT", "Number": "+49"}, "List": [{"Id": 1, "Text": "x"}, "y"]}),
            &["Phone.Type", "List.Id"],
            &json!({
                "Phone": {"Type": "SOFT", "Number": HIDDEN},
                "List": [{"Id": 1, "Text": HIDDEN}, HIDDEN],
            }),
        );
    }

    #[test]
    fn a_listed_name_does_not_clear_one_that_begins_alike() {
        check(
            json!({"Phone": "+49", "PhoneType": "SOFT"}),
            &["PhoneType"],
            &json!({"Phone": HIDDEN, "PhoneType": "SOFT"}),
        );
    }

    #[test]
    fn long_texts_are_cut() {
        let shown = parameters(
            Map::from_iter([("A".to_owned(), Value::from("x".repeat(5000)))]),
            &["A"],
        );
        assert_eq!(
            shown.get("A").unwrap().as_str().unwrap().len(),
            TEXT_CHARS_MAX
        );
    }
}
