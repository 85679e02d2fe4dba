#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn holds(operator: &str, result: &str, operand: &str) -> bool {
    Operator::from_name(operator)
        .unwrap()
        .holds(result, operand)
}

fn problems_of(condition: &Value) -> Vec<String> {
    let mut problems = Problems::default();
    let _ = Condition::read(condition, "b", &mut problems);
    problems
        .into_list()
        .into_iter()
        .map(|problem| problem.reason)
        .collect()
}

#[test]
fn texts_are_compared_as_they_are() {
    assert!(holds("Equals", "gold", "gold"));
    assert!(!holds("Equals", "Gold", "gold"));
    assert!(!holds("Equals", "1", "1.0"));
    assert!(holds("TextStartsWith", "golden", "gold"));
    assert!(holds("TextEndsWith", "golden", "den"));
    assert!(holds("TextContains", "golden", "old"));
    assert!(!holds("TextContains", "golden", "silver"));
}

#[test]
fn numbers_are_compared_by_value() {
    assert!(holds("NumberGreaterThan", "10", "9"));
    assert!(holds("NumberGreaterThan", "0.5", ".25"));
    assert!(holds("NumberGreaterOrEqualTo", "7", "7.00"));
    assert!(holds("NumberLessThan", "-10", "-9"));
    assert!(holds("NumberLessOrEqualTo", "-0", "0"));
    assert!(!holds("NumberLessThan", "-0", "0"));
    assert!(holds("NumberLessThan", " 3 ", "+4"));
}

#[test]
fn long_numbers_are_compared_exactly() {
    assert!(holds(
        "NumberLessThan",
        "90071992547409930001",
        "90071992547409930002"
    ));
    assert!(holds(
        "NumberLessThan",
        "0.10000000000000000001",
        "0.10000000000000000002"
    ));
}

#[test]
fn what_is_no_number_compares_false() {
    for text in [
        "", "abc", "1e5", "NaN", "inf", "1.2.3", "-", ".", "0x10", "1 2", "１",
    ] {
        for operator in [
            "NumberGreaterThan",
            "NumberGreaterOrEqualTo",
            "NumberLessThan",
            "NumberLessOrEqualTo",
        ] {
            assert!(!holds(operator, text, "1"), "{text} {operator}");
            assert!(!holds(operator, "1", text), "1 {operator} {text}");
        }
    }
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(
        json!({"Operator": "Equals", "Operands": ["a"]}),
        |inner, _| json!({"Operator": "And", "Operands": [inner]}),
    )
}

#[test]
fn nesting_is_bounded() {
    assert_eq!(
        problems_of(&nested(CONDITION_DEPTH_MAX)),
        Vec::<String>::new()
    );
    let problems = problems_of(&nested(CONDITION_DEPTH_MAX + 1));
    assert_eq!(
        problems,
        ["a condition nests deeper than 5 levels: split it"]
    );
}

#[test]
fn sub_conditions_are_bounded() {
    let many = |count: usize| json!({"Operator": "Or", "Operands": vec![json!({"Operator": "Equals", "Operands": ["a"]}); count]});
    assert_eq!(problems_of(&many(SUB_CONDITIONS_MAX)), Vec::<String>::new());
    let problems = problems_of(&many(SUB_CONDITIONS_MAX + 1));
    assert_eq!(
        problems,
        ["a condition has more than 50 sub-conditions: split it"]
    );
}

#[test]
fn malformed_conditions_are_named() {
    let check = |condition: Value, wanted: &str| {
        let problems = problems_of(&condition);
        assert!(
            problems.iter().any(|problem| problem.contains(wanted)),
            "{wanted}: {problems:?}"
        );
    };
    check(json!("x"), "must be an object");
    check(json!({"Operator": "Equals"}), "needs `Operands`");
    check(json!({"Operands": ["a"]}), "needs an `Operator`");
    check(
        json!({"Operator": "Equals", "Operands": []}),
        "exactly one text",
    );
    check(
        json!({"Operator": "Equals", "Operands": ["a", "b"]}),
        "exactly one text",
    );
    check(
        json!({"Operator": "Equals", "Operands": [1]}),
        "exactly one text",
    );
    check(
        json!({"Operator": "NumericLessThan", "Operands": ["1"]}),
        "did you mean `NumberLessThan`?",
    );
    check(
        json!({"Operator": "Not", "Operands": [nested(1), nested(1)]}),
        "exactly one condition",
    );
    check(json!({"Operator": "And", "Operands": []}), "needs operands");
    check(
        json!({"Operator": "Equals", "Operands": ["a"], "Negate": true}),
        "unknown member `Negate`",
    );
}

proptest! {
    #[test]
    fn decimals_order_like_integers(a in -1_000_000_000_i64..1_000_000_000, b in -1_000_000_000_i64..1_000_000_000) {
        prop_assert_eq!(holds("NumberLessThan", &a.to_string(), &b.to_string()), a < b);
        prop_assert_eq!(holds("NumberGreaterOrEqualTo", &a.to_string(), &b.to_string()), a >= b);
    }
}
