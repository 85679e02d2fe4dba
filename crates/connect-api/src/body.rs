//! Bodies: bounded before anything looks at them, JSON of bounded depth.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::error::Refusal;

/// How long a body may take to arrive.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a file may take to arrive.
pub(crate) const FILE_TIMEOUT: Duration = Duration::from_mins(2);

/// How deep JSON may nest. The deepest structure of the service models has eight levels.
pub const JSON_DEPTH_MAX: usize = 32;

/// What of the body of a refused request is taken off the connection, bytes.
pub const DRAINED_BYTES_MAX: usize = 64 * 1024;

/// How long that may take.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// Takes the rest of a refused request off the connection and forgets it, as far as it is small: with
/// the body still on the way the connection would be closed, under the client's next request.
pub(crate) async fn drain(body: &mut Body) {
    let mut left = DRAINED_BYTES_MAX;
    let draining = async {
        while let Some(Ok(frame)) = body.frame().await {
            let taken = frame.data_ref().map_or(0, Bytes::len);
            left = left.saturating_sub(taken);
            if left == 0 {
                break;
            }
        }
    };
    // Whoever sends slowly or much loses the connection, no more.
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, draining).await;
}

/// Reads a body of at most `limit` bytes that arrives within `timeout`.
pub(crate) async fn read(
    body: &mut Body,
    limit: usize,
    timeout: Duration,
) -> Result<Bytes, Refusal> {
    let reading = tokio::time::timeout(timeout, Limited::new(body, limit).collect());
    match reading.await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::BodyTooLarge { limit }),
        Ok(Err(_)) | Err(_) => Err(Refusal::BodyIncomplete),
    }
}

/// Parses a structure; an empty body is one without members.
pub(crate) fn parse_json(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    if nesting(body) > JSON_DEPTH_MAX {
        return Err(Refusal::Malformed(format!(
            "the body nests deeper than {JSON_DEPTH_MAX} levels"
        )));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::Malformed(
            "the body must be a structure".to_owned(),
        )),
        Err(error) => Err(Refusal::Malformed(format!("the body is not JSON: {error}"))),
    }
}

/// Deepest nesting of brackets outside of texts.
fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'[' | b'{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn nested(depth: usize) -> Vec<u8> {
        let inner = format!("{}{}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        format!("{{\"a\":{}}}", if depth == 1 { "1" } else { &inner }).into_bytes()
    }

    #[test]
    fn json_may_nest_as_deep_as_the_limit_and_no_deeper() {
        assert!(parse_json(&nested(JSON_DEPTH_MAX)).is_ok());
        assert!(parse_json(&nested(JSON_DEPTH_MAX + 1)).is_err());
        assert!(parse_json(&nested(100_000)).is_err());
    }

    #[test]
    fn brackets_in_texts_do_not_nest() {
        let text = format!("{{\"a\":\"{}\\\"[[[\"}}", "[".repeat(100));
        assert!(parse_json(text.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_no_structure_is_malformed() {
        for body in ["[]", "1", "\"a\"", "null", "{", "{\"a\":\u{0}}", "{}{}"] {
            let refusal = parse_json(body.as_bytes()).unwrap_err();
            assert!(matches!(refusal, Refusal::Malformed(_)), "{body}");
        }
        assert!(parse_json(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn an_empty_body_has_no_members() {
        assert!(parse_json(b"").unwrap().is_empty());
        assert!(parse_json(b" \n").unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused() {
        let read = async |text: &'static str| read(&mut Body::from(text), 5, BODY_TIMEOUT).await;
        assert_eq!(read("12345").await.unwrap(), "12345");
        assert_eq!(
            read("123456").await,
            Err(Refusal::BodyTooLarge { limit: 5 })
        );
    }

    #[tokio::test]
    async fn the_rest_of_a_refused_request_is_taken_as_far_as_it_is_small() {
        let mut small = Body::from("12345");
        drain(&mut small).await;
        assert!(small.frame().await.is_none());
        let chunk = |_| Ok::<_, std::io::Error>(Bytes::from(vec![0; DRAINED_BYTES_MAX]));
        let mut large = Body::from_stream(futures_util::stream::iter((0..3).map(chunk)));
        drain(&mut large).await;
        assert!(large.frame().await.is_some());
    }
}
