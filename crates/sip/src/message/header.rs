//! Names of headers, and what stands behind each.

use super::method::Method;
use super::{address, scan, values, via};
use scan::Scan;

macro_rules! names {
    ($($variant:ident $name:literal $compact:literal $count:ident $shape:ident;)*) => {
        /// A header that this crate knows, or any other.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum HeaderName {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )*
            /// A header without meaning to this crate.
            Other,
        }

        const KNOWN: &[Known] = &[
            $(Known {
                name: HeaderName::$variant,
                text: $name,
                compact: $compact,
                count: Count::$count,
                shape: Shape::$shape,
            },)*
        ];
    };
}

struct Known {
    name: HeaderName,
    text: &'static str,
    compact: u8,
    count: Count,
    shape: Shape,
}

/// How often a header may stand in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Once,
    Many,
}

/// What the value of a header has to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Via,
    Address,
    Addresses,
    Routes,
    Contacts,
    CallId,
    CSeq,
    Byte,
    Number,
    Tokens,
    Methods,
    TokenWithParameters,
    MediaType,
    SessionExpires,
    RAck,
    Replaces,
    RetryAfter,
    Date,
    Timestamp,
    AuthScheme,
    UserToUser,
}

names! {
    Via "Via" b'v' Many Via;
    From "From" b'f' Once Address;
    To "To" b't' Once Address;
    CallId "Call-ID" b'i' Once CallId;
    CSeq "CSeq" 0 Once CSeq;
    MaxForwards "Max-Forwards" 0 Once Byte;
    Contact "Contact" b'm' Many Contacts;
    ContentLength "Content-Length" b'l' Once Number;
    ContentType "Content-Type" b'c' Once MediaType;
    ContentEncoding "Content-Encoding" b'e' Many Tokens;
    ContentDisposition "Content-Disposition" 0 Once TokenWithParameters;
    Route "Route" 0 Many Routes;
    RecordRoute "Record-Route" 0 Many Routes;
    Allow "Allow" 0 Many Methods;
    Supported "Supported" b'k' Many Tokens;
    Require "Require" 0 Many Tokens;
    ProxyRequire "Proxy-Require" 0 Many Tokens;
    Unsupported "Unsupported" 0 Many Tokens;
    SessionExpires "Session-Expires" b'x' Once SessionExpires;
    MinSE "Min-SE" 0 Once SessionExpires;
    RSeq "RSeq" 0 Once Number;
    RAck "RAck" 0 Once RAck;
    Replaces "Replaces" 0 Once Replaces;
    ReferTo "Refer-To" b'r' Once Address;
    ReferredBy "Referred-By" b'b' Once Address;
    Authorization "Authorization" 0 Many AuthScheme;
    ProxyAuthorization "Proxy-Authorization" 0 Many AuthScheme;
    WwwAuthenticate "WWW-Authenticate" 0 Many AuthScheme;
    ProxyAuthenticate "Proxy-Authenticate" 0 Many AuthScheme;
    AuthenticationInfo "Authentication-Info" 0 Once Text;
    Identity "Identity" b'y' Many Text;
    PAssertedIdentity "P-Asserted-Identity" 0 Many Addresses;
    PPreferredIdentity "P-Preferred-Identity" 0 Many Addresses;
    Diversion "Diversion" 0 Many Addresses;
    HistoryInfo "History-Info" 0 Many Addresses;
    UserToUser "User-to-User" 0 Many UserToUser;
    Privacy "Privacy" 0 Once Text;
    Reason "Reason" 0 Many Text;
    Subject "Subject" b's' Once Text;
    UserAgent "User-Agent" 0 Once Text;
    Server "Server" 0 Once Text;
    Accept "Accept" 0 Many Text;
    AcceptEncoding "Accept-Encoding" 0 Many Text;
    AcceptLanguage "Accept-Language" 0 Many Text;
    AllowEvents "Allow-Events" b'u' Many Tokens;
    Event "Event" b'o' Once TokenWithParameters;
    SubscriptionState "Subscription-State" 0 Once TokenWithParameters;
    Expires "Expires" 0 Once Number;
    MinExpires "Min-Expires" 0 Once Number;
    RetryAfter "Retry-After" 0 Once RetryAfter;
    Date "Date" 0 Once Date;
    Timestamp "Timestamp" 0 Once Timestamp;
    Warning "Warning" 0 Many Text;
    Priority "Priority" 0 Once Text;
    Organization "Organization" 0 Once Text;
    MimeVersion "MIME-Version" 0 Once Text;
    InfoPackage "Info-Package" 0 Once TokenWithParameters;
    RecvInfo "Recv-Info" 0 Many Text;
    Join "Join" 0 Once Replaces;
    Path "Path" 0 Many Routes;
    ServiceRoute "Service-Route" 0 Many Routes;
}

/// Longest name in the table.
const NAME_BYTES_MAX: usize = 20;

/// The table's lines by the length of the name, so that a look-up compares a few texts only.
const BY_LENGTH: [[u8; 12]; NAME_BYTES_MAX + 1] = by_length();

/// Marks an unused place in [`BY_LENGTH`].
const NONE: u8 = u8::MAX;

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler"
)]
const fn by_length() -> [[u8; 12]; NAME_BYTES_MAX + 1] {
    let mut table = [[NONE; 12]; NAME_BYTES_MAX + 1];
    let mut at = 0;
    while at < KNOWN.len() {
        let row = KNOWN[at].text.len();
        let mut column = 0;
        while table[row][column] != NONE {
            column += 1;
        }
        table[row][column] = at as u8;
        at += 1;
    }
    table
}

impl HeaderName {
    /// The header of this name or compact form, whatever its case.
    pub fn parse(text: &str) -> Self {
        if let [letter] = text.as_bytes() {
            let letter = letter.to_ascii_lowercase();
            return KNOWN
                .iter()
                .find(|known| known.compact == letter)
                .map_or(Self::Other, |known| known.name);
        }
        let candidates = BY_LENGTH.get(text.len()).map_or(&[][..], |row| &row[..]);
        candidates
            .iter()
            .map_while(|at| KNOWN.get(usize::from(*at)))
            .find(|known| known.text.eq_ignore_ascii_case(text))
            .map_or(Self::Other, |known| known.name)
    }

    /// The full name; `?` for those that this crate does not know.
    pub fn as_str(self) -> &'static str {
        self.known().map_or("?", |known| known.text)
    }

    /// Whether the value proves somebody's identity and must never be printed.
    pub const fn is_credential(self) -> bool {
        matches!(
            self,
            Self::Authorization
                | Self::ProxyAuthorization
                | Self::WwwAuthenticate
                | Self::ProxyAuthenticate
                | Self::AuthenticationInfo
                | Self::Identity
        )
    }

    pub(super) fn count(self) -> Count {
        self.known().map_or(Count::Many, |known| known.count)
    }

    /// A bit of its own in a set of 64; the last one is shared by all unknown names.
    pub(super) const fn bit(self) -> u64 {
        1 << (self as u8)
    }

    /// How many items the value has, or nothing where its grammar is violated. What is no list has one.
    pub(super) fn check(self, value: &str) -> Option<usize> {
        let Some(known) = self.known() else {
            return Some(1);
        };
        let one = |found: bool| found.then_some(1);
        match known.shape {
            Shape::Text => Some(1),
            Shape::Via => via::check_list(value),
            Shape::Address => one(address::check_one(value)),
            Shape::Contacts if value == "*" => Some(1),
            Shape::Addresses | Shape::Contacts => address::check_list(value, address::Form::Any),
            Shape::Routes => address::check_list(value, address::Form::Bracketed),
            Shape::CallId => one(values::is_call_id(value)),
            Shape::CSeq => one(values::CSeqParts::parse(value).is_some()),
            Shape::Byte => one(scan::number(value, 255).is_some()),
            Shape::Number => one(scan::number(value, u64::from(u32::MAX)).is_some()),
            Shape::Tokens | Shape::Methods => values::check_tokens(value),
            Shape::TokenWithParameters => one(values::check_token_with_parameters(value)),
            Shape::MediaType => one(values::MediaType::parse(value).is_some()),
            Shape::SessionExpires => one(values::SessionExpires::parse(value).is_some()),
            Shape::RAck => one(values::RAck::parse(value).is_some()),
            Shape::Replaces => one(values::Replaces::parse(value).is_some()),
            Shape::RetryAfter => one(values::retry_after(value).is_some()),
            Shape::Date => one(values::is_date(value)),
            Shape::Timestamp => one(value
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b' '))),
            Shape::AuthScheme => one(values::check_auth(value)),
            Shape::UserToUser => one(values::check_user_to_user(value)),
        }
    }

    fn known(self) -> Option<&'static Known> {
        KNOWN.get(self as usize)
    }
}

/// What a `Contact` header may be in a message of this kind.
pub(super) fn check_contacts(method: &Method, value: &str, items: usize) -> bool {
    match method {
        Method::Register => value != "*" || items == 1,
        // One party, one place: RFC 3261, section 8.1.1.8.
        Method::Invite | Method::Update | Method::Refer | Method::Subscribe => {
            value != "*" && items == 1
        }
        _ => value != "*",
    }
}

/// The items of a list, split at commas outside of quotes and angle brackets.
pub(crate) fn items(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut scan = Scan::new(text);
        let mut bracketed = false;
        loop {
            match scan.peek() {
                None => break,
                Some(b',') if !bracketed => break,
                Some(b'"') => {
                    if scan.quoted().is_some() {
                        continue;
                    }
                }
                Some(b'<') => bracketed = true,
                Some(b'>') => bracketed = false,
                Some(_) => {}
            }
            scan.go_to(scan.at() + 1);
        }
        let end = scan.at();
        rest = text.get(end + 1..);
        text.get(..end).map(|item| item.trim_matches([' ', '\t']))
    })
}
