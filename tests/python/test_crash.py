"""What was acknowledged survives `kill -9`: every message, every waiting contact, in order, once."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from demo import Demo

CHATS = 200
SENDERS = 16
# The kill comes once so many messages have been acknowledged, while others are on their way.
ACKNOWLEDGED_BEFORE_KILL = 600
WAIT_S = 120


def clients(demo):
    variables = demo.variables
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=SENDERS)
    common = {
        "region_name": variables["AWS_DEFAULT_REGION"],
        "endpoint_url": variables["AWS_ENDPOINT_URL_CONNECT"],
        "verify": variables["AWS_CA_BUNDLE"],
        "aws_access_key_id": variables["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": variables["AWS_SECRET_ACCESS_KEY"],
        "config": config,
    }
    return boto3.client("connect", **common), boto3.client("connectparticipant", **common)


def messages_of(participant, token):
    """All texts of the customer, oldest first."""
    texts, page = [], {}
    while True:
        answer = participant.get_transcript(
            ConnectionToken=token, MaxResults=100, ScanDirection="FORWARD", SortOrder="ASCENDING", **page
        )
        texts += [
            item["Content"]
            for item in answer["Transcript"]
            if item["Type"] == "MESSAGE" and item["ParticipantRole"] == "CUSTOMER"
        ]
        if not answer.get("NextToken"):
            return texts
        page = {"NextToken": answer["NextToken"]}


@pytest.fixture
def center():
    demo = Demo().start()
    yield demo
    demo.close()


class Chat:
    def __init__(self, connect, participant, variables):
        started = connect.start_chat_contact(
            InstanceId=variables["RINGFENCE_INSTANCE_ID"],
            ContactFlowId=variables["RINGFENCE_CHAT_FLOW_ID"],
            ParticipantDetails={"DisplayName": "Jo"},
        )
        self.contact = started["ContactId"]
        self.participant_token = started["ParticipantToken"]
        connection = participant.create_participant_connection(
            Type=["CONNECTION_CREDENTIALS"], ParticipantToken=self.participant_token
        )
        self.token = connection["ConnectionCredentials"]["ConnectionToken"]
        self.acknowledged = []


def test_what_was_acknowledged_survives_a_kill(center):
    connect, participant = clients(center)
    with ThreadPoolExecutor(SENDERS) as pool:
        chats = list(
            pool.map(lambda _: Chat(connect, participant, center.variables), range(CHATS))
        )

    killed = threading.Event()
    acknowledged = threading.Semaphore(0)

    def talk(mine):
        number = 0
        while not killed.is_set():
            for chat in mine:
                text = f"{number} {uuid.uuid4()}"
                try:
                    participant.send_message(
                        ConnectionToken=chat.token, ContentType="text/plain", Content=text
                    )
                except (BotoCoreError, ClientError):
                    # Cut off: it may or may not have been taken.
                    return
                chat.acknowledged.append(text)
                acknowledged.release()
            number += 1

    threads = [threading.Thread(target=talk, args=(chats[n::SENDERS],)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    for _ in range(ACKNOWLEDGED_BEFORE_KILL):
        assert acknowledged.acquire(timeout=WAIT_S), "messages are not acknowledged"
    center.kill()
    killed.set()
    for thread in threads:
        thread.join()

    center.start()
    connect, participant = clients(center)
    for chat in chats:
        stored = messages_of(participant, chat.token)
        assert len(stored) == len(set(stored)), "a message stands twice"
        # What was cut off may stand at the end; nothing else may differ.
        assert stored[: len(chat.acknowledged)] == chat.acknowledged
        assert len(stored) - len(chat.acknowledged) <= 1

    # Each contact still waits, and goes on: a new message is taken, and the queue is the same.
    for chat in chats:
        described = connect.describe_contact(
            InstanceId=center.variables["RINGFENCE_INSTANCE_ID"], ContactId=chat.contact
        )["Contact"]
        assert described["QueueInfo"]["Id"] == center.variables["RINGFENCE_QUEUE_ID"]
        assert "DisconnectTimestamp" not in described
    after = f"after {time.time_ns()}"
    participant.send_message(
        ConnectionToken=chats[0].token, ContentType="text/plain", Content=after
    )
    assert messages_of(participant, chats[0].token)[-1] == after


def test_an_orderly_stop_ends_with_success(center):
    assert center.stop() == 0


def block(identifier, kind, parameters, following):
    errors = [{"ErrorType": "NoMatchingError", "NextAction": following}]
    return {
        "Identifier": identifier,
        "Type": kind,
        "Parameters": parameters,
        "Transitions": {"NextAction": following, "Errors": errors},
    }


def wait(identifier, seconds, following):
    waiting = block(identifier, "Wait", {"TimeLimitSeconds": str(seconds)}, following)
    done = {"Operator": "Equals", "Operands": ["WaitCompleted"]}
    waiting["Transitions"]["Conditions"] = [{"NextAction": following, "Condition": done}]
    return waiting


def create_flow(connect, instance, blocks):
    content = {"Version": "2019-10-30", "StartAction": blocks[0]["Identifier"], "Actions": blocks}
    return connect.create_contact_flow(
        InstanceId=instance, Name=str(uuid.uuid4()), Type="CONTACT_FLOW", Content=json.dumps(content)
    )["ContactFlowId"]


def start(connect, instance, flow):
    return connect.start_chat_contact(
        InstanceId=instance, ContactFlowId=flow, ParticipantDetails={"DisplayName": "Jo"}
    )["ContactId"]


def until_ended(connect, instance, contact):
    """How the contact ended. Each question must be answered: a center that is busy is still there."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        described = connect.describe_contact(InstanceId=instance, ContactId=contact)["Contact"]
        if "DisconnectTimestamp" in described:
            return described["DisconnectReason"]
    raise AssertionError("the contact does not end")


def test_what_is_due_at_once_after_a_kill_is_done(center):
    connect, _ = clients(center)
    instance = center.variables["RINGFENCE_INSTANCE_ID"]
    end = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
    steps = [
        block(f"s{n}", "UpdateContactAttributes", {"Attributes": {"n": str(n)}}, f"s{n + 1}" if n < 89 else "end")
        for n in range(90)
    ]
    flow = create_flow(connect, instance, [wait("wait", 3, "s0"), *steps, end])
    with ThreadPoolExecutor(SENDERS) as pool:
        contacts = list(pool.map(lambda _: start(connect, instance, flow), range(CHATS)))
    center.kill()
    center.start()
    connect, _ = clients(center)
    for contact in contacts:
        assert until_ended(connect, instance, contact) == "CONTACT_FLOW_DISCONNECT"


def test_a_flow_in_a_circle_harms_nobody_else(center):
    connect, _ = clients(center)
    instance = center.variables["RINGFENCE_INSTANCE_ID"]
    say = {"Text": "x" * 1024}
    circle = [
        wait("wait", 1, "a"),
        block("a", "MessageParticipant", say, "b"),
        block("b", "MessageParticipant", say, "a"),
    ]
    culprit = start(connect, instance, create_flow(connect, instance, circle))
    others = [
        start(connect, instance, center.variables["RINGFENCE_CHAT_FLOW_ID"]) for _ in range(50)
    ]
    assert until_ended(connect, instance, culprit) == "TELECOM_PROBLEM"
    for other in others:
        described = connect.describe_contact(InstanceId=instance, ContactId=other)["Contact"]
        assert "DisconnectTimestamp" not in described
