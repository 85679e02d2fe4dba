use proptest::prelude::*;

use super::INVITE;
use crate::framing::parse_datagram;
use crate::message::{Address, HeaderName, Message, Method, RequestBuilder, Uri};

fn uris() -> impl Strategy<Value = String> {
    (
        "(sip|sips|SIP)",
        "([a-z0-9.!~*'()&=+$,;?/-]|%[0-9a-f]{2}){1,20}",
        "([a-z][a-z0-9]{0,8}(\\.[a-z][a-z0-9]{0,8}){0,2}|192\\.0\\.2\\.[0-9]|\\[2001:db8::[0-9a-f]{1,4}\\])",
        proptest::option::of(1_u16..),
        proptest::collection::btree_map("[a-z]{1,6}", "[a-z0-9]{1,6}", 0..4),
    )
        .prop_map(|(scheme, user, host, port, parameters)| {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let parameters: Vec<String> = parameters
                .iter()
                .map(|(name, value)| format!(";{name}={value}"))
                .collect();
            let parameters = parameters.concat();
            format!("{scheme}:{user}@{host}{port}{parameters}")
        })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_datagram(&bytes);
    }

    #[test]
    fn a_changed_message_is_read_or_refused_and_reads_back(
        at in 0..INVITE.len(),
        with in proptest::collection::vec(any::<u8>(), 0..4),
        cut in 0_usize..4,
    ) {
        let mut bytes = INVITE.as_bytes().to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, with);
        if let Ok(message) = parse_datagram(&bytes) {
            let written = message.to_bytes();
            let again = parse_datagram(&written).unwrap();
            prop_assert_eq!(again.to_bytes(), written);
        }
    }

    #[test]
    fn well_formed_uris_read_back_and_equal_themselves(text in uris()) {
        let uri = Uri::parse(&text).unwrap();
        prop_assert_eq!(uri.as_str(), text.as_str());
        prop_assert!(uri.is_equivalent(&Uri::parse(&text).unwrap()));
    }

    #[test]
    fn a_built_request_reads_back_with_the_same_values(
        uri in uris(),
        name in "[A-Za-z ]{0,10}",
        body in "[ -~]{0,100}",
        number in 0_u32..0x8000_0000,
    ) {
        let request = RequestBuilder::new(&Method::Invite, &uri)
            .header(HeaderName::Via, "SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKx")
            .header(HeaderName::From, format_args!("\"{name}\" <{uri}>;tag=a"))
            .header(HeaderName::To, format_args!("<{uri}>"))
            .header(HeaderName::CallId, "x")
            .header(HeaderName::CSeq, format_args!("{number} INVITE"))
            .finish_with_body(Some(("text/plain", body.clone().into())))
            .unwrap();
        let Ok(Message::Request(again)) = parse_datagram(&request.to_bytes()) else {
            return Err(TestCaseError::fail("does not read back"));
        };
        prop_assert_eq!(again.uri().as_str(), uri.as_str());
        prop_assert_eq!(again.head().from().display_name(), name);
        prop_assert_eq!(again.head().cseq().number, number);
        prop_assert_eq!(&again.body()[..], body.as_bytes());
    }

    #[test]
    fn any_text_is_an_address_or_not(text in "\\PC{0,60}") {
        if let Some(address) = Address::parse(&text) {
            prop_assert_eq!(address.as_str(), text.as_str());
        }
    }
}
