//! What a listed trunk may not do.

use serde_json::json;

use crate::center::{Center, NUMBER, claim, config, publish};
use crate::phone::Phone;
use crate::raw::{Connected, Datagrams, SDP, SDP_LINES, header, invite, request, status};
use crate::sound::is_tone;

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_needs_is_refused() {
    let center = Center::start().await;
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    for (method, expected) in [
        ("MESSAGE", 405),
        ("SUBSCRIBE", 405),
        ("NOTIFY", 405),
        ("PUBLISH", 405),
        ("REGISTER", 405),
        ("KDMQ", 501),
    ] {
        trunk.send(request(method, NUMBER, method, "", "")).await;
        let answer = trunk.answer().await;
        assert_eq!(status(&answer), expected, "{method}");
        let allow = header(&answer, "Allow").unwrap();
        assert!(
            !allow.contains(method) && allow.contains("INVITE"),
            "{allow}"
        );
    }
    // Outside of a call there is nobody to be referred, informed or hung up.
    for method in ["REFER", "INFO", "UPDATE", "PRACK", "BYE"] {
        let lines = "Refer-To: <sip:eve@example.net>\r\n";
        trunk.send(request(method, NUMBER, method, lines, "")).await;
        assert_eq!(status(&trunk.answer().await), 481, "{method}");
    }
}

/// An answer without what names its call.
fn without_names(answer: &str, id: &str) -> String {
    let mut answer = answer.replace(id, "ID");
    if let Some((head, tail)) = answer.split_once("To: <sip:center@127.0.0.1>;tag=") {
        let end = tail.find("\r\n").unwrap();
        answer = format!("{head}To: {end} bytes of tag{}", &tail[end..]);
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn all_numbers_that_lead_nowhere_get_the_same_answer() {
    let center = Center::start().await;
    let silent = "+493055555";
    claim(&center.app, center.instance, silent, None).await;
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    let mut answers = Vec::new();
    let numbers = [
        silent,
        "+493099999",
        "+49301234",
        "+4930123456",
        "100",
        "anna",
        "ada",
        "admin",
        "%2B493012346",
    ];
    for (at, number) in numbers.into_iter().enumerate() {
        let id = format!("call{at}");
        trunk.send(invite(number, &id, "")).await;
        let mut heard: Vec<String> = Vec::new();
        while heard.last().is_none_or(|last| status(last) < 200) {
            heard.push(trunk.message().await);
        }
        let last = heard.last().unwrap();
        assert_eq!(status(last), 404, "{number}");
        let tag = last
            .split(";tag=")
            .nth(2)
            .unwrap()
            .split("\r\n")
            .next()
            .unwrap();
        let ack = request("ACK", number, &id, "", "");
        let to = format!("To: <sip:center@127.0.0.1>;tag={tag}");
        trunk
            .send(ack.replace("To: <sip:center@127.0.0.1>", &to))
            .await;
        answers.push(
            heard
                .iter()
                .map(|one| without_names(one, &id))
                .collect::<Vec<_>>(),
        );
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_about_a_number_tells_nothing() {
    let center = Center::start().await;
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    let mut answers = Vec::new();
    for (at, number) in [NUMBER, "+493099999"].into_iter().enumerate() {
        let id = format!("ask{at}");
        trunk.send(request("OPTIONS", number, &id, "", "")).await;
        answers.push(without_names(&trunk.answer().await, &id));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_are_bounded_before_a_flow_sees_them() {
    let center = Center::start().await;
    let speak = |id: &str, text: &str, next: &str| {
        json!({"Identifier": id, "Type": "MessageParticipant", "Parameters": {"Text": text},
            "Transitions": {"NextAction": next,
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}})
    };
    let content = json!({
        "Version": "2019-10-30", "StartAction": "a",
        "Actions": [
            speak("a", "$.Media.Sip.Headers.X-Tone", "b"),
            speak("b", "900", "end"),
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {},
             "Transitions": {}},
        ],
    });
    let flow = publish(&center.app, center.instance, "Headers", &content).await;
    let number = "+493077777";
    claim(&center.app, center.instance, number, Some(flow)).await;
    // 512 characters are a tone of 700 Hz; with one more it would be none.
    let value = format!("{}7000", "0".repeat(512 - 3));
    let mut phone = Phone::new(center.sip).await;
    phone.headers = vec![("X-Tone".to_owned(), value)];
    phone.call(number);
    let tone = |phone: &Phone, hertz| {
        phone
            .heard
            .windows(1600)
            .step_by(400)
            .any(|some| is_tone(some, hertz))
    };
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    assert!(tone(&phone, 700) && tone(&phone, 900));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_or_too_long_headers_are_refused_and_the_trunk_goes_on() {
    let center = Center::start().await;
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    let many = "X-A: 1\r\n".repeat(200);
    let long = format!("X-A: {}\r\n", "a".repeat(5000));
    let folded = format!("X-A: a\r\n{}", " aa\r\n".repeat(2000));
    for (id, lines) in [("many", many), ("long", long), ("folded", folded)] {
        trunk.send(invite(NUMBER, id, &lines)).await;
        let refused = status(&trunk.answer().await);
        assert!(
            (400..500).contains(&refused) || refused == 513,
            "{id}: {refused}"
        );
    }
    assert!(trunk.all_until("marker").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn giant_datagrams_are_refused_and_the_trunk_goes_on() {
    let center = Center::start().await;
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    let body = "a=x\r\n".repeat(12_000);
    trunk
        .send(request(
            "INVITE",
            NUMBER,
            "giant",
            SDP_LINES,
            &format!("{SDP}{body}"),
        ))
        .await;
    let answer = trunk.answer().await;
    assert_eq!(header(&answer, "Call-ID"), Some("giant"));
    assert!(status(&answer) >= 400, "{answer}");
    trunk.send(vec![b'a'; 65_000]).await;
    trunk.send(vec![0xFF; 65_000]).await;
    assert!(trunk.all_until("marker").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn lengths_that_lie_close_the_connection() {
    let mut config = config();
    config.tcp = Some("127.0.0.1:0".parse().unwrap());
    config.endpoint.trunks[0]
        .transports
        .push(sip::endpoint::Transport::Tcp);
    let center = Center::with(config).await;
    let address = center.tcp.unwrap();
    let honest = request("OPTIONS", "center", "lies", "", "");
    let hidden = request("OPTIONS", "center", "hidden", "", "");
    for lie in [
        "Content-Length: -1",
        "Content-Length: 4294967296",
        "Content-Length: 99999999999999999999",
        "Content-Length: 16385",
        "Content-Length: 0x0",
        "Content-Length: 0, 0",
        "Content-Length: 0\r\nContent-Length: 0",
        "Content-Length: 0\r\nl: 500",
        "X-No-Length: 0",
    ] {
        let mut liar = Connected::over_tcp(address).await;
        let lies = honest.replace("Content-Length: 0", lie);
        liar.send(format!("{lies}{hidden}")).await;
        let mut answers = Vec::new();
        while let Some(answer) = liar.message().await {
            answers.push(answer);
        }
        // Where the next message begins, nobody knows: nothing behind the lie is read.
        assert!(answers.len() <= 1, "{lie}: {answers:?}");
        assert!(
            answers.iter().all(|one| status(one) >= 400),
            "{lie}: {answers:?}"
        );
    }
    let mut endless = Connected::over_tcp(address).await;
    endless
        .send(honest.replace("Max-Forwards: 70\r\n", &"X-A: a\r\n".repeat(4000)))
        .await;
    while endless.message().await.is_some() {}
    assert!(Connected::over_tcp(address).await.works("after").await);
}
