#![expect(clippy::unwrap_used, reason = "tests")]

use std::convert::Infallible;

use futures_util::stream;

use super::*;

const LIMITS: fn() -> ClientLimits = || ClientLimits {
    frame_bytes_max: 10,
    rate: Rate::per_second(1, 3),
    flood: Close::FLOOD,
};

async fn all(messages: Vec<Message>) -> Vec<Result<String, Close>> {
    let stream = stream::iter(messages.into_iter().map(Ok::<_, Infallible>));
    let mut incoming = Incoming::new(stream, LIMITS());
    let mut seen = Vec::new();
    loop {
        let next = incoming.next().await.map(|text| text.to_string());
        let over = next.is_err();
        seen.push(next);
        if over {
            return seen;
        }
    }
}

#[tokio::test]
async fn texts_arrive_in_order_until_the_close() {
    let seen = all(vec![
        "a".into(),
        "b".into(),
        Message::Close(None),
        "c".into(),
    ])
    .await;
    assert_eq!(
        seen,
        [Ok("a".to_owned()), Ok("b".to_owned()), Err(Close::NORMAL)]
    );
}

#[tokio::test]
async fn a_text_beyond_the_limit_closes_and_one_at_it_passes() {
    let at = "x".repeat(10);
    let beyond = "x".repeat(11);
    let seen = all(vec![at.as_str().into(), beyond.as_str().into()]).await;
    assert_eq!(seen, [Ok(at), Err(Close::TOO_LARGE)]);
}

#[tokio::test]
async fn a_flood_closes_and_pongs_count() {
    let pong = || Message::Pong(bytes::Bytes::new());
    let seen = all(vec![pong(), pong(), "a".into(), "b".into()]).await;
    assert_eq!(seen, [Ok("a".to_owned()), Err(Close::FLOOD)]);
}

#[tokio::test]
async fn bytes_are_not_understood() {
    let seen = all(vec![Message::Binary(bytes::Bytes::from_static(b"x"))]).await;
    assert_eq!(seen, [Err(Close::NOT_UNDERSTOOD)]);
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_dead_and_a_pong_is_a_sign_of_life() {
    let pongs = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        Some((Ok::<_, Infallible>(Message::Pong(bytes::Bytes::new())), ()))
    });
    let then_silence = pongs.take(2).chain(stream::pending());
    let began = Instant::now();
    let mut incoming = Incoming::new(then_silence.boxed(), LIMITS());
    assert_eq!(incoming.next().await.unwrap_err(), Close::HEARTBEAT_MISSING);
    assert_eq!(began.elapsed(), Duration::from_secs(20 + 20 + 25));
}
