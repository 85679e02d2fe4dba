//! SPDX licence expressions: `MIT OR (Apache-2.0 AND ISC)`.

use std::collections::BTreeSet;

use anyhow::bail;

/// Whether one may use the package under licences of this set alone.
pub(super) fn is_permitted(expression: &str, permitted: &BTreeSet<&str>) -> anyhow::Result<bool> {
    // Before SPDX became the rule, crates wrote `MIT/Apache-2.0`.
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser {
        words: &words,
        permitted,
    };
    let verdict = parser.either()?;
    match parser.words {
        [] => Ok(verdict),
        [word, ..] => bail!("`{word}` is not expected in a licence expression"),
    }
}

struct Parser<'a> {
    words: &'a [&'a str],
    permitted: &'a BTreeSet<&'a str>,
}

impl<'a> Parser<'a> {
    fn either(&mut self) -> anyhow::Result<bool> {
        let mut verdict = self.all()?;
        while self.take("OR") {
            verdict |= self.all()?;
        }
        Ok(verdict)
    }

    fn all(&mut self) -> anyhow::Result<bool> {
        let mut verdict = self.one()?;
        while self.take("AND") {
            verdict &= self.one()?;
        }
        Ok(verdict)
    }

    fn one(&mut self) -> anyhow::Result<bool> {
        match self.next() {
            Some("(") => {
                let verdict = self.either()?;
                if !self.take(")") {
                    bail!("a bracket is not closed");
                }
                Ok(verdict)
            }
            None | Some(")" | "AND" | "OR" | "WITH") => bail!("a licence is missing"),
            Some(licence) if self.take("WITH") => {
                let exception = self.next().unwrap_or_default();
                let licence = format!("{licence} WITH {exception}");
                Ok(self.permitted.contains(licence.as_str()))
            }
            Some(licence) => Ok(self.permitted.contains(licence)),
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn take(&mut self, word: &str) -> bool {
        let next_is = self.words.first() == Some(&word);
        if next_is {
            self.next();
        }
        next_is
    }
}
