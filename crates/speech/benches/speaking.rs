//! How long a prompt takes to speak. The throughput is in samples of 8 kHz: divided by 8,000 it is the number
//! of times that speaking is faster than listening.
#![expect(
    clippy::expect_used,
    reason = "a benchmark of something that cannot be made ends"
)]

use std::hint::black_box;
use std::num::NonZeroUsize;

use app::ports::speech::Speech;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flow::command::Prompt;
use speech::{Speaker, SpeechConfig};

fn speaking(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let speaker = Speaker::new(SpeechConfig {
        threads: NonZeroUsize::new(1),
        ..SpeechConfig::default()
    })
    .expect("a speaker");
    let mut group = criterion.benchmark_group("speech");
    for (name, language, text) in [
        (
            "welcome_en",
            "en-US",
            "Thank you for calling. For sales, press 1. For support, press 2.",
        ),
        (
            "welcome_de",
            "de-DE",
            "Vielen Dank für Ihren Anruf. Für den Vertrieb drücken Sie die 1, für den Kundendienst die 2.",
        ),
    ] {
        let prompt = Prompt::Text(text.into());
        let speak = || runtime.block_on(speaker.speak(&prompt, None, Some(language)));
        let samples = speak().expect("the prompt is spoken");
        group.throughput(Throughput::Elements(samples.len() as u64));
        group.bench_function(name, |bench| bench.iter(|| black_box(speak())));
    }
    group.finish();
}

criterion_group!(benches, speaking);
criterion_main!(benches);
