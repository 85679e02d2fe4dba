//! Values of the remaining headers, each with its grammar.

use std::fmt;

use super::method::Method;
use super::scan::{self, DIGIT, Scan, TOKEN, WORD};

/// Largest sequence number (RFC 3261, section 8.1.1.5).
pub const CSEQ_MAX: u32 = i32::MAX as u32;

/// The place of a request among those of its dialog and side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CSeq {
    /// The number, at most [`CSEQ_MAX`].
    pub number: u32,
    /// The method of the request.
    pub method: Method,
}

impl CSeq {
    /// Reads `4711 INVITE`.
    pub fn parse(value: &str) -> Option<Self> {
        let parts = CSeqParts::parse(value)?;
        Some(Self {
            number: parts.number,
            method: Method::parse(parts.method)?,
        })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

/// [`CSeq`] before its method is looked up.
pub(super) struct CSeqParts<'a> {
    pub(super) number: u32,
    pub(super) method: &'a str,
}

impl<'a> CSeqParts<'a> {
    pub(super) fn parse(value: &'a str) -> Option<Self> {
        let mut scan = Scan::new(value);
        let number = cseq_number(scan.some(DIGIT)?)?;
        let before = scan.at();
        scan.skip_blanks();
        if scan.at() == before {
            return None;
        }
        let method = scan.some(TOKEN)?;
        scan.is_at_end().then_some(Self { number, method })
    }
}

fn cseq_number(digits: &str) -> Option<u32> {
    let number = scan::number(digits, u64::from(CSEQ_MAX))?;
    u32::try_from(number).ok()
}

/// Which side keeps a session alive (RFC 4028).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    /// The side that sent the request.
    Uac,
    /// The side that answers it.
    Uas,
}

/// `Session-Expires`, and `Min-SE` without its refresher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpires {
    /// How long the session lives without a refresh.
    pub seconds: u32,
    /// Who refreshes.
    pub refresher: Option<Refresher>,
}

impl SessionExpires {
    /// Reads `1800;refresher=uac`.
    pub fn parse(value: &str) -> Option<Self> {
        let mut scan = Scan::new(value);
        let number = scan::number(scan.some(DIGIT)?, u64::from(u32::MAX))?;
        let parameters = scan.parameters()?.of(value);
        let refresher = match scan::parameter(parameters, "refresher") {
            None => None,
            Some(role) if role.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(role) if role.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) => return None,
        };
        scan.is_at_end().then_some(Self {
            seconds: u32::try_from(number).ok()?,
            refresher,
        })
    }
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.seconds)?;
        match self.refresher {
            None => Ok(()),
            Some(Refresher::Uac) => f.write_str(";refresher=uac"),
            Some(Refresher::Uas) => f.write_str(";refresher=uas"),
        }
    }
}

/// `RAck`: which provisional response a PRACK confirms (RFC 3262).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RAck {
    /// The response's `RSeq`.
    pub rseq: u32,
    /// The `CSeq` of the request that it answered.
    pub cseq: CSeq,
}

impl RAck {
    /// Reads `1 4711 INVITE`.
    pub fn parse(value: &str) -> Option<Self> {
        let (rseq, cseq) = value.split_once([' ', '\t'])?;
        let rseq = u32::try_from(scan::number(rseq, u64::from(u32::MAX))?).ok()?;
        Some(Self {
            rseq,
            cseq: CSeq::parse(cseq.trim_start_matches([' ', '\t']))?,
        })
    }
}

/// `Replaces`: the dialog that a new call takes the place of (RFC 3891).
#[derive(Clone, PartialEq, Eq)]
pub struct Replaces {
    /// The Call-ID of the dialog.
    pub call_id: String,
    /// The tag of the side that gets the request.
    pub to_tag: String,
    /// The tag of the other side.
    pub from_tag: String,
    /// Only a dialog that is not answered yet.
    pub early_only: bool,
}

impl Replaces {
    /// Reads `12345@host;to-tag=a;from-tag=b`.
    pub fn parse(value: &str) -> Option<Self> {
        let (call_id, _) = value.split_once(';')?;
        let call_id = call_id.trim_end_matches([' ', '\t']);
        if !is_call_id(call_id) {
            return None;
        }
        let mut scan = Scan::new(value);
        scan.go_to(call_id.len());
        let parameters = scan.parameters()?.of(value);
        if !scan.is_at_end() {
            return None;
        }
        let tag = |name| {
            scan::parameter(parameters, name)
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
        };
        Some(Self {
            call_id: call_id.to_owned(),
            to_tag: tag("to-tag")?,
            from_tag: tag("from-tag")?,
            early_only: scan::parameter(parameters, "early-only").is_some(),
        })
    }
}

impl fmt::Debug for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Replaces(..)")
    }
}

/// The kind of a body, without its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaType<'a> {
    /// Before the slash.
    pub kind: &'a str,
    /// Behind it.
    pub subtype: &'a str,
}

impl<'a> MediaType<'a> {
    /// Reads `application/sdp;charset=utf-8`.
    pub fn parse(value: &'a str) -> Option<Self> {
        let mut scan = Scan::new(value);
        let kind = scan.some(TOKEN)?;
        if !scan.separator(b'/') {
            return None;
        }
        let subtype = scan.some(TOKEN)?;
        scan.parameters()?;
        scan.is_at_end().then_some(Self { kind, subtype })
    }

    /// Whether it is this type, whatever its case.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }
}

/// The seconds of `Retry-After: 120 (maintenance);duration=60`.
pub(crate) fn retry_after(value: &str) -> Option<u32> {
    let mut scan = Scan::new(value);
    let seconds = scan::number(scan.some(DIGIT)?, u64::from(u32::MAX))?;
    scan.skip_blanks();
    if scan.eat(b'(') {
        let comment = scan.rest();
        let length = comment.rfind(')')?;
        scan.go_to(scan.at() + length + 1);
    }
    scan.parameters()?;
    if !scan.is_at_end() {
        return None;
    }
    u32::try_from(seconds).ok()
}

/// `word [ "@" word ]`.
pub(super) fn is_call_id(value: &str) -> bool {
    let (word, host) = value.split_once('@').unwrap_or((value, "x"));
    scan::all(word, WORD) && scan::all(host, WORD)
}

/// How many tokens the list has; it may be empty.
pub(super) fn check_tokens(value: &str) -> Option<usize> {
    if value.is_empty() {
        return Some(0);
    }
    let mut scan = Scan::new(value);
    let mut count = 0;
    loop {
        scan.some(TOKEN)?;
        count += 1;
        if scan.is_at_end() {
            return Some(count);
        }
        if !scan.separator(b',') {
            return None;
        }
    }
}

pub(super) fn check_token_with_parameters(value: &str) -> bool {
    let mut scan = Scan::new(value);
    scan.some(TOKEN).is_some() && scan.parameters().is_some() && scan.is_at_end()
}

/// A scheme and something behind it; what that is, is the business of `digest`.
pub(super) fn check_auth(value: &str) -> bool {
    let mut scan = Scan::new(value);
    let scheme = scan.some(TOKEN).is_some();
    let before = scan.at();
    scan.skip_blanks();
    scheme && scan.at() > before && !scan.is_at_end()
}

/// A token or quoted string with parameters, in a list (RFC 7433).
pub(super) fn check_user_to_user(value: &str) -> bool {
    let mut scan = Scan::new(value);
    loop {
        let found = if scan.peek() == Some(b'"') {
            scan.quoted()
        } else {
            scan.some(TOKEN)
        };
        if found.is_none() || scan.parameters().is_none() {
            return false;
        }
        if scan.is_at_end() {
            return true;
        }
        if !scan.separator(b',') {
            return false;
        }
    }
}

/// `Sat, 13 Nov 2010 23:29:00 GMT`: RFC 3261 knows no other form and no other zone.
pub(super) fn is_date(value: &str) -> bool {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let parts: Vec<&str> = value.split(' ').collect();
    let [day, date, month, year, time, zone] = parts.as_slice() else {
        return false;
    };
    let digits = |text: &str, length: usize| text.len() == length && scan::all(text, DIGIT);
    let clock: Vec<&str> = time.split(':').collect();
    day.strip_suffix(',').is_some_and(|day| DAYS.contains(&day))
        && digits(date, 2)
        && MONTHS.contains(month)
        && digits(year, 4)
        && clock.len() == 3
        && clock.iter().all(|part| digits(part, 2))
        && *zone == "GMT"
}
