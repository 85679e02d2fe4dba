"""Calls in the queue when the center dies: all are hung up and recorded, and the rest goes on."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from demo import Demo
from sip import Caller
from test_crash import Chat, clients, messages_of

CALLS = 1000
CHATS = 20
WAIT_S = 300


@pytest.fixture
def center(tmp_path):
    events = tmp_path / "events"
    events.mkdir()
    demo = Demo("--events-folder", events).start()
    demo.events = events
    yield demo
    demo.close()


def lead_into_the_queue(connect, center):
    """Lets the demo's number lead into its queue at once."""
    instance = center.variables["RINGFENCE_INSTANCE_ID"]
    flows = connect.list_contact_flows(InstanceId=instance)["ContactFlowSummaryList"]
    flow = next(flow["Id"] for flow in flows if flow["Name"] == "Telephone")
    failed = {"NextAction": "end", "ErrorType": "NoMatchingError"}
    full = {"NextAction": "end", "ErrorType": "QueueAtCapacity"}
    content = {
        "Version": "2019-10-30",
        "StartAction": "queue",
        "Actions": [
            {
                "Identifier": "queue",
                "Type": "UpdateContactTargetQueue",
                "Parameters": {"QueueId": center.variables["RINGFENCE_QUEUE_ID"]},
                "Transitions": {"NextAction": "transfer", "Errors": [failed]},
            },
            {
                "Identifier": "transfer",
                "Type": "TransferContactToQueue",
                "Parameters": {},
                "Transitions": {"NextAction": "end", "Errors": [full, failed]},
            },
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    }
    connect.update_contact_flow_content(
        InstanceId=instance, ContactFlowId=flow, Content=json.dumps(content)
    )


def ended_calls(center):
    """How calls ended, by contact, as the records say that left the center."""
    ended = {}
    for file in center.events.glob("*contact-records*"):
        # The last line may be half written.
        for line in file.read_text().splitlines(keepends=True):
            if not line.endswith("\n"):
                continue
            record = json.loads(line)
            if record["channel"] == "VOICE":
                assert record["id"] not in ended, "a call has two records"
                ended[record["id"]] = record["disconnect_reason"]
    return ended


def test_calls_in_the_queue_are_hung_up_and_recorded_after_a_kill(center):
    connect, participant = clients(center)
    instance = center.variables["RINGFENCE_INSTANCE_ID"]
    lead_into_the_queue(connect, center)
    with ThreadPoolExecutor(4) as pool:
        chats = list(
            pool.map(lambda _: Chat(connect, participant, center.variables), range(CHATS))
        )
    tasks = [
        connect.start_task_contact(
            InstanceId=instance, ContactFlowId=center.variables["RINGFENCE_CHAT_FLOW_ID"], Name="Call back"
        )["ContactId"]
        for _ in range(CHATS)
    ]
    caller = Caller(center.variables["RINGFENCE_SIP_ADDRESS"], center.variables["RINGFENCE_PHONE_NUMBER"])
    try:
        caller.call(CALLS, WAIT_S)
        assert caller.refused == {}
        assert caller.ended == set() and ended_calls(center) == {}
        center.kill()
        center.start()
        # Trunks bill until somebody says goodbye.
        caller.until(lambda: len(caller.ended) == CALLS, WAIT_S)
        caller.until(lambda: len(ended_calls(center)) == CALLS, WAIT_S)
    finally:
        caller.close()
    assert set(ended_calls(center).values()) == {"SYSTEM_ERROR"}

    connect, participant = clients(center)
    for contact in [*tasks, *(chat.contact for chat in chats)]:
        described = connect.describe_contact(InstanceId=instance, ContactId=contact)["Contact"]
        assert "DisconnectTimestamp" not in described
    for chat in chats:
        participant.send_message(ConnectionToken=chat.token, ContentType="text/plain", Content="Still here")
        assert messages_of(participant, chat.token)[-1] == "Still here"
