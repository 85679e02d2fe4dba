//! What it costs to record calls: frames of both sides into chunks, sealed, appended, made durable.

use std::hint::black_box;
use std::time::Instant;

use app::recordings::{Tape, sync_tapes};
use futures_util::StreamExt;
use media::frame::FRAME_BYTES;
use media::recording::{Recorder, Side};
use media::{Law, MediaTime};
use model::RecordingPart;
use tokio::runtime::Runtime;

use crate::center::Center;
use crate::offered::{IN_FLIGHT, start_contacts};

/// Calls at once: the design's figure for a core.
const CALLS: usize = 600;
/// How much of each is recorded.
const SECONDS: u64 = 20;
/// As often as telephony does it.
const SYNC_MS: u64 = 250;
const FRAME_MS: u64 = 20;
const FRAME_STEP: usize = 20;
const MILLIS_PER_SECOND: u64 = 1000;

struct Recorded {
    recorder: Recorder,
    tape: Tape,
}

pub(crate) fn measure() -> String {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = Runtime::new().unwrap();
    // The center stays open.
    let (_center, calls) = runtime.block_on(async {
        let center = Center::create(folder.path()).await;
        let contacts = start_contacts(&center, CALLS).await;
        let calls: Vec<Recorded> = futures_util::stream::iter(contacts)
            .map(|contact| {
                let (app, instance) = (center.app.clone(), center.instance);
                async move {
                    let begun = app.begin_recording(instance, contact, RecordingPart::Agent);
                    Recorded {
                        recorder: Recorder::new(Law::Mu, MediaTime::default()),
                        tape: begun.await.unwrap(),
                    }
                }
            })
            .buffer_unordered(IN_FLIGHT)
            .collect()
            .await;
        (center, calls)
    });
    let cpu_before = cpu_ms();
    let began = Instant::now();
    let longest_sync_ms = record(calls);
    let took_ms = began.elapsed().as_secs_f64() * 1000.0;
    let cpu = (cpu_ms() - cpu_before) as f64;
    let recorded = CALLS as f64 * SECONDS as f64;
    let per_call_second = cpu * 1000.0 / recorded;
    format!(
        "| sealed recording of {CALLS} calls for {SECONDS} s, chunks of 0.5 s, a sync each \
         {SYNC_MS} ms: CPU of a call and second | {per_call_second:.0} µs ({:.1} % of a core for \
         {CALLS} calls; {:.0} times as fast as the calls; longest sync {longest_sync_ms:.0} ms) | \
         a tenth of a core |\n",
        per_call_second * CALLS as f64 / 10_000.0,
        SECONDS as f64 * 1000.0 / took_ms,
    )
}

/// As fast as it goes, in the order that time has. Gives the longest sync, in milliseconds.
fn record(mut calls: Vec<Recorded>) -> f64 {
    let mut longest_sync_ms = 0.0_f64;
    for at_ms in (0..SECONDS * MILLIS_PER_SECOND).step_by(FRAME_STEP) {
        let now = MediaTime::from_millis(at_ms);
        for call in &mut calls {
            for side in [Side::Customer, Side::Agent] {
                let frame = black_box([u8::try_from(at_ms % 251).unwrap(); FRAME_BYTES]);
                call.recorder.record(side, now, &frame);
            }
            if let Some(chunk) = call.recorder.next_chunk(now) {
                call.tape.append(&chunk).unwrap();
            }
        }
        if at_ms.is_multiple_of(SYNC_MS.next_multiple_of(FRAME_MS)) {
            let began = Instant::now();
            sync(&calls);
            longest_sync_ms = longest_sync_ms.max(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let mut tapes = Vec::with_capacity(CALLS);
    for Recorded { recorder, mut tape } in calls {
        for chunk in recorder.finish(MediaTime::from_millis(SECONDS * MILLIS_PER_SECOND)) {
            tape.append(&chunk).unwrap();
        }
        tape.finish().unwrap();
        tapes.push(tape);
    }
    assert!(sync_tapes(&tapes.iter().collect::<Vec<_>>()).is_empty());
    longest_sync_ms
}

fn sync(calls: &[Recorded]) {
    let tapes: Vec<&Tape> = calls.iter().map(|call| &call.tape).collect();
    assert!(sync_tapes(&tapes).is_empty());
}

/// CPU time of this process, the kernel's part included. The clock of `/proc` ticks each 10 ms.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, numbers) = stat.rsplit_once(") ").unwrap();
    let ticks = |at: usize| numbers.split(' ').nth(at).unwrap().parse::<u64>().unwrap();
    (ticks(11) + ticks(12)) * 10
}
