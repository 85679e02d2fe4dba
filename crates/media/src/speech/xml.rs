//! XML of the plainest kind: elements, attributes, text, the five named characters. No document type,
//! entities, comments, sections or instructions.

use super::SpeechError;

/// Deepest nesting.
pub(super) const DEPTH_MAX: usize = 16;
/// Most attributes of one element.
const ATTRIBUTES_MAX: usize = 8;

/// A piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open {
        name: &'a str,
        attributes: Vec<(&'a str, String)>,
        /// Closed at once, as in `<break/>`.
        empty: bool,
    },
    Close(&'a str),
    Text(String),
}

/// Reads a document from its beginning.
pub(super) struct Reader<'a> {
    document: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(document: &'a str) -> Self {
        Self {
            document,
            rest: document,
        }
    }

    /// The next piece; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, SpeechError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        if let Some(tag) = self.rest.strip_prefix("</") {
            self.rest = tag;
            let name = self.name()?;
            self.blanks();
            self.expect(">", "a closing tag ends with `>`")?;
            return Ok(Some(Token::Close(name)));
        }
        if let Some(tag) = self.rest.strip_prefix('<') {
            self.rest = tag;
            return self.open().map(Some);
        }
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        let text = self.unescape(text)?;
        self.rest = rest;
        Ok(Some(Token::Text(text)))
    }

    pub(super) fn wrong(&self, what: &'static str) -> SpeechError {
        SpeechError::NotWellFormed {
            at: self.document.len() - self.rest.len(),
            what,
        }
    }

    fn open(&mut self) -> Result<Token<'a>, SpeechError> {
        let name = self.name()?;
        let mut attributes: Vec<(&str, String)> = Vec::new();
        loop {
            let blank = self.blanks();
            if self.rest.starts_with("/>") || self.rest.starts_with('>') {
                let empty = self.rest.starts_with('/');
                self.rest = self.rest.get(usize::from(empty) + 1..).unwrap_or_default();
                return Ok(Token::Open {
                    name,
                    attributes,
                    empty,
                });
            }
            if !blank {
                return Err(self.wrong("attributes are parted by blanks"));
            }
            let (attribute, value) = self.attribute()?;
            if attributes.iter().any(|(other, _)| *other == attribute) {
                return Err(self.wrong("an attribute stands twice"));
            }
            if attributes.len() == ATTRIBUTES_MAX {
                return Err(self.wrong("an element has too many attributes"));
            }
            attributes.push((attribute, value));
        }
    }

    fn attribute(&mut self) -> Result<(&'a str, String), SpeechError> {
        let name = self.name()?;
        self.blanks();
        self.expect("=", "an attribute has a value")?;
        self.blanks();
        let quote = self
            .rest
            .chars()
            .next()
            .filter(|sign| matches!(sign, '"' | '\''))
            .ok_or_else(|| self.wrong("a value stands in quotation marks"))?;
        self.rest = self.rest.get(1..).unwrap_or_default();
        let (value, rest) = self
            .rest
            .split_once(quote)
            .ok_or_else(|| self.wrong("a value has no end"))?;
        if value.contains('<') {
            return Err(self.wrong("`<` stands in a value"));
        }
        let value = self.unescape(value)?;
        self.rest = rest;
        Ok((name, value))
    }

    fn name(&mut self) -> Result<&'a str, SpeechError> {
        let end = self
            .rest
            .find(|sign: char| !(sign.is_ascii_alphanumeric() || "-:_".contains(sign)))
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if !name.starts_with(|sign: char| sign.is_ascii_alphabetic()) {
            return Err(self.wrong("a name begins with a letter"));
        }
        self.rest = rest;
        Ok(name)
    }

    fn blanks(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.rest.len() < before
    }

    fn expect(&mut self, sign: &str, what: &'static str) -> Result<(), SpeechError> {
        self.rest = self
            .rest
            .strip_prefix(sign)
            .ok_or_else(|| self.wrong(what))?;
        Ok(())
    }

    fn unescape(&self, text: &str) -> Result<String, SpeechError> {
        let mut plain = String::with_capacity(text.len());
        let mut parts = text.split('&');
        plain.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (sign, rest) = [
                ("amp;", '&'),
                ("lt;", '<'),
                ("gt;", '>'),
                ("quot;", '"'),
                ("apos;", '\''),
            ]
            .iter()
            .find_map(|(name, sign)| part.strip_prefix(name).map(|rest| (*sign, rest)))
            .ok_or_else(|| self.wrong("`&` stands alone or names an unknown character"))?;
            plain.push(sign);
            plain.push_str(rest);
        }
        Ok(plain)
    }
}
