use crate::message::{Address, Scheme, Uri, UriProblem};

fn same(one: &str, other: &str) -> bool {
    let (one, other) = (Uri::parse(one).unwrap(), Uri::parse(other).unwrap());
    let same = one.is_equivalent(&other);
    assert_eq!(same, other.is_equivalent(&one), "not symmetric");
    same
}

#[test]
fn a_uri_is_read_into_its_parts() {
    let uri =
        Uri::parse("sips:al%20ice;day=tue:pw@[2001:db8::1]:5071;transport=TCP;lr?subject=a&x=")
            .unwrap();
    assert_eq!(uri.scheme(), Scheme::Sips);
    assert_eq!(uri.user(), Some("al%20ice;day=tue:pw"));
    assert_eq!(uri.host(), "[2001:db8::1]");
    assert_eq!(uri.host_address(), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(uri.port(), Some(5071));
    assert_eq!(uri.parameter("Transport"), Some("TCP"));
    assert_eq!(uri.parameter("lr"), Some(""));
    assert_eq!(uri.parameter("l"), None);
    assert_eq!(uri.headers(), "subject=a&x=");
}

#[test]
fn malformed_uris_are_refused() {
    for text in [
        "",
        "sip",
        "sip:",
        "sip:@host",
        "sip:a@",
        "sip:a@b@c",
        "sip:a@host:0",
        "sip:a@host:65536",
        "sip:a@host:",
        "sip:a@host;",
        "sip:a@host;=b",
        "sip:a@host;lr;lr",
        "sip:a@host;a=",
        "sip:a%4@host",
        "sip:a%zz@host",
        "sip:a b@host",
        "sip:a@ho_st",
        "sip:a@-host",
        "sip:a@host-",
        "sip:a@1.2.3",
        "sip:a@256.1.1.1",
        "sip:a@[::1",
        "sip:a@[1.2.3.4]",
        "sip:a@::1",
        "sip:a@host?",
        "sip:a@host?x",
        "sip:a@2001:db8::10",
        "tel:",
        "tel:12",
        "tel:+",
        "tel:+x;phone-context=a",
        "tel:+49;ext",
        ":a",
        "1:a",
        "x:",
        "x:<",
        "sip:a@a..b",
        "sip:a@host.1",
    ] {
        let accepted = Uri::parse(text).is_ok();
        assert_eq!(accepted, text == "tel:+49;ext", "{text}");
    }
    let long = format!("sip:{}@host", "a".repeat(1024));
    assert_eq!(Uri::parse(&long).unwrap_err(), UriProblem::TooLong);
}

#[test]
fn uris_are_compared_as_rfc_3261_section_19_1_4_shows() {
    for (one, other) in [
        (
            "sip:%61lice@atlanta.com;transport=TCP",
            "sip:alice@AtLanTa.CoM;Transport=tcp",
        ),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        (
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;newparam=5",
        ),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("sip:a@[2001:db8::1]", "sip:a@[2001:0db8:0::0001]"),
        ("tel:+1-201-555-0123", "tel:+12015550123"),
    ] {
        assert!(same(one, other), "{one} {other}");
    }
    for (one, other) in [
        (
            "sip:ALICE@AtLanTa.CoM;Transport=udp",
            "sip:alice@AtLanTa.CoM;Transport=UDP",
        ),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;user=phone"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;maddr=192.0.2.1"),
        (
            "sip:bob@biloxi.com;transport=udp",
            "sip:bob@biloxi.com;transport=tcp",
        ),
        (
            "sip:carol@chicago.com",
            "sip:carol@chicago.com?Subject=next%20meeting",
        ),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        ("sip:a%3Bb@biloxi.com", "sip:a;b@biloxi.com"),
        ("tel:+12015550123", "tel:+12015550123;ext=7"),
    ] {
        assert!(!same(one, other), "{one} {other}");
    }
}

#[test]
fn a_number_loses_separators_and_escapes_but_no_leading_zeros() {
    let number = |text| Uri::parse(text).unwrap().number();
    assert_eq!(
        number("sip:+49-30.12(34)@host"),
        Some("+49301234".to_owned())
    );
    assert_eq!(
        number("sip:0030123;isub=1@host"),
        Some("0030123".to_owned())
    );
    assert_eq!(number("tel:+39-06-123"), Some("+3906123".to_owned()));
    assert_eq!(number("sip:al%69ce@host"), Some("alice".to_owned()));
    assert_eq!(number("sip:a%00b@host"), Some("ab".to_owned()));
    assert_eq!(number("sip:a%ffb@host"), None);
    assert_eq!(number("sip:host"), None);
}

#[test]
fn without_brackets_parameters_belong_to_the_header() {
    let address = Address::parse("sip:a@192.0.2.1;tag=x;other=\"a;b\"").unwrap();
    assert_eq!(address.tag(), Some("x"));
    assert_eq!(address.uri().as_str(), "sip:a@192.0.2.1");
    assert_eq!(address.parameter("other"), Some("\"a;b\""));
    let address = Address::parse("J. Doe <sip:a@192.0.2.1;lr> ; tag = x").unwrap();
    assert_eq!(
        (address.display_name().as_str(), address.tag()),
        ("J. Doe", Some("x"))
    );
    for text in [
        "sip:a@192.0.2.1?x=y",
        "\"a <sip:a@192.0.2.1>",
        "Bell, A <sip:a@192.0.2.1>",
        "<sip:a@192.0.2.1> x",
        "<sip:a@192.0.2.1>;tag=x;tag=y",
        "<sip:a@192.0.2.1>;tag=x;TAG=x",
        "< sip:a@192.0.2.1>",
        "<sip:a@192.0.2.1>;=x",
        "*",
        "<sip:a@192.0.2.1>, <sip:b@192.0.2.1>",
    ] {
        assert!(Address::parse(text).is_none(), "{text}");
    }
}
