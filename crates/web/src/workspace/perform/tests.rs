use super::*;

fn page(from: u64, to: u64, limit: u32) -> Page {
    Page { from, to, limit }
}

#[test]
fn a_page_before_a_number_ends_right_before_it() {
    assert_eq!(page_of(Range::Before(250), 300), page(150, 249, 100));
    assert_eq!(page_of(Range::Before(50), 300), page(1, 49, 100));
    assert_eq!(page_of(Range::Before(1), 300), page(1, 0, 100));
    assert_eq!(page_of(Range::Before(0), 300), page(1, 0, 100));
}

#[test]
fn a_page_after_a_number_looks_for_one_more() {
    assert_eq!(page_of(Range::After(0), 300), page(1, 101, 101));
    assert_eq!(page_of(Range::After(7), 300), page(8, 108, 101));
    let end = page_of(Range::After(u64::MAX), 300);
    assert_eq!((end.from, end.to), (u64::MAX, u64::MAX));
}

#[test]
fn the_newest_page_is_full_where_it_can_be() {
    assert_eq!(page_of(Range::Newest, 300), page(201, u64::MAX, 100));
    assert_eq!(page_of(Range::Newest, 0), page(1, u64::MAX, 100));
}

#[test]
fn what_is_not_the_agents_is_refused_alike() {
    let refused = |error| refusal(error, error::OFFER_EXPIRED).code();
    for error in [
        AppError::AccessDenied { action: "x" },
        AppError::NotFound { what: "contact" },
        AppError::WrongState("x".to_owned()),
    ] {
        assert_eq!(refused(error), "offer-expired");
    }
    assert_eq!(refused(AppError::Unavailable), "unavailable");
}
