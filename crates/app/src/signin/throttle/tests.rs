#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::Ipv4Addr;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_secs(second)
}

fn source(number: u32) -> Source {
    Source::of(Some(IpAddr::V4(Ipv4Addr::from(number))))
}

fn pair(user: u8, address: u32) -> Pair {
    Pair {
        user: [user; 32],
        source: source(address),
    }
}

/// Failures against `user` from so many addresses, one each.
fn attack(throttle: &mut Throttle, user: u8, failures: u32) {
    for number in 0..failures {
        throttle.begin(at(0), pair(user, 1_000 + number)).unwrap();
    }
}

#[test]
fn delays_grow_from_the_sixth_try_to_a_minute() {
    let mut throttle = Throttle::default();
    for _ in 0..5 {
        throttle.begin(at(0), pair(1, 1)).unwrap();
    }
    let mut now = at(0);
    let mut waits = Vec::new();
    for _ in 0..9 {
        let wait = throttle.begin(now, pair(1, 1)).unwrap_err();
        waits.push(wait.as_secs());
        now = now.plus(wait);
        throttle.begin(now, pair(1, 1)).unwrap();
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[test]
fn asking_too_early_does_not_prolong_the_wait() {
    let mut throttle = Throttle::default();
    for _ in 0..6 {
        let _ = throttle.begin(at(0), pair(1, 1));
    }
    for _ in 0..100 {
        assert_eq!(
            throttle.begin(at(0), pair(1, 1)),
            Err(Duration::from_secs(1))
        );
    }
    throttle.begin(at(1), pair(1, 1)).unwrap();
}

#[test]
fn tries_at_the_same_time_count_before_they_are_decided() {
    let mut throttle = Throttle::default();
    let passed = (0..100)
        .filter(|_| throttle.begin(at(0), pair(1, 1)).is_ok())
        .count();
    assert_eq!(passed, 5);
}

#[test]
fn a_success_starts_the_pair_afresh() {
    let mut throttle = Throttle::default();
    for _ in 0..5 {
        throttle.begin(at(0), pair(1, 1)).unwrap();
    }
    throttle.succeeded(at(0), pair(1, 1));
    for _ in 0..5 {
        throttle.begin(at(0), pair(1, 1)).unwrap();
    }
}

#[test]
fn failures_of_one_address_do_not_delay_the_user_elsewhere() {
    let mut throttle = Throttle::default();
    while throttle.begin(at(0), pair(1, 1)).is_ok() {}
    for _ in 0..5 {
        throttle.begin(at(0), pair(1, 2)).unwrap();
    }
}

#[test]
fn under_attack_a_new_address_has_one_try_and_then_waits_half_a_minute() {
    let mut throttle = Throttle::default();
    attack(&mut throttle, 1, ATTACK_FAILURES);
    throttle.begin(at(0), pair(1, 1)).unwrap();
    assert_eq!(
        throttle.begin(at(0), pair(1, 1)),
        Err(FIRST_DELAY_UNDER_ATTACK)
    );
    // Others are not concerned.
    for _ in 0..5 {
        throttle.begin(at(0), pair(2, 1)).unwrap();
    }
}

#[test]
fn under_attack_a_known_address_keeps_its_tries() {
    let mut throttle = Throttle::default();
    throttle.begin(at(0), pair(1, 1)).unwrap();
    throttle.succeeded(at(0), pair(1, 1));
    attack(&mut throttle, 1, ATTACK_FAILURES);
    for _ in 0..5 {
        throttle.begin(at(0), pair(1, 1)).unwrap();
    }
}

#[test]
fn a_source_that_sprays_over_users_is_slowed_and_known_pairs_behind_it_are_not() {
    let mut throttle = Throttle::default();
    throttle.begin(at(0), pair(250, 1)).unwrap();
    throttle.succeeded(at(0), pair(250, 1));
    for user in 0..50 {
        throttle.begin(at(0), pair(user, 1)).unwrap();
    }
    assert_eq!(
        throttle.begin(at(0), pair(200, 1)),
        Err(Duration::from_secs(1))
    );
    throttle.begin(at(0), pair(250, 1)).unwrap();
    assert_eq!(source_delay(u32::MAX), SOURCE_DELAY_MAX);
}

#[test]
fn failures_are_forgotten_after_an_hour() {
    let mut throttle = Throttle::default();
    while throttle.begin(at(0), pair(1, 1)).is_ok() {}
    let later = at(0).plus(FORGOTTEN_AFTER);
    for _ in 0..5 {
        throttle.begin(later, pair(1, 1)).unwrap();
    }
}

#[test]
fn an_undecided_try_does_not_count() {
    let mut throttle = Throttle::default();
    for _ in 0..100 {
        throttle.begin(at(0), pair(1, 1)).unwrap();
        throttle.refund(pair(1, 1));
    }
    assert!(throttle.pairs.by_key.is_empty());
    assert!(throttle.users.by_key.is_empty());
    assert!(throttle.sources.by_key.is_empty());
}

#[test]
fn memory_is_bounded_and_the_oldest_counter_gives_way() {
    let mut counters = Counters::default();
    for number in 0..=COUNTERS_MAX {
        counters.add(at(i64::try_from(number).unwrap() / 1_000), number);
    }
    assert_eq!(counters.by_key.len(), COUNTERS_MAX);
    assert_eq!(counters.by_age.len(), COUNTERS_MAX);
    assert_eq!(counters.count(at(10), &0), 0);
    assert_eq!(counters.count(at(10), &COUNTERS_MAX), 1);
}

#[test]
fn one_customer_of_ipv6_is_one_source() {
    let of = |text: &str| Source::of(Some(text.parse().unwrap()));
    assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
    assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
}
