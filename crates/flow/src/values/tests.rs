#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn held() -> Values {
    Values {
        external: json!({ "a": { "b": ["x", "y"] } }),
        flow_attributes: BTreeMap::from([("step".to_owned(), "2".to_owned())]),
        stored_customer_input: Some("123".to_owned()),
        views: json!({ "Action": "Next" }),
        metrics: BTreeMap::from([("Queue.Size".to_owned(), "4".to_owned())]),
        module_result: Some("Success".to_owned()),
        task: None,
        loops: BTreeMap::from([(
            BlockIndex(3),
            LoopState {
                name: Some("row".to_owned()),
                index: 1,
                rounds: 2,
                elements: vec![json!("first"), json!({ "id": 7 })],
            },
        )]),
    }
}

#[test]
fn what_the_run_holds_is_found_below_its_roots() {
    let check = |path: &[&str], wanted: Option<&str>| {
        assert_eq!(held().text(path).unwrap().as_deref(), wanted, "{path:?}");
    };
    check(&["External", "a", "b", "1"], Some("y"));
    check(&["External", "a", "b"], Some(r#"["x","y"]"#));
    check(&["External", "nothing"], None);
    check(&["FlowAttributes", "step"], Some("2"));
    check(&["FlowAttributes", "other"], None);
    check(&["StoredCustomerInput"], Some("123"));
    check(&["Views", "Action"], Some("Next"));
    check(&["Metrics", "Queue", "Size"], Some("4"));
    check(&["Modules", "Result"], Some("Success"));
    check(&["Modules", "Input"], None);
    check(&["Loop", "row", "Index"], Some("1"));
    check(&["Loop", "row", "Element", "id"], Some("7"));
    check(&["Loop", "row", "Elements", "0"], Some("first"));
    check(&["Loop", "other", "Index"], None);
}

#[test]
fn what_the_contact_holds_is_not_answered_here() {
    assert_eq!(held().text(&["Attributes", "x"]), None);
    assert_eq!(held().json(&["Channel"]), None);
    assert_eq!(held().text(&["Task", "ContactId"]), None);
}

#[test]
fn flow_attributes_are_bounded_all_or_none() {
    let mut values = held();
    let fits = FLOW_ATTRIBUTES_BYTES_MAX - "step2".len() - "big".len();
    assert!(!values.set_flow_attributes(vec![
        ("small".to_owned(), String::new()),
        ("big".to_owned(), "x".repeat(fits)),
    ]));
    assert_eq!(
        values.flow_attributes.len(),
        1,
        "nothing of a refused change remains"
    );
    assert!(values.set_flow_attributes(vec![("big".to_owned(), "x".repeat(fits))]));
    assert!(
        values.set_flow_attributes(vec![("big".to_owned(), "y".repeat(fits))]),
        "replacing frees"
    );
}

#[test]
fn debug_output_shows_no_value() {
    assert_eq!(format!("{:?}", held()), "Values(..)");
}
