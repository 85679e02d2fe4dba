//! The speaker as telephony uses it: what is heard, and who speaks when the provider does not.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "tests"
)]

mod provider;

use std::num::NonZeroUsize;

use app::ports::speech::{Speech, SpeechError};
use flow::command::Prompt;

use speech::{Speaker, SpeechConfig};

fn speaker() -> Speaker {
    Speaker::new(SpeechConfig {
        threads: NonZeroUsize::new(1),
        ..SpeechConfig::default()
    })
    .unwrap()
}

async fn say(speaker: &Speaker, text: &str, voice: Option<&str>) -> Vec<i16> {
    let prompt = Prompt::Text(text.into());
    speaker.speak(&prompt, voice, None).await.unwrap()
}

async fn mark(speaker: &Speaker, body: &str) -> Result<Vec<i16>, SpeechError> {
    let prompt = Prompt::Ssml(format!("<speak>{body}</speak>").as_str().into());
    speaker.speak(&prompt, None, None).await
}

fn seconds(samples: &[i16]) -> f64 {
    samples.len() as f64 / 8000.0
}

/// Mean square of the samples.
fn power(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|one| f64::from(*one).powi(2)).sum();
    sum / samples.len().max(1) as f64
}

/// Whether two times the same was said by the same voice. The noise in it is another one each time.
pub(crate) fn is_same_speech(one: &[i16], other: &[i16]) -> bool {
    let product: f64 = one
        .iter()
        .zip(other)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum();
    let alike = product / one.len().max(1) as f64 / (power(one) * power(other)).sqrt().max(1.0);
    one.len() == other.len() && alike > 0.99
}

#[tokio::test]
async fn text_lasts_as_long_as_a_person_would_speak_and_is_loud_enough() {
    let speaker = speaker();
    let long = say(
        &speaker,
        "Please hold the line. The next agent is yours.",
        None,
    )
    .await;
    assert!((1.5..6.0).contains(&seconds(&long)), "{}", seconds(&long));
    assert!(power(&long) > 300.0_f64.powi(2), "{}", power(&long));
    let short = say(&speaker, "Yes.", None).await;
    assert!((0.2..2.0).contains(&seconds(&short)), "{}", seconds(&short));
}

#[tokio::test]
async fn a_voice_speaks_its_own_language_and_an_unknown_one_the_default() {
    let speaker = speaker();
    let text = "Willkommen, 25";
    let default = say(&speaker, text, None).await;
    let joanna = say(&speaker, text, Some("Joanna")).await;
    assert!(is_same_speech(&joanna, &default));
    let nobody = say(&speaker, text, Some("Nobody")).await;
    assert!(is_same_speech(&nobody, &default));
    let german = say(&speaker, text, Some("vicki")).await;
    assert!(!is_same_speech(&german, &default));
    let prompt = Prompt::Text(text.into());
    let tagged = speaker.speak(&prompt, None, Some("de-AT")).await.unwrap();
    assert!(is_same_speech(&tagged, &german), "the tag of a neighbour");
}

#[tokio::test]
async fn breaks_lengthen_and_rates_change_what_is_heard() {
    let speaker = speaker();
    let plain = mark(&speaker, "One. Two.").await.unwrap();
    let broken = mark(&speaker, "One. <break time=\"3s\"/> Two.")
        .await
        .unwrap();
    let longer = seconds(&broken) - seconds(&plain);
    assert!((2.5..4.0).contains(&longer), "{longer}");
    let slow = mark(&speaker, "<prosody rate=\"50%\">One. Two.</prosody>").await;
    assert!(slow.unwrap().len() > plain.len() * 5 / 4);
}

#[tokio::test]
async fn hostile_markup_is_refused_and_the_next_prompt_is_spoken() {
    let speaker = speaker();
    for body in [
        "<audio src=\"https://example.com/a.wav\"/>",
        "<genfile file=\"/tmp/x\">a</genfile>",
        "&xxe;",
        "<p",
        "<!DOCTYPE a>",
        "",
    ] {
        assert!(mark(&speaker, body).await.is_err(), "{body}");
    }
    let deep = "<p>".repeat(1000);
    assert!(mark(&speaker, &deep).await.is_err());
    let long = Prompt::Text("a".repeat(7000).as_str().into());
    assert!(speaker.speak(&long, None, None).await.is_err());
    assert!(!say(&speaker, "Hello", None).await.is_empty());
}

#[tokio::test]
async fn text_is_never_the_engines_own_markup() {
    let speaker = speaker();
    let said = say(
        &speaker,
        "</speed><volume level=\"0\">Hello Hello Hello",
        None,
    )
    .await;
    assert!(power(&said) > 300.0_f64.powi(2));
    let marked = mark(&speaker, "&lt;volume level=&quot;0&quot;&gt;Hello Hello").await;
    assert!(power(&marked.unwrap()) > 300.0_f64.powi(2));
}

#[tokio::test]
async fn errors_do_not_repeat_what_was_to_be_said() {
    let speaker = speaker();
    let error = mark(&speaker, "<secret1234/>").await.unwrap_err();
    assert!(!error.to_string().contains("secret1234"), "{error}");
}

#[tokio::test]
async fn more_prompts_than_threads_are_all_spoken() {
    let speaker = speaker();
    let texts: Vec<String> = (0..20).map(|number| format!("Number {number}")).collect();
    let mut spoken: Vec<_> = texts
        .iter()
        .map(|text| Box::pin(say(&speaker, text, None)))
        .collect();
    for one in &mut spoken {
        assert!(!one.await.is_empty());
    }
}
