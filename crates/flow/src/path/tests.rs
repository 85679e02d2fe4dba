#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::problem::Problems;

fn segments(text: &str) -> Option<Vec<String>> {
    let path = Path::parse(text).ok()?;
    Some(path.segments().map(str::to_owned).collect())
}

#[test]
fn all_spellings_of_a_path_are_equal() {
    let wanted = Path::parse("$.Attributes.tier").unwrap();
    for spelling in [
        "$.Attributes['tier']",
        "$.Attributes[\"tier\"]",
        "$.Attributes.['tier']",
        "$['Attributes']['tier']",
        "$['Attributes'].tier",
    ] {
        assert_eq!(Path::parse(spelling).unwrap(), wanted, "{spelling}");
    }
}

#[test]
fn names_may_hold_what_they_hold_in_real_exports() {
    let check = |text: &str, wanted: &[&str]| {
        assert_eq!(
            segments(text).as_deref(),
            Some(wanted.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).as_deref(),
            "{text}"
        );
    };
    check("$.Channel", &["Channel"]);
    check(
        "$.SegmentAttributes['connect:Subtype']",
        &["SegmentAttributes", "connect:Subtype"],
    );
    check(
        "$.Media.Sip.Headers.P-Charge-Info",
        &["Media", "Sip", "Headers", "P-Charge-Info"],
    );
    check(
        "$.Views.ViewResultData.FormData.extras.0",
        &["Views", "ViewResultData", "FormData", "extras", "0"],
    );
    check("$.External.rows[12].a", &["External", "rows", "12", "a"]);
    check("$.Attributes['it\\'s']", &["Attributes", "it's"]);
    check("$.Attributes[\"it's\"]", &["Attributes", "it's"]);
    check("$.Attributes.größe", &["Attributes", "größe"]);
    check("$.LambdaInvocation.ResultData.x", &["External", "x"]);
}

#[test]
fn what_is_no_path_is_refused() {
    for text in [
        "",
        "$",
        "$.",
        "$..a",
        "Attributes.x",
        "$.a b",
        "$.a.",
        "$.a[",
        "$.a[]",
        "$.a['']",
        "$.a['x'",
        "$.a['x]",
        "$.a[1234567890]",
        "$.a[x]",
        " $.a",
        "$.a$.b",
        "$a",
    ] {
        assert_eq!(segments(text), None, "{text}");
    }
}

#[test]
fn segments_and_names_are_bounded() {
    let long = |count: usize| format!("${}", ".a".repeat(count));
    assert!(Path::parse(&long(PATH_SEGMENTS_MAX)).is_ok());
    assert!(Path::parse(&long(PATH_SEGMENTS_MAX + 1)).is_err());
    let wide = |count: usize| format!("$.{}", "a".repeat(count));
    assert!(Path::parse(&wide(PATH_NAME_BYTES_MAX)).is_ok());
    assert!(Path::parse(&wide(PATH_NAME_BYTES_MAX + 1)).is_err());
    let quoted = |count: usize| format!("$['{}']", "a".repeat(count));
    assert!(Path::parse(&quoted(PATH_NAME_BYTES_MAX)).is_ok());
    assert!(Path::parse(&quoted(PATH_NAME_BYTES_MAX + 1)).is_err());
}

#[test]
fn a_path_in_free_text_ends_where_the_prose_goes_on() {
    let check = |text: &str, wanted: Option<(&str, &str)>| {
        let found = Path::parse_prefix(text).map(|(path, rest)| (path.to_string(), rest));
        assert_eq!(
            found.as_ref().map(|(path, rest)| (path.as_str(), *rest)),
            wanted,
            "{text}"
        );
    };
    check(
        "$.Attributes.name, hello",
        Some(("$.Attributes.name", ", hello")),
    );
    check("$.Attributes.name.", Some(("$.Attributes.name", ".")));
    check("$.Attributes.name... ", Some(("$.Attributes.name", "... ")));
    check(
        "$.Attributes.a-$.Attributes.b",
        Some(("$.Attributes.a", "-$.Attributes.b")),
    );
    check(
        "$.Attributes.d</say-as>",
        Some(("$.Attributes.d", "</say-as>")),
    );
    check("$.Attributes['a b']!", Some(("$.Attributes['a b']", "!")));
    check("$.Attributes.['a b']!", Some(("$.Attributes['a b']", "!")));
    check("$.Attributes.name先生", Some(("$.Attributes.name", "先生")));
    check("$.Attributes.", Some(("$.Attributes", ".")));
    check("$.50 a minute", None);
    check("$50", None);
    check("$", None);
}

#[test]
fn a_slip_of_the_pen_in_the_root_is_found() {
    let meant = |text: &str| Problems::default().misspelling(&Path::parse(text).unwrap());
    let wanted = "has the unknown path `$.Atributes.x`, did you mean `$.Attributes`?";
    assert_eq!(meant("$.Atributes.x").as_deref(), Some(wanted));
    assert!(meant("$.attributes.x").is_some());
    assert!(meant("$.Tag.x").is_some());
    assert_eq!(meant("$.Attributes.x"), None);
    assert_eq!(meant("$.SomethingNew.x"), None);
}

proptest! {
    #[test]
    fn printing_and_parsing_a_path_are_inverse(
        names in prop::collection::vec("\\PC{1,20}|[a-zA-Z0-9_-]{1,20}|['\\\\\"\\.\\[\\]]{1,5}", 1..=PATH_SEGMENTS_MAX)
    ) {
        // Two names are one in the older spelling of `External`.
        prop_assume!(names.first().map(String::as_str) != Some("LambdaInvocation"));
        let path = Path { segments: names.iter().map(|name| name.as_str().into()).collect() };
        prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*", tail in "[$.\\['\"\\]\\\\a0-]*") {
        let _ = Path::parse(&text);
        let _ = Path::parse(&format!("${tail}"));
        if let Some((path, rest)) = Path::parse_prefix(&format!("${tail}{text}")) {
            prop_assert!(rest.len() < tail.len() + text.len() + 1);
            prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
        }
    }
}
