#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn asked(range: &str) -> Part {
    let mut headers = HeaderMap::new();
    headers.insert(RANGE, HeaderValue::from_str(range).unwrap());
    part(&headers, 1000)
}

#[test]
fn a_player_gets_the_part_that_it_asks_for() {
    assert_eq!(asked("bytes=0-"), Part::Only(0..1000));
    assert_eq!(asked("bytes=0-0"), Part::Only(0..1));
    assert_eq!(asked("bytes=990-2000"), Part::Only(990..1000));
    assert_eq!(asked("bytes=-10"), Part::Only(990..1000));
    assert_eq!(asked("bytes=-2000"), Part::Only(0..1000));
    assert_eq!(part(&HeaderMap::new(), 1000), Part::All);
}

#[test]
fn a_part_behind_the_end_is_none() {
    assert_eq!(asked("bytes=1000-"), Part::Nothing);
    assert_eq!(asked("bytes=5000-6000"), Part::Nothing);
    assert_eq!(asked("bytes=-0"), Part::Nothing);
    let end = format!("bytes=0-{}", u64::MAX);
    assert_eq!(asked(&end), Part::Only(0..1000));
}

#[test]
fn what_is_not_understood_is_the_whole_file() {
    for text in [
        "bytes=0-1,5-6",
        "bytes=9-5",
        "lines=0-1",
        "bytes=a-b",
        "bytes",
        "bytes=-",
    ] {
        assert_eq!(asked(text), Part::All, "{text}");
    }
    let long = format!("bytes=0-{}", "1".repeat(RANGE_BYTES_MAX));
    assert_eq!(asked(&long), Part::All);
}
