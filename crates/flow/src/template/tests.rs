#![expect(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::block::{BlockIndex, RENDERED_BYTES_MAX, Transitions};
use crate::facts::Facts;
use crate::run::FlowLogging;
use crate::values::Values;

struct Ada;

impl Facts for Ada {
    fn value(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        match path {
            ["Attributes", "name"] => Some(Cow::from("Ada")),
            ["Attributes", "long"] => Some(Cow::from("x".repeat(RENDERED_BYTES_MAX / 2))),
            _ => None,
        }
    }
}

fn with_at<T>(act: impl FnOnce(&At<'_>) -> T) -> T {
    let mut values = Values {
        external: json!({ "rows": [{ "a": 1 }], "flag": true, "none": null }),
        ..Values::default()
    };
    let mut logging = FlowLogging::Enabled;
    let transitions = Transitions::default();
    act(&At::new(
        BlockIndex(0),
        &transitions,
        &mut values,
        &Ada,
        &mut logging,
    ))
}

fn check(text: &str, wanted: &str) {
    let rendered = with_at(|at| Template::parse(text).render(at));
    assert_eq!(rendered.unwrap(), wanted, "{text}");
}

#[test]
fn values_stand_where_their_paths_stood() {
    check(
        "Hello $.Attributes.name, how are you?",
        "Hello Ada, how are you?",
    );
    check("$.Attributes.name.", "Ada.");
    check("$.Attributes.name$.Attributes['name']", "AdaAda");
    check("<say-as>$.Attributes.name</say-as>", "<say-as>Ada</say-as>");
    check("$.External.rows[0].a and $.External.rows.0.a", "1 and 1");
    check("$.External.rows", r#"[{"a":1}]"#);
    check("$.External.flag", "true");
}

#[test]
fn a_missing_value_is_empty_text() {
    check("[$.Attributes.nothing]", "[]");
    check(
        "[$.External.rows.7.a][$.External.none][$.Lex.IntentName]",
        "[][][]",
    );
}

#[test]
fn dollars_that_begin_no_path_are_dollars() {
    check("It costs $5 or $.50 or US$", "It costs $5 or $.50 or US$");
    check("$$.Attributes.name$", "$Ada$");
    check("{{menu}}", "{{menu}}");
}

#[test]
fn rendered_text_is_bounded() {
    let fits = |text: &str| with_at(|at| Template::parse(text).render(at)).is_ok();
    assert!(fits("$.Attributes.long$.Attributes.name"));
    assert!(
        !fits("$.Attributes.long$.Attributes.long"),
        "values and their look-ups"
    );
    let long = "x".repeat(RENDERED_BYTES_MAX);
    assert!(fits(&long));
    assert!(!fits(&format!("{long}!")), "fixed text");
    let look_ups = "$.Attributes.none".repeat(RENDERED_BYTES_MAX / LOOK_UP_BYTES);
    assert!(fits(&look_ups));
    assert!(!fits(&format!("{look_ups}!")), "look-ups without a value");
}

#[test]
fn rendered_json_is_bounded() {
    let fits = |value: &Value| with_at(|at| JsonTemplate::parse(value).render(at)).is_ok();
    assert!(fits(&json!(["$.Attributes.long", "$.Attributes.name"])));
    assert!(!fits(&json!(["$.Attributes.long", "$.Attributes.long"])));
    assert!(
        !fits(&json!({ ("n".repeat(RENDERED_BYTES_MAX + 1)): "" })),
        "names"
    );
    assert!(
        !fits(&json!(vec![1; RENDERED_BYTES_MAX / 8 + 1])),
        "numbers"
    );
}

#[test]
fn json_keeps_its_shape_and_lists_stay_lists() {
    let template = JsonTemplate::parse(&json!({
        "Heading": "Hello $.Attributes.name", "Wide": true, "Rows": "$.External.rows", "No": "$.Attributes.no",
    }));
    let rendered = with_at(|at| template.render(at)).unwrap();
    assert_eq!(
        rendered,
        json!({ "Heading": "Hello Ada", "Wide": true, "Rows": [{ "a": 1 }], "No": "" })
    );
}

proptest! {
    #[test]
    fn no_text_makes_a_template_panic(text in "(\\PC|\\$\\.|\\['|'\\]|\\$\\.Attributes\\.name){0,40}") {
        let rendered = with_at(|at| Template::parse(&text).render(at));
        prop_assert!(rendered.is_ok());
    }

    #[test]
    fn text_without_dollars_stays_as_it_is(text in "[^$]*") {
        let rendered = with_at(|at| Template::parse(&text).render(at));
        prop_assert_eq!(rendered.unwrap(), text);
    }
}
