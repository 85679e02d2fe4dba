//! What is refused at publication, beside what `tests/flows/refused.contact_flow.json` shows: limits,
//! places, envelopes.

use flow::problem::PROBLEMS_MAX;
use flow::{
    BLOCKS_MAX, BRANCHES_MAX, CONTENT_BYTES_MAX, Flow, FlowKind, IDENTIFIER_CHARS_MAX,
    LOOK_UPS_MAX, PARAMETER_MEMBERS_MAX,
};
use model::resource::FlowType;
use model::{QueueId, ResourceKind};
use serde_json::{Value, json};

use crate::driver::{block, bye, content, to};

const INBOUND: FlowKind = FlowKind::Flow(FlowType::ContactFlow);

fn problems(content: &str, kind: FlowKind) -> Vec<String> {
    match Flow::parse(content, kind) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

/// Asserts that one problem of the content contains `wanted`.
fn check(content: &str, wanted: &str) {
    let found = problems(content, INBOUND);
    assert!(
        found.iter().any(|problem| problem.contains(wanted)),
        "{wanted}: {found:#?}"
    );
}

/// The smallest flow, with this block and one that disconnects.
fn with(action: Value) -> String {
    let id = action["Identifier"].as_str().unwrap().to_owned();
    content(&id, &[action, bye("end")])
}

fn say(id: &str, next: &str) -> Value {
    block(
        id,
        "MessageParticipant",
        json!({ "Text": "x" }),
        to(next, next),
    )
}

#[test]
fn the_smallest_flow_is_published() {
    let flow = Flow::parse(&content("end", &[bye("end")]), INBOUND).unwrap();
    assert_eq!((flow.block_count(), flow.kind()), (1, INBOUND));
}

#[test]
fn the_content_is_bounded() {
    let padded = |bytes: usize| {
        let small = content("end", &[bye("end")]);
        format!("{small}{}", " ".repeat(bytes - small.len()))
    };
    assert_eq!(
        problems(&padded(CONTENT_BYTES_MAX), INBOUND),
        Vec::<String>::new()
    );
    check(
        &padded(CONTENT_BYTES_MAX + 1),
        "at most 1048576 are allowed",
    );
}

#[test]
fn the_number_of_blocks_is_bounded_and_a_flow_at_the_bound_is_published() {
    let chain = |count: usize| {
        let actions: Vec<_> = (0..count)
            .map(|n| json!({"Identifier": n.to_string(), "Type": "Loop"}))
            .collect();
        actions
    };
    check(
        &content("0", &chain(BLOCKS_MAX + 1)),
        "at most 10000 are allowed",
    );
    let ends: Vec<_> = (0..BLOCKS_MAX)
        .map(|n| json!({"Identifier": n.to_string(), "Type": "DisconnectParticipant"}))
        .collect();
    let flow = Flow::parse(&content("0", &ends), INBOUND).unwrap();
    assert_eq!(flow.block_count(), BLOCKS_MAX);
}

#[test]
fn problems_are_bounded_and_the_rest_is_counted() {
    let broken: Vec<_> = (0..PROBLEMS_MAX + 7)
        .map(|n| json!({"Identifier": n.to_string(), "Type": "Nothing"}))
        .collect();
    let found = problems(&content("0", &broken), INBOUND);
    assert_eq!(found.len(), PROBLEMS_MAX + 1);
    assert!(
        found.last().unwrap().contains("and 7 more problems"),
        "{:?}",
        found.last()
    );
}

#[test]
fn identifiers_keep_their_rules() {
    let named = |id: &str| content(id, &[bye(id)]);
    for good in [
        "a",
        "Größe und Farbe!",
        "a-b_c.d",
        &"x".repeat(IDENTIFIER_CHARS_MAX),
    ] {
        assert_eq!(
            problems(&named(good), INBOUND),
            Vec::<String>::new(),
            "{good}"
        );
    }
    check(&named(""), "must have 1 to 50 characters");
    check(
        &named(&"x".repeat(IDENTIFIER_CHARS_MAX + 1)),
        "must have 1 to 50 characters",
    );
    for bad in "%:(\\/)=$,;[]{}".chars() {
        check(
            &named(&format!("a{bad}b")),
            &format!("must not contain `{bad}`"),
        );
    }
    for reserved in [
        "__proto__",
        "constructor",
        "toString",
        "hasOwnProperty",
        "valueOf",
    ] {
        check(&named(reserved), "is reserved");
    }
}

#[test]
fn branches_and_members_are_bounded() {
    let conditions = |count: usize| {
        let one =
            json!({"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["a"]}});
        with(block(
            "a",
            "Compare",
            json!({ "ComparisonValue": "$.Channel" }),
            json!({
                "Conditions": vec![one; count],
                "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": "end"}],
            }),
        ))
    };
    assert_eq!(
        problems(&conditions(BRANCHES_MAX), INBOUND),
        Vec::<String>::new()
    );
    check(
        &conditions(BRANCHES_MAX + 1),
        "has more than 500 `Conditions`",
    );
    let attributes = |count: usize| {
        let members: serde_json::Map<_, _> = (0..count)
            .map(|n| (n.to_string(), Value::from("x")))
            .collect();
        with(block(
            "a",
            "UpdateContactAttributes",
            json!({ "Attributes": members }),
            to("end", "end"),
        ))
    };
    assert_eq!(
        problems(&attributes(PARAMETER_MEMBERS_MAX), INBOUND),
        Vec::<String>::new()
    );
    check(
        &attributes(PARAMETER_MEMBERS_MAX + 1),
        "has more than 500 members",
    );
}

#[test]
fn envelopes_that_are_none_are_refused() {
    check("", "not valid JSON");
    check("[]", "must be a JSON object");
    check("{}", "`Version` is missing");
    check(
        r#"{"Version":"2018-01-01","Actions":[]}"#,
        "`Version` is `2018-01-01`",
    );
    check(r#"{"Version":"2019-10-30"}"#, "`Actions` is missing");
    check(
        r#"{"Version":"2019-10-30","Actions":[]}"#,
        "`Actions` is empty",
    );
    check(
        r#"{"Version":"2019-10-30","Actions":[1]}"#,
        "block 1 of `Actions`",
    );
    let unstarted = json!({"Version": "2019-10-30", "Actions": [bye("end")]}).to_string();
    check(&unstarted, "`StartAction` is missing");
    check(&format!("{}1", "[".repeat(100)), "nests deeper than 64");
}

#[test]
fn transitions_lead_somewhere_and_errors_are_known() {
    check(
        &with(say("a", "gone")),
        "NextAction leads to `gone`, which is not there",
    );
    let text = json!({ "Text": "x" });
    check(
        &with(block("a", "MessageParticipant", text.clone(), json!({}))),
        "`NextAction` is missing",
    );
    let twice = json!({"NextAction": "end", "Errors": [
        {"ErrorType": "NoMatchingError", "NextAction": "end"},
        {"ErrorType": "NoMatchingError", "NextAction": "end"},
    ]});
    check(
        &with(block("a", "MessageParticipant", text.clone(), twice)),
        "two branches for `NoMatchingError`",
    );
    let conditional = json!({"NextAction": "end", "Conditions": [
        {"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["a"]}},
    ]});
    check(
        &with(block("a", "MessageParticipant", text, conditional)),
        "has no result to compare",
    );
}

#[test]
fn each_flow_type_takes_the_actions_that_may_stand_there() {
    let allowed = |action: Value| -> Vec<&'static str> {
        let content = with(action);
        let mut kinds: Vec<_> = FlowType::ALL
            .into_iter()
            .filter(|kind| Flow::parse(&content, FlowKind::Flow(*kind)).is_ok())
            .map(FlowType::as_str)
            .collect();
        if Flow::parse(&content, FlowKind::Module).is_ok() {
            kinds.push("module");
        }
        kinds
    };
    let all = allowed(block("a", "DisconnectParticipant", json!({}), json!({})));
    assert_eq!(all.len(), 11);
    assert_eq!(
        allowed(block("a", "EndFlowModuleExecution", json!({}), json!({}))),
        ["module"]
    );
    assert_eq!(
        allowed(block("a", "EndFlowExecution", json!({}), json!({}))),
        [
            "CUSTOMER_QUEUE",
            "CUSTOMER_WHISPER",
            "AGENT_WHISPER",
            "OUTBOUND_WHISPER"
        ]
    );
    assert_eq!(
        allowed(block("a", "TransferContactToAgent", json!({}), json!({}))),
        ["AGENT_TRANSFER", "QUEUE_TRANSFER"]
    );
    let said = allowed(say("a", "end"));
    assert!(
        !said.contains(&"CUSTOMER_HOLD") && !said.contains(&"AGENT_HOLD"),
        "{said:?}"
    );
    assert_eq!(said.len(), 9);
    let queue = json!({ "QueueId": "00000002-0000-4000-8000-000000000002" });
    assert_eq!(
        allowed(block(
            "a",
            "UpdateContactTargetQueue",
            queue,
            to("end", "end")
        )),
        [
            "CONTACT_FLOW",
            "AGENT_TRANSFER",
            "QUEUE_TRANSFER",
            "CAMPAIGN",
            "module"
        ]
    );
}

#[test]
fn modules_with_inputs_are_refused_until_flows_can_pass_them() {
    let mut module: Value = serde_json::from_str(&content("end", &[bye("end")])).unwrap();
    module["Settings"] = json!({ "InputParameters": [{ "Name": "x" }], "OutputParameters": [] });
    let found = problems(&module.to_string(), FlowKind::Module);
    assert_eq!(
        found,
        ["`Settings.InputParameters` is not available yet: pass values in contact attributes"]
    );
}

#[test]
fn resources_are_named_by_id_or_arn_and_known_to_the_flow() {
    let id = "00000002-0000-4000-8000-000000000002";
    let arn = format!("arn:aws:connect:eu-central-1:123456789012:instance/{id}/queue/{id}");
    for spelling in [id.to_owned(), arn] {
        let action = block(
            "a",
            "UpdateContactTargetQueue",
            json!({ "QueueId": spelling }),
            to("end", "end"),
        );
        let flow = Flow::parse(&with(action), INBOUND).unwrap();
        let queue: QueueId = id.parse().unwrap();
        assert_eq!(
            flow.resources().collect::<Vec<_>>(),
            [(ResourceKind::Queue, queue.into())]
        );
    }
    let both = json!({ "QueueId": id, "AgentId": id });
    check(
        &with(block(
            "a",
            "UpdateContactTargetQueue",
            both,
            to("end", "end"),
        )),
        "exactly one of `QueueId`, `AgentId`, but several are given",
    );
}

#[test]
fn parameters_of_no_known_name_do_not_refuse_the_flow() {
    let action = block(
        "a",
        "MessageParticipant",
        json!({ "Text": "x", "Shiny": "y" }),
        to("end", "end"),
    );
    assert_eq!(problems(&with(action), INBOUND), Vec::<String>::new());
    let action = block(
        "a",
        "MessageParticipant",
        json!({ "Text": "x", "text": "y" }),
        to("end", "end"),
    );
    check(
        &with(action),
        "unknown parameter `text`, did you mean `Text`?",
    );
}

#[test]
fn an_attribute_that_goes_beyond_what_may_stand_in_a_tag_is_refused() {
    let tag = |key: &str| {
        with(block(
            "a",
            "TagContact",
            json!({"Tags": {key: "x"}}),
            to("end", "end"),
        ))
    };
    assert_eq!(problems(&tag("team"), INBOUND), Vec::<String>::new());
    check(&tag("aws:team"), "not begin with `aws:`");
    check(&tag(&"k".repeat(129)), "must have 1 to 128 characters");
}

#[test]
fn looking_up_what_was_meant_is_bounded() {
    let slip = "$.Atributes.x";
    let unknown = "$.Abcdefgh.x ";
    let say = |text: String| {
        with(block(
            "a",
            "MessageParticipant",
            json!({ "Text": text }),
            to("end", "end"),
        ))
    };
    check(
        &say(format!("{}{slip}", unknown.repeat(LOOK_UPS_MAX - 1))),
        "did you mean `$.Attributes`?",
    );
    let beyond = say(format!("{}{slip}", unknown.repeat(LOOK_UPS_MAX)));
    assert_eq!(problems(&beyond, INBOUND), Vec::<String>::new());
}

#[test]
fn members_of_objects_that_change_the_meaning_must_be_known() {
    let recording = |inner: Value| {
        let behavior = json!({ "RecordingBehavior": inner });
        with(block(
            "a",
            "UpdateContactRecordingBehavior",
            behavior,
            json!({ "NextAction": "end" }),
        ))
    };
    let known = recording(json!({ "RecordedParticipants": ["Agent"] }));
    assert_eq!(problems(&known, INBOUND), Vec::<String>::new());
    check(
        &recording(json!({ "RecordedParticipants": ["Agent"], "Everybody": "True" })),
        "parameter `RecordingBehavior.Everybody` is not known",
    );
    check(
        &recording(json!({ "RecordedParticipants": ["Agnet"] })),
        "names `Agnet`",
    );
    let references =
        json!({ "References": { "r": { "Type": "URL", "Value": "x", "Secret": "y" } } });
    check(
        &with(block(
            "a",
            "UpdateContactData",
            references,
            to("end", "end"),
        )),
        "parameter `References.r.Secret` is not known",
    );
}
