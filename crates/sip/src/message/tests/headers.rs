use super::{INVITE, request};
use crate::message::{
    CSeq, HeaderName, MediaType, Method, RAck, Refresher, Replaces, RequestBuilder,
    ResponseBuilder, SessionExpires, StatusCode,
};

#[test]
fn an_ordinary_invite_is_read_into_its_parts() {
    let request = request(INVITE);
    let head = request.head();
    assert_eq!(request.method(), &Method::Invite);
    assert_eq!(request.uri().number().as_deref(), Some("+4930123456"));
    assert_eq!(head.from().display_name(), "Alice \"A\" Example");
    assert_eq!(head.from().tag(), Some("1928301774"));
    assert_eq!(head.to().tag(), None);
    assert_eq!(head.call_id().as_str(), "a84b4c76e66710@192.0.2.1");
    assert_eq!(head.cseq().number, 314_159);
    assert_eq!(head.max_forwards(), Some(70));
    assert_eq!(head.via().branch(), Some("z9hG4bK776asdhds"));
    assert!(head.via().wants_source_port());
    assert_eq!(
        (head.via().transport(), head.via().port()),
        ("UDP", Some(5060))
    );
}

#[test]
fn names_have_no_case_and_short_forms_mean_the_same() {
    let text = INVITE
        .replace("Via:", "v:")
        .replace("From:", "F :")
        .replace("To:", "t\t:")
        .replace("Call-ID:", "i:")
        .replace("Contact:", "M:")
        .replace("CSeq:", "cseq:")
        .replace("Content-Length:", "l:");
    let short = request(&text);
    let long = request(INVITE);
    assert_eq!(short.head().call_id(), long.head().call_id());
    assert!(short.head().names().eq(long.head().names()));
}

#[test]
fn folded_lines_are_one_value() {
    let text = INVITE.replace("CSeq: 314159 INVITE", "CSeq: 314159\r\n \t INVITE");
    assert_eq!(request(&text).head().cseq().to_string(), "314159 INVITE");
}

#[test]
fn headers_keep_their_order_and_unknown_ones_their_names() {
    let text = INVITE.replace(
        "Max-Forwards: 70\r\n",
        "X-Custom: a;;,b\r\nMax-Forwards: 70\r\n",
    );
    let request = request(&text);
    let names: Vec<&str> = request.head().headers().map(|(name, _)| name).collect();
    assert_eq!(
        names.get(..3),
        Some(&["Via", "X-Custom", "Max-Forwards"][..])
    );
    assert_eq!(request.head().extension("x-custom"), Some("a;;,b"));
}

#[test]
fn lists_run_over_lines_and_commas_but_not_through_quotes() {
    let text = INVITE.replace(
        "Max-Forwards: 70\r\n",
        "Route: <sip:a@192.0.2.7;lr>,\"x, y\" <sip:b@192.0.2.8;lr>\r\nMax-Forwards: 70\r\n\
         Route: <sip:c,d@192.0.2.9;lr>\r\nSupported: 100rel , timer\r\nSupported:\r\n",
    );
    let request = request(&text);
    let routes: Vec<String> = request
        .head()
        .addresses(HeaderName::Route)
        .map(|route| route.uri().user().unwrap().to_owned())
        .collect();
    assert_eq!(routes, ["a", "b", "c,d"]);
    assert!(request.head().lists(HeaderName::Supported, "TIMER"));
    assert_eq!(request.head().list(HeaderName::Supported).count(), 2);
}

#[test]
fn values_with_a_grammar_are_read() {
    let cseq = |text| CSeq::parse(text);
    assert!(cseq("2147483647 INVITE").is_some());
    assert!(cseq("2147483648 INVITE").is_none());
    assert!(cseq("1INVITE").is_none());
    assert_eq!(
        SessionExpires::parse("1800;refresher=UAS"),
        Some(SessionExpires {
            seconds: 1800,
            refresher: Some(Refresher::Uas)
        })
    );
    assert_eq!(SessionExpires::parse("1800;refresher=me"), None);
    let rack = RAck::parse("776656 1 INVITE").unwrap();
    assert_eq!((rack.rseq, rack.cseq.number), (776_656, 1));
    let replaces = Replaces::parse("425928@bobster.example;to-tag=7743;from-tag=6472").unwrap();
    assert_eq!(replaces.call_id, "425928@bobster.example");
    assert!(!replaces.early_only);
    assert_eq!(Replaces::parse("425928;to-tag=7743"), None);
    assert!(
        MediaType::parse("Application/SDP; charset=utf-8")
            .unwrap()
            .is("application", "sdp")
    );
    assert!(MediaType::parse("application").is_none());
}

#[test]
fn what_is_built_reads_back_and_values_cannot_add_lines() {
    let request = request(INVITE);
    let ok = ResponseBuilder::new(StatusCode::OK, &request, "tag1")
        .header(HeaderName::Contact, "<sip:us@192.0.2.2>")
        .finish_with_body(Some(("application/sdp", "v=0\r\n".into())))
        .unwrap();
    assert_eq!(ok.head().to().tag(), Some("tag1"));
    assert_eq!(ok.head().first(HeaderName::ContentLength), Some("5"));
    let again = crate::framing::parse_datagram(&ok.to_bytes()).unwrap();
    assert_eq!(again.to_bytes(), ok.to_bytes());
    let evil = RequestBuilder::new(&Method::Info, "sip:a@192.0.2.1")
        .extension("X-Name", "a\r\nX-Evil: b")
        .finish();
    assert!(evil.is_err());
    let trying = ResponseBuilder::new(StatusCode::TRYING, &request, "t")
        .finish()
        .unwrap();
    assert_eq!(trying.head().to().tag(), None);
}

#[test]
fn credentials_and_people_are_not_printed() {
    let text = INVITE.replace(
        "Max-Forwards: 70\r\n",
        "Max-Forwards: 70\r\nAuthorization: Digest username=\"bob\", response=\"6629fae4\"\r\n\
         Proxy-Authorization: Digest username=\"bob\", response=\"6629fae4\"\r\n\
         Identity: eyJhbGciOiJFUzI1NiJ9.6629fae4;info=<https://cert.example/p.cer>\r\n",
    );
    let request = request(&text);
    let printed = format!(
        "{request:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        request.head(),
        request.uri(),
        request.head().from(),
        request.head().via(),
        request.head().call_id(),
        crate::message::ReplyTo::of(&request),
    );
    for secret in ["6629fae4", "bob", "alice", "Alice", "4930"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    let credentials: Vec<HeaderName> = request
        .head()
        .names()
        .filter(|name| name.is_credential())
        .collect();
    assert_eq!(credentials.len(), 3);
}

#[test]
fn every_known_name_is_found_in_any_case() {
    for name in [
        "Via",
        "P-Preferred-Identity",
        "WWW-Authenticate",
        "RAck",
        "Min-SE",
    ] {
        let found = HeaderName::parse(&name.to_ascii_uppercase());
        assert_eq!(found.as_str(), name);
    }
    assert_eq!(HeaderName::parse("X-Via"), HeaderName::Other);
    assert_eq!(HeaderName::parse("z"), HeaderName::Other);
    assert_eq!(HeaderName::parse("x"), HeaderName::SessionExpires);
}
