//! DescribeQueue, signed by SigV4, over TLS with kept connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::client::{AccessKey, Site};
use crate::program::Program;

const CONNECTIONS: usize = 16;
/// Requests before the measured ones.
const WARM_UP: usize = 2_000;
/// Ends when so many were answered …
const REQUESTS_MAX: usize = 60_000;
/// … or after this time. The rate of one access key lets 10,000 a second through.
const LASTS_MAX: Duration = Duration::from_secs(10);

pub(crate) async fn measure(program: &Program) -> String {
    describe(program, WARM_UP).await;
    let before = program.processor_time();
    let (answered, took) = describe(program, REQUESTS_MAX).await;
    let took_s = took.as_secs_f64();
    let spent = program.processor_time().spent_since(before, took_s);
    format!(
        "| DescribeQueue through SigV4 and TLS, {CONNECTIONS} kept connections, audit on ({answered} \
         requests, {spent}) | {:.0} a second | 5,000 a second |\n",
        answered as f64 / took_s
    )
}

async fn describe(program: &Program, most: usize) -> (usize, Duration) {
    let site = Site::of(program);
    let key = Arc::new(AccessKey::of(program));
    let queue = program.variable("RINGFENCE_QUEUE_ID").to_owned();
    let instance = program.variable("RINGFENCE_INSTANCE_ID");
    let path = format!("/queues/{instance}/{queue}");
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(site.connect().await);
    }
    let (taken, answered) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let began = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (taken, answered) = (Arc::clone(&taken), Arc::clone(&answered));
            let (key, path, queue) = (Arc::clone(&key), path.clone(), queue.clone());
            tokio::spawn(async move {
                while began.elapsed() < LASTS_MAX && taken.fetch_add(1, Ordering::Relaxed) < most {
                    let body = connection.call(&key, "GET", &path, "").await;
                    let text = str::from_utf8(&body).unwrap();
                    assert!(text.contains(&queue), "the answer is about the queue");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    (answered.load(Ordering::Relaxed), began.elapsed())
}
