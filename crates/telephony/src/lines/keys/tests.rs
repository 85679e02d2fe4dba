use super::*;

fn request() -> InputRequest {
    InputRequest {
        prompt: None,
        keys_max: 4,
        first_key: Duration::from_secs(5),
        next_key: Duration::from_secs(2),
        termination: "#".to_owned(),
        cancel: true,
        buffer: false,
    }
}

fn at(ms: u64) -> MediaTime {
    MediaTime::from_millis(ms)
}

/// Presses a key every 100 ms; what the last one completed.
fn press_all(collector: &mut KeyCollector, keys: &str) -> Option<Input> {
    let mut input = None;
    for (step, key) in (1..).zip(keys.chars()) {
        assert_eq!(input, None, "nothing follows the end");
        input = collector.press(at(step * 100), key);
    }
    input
}

fn keys(keys: &str) -> Input {
    Input::Keys(keys.into())
}

#[test]
fn as_many_keys_as_asked_for_end_the_input() {
    let mut collector = KeyCollector::new(request());
    assert_eq!(press_all(&mut collector, "1234"), Some(keys("1234")));
}

#[test]
fn termination_ends_the_input_and_does_not_belong_to_it() {
    let mut collector = KeyCollector::new(request());
    assert_eq!(press_all(&mut collector, "12#"), Some(keys("12")));
}

#[test]
fn longer_termination_ends_only_as_a_whole() {
    let mut collector = KeyCollector::new(InputRequest {
        termination: "##".to_owned(),
        keys_max: 10,
        ..request()
    });
    assert_eq!(press_all(&mut collector, "1#2##"), Some(keys("1#2")));
}

#[test]
fn cancel_discards_what_was_keyed_in() {
    let mut collector = KeyCollector::new(request());
    assert_eq!(press_all(&mut collector, "12*34#"), Some(keys("34")));
}

#[test]
fn star_is_a_key_like_others_where_cancel_is_off() {
    let mut collector = KeyCollector::new(InputRequest {
        cancel: false,
        ..request()
    });
    assert_eq!(press_all(&mut collector, "1*#"), Some(keys("1*")));
}

#[test]
fn time_runs_only_once_the_prompt_is_over() {
    let mut collector = KeyCollector::new(request());
    assert_eq!(collector.expire(at(60_000)), None);
    collector.prompt_over(at(60_000));
    assert_eq!(collector.expire(at(64_999)), None);
    assert_eq!(collector.expire(at(65_000)), Some(Input::Nothing));
}

#[test]
fn next_key_has_a_time_of_its_own() {
    let mut collector = KeyCollector::new(request());
    collector.prompt_over(at(0));
    assert_eq!(collector.press(at(4000), '7'), None);
    assert_eq!(collector.expire(at(5999)), None);
    assert_eq!(collector.expire(at(6000)), Some(keys("7")));
}

#[test]
fn buffer_keeps_the_first_keys_up_to_its_bound() {
    let mut buffer = KeyBuffer::default();
    for _ in 0..KEYS_MAX {
        buffer.push('1');
    }
    buffer.push('2');
    assert_eq!(buffer.take().as_str(), "1".repeat(KEYS_MAX));
    assert_eq!(buffer.take().as_str(), "");
}
