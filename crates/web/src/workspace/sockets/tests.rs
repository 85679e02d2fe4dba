use super::*;

fn session(number: u128) -> LoginSessionId {
    LoginSessionId::from_u128(number)
}

#[tokio::test]
async fn the_end_of_a_session_ends_all_its_sockets_and_no_others() {
    let sockets = Sockets::default();
    let (mut first, mut second) = (sockets.register(session(1)), sockets.register(session(1)));
    let mut other = sockets.register(session(2));
    sockets.end_session(session(1));
    first.ended().await;
    second.ended().await;
    tokio::select! {
        biased;
        () = other.ended() => unreachable!("another session's socket ended"),
        () = std::future::ready(()) => {}
    }
}

#[tokio::test]
async fn a_closed_socket_is_forgotten() {
    let sockets = Sockets::default();
    let (first, second) = (sockets.register(session(1)), sockets.register(session(1)));
    drop(first);
    assert_eq!(sockets.0.lock().map(|map| map.len()).ok(), Some(1));
    drop(second);
    assert_eq!(sockets.0.lock().map(|map| map.len()).ok(), Some(0));
}
