use std::collections::BTreeSet;

use super::*;

#[test]
fn every_action_type_has_one_name() {
    let names: Vec<_> = Action::names().collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), distinct.len());
    for name in names {
        assert_eq!(Action::spec_of(name).map(|spec| spec.name), Some(name));
    }
}

#[test]
fn mistaken_names_lead_to_names_that_exist() {
    for (mistaken, meant) in MISTAKEN {
        assert!(Action::spec_of(mistaken).is_none(), "{mistaken} exists");
        assert!(Action::spec_of(meant).is_some(), "{meant} does not exist");
        assert_eq!(
            unknown(mistaken, &mut Problems::default()),
            format!("unknown action type `{mistaken}`, did you mean `{meant}`?")
        );
    }
}

#[test]
fn names_from_elsewhere_are_refused_with_the_one_that_was_meant() {
    let check =
        |name: &str, wanted: &str| assert_eq!(unknown(name, &mut Problems::default()), wanted);
    check(
        "compare",
        "unknown action type `compare`, did you mean `Compare`?",
    );
    check(
        "GetParticipantInputs",
        "unknown action type `GetParticipantInputs`, did you mean `GetParticipantInput`?",
    );
    check("Rocket", "unknown action type `Rocket`");
}
