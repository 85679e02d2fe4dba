#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;

const LIMITS: SessionLimits = SessionLimits {
    idle: Duration::from_mins(10),
    absolute: Duration::from_hours(1),
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_secs(second)
}

fn key(number: usize) -> KeyedHash {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
    key
}

fn row(number: usize, used_at: Timestamp) -> Stored<SessionBody> {
    Stored {
        key: key(number),
        instance: Some(InstanceId::from_u128(1)),
        user: Some(UserId::from_u128(2)),
        expires_at: None,
        version: 1,
        body: SessionBody {
            id: LoginSessionId::from_u128(3),
            instance: InstanceId::from_u128(1),
            user: UserId::from_u128(2),
            second_factor: true,
            created_at: at(0),
            last_used_at: used_at,
        },
    }
}

fn remembered(used_at: Timestamp) -> SessionCache {
    let mut cache = SessionCache::default();
    cache.remember(cache.reading(), row(1, used_at));
    cache
}

fn lasts(cache: &mut SessionCache, now: Timestamp) -> bool {
    !matches!(cache.use_cached(&key(1), now, &LIMITS), Some(Used::Over))
}

#[test]
fn a_session_ends_when_it_is_not_used() {
    assert!(LIMITS.last(at(0), at(100), at(699)));
    assert!(!LIMITS.last(at(0), at(100), at(700)));
}

#[test]
fn a_session_ends_after_its_time_however_much_it_is_used() {
    let mut cache = remembered(at(0));
    for second in (0..3_600).step_by(60) {
        assert!(lasts(&mut cache, at(second)), "{second}");
    }
    assert!(!lasts(&mut cache, at(3_600)));
}

#[test]
fn each_use_starts_the_idle_time_afresh() {
    let mut cache = remembered(at(0));
    assert!(lasts(&mut cache, at(599)));
    assert!(lasts(&mut cache, at(1_198)));
    assert!(!lasts(&mut cache, at(1_798)));
}

#[test]
fn a_clock_that_jumps_back_does_not_make_the_last_use_earlier() {
    let mut cache = remembered(at(0));
    assert!(lasts(&mut cache, at(500)));
    assert!(lasts(&mut cache, at(10)));
    assert!(lasts(&mut cache, at(1_000)));
}

#[test]
fn the_last_use_is_stored_once_a_minute() {
    let mut cache = remembered(at(0));
    let stored = (0..180)
        .filter(|second| {
            matches!(
                cache.use_cached(&key(1), at(*second), &LIMITS),
                Some(Used::ToStore(_))
            )
        })
        .collect::<Vec<i64>>();
    assert_eq!(stored, [60, 120]);
}

#[test]
fn each_storing_follows_the_version_before() {
    let mut cache = remembered(at(0));
    for expected in 1..=3 {
        let now = at(60 * i64::try_from(expected).unwrap());
        let Some(Used::ToStore(stored)) = cache.use_cached(&key(1), now, &LIMITS) else {
            panic!("nothing to store");
        };
        assert_eq!(stored.version, expected);
        assert_eq!(stored.body.last_used_at, now);
        cache.stored(&stored);
    }
}

#[test]
fn a_row_read_before_an_end_is_not_remembered_after_it() {
    let mut cache = SessionCache::default();
    let read_at = cache.reading();
    cache.end(&[key(1)]);
    cache.remember(read_at, row(1, at(0)));
    assert!(cache.use_cached(&key(1), at(1), &LIMITS).is_none());
}

#[test]
fn a_row_read_late_does_not_undo_a_use() {
    let mut cache = remembered(at(0));
    let read_at = cache.reading();
    assert!(lasts(&mut cache, at(590)));
    cache.remember(read_at, row(1, at(0)));
    assert!(lasts(&mut cache, at(1_100)));
}

#[test]
fn memory_is_bounded_and_the_session_unused_longest_gives_way() {
    let mut cache = SessionCache::default();
    for number in 0..=SESSIONS_CACHED_MAX {
        let used = at(i64::try_from(number).unwrap());
        cache.remember(cache.reading(), row(number, used));
    }
    assert_eq!(cache.sessions.len(), SESSIONS_CACHED_MAX);
    assert!(!cache.sessions.contains_key(&key(0)));
    assert!(cache.sessions.contains_key(&key(1)));
}
