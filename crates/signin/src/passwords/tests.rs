#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn passwords(at_once: usize, waiting: usize) -> Passwords {
    Passwords::new(Capacity { at_once, waiting }).unwrap()
}

#[tokio::test]
async fn only_the_right_password_matches() {
    let passwords = passwords(1, 8);
    let hash = passwords
        .hash(secret("blue whale on a bicycle"))
        .await
        .unwrap();
    let matches = async |text: &str| {
        passwords
            .verify(secret(text), Some(hash.clone()))
            .await
            .unwrap()
    };
    assert!(matches("blue whale on a bicycle").await);
    for wrong in [
        "",
        "blue whale on a bicycl",
        "Blue whale on a bicycle",
        "blue whale on a bicycle ",
    ] {
        assert!(!matches(wrong).await, "{wrong}");
    }
}

#[tokio::test]
async fn hashes_carry_the_parameters_and_a_salt_of_their_own() {
    let passwords = passwords(1, 8);
    let first = passwords.hash(secret("blue whale")).await.unwrap();
    let second = passwords.hash(secret("blue whale")).await.unwrap();
    assert!(
        first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{first}"
    );
    assert_ne!(first, second);
}

#[tokio::test]
async fn the_same_password_of_another_keyboard_matches() {
    let passwords = passwords(1, 8);
    let composed = passwords
        .hash(secret("gr\u{fc}n und \u{212b}hnlich"))
        .await
        .unwrap();
    let decomposed = secret("gru\u{308}n und A\u{30a}hnlich");
    assert!(passwords.verify(decomposed, Some(composed)).await.unwrap());
}

#[tokio::test]
async fn without_a_usable_hash_nothing_matches() {
    let passwords = passwords(1, 8);
    let hash = passwords.hash(secret("x")).await.unwrap();
    let unusable = [
        None,
        Some(String::new()),
        Some("plain".to_owned()),
        Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ".to_owned()),
        Some(hash.replace("argon2id", "argon2i")),
        Some(hash.replace("m=19456", "m=4194304")),
        Some(hash.replace("t=2", "t=4000000")),
    ];
    for stored in unusable {
        assert!(
            !passwords.verify(secret("x"), stored.clone()).await.unwrap(),
            "{stored:?}"
        );
    }
}

#[tokio::test]
async fn a_password_longer_than_any_does_not_match_and_is_not_hashed() {
    let passwords = passwords(1, 8);
    let long = "x".repeat(PASSWORD_BYTES_MAX + 1);
    let hash = passwords.hash(secret(&long)).await.unwrap();
    assert!(!passwords.verify(secret(&long), Some(hash)).await.unwrap());
}

#[test]
fn normalizing_never_outgrows_its_room() {
    // The character that NFKC expands most.
    let password = secret(&"\u{fdfa}".repeat(PASSWORD_CHARS_MAX));
    let room = password.expose().len() * NORMALIZED_GROWTH_MAX;
    assert!(normalized(&password).capacity() >= room);
    assert!(normalized(&password).len() <= room);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_run_at_once_than_there_is_capacity_for() {
    let passwords = Arc::new(passwords(2, 100));
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (passwords, running, most) = (
            Arc::clone(&passwords),
            Arc::clone(&running),
            Arc::clone(&most),
        );
        tasks.spawn(async move {
            passwords
                .in_turn(move |_| {
                    let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    std::thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                })
                .await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
}

#[tokio::test]
async fn whoever_finds_the_waiting_room_full_is_told_at_once() {
    let passwords = Arc::new(passwords(1, 1));
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (started, has_started) = tokio::sync::oneshot::channel();
    let first = tokio::spawn({
        let passwords = Arc::clone(&passwords);
        async move {
            passwords
                .in_turn(move |_| {
                    started.send(()).unwrap();
                    released.recv().unwrap();
                })
                .await
        }
    });
    has_started.await.unwrap();
    let mut second = Box::pin(passwords.in_turn(|_| ()));
    assert!(futures_poll_once(&mut second).await.is_none());
    assert_eq!(passwords.in_turn(|_| ()).await, Err(VerifierBusy));
    release.send(()).unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(second.await, Ok(()));
    assert_eq!(passwords.in_turn(|_| ()).await, Ok(()));
}

/// Polls a future once: `None` while it is pending.
async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hashing_takes_place_in_as_many_memories_as_run_at_once_and_leaves_them_empty() {
    let passwords = Arc::new(passwords(2, 100));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..6 {
        let passwords = Arc::clone(&passwords);
        tasks.spawn(async move {
            let password = secret(&format!("blue whale {number}"));
            let hash = passwords.hash(secret(password.expose())).await.unwrap();
            passwords.verify(password, Some(hash)).await.unwrap()
        });
    }
    assert_eq!(tasks.join_all().await, [true; 6]);
    let memories = passwords.memories.lock().unwrap();
    assert!((1..=2).contains(&memories.len()), "{}", memories.len());
    for memory in &*memories {
        assert_eq!(memory.0.len(), MEMORY_BLOCKS_KEPT);
        let is_empty = |block: &Block| block.as_ref().iter().all(|word| *word == 0);
        assert!(memory.0.iter().all(is_empty));
    }
}

#[tokio::test]
async fn memory_of_a_hash_that_needs_more_is_not_kept() {
    let passwords = passwords(1, 8);
    let hash = passwords.hash(secret("x")).await.unwrap();
    let larger = hash.replace("m=19456", "m=32768");
    assert!(!passwords.verify(secret("x"), Some(larger)).await.unwrap());
    assert!(passwords.memories.lock().unwrap().is_empty());
    assert!(passwords.verify(secret("x"), Some(hash)).await.unwrap());
}
