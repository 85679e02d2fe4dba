//! From descriptions to text.

use std::fmt::Write as _;
use std::net::IpAddr;

use bytes::Bytes;

use super::{Attribute, Description, MediaKind, Protocol};

impl Description {
    /// The description as it is sent.
    pub fn to_bytes(&self) -> Bytes {
        let mut text = String::with_capacity(512);
        let origin = &self.origin;
        let kind = if origin.host.contains(':') {
            "IP6"
        } else {
            "IP4"
        };
        let _ = write!(
            text,
            "v=0\r\no={} {} {} IN {kind} {}\r\ns={}\r\n",
            origin.user, origin.id, origin.version, origin.host, self.name
        );
        write_connection(&mut text, self.connection);
        text.push_str("t=0 0\r\n");
        write_attributes(&mut text, &self.attributes);
        for media in &self.media {
            let kind = match &media.kind {
                MediaKind::Audio => "audio",
                MediaKind::Other(name) => name,
            };
            let _ = write!(text, "m={kind} {} {}", media.port, media.protocol.as_str());
            for format in &media.formats {
                let _ = write!(text, " {format}");
            }
            text.push_str("\r\n");
            write_connection(&mut text, media.connection);
            write_attributes(&mut text, &media.attributes);
        }
        text.into()
    }
}

impl Protocol {
    /// The name on the `m=` line.
    pub fn as_str(&self) -> &str {
        match self {
            Self::RtpAvp => "RTP/AVP",
            Self::RtpSavp => "RTP/SAVP",
            Self::Other(name) => name,
        }
    }
}

fn write_connection(text: &mut String, connection: Option<IpAddr>) {
    if let Some(address) = connection {
        let kind = if address.is_ipv6() { "IP6" } else { "IP4" };
        let _ = write!(text, "c=IN {kind} {address}\r\n");
    }
}

fn write_attributes(text: &mut String, attributes: &[Attribute]) {
    for attribute in attributes {
        let _ = match &attribute.value {
            Some(value) => write!(text, "a={}:{value}\r\n", attribute.name),
            None => write!(text, "a={}\r\n", attribute.name),
        };
    }
}
