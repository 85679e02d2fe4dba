use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn say(text: &str) -> SpeechPart {
    at(100, text)
}

fn at(rate_percent: u16, text: &str) -> SpeechPart {
    SpeechPart::Say {
        text: text.to_owned(),
        rate_percent,
    }
}

fn pause(ms: u64) -> SpeechPart {
    SpeechPart::Pause(Duration::from_millis(ms))
}

fn speak(body: &str) -> Result<Vec<SpeechPart>, SpeechError> {
    parse_ssml(&format!("<speak>{body}</speak>"))
}

#[test]
fn the_subset_is_taken_apart() {
    for (body, parts) in [
        ("Hello  &amp;\n welcome", vec![say("Hello & welcome")]),
        (
            "<p>One.</p><p><s>Two.</s></p>",
            vec![say("One."), pause(800), say("Two."), pause(800)],
        ),
        (
            "a<break time=\"2s\"/>b<break time='150ms'></break>c<break/>d",
            vec![
                say("a"),
                pause(2000),
                say("b"),
                pause(150),
                say("c"),
                pause(400),
                say("d"),
            ],
        ),
        (
            "a<break strength=\"strong\"/>b",
            vec![say("a"), pause(800), say("b")],
        ),
        (
            "Code <say-as interpret-as=\"digits\">407</say-as> now",
            vec![say("Code 4 0 7 now")],
        ),
        (
            "<say-as interpret-as=\"telephone\">+49 30-12</say-as>",
            vec![say("+ 4 9, 3 0, 1 2")],
        ),
        (
            "<say-as interpret-as=\"spell-out\">A b1</say-as>",
            vec![say("A b 1")],
        ),
        (
            "<sub alias=\"World Wide Web\">WWW</sub>!",
            vec![say("World Wide Web !")],
        ),
        (
            "a<prosody rate=\"80%\">b<prosody rate='fast'>c</prosody></prosody>d",
            vec![say("a"), at(80, "b"), at(125, "c"), say("d")],
        ),
    ] {
        assert_eq!(speak(body), Ok(parts), "{body}");
    }
    let named = "<speak version=\"1.1\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"de-DE\">Guten Tag</speak>\n";
    assert_eq!(parse_ssml(named), Ok(vec![say("Guten Tag")]));
}

#[test]
fn what_colours_the_voice_alone_is_read_as_text() {
    for body in [
        "<prosody pitch=\"high\" volume='loud'>Hello</prosody>",
        "<say-as interpret-as=\"date\" format=\"mdy\">Hello</say-as>",
        "<emphasis level=\"strong\">Hello</emphasis>",
        "<lang xml:lang=\"fr-FR\">Hello</lang>",
        "<amazon:effect name=\"whispered\">Hello</amazon:effect>",
        "<amazon:domain name=\"conversational\"><mark name=\"a\"/>Hello</amazon:domain>",
    ] {
        assert_eq!(speak(body), Ok(vec![say("Hello")]), "{body}");
    }
    let fast = speak("<prosody rate=\"fast\"><emphasis>a</emphasis></prosody>");
    assert_eq!(fast, Ok(vec![at(125, "a")]));
}

#[test]
fn everything_else_is_refused_by_its_name() {
    let element = |name: &str| SpeechError::Element(name.to_owned());
    for (body, refused) in [
        ("<audio src=\"http://x\"/>", element("audio")),
        ("<voice name=\"x\">a</voice>", element("voice")),
        ("<speak>a</speak>", element("speak")),
        ("<sub alias=\"a\"><p>b</p></sub>", element("p")),
        ("<break>text</break>", element("break")),
        (
            "<break time=\"11s\"/>",
            SpeechError::Value {
                attribute: "time",
                value: "11s".to_owned(),
            },
        ),
        (
            "<break strength=\"huge\"/>",
            SpeechError::Value {
                attribute: "strength",
                value: "huge".to_owned(),
            },
        ),
        (
            "<prosody rate=\"201%\">a</prosody>",
            SpeechError::Value {
                attribute: "rate",
                value: "201%".to_owned(),
            },
        ),
        (
            "<prosody contour=\"(0%,+20Hz)\">a</prosody>",
            SpeechError::Attribute {
                element: "prosody".to_owned(),
                attribute: "contour".to_owned(),
            },
        ),
        (
            "<say-as interpret-as=\"song\">a</say-as>",
            SpeechError::Value {
                attribute: "interpret-as",
                value: "song".to_owned(),
            },
        ),
        (" ", SpeechError::Empty),
        ("a\u{7}", SpeechError::ControlCharacter(8)),
    ] {
        assert_eq!(speak(body), Err(refused), "{body}");
    }
}

#[test]
fn what_is_not_plain_xml_is_refused() {
    for document in [
        "",
        "Hello",
        "<speak>a",
        "<speak>a</p>",
        "<speak>a</speak>b",
        "<speak>a</speak><speak>b</speak>",
        "<p>a</p>",
        "<!DOCTYPE speak [<!ENTITY a \"b\">]><speak>&a;</speak>",
        "<?xml version=\"1.0\"?><speak>a</speak>",
        "<speak><!-- a -->b</speak>",
        "<speak><![CDATA[a]]></speak>",
        "<speak>&a;</speak>",
        "<speak>&#65;</speak>",
        "<speak>a & b</speak>",
        "<speak>a < b</speak>",
        "<speak><break time=1s/></speak>",
        "<speak><break time=\"1s/></speak>",
        "<speak><break time=\"1s\" time=\"1s\"/></speak>",
        "<speak><break time=\"1s\"strength=\"weak\"/></speak>",
    ] {
        assert!(parse_ssml(document).is_err(), "{document}");
    }
}

#[test]
fn limits_hold() {
    let longest = "a".repeat(SPEECH_BYTES_MAX);
    assert!(parse_text(&longest).is_ok());
    assert_eq!(
        parse_text(&format!("{longest}a")),
        Err(SpeechError::TooLong(SPEECH_BYTES_MAX + 1))
    );
    assert_eq!(
        parse_ssml(&format!("{longest}a")),
        Err(SpeechError::TooLong(SPEECH_BYTES_MAX + 1))
    );
    assert!(speak(&"a<break/>".repeat(PARTS_MAX / 2)).is_ok());
    assert_eq!(
        speak(&format!("{}b", "a<break/>".repeat(PARTS_MAX / 2))),
        Err(SpeechError::TooManyParts)
    );
    let deep = |depth: usize| speak(&format!("{}a{}", "<p>".repeat(depth), "</p>".repeat(depth)));
    assert!(deep(15).is_ok());
    assert!(deep(16).is_err());
}

#[test]
fn plain_text_is_not_markup() {
    assert_eq!(parse_text("1 < 2 & <p>"), Ok(vec![say("1 < 2 & <p>")]));
    assert_eq!(parse_text(" \n "), Err(SpeechError::Empty));
}

#[test]
fn audio_and_pauses_are_joined_at_eight_kilohertz() {
    let parts = [say("one"), pause(500), at(80, "two")];
    let mut asked = Vec::new();
    let second = vec![1000; 16_000];
    let joined = join(&parts, |text, rate| {
        asked.push((text.to_owned(), rate));
        Ok::<_, ()>(Spoken {
            samples: second.clone(),
            rate: 16_000,
        })
    });
    assert_eq!(joined.unwrap().len(), 8000 + 4000 + 8000);
    assert_eq!(asked, [("one".to_owned(), 100), ("two".to_owned(), 80)]);
    assert_eq!(join(&parts, |_, _| Err("no voice")).err(), Some("no voice"));
}

#[test]
fn joined_audio_is_bounded() {
    let parts = vec![pause(10_000); 100];
    let joined = join(&parts, |_, _| Err(())).unwrap();
    assert_eq!(joined.len(), SPEECH_SECONDS_MAX * 8000);
}

proptest! {
    #[test]
    fn any_document_is_taken_apart_or_refused(body in "[a-z<>/&;=\"' ]{0,60}") {
        let _ = speak(&body);
        let _ = parse_ssml(&body);
    }
}
