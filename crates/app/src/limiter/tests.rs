#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const RATE: fn() -> Rate = || Rate::per_second(10, 5);

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// How many of `tries` requests at `now` are let through.
fn let_through(bucket: &mut Bucket, now: Instant, tries: usize) -> usize {
    (0..tries)
        .filter(|_| bucket.take(RATE(), now).is_ok())
        .count()
}

#[test]
fn a_burst_passes_and_no_more() {
    let now = Instant::now();
    assert_eq!(let_through(&mut Bucket::full(now), now, 100), 5);
}

#[test]
fn after_the_burst_one_passes_every_interval() {
    let now = Instant::now();
    let mut bucket = Bucket::full(now);
    let_through(&mut bucket, now, 5);
    assert_eq!(let_through(&mut bucket, now + ms(99), 5), 0);
    assert_eq!(let_through(&mut bucket, now + ms(100), 5), 1);
    assert_eq!(let_through(&mut bucket, now + ms(400), 5), 3);
}

#[test]
fn silence_never_saves_up_more_than_the_burst() {
    let now = Instant::now();
    let mut bucket = Bucket::full(now);
    let_through(&mut bucket, now, 5);
    let later = now + Duration::from_hours(1);
    assert_eq!(let_through(&mut bucket, later, 100), 5);
}

#[test]
fn the_time_to_wait_is_when_the_next_one_passes() {
    let now = Instant::now();
    let mut bucket = Bucket::full(now);
    let_through(&mut bucket, now, 5);
    let refused = bucket.take(RATE(), now + ms(30)).unwrap_err();
    assert_eq!(refused.retry_after, ms(70));
    assert_eq!(refused.retry_after_s(), 1);
    assert!(
        bucket
            .take(RATE(), now + ms(30) + refused.retry_after)
            .is_ok()
    );
}

#[test]
fn sources_do_not_share_their_buckets() {
    let now = Instant::now();
    let limiter = KeyedLimiter::new(RATE(), 100);
    for _ in 0..5 {
        limiter.check("a", now).unwrap();
    }
    limiter.check("a", now).unwrap_err();
    limiter.check("b", now).unwrap();
}

#[test]
fn a_flood_of_sources_takes_bounded_memory_and_spares_the_known() {
    let now = Instant::now();
    let limiter = KeyedLimiter::new(RATE(), 100);
    limiter.check(0, now).unwrap();
    let passed = (1..=10_000)
        .filter(|key| limiter.check(*key, now).is_ok())
        .count();
    assert_eq!(passed, 99 + 5, "99 keys of their own and one shared burst");
    assert!(limiter.keys() <= 200);
    limiter.check(0, now).unwrap();
}

#[test]
fn a_source_is_remembered_into_the_next_generation() {
    let now = Instant::now();
    let limiter = KeyedLimiter::new(RATE(), 100);
    limiter.check("old", now).unwrap();
    let late = now + RATE().recovery().saturating_sub(ms(1));
    for _ in 0..5 {
        limiter.check("busy", late).unwrap();
    }
    let next = now + RATE().recovery();
    limiter.check("busy", next).unwrap_err();
    limiter.check("busy", late + ms(100)).unwrap();
}

#[test]
fn silent_sources_are_forgotten() {
    let now = Instant::now();
    let limiter = KeyedLimiter::new(RATE(), 100);
    for key in 0..100 {
        limiter.check(key, now).unwrap();
    }
    limiter.check(0, now + RATE().recovery()).unwrap();
    limiter.check(0, now + RATE().recovery() * 2).unwrap();
    assert_eq!(limiter.keys(), 1);
}

#[test]
fn neighbours_in_one_ipv6_network_count_as_one() {
    let network = |text: &str| subscriber_network(text.parse().unwrap());
    assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
    assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
}
