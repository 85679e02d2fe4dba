//! From text or SSML to parts.

use std::time::Duration;

use super::spell::Reading;
use super::xml::{DEPTH_MAX, Reader, Token};
use super::{PARTS_MAX, PAUSE_MAX, SPEECH_BYTES_MAX, SpeechError, SpeechPart};

/// The namespace that a document may name.
const NAMESPACE: &str = "http://www.w3.org/2001/10/synthesis";
const RATE_MIN: u16 = 20;
const RATE_MAX: u16 = 200;
/// Elements of Amazon Connect that colour the voice: what stands in them is spoken as it is.
const COLOURS: [&str; 9] = [
    "amazon:auto-breaths",
    "amazon:breath",
    "amazon:domain",
    "amazon:effect",
    "emphasis",
    "lang",
    "mark",
    "phoneme",
    "w",
];
/// Behind a sentence and a paragraph.
const SENTENCE_PAUSE: Duration = Duration::from_millis(400);
const PARAGRAPH_PAUSE: Duration = Duration::from_millis(800);

/// Plain text: one part at the voice's own speed.
pub fn parse_text(text: &str) -> Result<Vec<SpeechPart>, SpeechError> {
    check(text)?;
    let mut parts = Parts::default();
    parts.say(text, 100)?;
    parts.finish()
}

/// A document of the subset: `speak`, `p`, `s`, `break` with `time` or `strength`, `say-as` with
/// `digits`, `telephone`, `characters` or `spell-out`, `sub` with `alias`, `prosody` with `rate`. Other
/// readings that Amazon Connect knows, pitch and volume, and elements that colour the voice change nothing.
pub fn parse_ssml(document: &str) -> Result<Vec<SpeechPart>, SpeechError> {
    check(document)?;
    let mut reader = Reader::new(document.trim());
    let mut parts = Parts::default();
    let mut open: Vec<Element> = Vec::new();
    let mut ended = false;
    while let Some(token) = reader.next()? {
        if ended {
            return Err(reader.wrong("something stands behind the end of the document"));
        }
        match token {
            Token::Open {
                name,
                attributes,
                empty,
            } => {
                let element = Element::read(name, &attributes, &open)?;
                if open.len() == DEPTH_MAX {
                    return Err(reader.wrong("elements are nested too deeply"));
                }
                element.begin(&mut parts)?;
                if empty {
                    element.end(&mut parts)?;
                    ended = open.is_empty();
                } else {
                    open.push(element);
                }
            }
            Token::Close(name) => {
                let element = open
                    .pop()
                    .filter(|element| element.kind.name() == name)
                    .ok_or_else(|| reader.wrong("a closing tag closes nothing"))?;
                element.end(&mut parts)?;
                ended = open.is_empty();
            }
            Token::Text(text) => match open.last() {
                Some(element) => element.text(&text, &mut parts)?,
                None => return Err(reader.wrong("a document begins with `<speak>`")),
            },
        }
    }
    if !ended {
        return Err(reader.wrong("an element is not closed"));
    }
    parts.finish()
}

fn check(text: &str) -> Result<(), SpeechError> {
    if text.len() > SPEECH_BYTES_MAX {
        return Err(SpeechError::TooLong(text.len()));
    }
    let control = text
        .char_indices()
        .find(|(_, sign)| sign.is_control() && !matches!(sign, '\t' | '\r' | '\n'));
    match control {
        Some((at, _)) => Err(SpeechError::ControlCharacter(at)),
        None => Ok(()),
    }
}

/// What was collected so far.
#[derive(Default)]
struct Parts(Vec<SpeechPart>);

impl Parts {
    fn say(&mut self, text: &str, rate_percent: u16) -> Result<(), SpeechError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Ok(());
        }
        // Neighbours at the same speed are one sentence to the voice.
        if let Some(SpeechPart::Say {
            text: before,
            rate_percent: rate,
        }) = self.0.last_mut()
            && *rate == rate_percent
        {
            before.push(' ');
            before.push_str(&text);
            return Ok(());
        }
        self.push(SpeechPart::Say { text, rate_percent })
    }

    /// Pauses next to each other do not add up: the longest counts.
    fn pause(&mut self, duration: Duration) -> Result<(), SpeechError> {
        if let Some(SpeechPart::Pause(before)) = self.0.last_mut() {
            *before = duration.max(*before);
            return Ok(());
        }
        self.push(SpeechPart::Pause(duration))
    }

    fn push(&mut self, part: SpeechPart) -> Result<(), SpeechError> {
        if self.0.len() == PARTS_MAX {
            return Err(SpeechError::TooManyParts);
        }
        self.0.push(part);
        Ok(())
    }

    fn finish(self) -> Result<Vec<SpeechPart>, SpeechError> {
        if self.0.is_empty() {
            return Err(SpeechError::Empty);
        }
        Ok(self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Speak,
    Paragraph,
    Sentence,
    Break(Duration),
    SayAs(Reading),
    Sub(String),
    Prosody,
    Colour(&'static str),
}

impl Kind {
    const fn name(&self) -> &'static str {
        match self {
            Self::Speak => "speak",
            Self::Paragraph => "p",
            Self::Sentence => "s",
            Self::Break(_) => "break",
            Self::SayAs(_) => "say-as",
            Self::Sub(_) => "sub",
            Self::Prosody => "prosody",
            Self::Colour(name) => name,
        }
    }
}

struct Element {
    kind: Kind,
    rate_percent: u16,
}

impl Element {
    fn read(name: &str, attributes: &[(&str, String)], open: &[Self]) -> Result<Self, SpeechError> {
        let outer = open.last();
        let refused = || SpeechError::Element(name.to_owned());
        // One document, and nothing within what is read as a whole.
        let leaf = outer.is_some_and(|outer| {
            matches!(outer.kind, Kind::Break(_) | Kind::SayAs(_) | Kind::Sub(_))
        });
        if leaf || (name == "speak") != outer.is_none() {
            return Err(refused());
        }
        let mut rate_percent = outer.map_or(100, |outer| outer.rate_percent);
        let mut known: Vec<&str> = Vec::new();
        let mut value = |attribute: &'static str| {
            known.push(attribute);
            attributes
                .iter()
                .find(|(other, _)| *other == attribute)
                .map(|(_, value)| value.as_str())
        };
        let kind = match name {
            "speak" => {
                for (attribute, allowed) in
                    [("version", &["1.0", "1.1"][..]), ("xmlns", &[NAMESPACE])]
                {
                    if let Some(given) = value(attribute)
                        && !allowed.contains(&given)
                    {
                        return Err(wrong_value(attribute, given));
                    }
                }
                // The voice is chosen by the flow.
                value("xml:lang");
                Kind::Speak
            }
            "p" => Kind::Paragraph,
            "s" => Kind::Sentence,
            "break" => Kind::Break(pause(value("time"), value("strength"))?),
            "say-as" => {
                value("format");
                let given = value("interpret-as").unwrap_or_default();
                let reading = Reading::from_name(given);
                Kind::SayAs(reading.ok_or_else(|| wrong_value("interpret-as", given))?)
            }
            "sub" => Kind::Sub(value("alias").unwrap_or_default().to_owned()),
            "prosody" => {
                if let Some(given) = value("rate") {
                    rate_percent = rate(given).ok_or_else(|| wrong_value("rate", given))?;
                }
                value("pitch");
                value("volume");
                Kind::Prosody
            }
            other => {
                let colour = COLOURS.iter().find(|colour| **colour == other);
                let kind = Kind::Colour(colour.ok_or_else(refused)?);
                return Ok(Self { kind, rate_percent });
            }
        };
        let unknown = attributes.iter().find(|(other, _)| !known.contains(other));
        if let Some((attribute, _)) = unknown {
            return Err(SpeechError::Attribute {
                element: name.to_owned(),
                attribute: (*attribute).to_owned(),
            });
        }
        Ok(Self { kind, rate_percent })
    }

    fn begin(&self, parts: &mut Parts) -> Result<(), SpeechError> {
        match &self.kind {
            Kind::Sub(alias) => parts.say(alias, self.rate_percent),
            Kind::Break(duration) => parts.pause(*duration),
            _ => Ok(()),
        }
    }

    fn text(&self, text: &str, parts: &mut Parts) -> Result<(), SpeechError> {
        match &self.kind {
            // What stands in it is for readers; the alias is spoken.
            Kind::Sub(_) => Ok(()),
            Kind::Break(_) if text.trim().is_empty() => Ok(()),
            Kind::Break(_) => Err(SpeechError::Element("break".to_owned())),
            Kind::SayAs(reading) => parts.say(&reading.spell(text), self.rate_percent),
            _ => parts.say(text, self.rate_percent),
        }
    }

    fn end(&self, parts: &mut Parts) -> Result<(), SpeechError> {
        match self.kind {
            Kind::Paragraph => parts.pause(PARAGRAPH_PAUSE),
            Kind::Sentence => parts.pause(SENTENCE_PAUSE),
            _ => Ok(()),
        }
    }
}

fn wrong_value(attribute: &'static str, value: &str) -> SpeechError {
    SpeechError::Value {
        attribute,
        value: value.to_owned(),
    }
}

/// `time` in s or ms, or a `strength` by its name; without both a medium pause.
fn pause(time: Option<&str>, strength: Option<&str>) -> Result<Duration, SpeechError> {
    if let Some(time) = time {
        let ms = match (time.strip_suffix("ms"), time.strip_suffix('s')) {
            (Some(ms), _) => ms.parse::<u64>().ok(),
            (None, Some(seconds)) => seconds.parse::<u64>().ok().map(|s| s.saturating_mul(1000)),
            (None, None) => None,
        };
        return ms
            .map(Duration::from_millis)
            .filter(|pause| *pause <= PAUSE_MAX)
            .ok_or_else(|| wrong_value("time", time));
    }
    let ms = match strength.unwrap_or("medium") {
        "none" => 0,
        "x-weak" => 100,
        "weak" => 200,
        "medium" => 400,
        "strong" => 800,
        "x-strong" => 1200,
        other => return Err(wrong_value("strength", other)),
    };
    Ok(Duration::from_millis(ms))
}

fn rate(value: &str) -> Option<u16> {
    match value {
        "x-slow" => Some(50),
        "slow" => Some(75),
        "medium" | "default" => Some(100),
        "fast" => Some(125),
        "x-fast" => Some(150),
        other => other
            .strip_suffix('%')?
            .parse()
            .ok()
            .filter(|rate| (RATE_MIN..=RATE_MAX).contains(rate)),
    }
}
