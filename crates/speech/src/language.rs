//! Languages of the built-in voice, and which one a flow's voice speaks.

use std::fmt;
use std::str::FromStr;

/// A language that is built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Language {
    /// `en-US`
    #[default]
    EnUs,
    /// `en-GB`
    EnGb,
    /// `de-DE`
    DeDe,
    /// `fr-FR`
    FrFr,
    /// `es-ES`
    EsEs,
    /// `it-IT`
    ItIt,
}

/// Voices of Amazon Polly, as flows name them, by the language that comes nearest.
const VOICES: [(Language, &[&str]); 6] = [
    (
        Language::EnUs,
        &[
            "Danielle", "Gregory", "Ivy", "Joanna", "Joey", "Justin", "Kendra", "Kevin",
            "Kimberly", "Matthew", "Patrick", "Ruth", "Salli", "Stephen",
        ],
    ),
    (
        Language::EnGb,
        &[
            "Aditi", "Amy", "Aria", "Arthur", "Ayanda", "Brian", "Emma", "Geraint", "Kajal",
            "Niamh", "Nicole", "Olivia", "Raveena", "Russell",
        ],
    ),
    (
        Language::DeDe,
        &["Daniel", "Hannah", "Hans", "Marlene", "Sabrina", "Vicki"],
    ),
    (
        Language::FrFr,
        &[
            "Celine",
            "Céline",
            "Chantal",
            "Gabrielle",
            "Isabelle",
            "Lea",
            "Léa",
            "Liam",
            "Mathieu",
            "Remi",
            "Rémi",
        ],
    ),
    (
        Language::EsEs,
        &[
            "Andres",
            "Andrés",
            "Conchita",
            "Enrique",
            "Lucia",
            "Lucía",
            "Lupe",
            "Mia",
            "Miguel",
            "Pedro",
            "Penelope",
            "Penélope",
            "Sergio",
        ],
    ),
    (Language::ItIt, &["Adriano", "Bianca", "Carla", "Giorgio"]),
];

/// Countries whose English is nearer to the British voice.
const BRITISH: [&str; 7] = ["au", "gb", "gb-wls", "ie", "in", "nz", "za"];

/// No language that is built in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not built in: use one of en-US, en-GB, de-DE, fr-FR, es-ES and it-IT")]
pub struct UnknownLanguage(String);

impl Language {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::EnUs,
        Self::EnGb,
        Self::DeDe,
        Self::FrFr,
        Self::EsEs,
        Self::ItIt,
    ];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::EnUs => "en-US",
            Self::EnGb => "en-GB",
            Self::DeDe => "de-DE",
            Self::FrFr => "fr-FR",
            Self::EsEs => "es-ES",
            Self::ItIt => "it-IT",
        }
    }

    /// What a voice of Amazon Polly speaks, without regard to case.
    pub(crate) fn of_voice(voice: &str) -> Option<Self> {
        let voice = voice.to_lowercase();
        VOICES
            .iter()
            .find(|(_, names)| names.iter().any(|name| name.to_lowercase() == voice))
            .map(|(language, _)| *language)
    }

    /// What comes nearest to a tag: another country's German is German.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase().replace('_', "-");
        let (language, country) = tag.split_once('-').unwrap_or((&tag, ""));
        match language {
            "en" if BRITISH.contains(&country) => Some(Self::EnGb),
            "en" => Some(Self::EnUs),
            "de" => Some(Self::DeDe),
            "fr" => Some(Self::FrFr),
            "es" => Some(Self::EsEs),
            "it" => Some(Self::ItIt),
            _ => None,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL
            .into_iter()
            .find(|language| language.tag() == tag)
            .ok_or_else(|| UnknownLanguage(tag.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_and_tags_name_languages() {
        for (voice, language) in [
            ("Joanna", Some(Language::EnUs)),
            ("AMY", Some(Language::EnGb)),
            ("Hans", Some(Language::DeDe)),
            ("Céline", Some(Language::FrFr)),
            ("Lucia", Some(Language::EsEs)),
            ("Carla", Some(Language::ItIt)),
            ("Mizuki", None),
        ] {
            assert_eq!(Language::of_voice(voice), language, "{voice}");
        }
        for (tag, language) in [
            ("en-AU", Some(Language::EnGb)),
            ("en", Some(Language::EnUs)),
            ("de_CH", Some(Language::DeDe)),
            ("ja-JP", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(language.tag().parse(), Ok(language));
        }
        assert!("en".parse::<Language>().is_err());
    }
}
