//! Reading text by classes of characters: the grammar of RFC 3261, section 25.1.

use std::ops::Range;

use crate::limits::PARAMETERS_MAX;

/// Characters of `token`.
pub(crate) const TOKEN: u16 = 1;
/// Characters of the user part of a URI, `%` aside.
pub(crate) const USER: u16 = 1 << 1;
/// Characters of a URI's password, `%` aside.
pub(crate) const PASSWORD: u16 = 1 << 2;
/// Characters of a URI's parameters, `%` aside.
pub(crate) const PARAMETER: u16 = 1 << 3;
/// Characters of a URI's headers, `%` aside.
pub(crate) const URI_HEADER: u16 = 1 << 4;
/// Characters of `word`, of which Call-IDs are made.
pub(crate) const WORD: u16 = 1 << 5;
/// Letters, digits, `-` and `.`.
pub(crate) const HOST: u16 = 1 << 6;
/// Decimal digits.
pub(crate) const DIGIT: u16 = 1 << 7;
/// Hexadecimal digits.
pub(crate) const HEX: u16 = 1 << 8;
/// Characters of any absolute URI, `%` aside.
pub(crate) const URIC: u16 = 1 << 9;
/// Letters, digits, `+`, `-` and `.`.
pub(crate) const SCHEME: u16 = 1 << 10;
/// Digits and separators of a telephone number.
pub(crate) const PHONE: u16 = 1 << 11;
/// Characters of an IPv6 address.
pub(crate) const IPV6: u16 = 1 << 12;
/// The characters that escapes never stand for without changing the meaning (RFC 2396 `reserved`).
pub(crate) const RESERVED: u16 = 1 << 13;

const CLASSES: [u16; 256] = classes();

const fn add(table: &mut [u16; 256], class: u16, characters: &[u8]) {
    let mut at = 0;
    while at < characters.len() {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[characters[at] as usize] |= class;
        }
        at += 1;
    }
}

const fn classes() -> [u16; 256] {
    let mut table = [0_u16; 256];
    let alphanumeric = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let unreserved = USER | PASSWORD | PARAMETER | URI_HEADER | URIC;
    add(
        &mut table,
        TOKEN | WORD | HOST | SCHEME | unreserved,
        alphanumeric,
    );
    add(&mut table, unreserved, b"-_.!~*'()");
    add(&mut table, TOKEN, b"-.!%*_+`'~");
    add(&mut table, USER, b"&=+$,;?/");
    add(&mut table, PASSWORD, b"&=+$,");
    add(&mut table, PARAMETER, b"[]/:&+$");
    add(&mut table, URI_HEADER, b"[]/?:+$");
    add(&mut table, WORD, b"-.!%*_+`'~()<>:\\\"/[]?{}");
    add(&mut table, HOST, b"-.");
    add(&mut table, DIGIT | PHONE, b"0123456789");
    add(&mut table, HEX | IPV6, b"0123456789abcdefABCDEF");
    add(&mut table, IPV6, b":.");
    add(&mut table, URIC | RESERVED, b";/?:@&=+$,");
    add(&mut table, URIC, b"[]#");
    add(&mut table, SCHEME, b"+-.");
    add(&mut table, PHONE, b"-.()");
    table
}

/// Whether the character belongs to one of the classes.
pub(crate) fn is(byte: u8, class: u16) -> bool {
    CLASSES
        .get(usize::from(byte))
        .is_some_and(|classes| classes & class != 0)
}

/// Whether the text is not empty and all of the class.
pub(crate) fn all(text: &str, class: u16) -> bool {
    !text.is_empty() && text.bytes().all(|byte| is(byte, class))
}

/// Whether the text is all of the class or escapes (`%` and two hexadecimal digits).
pub(crate) fn all_or_escaped(text: &str, class: u16) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let two = [bytes.next(), bytes.next()];
            if !two
                .iter()
                .all(|digit| digit.is_some_and(|digit| is(digit, HEX)))
            {
                return false;
            }
        } else if !is(byte, class) {
            return false;
        }
    }
    true
}

/// A part of a text that is no longer than 64 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    start: u16,
    end: u16,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // Header lines are bounded far below, so this never saturates.
        let at = |offset| u16::try_from(offset).unwrap_or(u16::MAX);
        Self {
            start: at(start),
            end: at(end),
        }
    }

    pub(crate) fn range(self) -> Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }

    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(crate) const fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    pub(crate) fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// A separator with blanks on both sides. Leaves the place as it was where there is none.
    pub(crate) fn separator(&mut self, byte: u8) -> bool {
        let before = self.at;
        self.skip_blanks();
        if self.eat(byte) {
            self.skip_blanks();
            return true;
        }
        self.at = before;
        false
    }

    pub(crate) fn take(&mut self, class: u16) -> &'a str {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at += rest
            .iter()
            .position(|byte| !is(*byte, class))
            .unwrap_or(rest.len());
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// One or more characters of the class.
    pub(crate) fn some(&mut self, class: u16) -> Option<&'a str> {
        let text = self.take(class);
        (!text.is_empty()).then_some(text)
    }

    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn since(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// Goes to the next of two characters, or to the end.
    pub(crate) fn until(&mut self, one: u8, other: u8) -> &'a str {
        let start = self.at;
        let length = memchr::memchr2(one, other, self.rest().as_bytes());
        self.at = length.map_or(self.text.len(), |length| start + length);
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// A quoted string with its quotes: UTF-8, and `\` before any ASCII character.
    pub(crate) fn quoted(&mut self) -> Option<&'a str> {
        let start = self.at;
        if !self.eat(b'"') {
            return None;
        }
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    if !self.peek()?.is_ascii() {
                        return None;
                    }
                }
                b'\t' => {}
                0..=0x1f | 0x7f => return None,
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        self.text.get(start..self.at)
    }

    /// `*( ";" name [ "=" value ] )`, each name once. Gives the span that holds them all.
    pub(crate) fn parameters(&mut self) -> Option<Span> {
        let start = self.at;
        let mut names = Names::default();
        while self.separator(b';') {
            let before = self.at;
            let name = self.some(TOKEN)?;
            names.add(self.text, self.since(before))?;
            if self.separator(b'=') {
                self.parameter_value(name)?;
            }
        }
        Some(self.since(start))
    }

    /// `gen-value`: a token, a host, or a quoted string. `received` may hold an IPv6 address without
    /// brackets (RFC 5118, section 4.5).
    fn parameter_value(&mut self, name: &str) -> Option<&'a str> {
        match self.peek()? {
            b'"' => self.quoted(),
            b'[' => {
                let start = self.at;
                self.at += 1;
                self.some(IPV6)?;
                self.eat(b']').then_some(())?;
                self.text.get(start..self.at)
            }
            _ if name.eq_ignore_ascii_case("received") => self.some(IPV6 | HOST),
            _ => self.some(TOKEN),
        }
    }
}

/// Names that may stand once each.
#[derive(Default)]
pub(crate) struct Names {
    seen: [Span; PARAMETERS_MAX],
    count: usize,
}

impl Names {
    /// Takes a name. Nothing where it was there before, or is one too many.
    pub(crate) fn add(&mut self, text: &str, name: Span) -> Option<()> {
        let new = name.of(text);
        let seen = self.seen.get(..self.count)?;
        if seen
            .iter()
            .any(|other| other.of(text).eq_ignore_ascii_case(new))
        {
            return None;
        }
        *self.seen.get_mut(self.count)? = name;
        self.count += 1;
        Some(())
    }
}

/// The value of a parameter among those that [`Scan::parameters`] found: empty for a bare name, and with
/// its quotes where it has some.
pub(crate) fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    let mut scan = Scan::new(parameters);
    while scan.separator(b';') {
        let found = scan.some(TOKEN)?;
        let value = if scan.separator(b'=') {
            scan.parameter_value(found)?
        } else {
            ""
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
    None
}

/// What a quoted string means: without quotes, backslashes and control characters. Other text is
/// itself.
pub(crate) fn unquoted(text: &str) -> String {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut escaped = false;
    for letter in inner.chars() {
        if letter == '\\' && !escaped {
            escaped = true;
            continue;
        }
        escaped = false;
        if !letter.is_control() {
            plain.push(letter);
        }
    }
    plain
}

/// The text as a quoted string. Control characters are left out.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if letter == '"' || letter == '\\' {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}

/// A decimal number without sign, at most `max`; leading zeros are allowed.
pub(crate) fn number(text: &str, max: u64) -> Option<u64> {
    if !all(text, DIGIT) {
        return None;
    }
    text.parse().ok().filter(|number| *number <= max)
}
