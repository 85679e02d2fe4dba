use std::net::Ipv4Addr;

use super::*;

fn sort(reason: Reason, address: u32) -> Sort {
    Sort {
        reason,
        source: Some(IpAddr::V4(Ipv4Addr::from(address))),
        instance: None,
        user: None,
    }
}

#[test]
fn refusals_alike_become_one_window() {
    let mut refusals = Refusals::default();
    for second in 0..9 {
        refusals.count(Timestamp::from_secs(second), sort(Reason::BadLink, 1));
    }
    refusals.count(Timestamp::from_secs(3), sort(Reason::Throttled, 1));
    assert_eq!(
        refusals.take(Timestamp::from_secs(0)),
        [(
            sort(Reason::BadLink, 1),
            Window {
                first: Timestamp::from_secs(0),
                last: Timestamp::from_secs(8),
                count: 9
            }
        )]
    );
    assert_eq!(refusals.take(Timestamp::from_secs(2)), []);
    assert_eq!(refusals.take(Timestamp::from_secs(3)).len(), 1);
}

#[test]
fn sorts_are_bounded_and_nothing_goes_uncounted() {
    let mut refusals = Refusals::default();
    for address in 0..5_000 {
        refusals.count(
            Timestamp::from_secs(0),
            sort(Reason::WrongCredentials, address),
        );
    }
    assert!(refusals.open.len() <= SORTS_MAX + 1);
    let taken = refusals.take(Timestamp::from_secs(0));
    assert_eq!(
        taken.iter().map(|(_, window)| window.count).sum::<u64>(),
        5_000
    );
}

#[test]
fn what_could_not_be_written_is_counted_again() {
    let mut refusals = Refusals::default();
    refusals.count(Timestamp::from_secs(0), sort(Reason::BadLink, 1));
    let taken = refusals.take(Timestamp::from_secs(0));
    refusals.count(Timestamp::from_secs(5), sort(Reason::BadLink, 1));
    refusals.put_back(taken);
    let window = refusals.take(Timestamp::from_secs(0));
    assert_eq!(window.first().map(|(_, window)| window.count), Some(2));
}
