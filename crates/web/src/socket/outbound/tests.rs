#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Mutex;

use futures_util::sink;

use super::*;

/// Writes the queue to its end and returns the texts.
async fn written(mut queue: OutboundQueue) -> (Vec<String>, Close) {
    let texts = Arc::new(Mutex::new(Vec::new()));
    let sunk = Arc::clone(&texts);
    let mut sink = Box::pin(sink::unfold((), move |(), message: Message| {
        if let Message::Text(text) = message {
            sunk.lock().unwrap().push(text.to_string());
        }
        std::future::ready(Ok::<_, std::convert::Infallible>(()))
    }));
    let close = queue.write_to(&mut sink).await;
    let texts = texts.lock().unwrap().clone();
    (texts, close)
}

#[tokio::test]
async fn what_was_queued_is_sent_before_the_end() {
    let (outbound, queue) = channel();
    outbound.text("a".to_owned()).unwrap();
    outbound.text("b".to_owned()).unwrap();
    outbound.end(Close::NORMAL).unwrap();
    let (texts, close) = written(queue).await;
    assert_eq!(texts, ["a", "b"]);
    assert_eq!(close, Close::NORMAL);
}

#[tokio::test]
async fn only_the_newest_snapshot_is_sent_and_it_goes_first() {
    let (outbound, queue) = channel();
    outbound.text("item".to_owned()).unwrap();
    outbound.snapshot("old".to_owned());
    outbound.snapshot("new".to_owned());
    outbound.end(Close::NORMAL).unwrap();
    assert_eq!(written(queue).await.0, ["new", "item"]);
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_sent_at_most_so_often() {
    let (outbound, queue) = channel();
    outbound.snapshot("0".to_owned());
    let busy = async {
        for number in 1..=100 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            outbound.snapshot(number.to_string());
        }
        tokio::time::sleep(SNAPSHOT_INTERVAL).await;
        outbound.end(Close::NORMAL).unwrap();
    };
    let ((texts, _), ()) = tokio::join!(written(queue), busy);
    assert_eq!(texts.last().unwrap(), "100", "the last one always arrives");
    assert!(texts.len() <= 4, "{texts:?}");
}

#[tokio::test]
async fn too_many_frames_for_a_slow_client_close_it() {
    let (outbound, _queue) = channel();
    for _ in 0..FRAMES_QUEUED_MAX {
        outbound.text(String::new()).unwrap();
    }
    assert_eq!(outbound.text(String::new()), Err(Close::TOO_SLOW));
    assert_eq!(outbound.ping(), Err(Close::TOO_SLOW));
}

#[tokio::test]
async fn too_many_bytes_for_a_slow_client_close_it() {
    let (outbound, _queue) = channel();
    outbound.text("x".repeat(BYTES_QUEUED_MAX)).unwrap();
    assert_eq!(outbound.text("x".to_owned()), Err(Close::TOO_SLOW));
}

#[tokio::test]
async fn bytes_that_were_sent_make_room() {
    let (outbound, mut queue) = channel();
    for _ in 0..3 {
        outbound.text("x".repeat(BYTES_QUEUED_MAX)).unwrap();
        queue.next().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_closed() {
    let (outbound, mut queue) = channel();
    outbound.text("x".to_owned()).unwrap();
    let mut stuck = Box::pin(sink::unfold((), |(), _: Message| {
        std::future::pending::<Result<(), std::convert::Infallible>>()
    }));
    assert_eq!(queue.write_to(&mut stuck).await, Close::TOO_SLOW);
}
