//! Status codes of responses.

use std::fmt;

/// A code from 100 to 699.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatusCode(u16);

macro_rules! codes {
    ($($name:ident $code:literal $reason:literal;)*) => {
        impl StatusCode {
            $(
                #[doc = concat!("`", $code, " ", $reason, "`")]
                pub const $name: Self = Self($code);
            )*

            /// The phrase that belongs to the code; that of its class for others.
            pub const fn reason(self) -> &'static str {
                match self.0 {
                    $($code => $reason,)*
                    100..200 => "Progress",
                    200..300 => "Success",
                    300..400 => "Redirection",
                    400..500 => "Request Failure",
                    500..600 => "Server Failure",
                    _ => "Global Failure",
                }
            }
        }
    };
}

codes! {
    TRYING 100 "Trying";
    RINGING 180 "Ringing";
    SESSION_PROGRESS 183 "Session Progress";
    OK 200 "OK";
    ACCEPTED 202 "Accepted";
    BAD_REQUEST 400 "Bad Request";
    UNAUTHORIZED 401 "Unauthorized";
    FORBIDDEN 403 "Forbidden";
    NOT_FOUND 404 "Not Found";
    METHOD_NOT_ALLOWED 405 "Method Not Allowed";
    NOT_ACCEPTABLE 406 "Not Acceptable";
    PROXY_AUTHENTICATION_REQUIRED 407 "Proxy Authentication Required";
    REQUEST_TIMEOUT 408 "Request Timeout";
    ENTITY_TOO_LARGE 413 "Request Entity Too Large";
    URI_TOO_LONG 414 "Request-URI Too Long";
    UNSUPPORTED_MEDIA_TYPE 415 "Unsupported Media Type";
    UNSUPPORTED_URI_SCHEME 416 "Unsupported URI Scheme";
    BAD_EXTENSION 420 "Bad Extension";
    EXTENSION_REQUIRED 421 "Extension Required";
    INTERVAL_TOO_SMALL 422 "Session Interval Too Small";
    INTERVAL_TOO_BRIEF 423 "Interval Too Brief";
    TEMPORARILY_UNAVAILABLE 480 "Temporarily Unavailable";
    NO_SUCH_CALL 481 "Call/Transaction Does Not Exist";
    LOOP_DETECTED 482 "Loop Detected";
    TOO_MANY_HOPS 483 "Too Many Hops";
    ADDRESS_INCOMPLETE 484 "Address Incomplete";
    BUSY_HERE 486 "Busy Here";
    REQUEST_TERMINATED 487 "Request Terminated";
    NOT_ACCEPTABLE_HERE 488 "Not Acceptable Here";
    BAD_EVENT 489 "Bad Event";
    REQUEST_PENDING 491 "Request Pending";
    SERVER_INTERNAL_ERROR 500 "Server Internal Error";
    NOT_IMPLEMENTED 501 "Not Implemented";
    SERVICE_UNAVAILABLE 503 "Service Unavailable";
    SERVER_TIMEOUT 504 "Server Time-out";
    VERSION_NOT_SUPPORTED 505 "Version Not Supported";
    MESSAGE_TOO_LARGE 513 "Message Too Large";
    BUSY_EVERYWHERE 600 "Busy Everywhere";
    DECLINE 603 "Decline";
}

impl StatusCode {
    /// The code, where it is from 100 to 699.
    pub const fn new(code: u16) -> Option<Self> {
        match code {
            100..=699 => Some(Self(code)),
            _ => None,
        }
    }

    /// The number.
    pub const fn as_u16(self) -> u16 {
        self.0
    }

    /// 1xx: more will follow.
    pub const fn is_provisional(self) -> bool {
        self.0 < 200
    }

    /// 2xx.
    pub const fn is_success(self) -> bool {
        200 <= self.0 && self.0 < 300
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.reason())
    }
}

impl fmt::Debug for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
