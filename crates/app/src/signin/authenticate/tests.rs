use super::*;

const RIGHT: bool = true;

#[test]
fn a_wrong_password_proves_nothing_whatever_the_code() {
    for last in [None, Some(5)] {
        for code in [Code::Missing, Code::Wrong, Code::Right(6)] {
            for rule in [SecondFactor::Required, SecondFactor::Optional] {
                assert_eq!(judge(!RIGHT, last, code, rule), Proof::Nothing);
            }
        }
    }
}

#[test]
fn a_code_counts_once_and_only_forwards() {
    let with = |code| judge(RIGHT, Some(5), code, SecondFactor::Required);
    assert_eq!(with(Code::Right(6)), Proof::Enough(Some(6)));
    assert_eq!(with(Code::Right(5)), Proof::Nothing);
    assert_eq!(with(Code::Right(4)), Proof::Nothing);
    assert_eq!(with(Code::Wrong), Proof::Nothing);
}

#[test]
fn who_has_a_second_factor_must_show_it_also_where_it_is_optional() {
    for rule in [SecondFactor::Required, SecondFactor::Optional] {
        assert_eq!(
            judge(RIGHT, Some(5), Code::Missing, rule),
            Proof::PasswordOfTwo
        );
    }
}

#[test]
fn who_has_none_sets_one_up_where_it_is_required() {
    for code in [Code::Missing, Code::Wrong, Code::Right(6)] {
        let with = |rule| judge(RIGHT, None, code, rule);
        assert_eq!(with(SecondFactor::Required), Proof::PasswordOfOne);
        assert_eq!(with(SecondFactor::Optional), Proof::Enough(None));
    }
}
