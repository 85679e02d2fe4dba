use super::*;

const CALL: ContactId = ContactId::from_u128(1);
const ADA: UserId = UserId::from_u128(2);
const BEN: UserId = UserId::from_u128(3);
const DESK: LoginSessionId = LoginSessionId::from_u128(4);
const LAPTOP: LoginSessionId = LoginSessionId::from_u128(5);

#[test]
fn a_second_browser_of_an_agent_keeps_off_the_line_until_it_is_told_to_take_over() {
    let seats = Seats::default();
    assert_eq!(seats.place(CALL, ADA, DESK), None);
    let joins = |session, joining| seats.sit_down(CALL, ADA, session, joining);
    assert_eq!(joins(DESK, Joining::IfFree), Seated::Anew);
    assert_eq!(joins(DESK, Joining::IfFree), Seated::Still);
    assert_eq!(joins(LAPTOP, Joining::IfFree), Seated::No);
    assert_eq!(seats.place(CALL, ADA, LAPTOP), Some(MediaPlace::Elsewhere));
    assert_eq!(joins(LAPTOP, Joining::TakeOver), Seated::Anew);
    assert_eq!(seats.place(CALL, ADA, LAPTOP), Some(MediaPlace::Here));
    assert_eq!(joins(DESK, Joining::IfFree), Seated::No);
}

#[test]
fn the_next_agent_of_a_call_and_the_next_call_find_the_seat_free() {
    let seats = Seats::default();
    seats.sit_down(CALL, ADA, DESK, Joining::IfFree);
    assert_eq!(seats.place(CALL, BEN, LAPTOP), None);
    let joined = seats.sit_down(CALL, BEN, LAPTOP, Joining::IfFree);
    assert_eq!(joined, Seated::Anew);
    seats.forget(CALL);
    assert_eq!(seats.place(CALL, BEN, LAPTOP), None);
}
