"""Fixtures: clients for the center that the environment names (see README.md beside this file)."""

import json
import os
import uuid

import boto3
import pytest
from botocore.config import Config
from demo import Demo

# One try each: a test sees the first answer, not that of a retry.
ONCE = Config(retries={"total_max_attempts": 1})


def pytest_configure(config):
    """Starts a demo where the environment names a binary and no running center."""
    if "RINGFENCE_BIN" in os.environ and "RINGFENCE_INSTANCE_ID" not in os.environ:
        config.demo = Demo().start()
        os.environ.update(config.demo.variables)


def pytest_unconfigure(config):
    demo = getattr(config, "demo", None)
    if demo:
        demo.close()


@pytest.fixture(scope="session")
def instance():
    return os.environ["RINGFENCE_INSTANCE_ID"]


@pytest.fixture(scope="session")
def instance_arn():
    return os.environ["RINGFENCE_INSTANCE_ARN"]


@pytest.fixture(scope="session")
def region():
    return os.environ["AWS_DEFAULT_REGION"]


@pytest.fixture(scope="session")
def endpoint():
    return os.environ["AWS_ENDPOINT_URL_CONNECT"].rstrip("/")


@pytest.fixture(scope="session")
def connect():
    return boto3.client("connect", config=ONCE)


@pytest.fixture(scope="session")
def participant():
    return boto3.client("connectparticipant", config=ONCE)


@pytest.fixture(scope="session")
def sts():
    return boto3.client("sts", config=ONCE)


@pytest.fixture
def name():
    """A name that nothing else has."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def foreign():
    """An id that nothing has."""
    return str(uuid.uuid4())


WEEKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]

NINE_TO_FIVE = [
    {
        "Day": day,
        "StartTime": {"Hours": 9, "Minutes": 0},
        "EndTime": {"Hours": 17, "Minutes": 30},
    }
    for day in WEEKDAYS
]


@pytest.fixture
def hours(connect, instance, name):
    created = connect.create_hours_of_operation(
        InstanceId=instance, Name=f"{name}-hours", TimeZone="Europe/Berlin", Config=NINE_TO_FIVE
    )["HoursOfOperationId"]
    yield created
    connect.delete_hours_of_operation(InstanceId=instance, HoursOfOperationId=created)


@pytest.fixture
def queue(connect, instance, name, hours):
    created = connect.create_queue(
        InstanceId=instance, Name=f"{name}-queue", HoursOfOperationId=hours
    )["QueueId"]
    yield created
    connect.delete_queue(InstanceId=instance, QueueId=created)


@pytest.fixture
def routing_profile(connect, instance, name, queue):
    created = connect.create_routing_profile(
        InstanceId=instance,
        Name=f"{name}-profile",
        Description="For a test",
        DefaultOutboundQueueId=queue,
        MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 2}],
    )["RoutingProfileId"]
    yield created
    connect.delete_routing_profile(InstanceId=instance, RoutingProfileId=created)


@pytest.fixture(scope="session")
def agent_security_profile(connect, instance):
    profiles = connect.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"]
    return next(profile["Id"] for profile in profiles if profile["Name"] == "Agent")


@pytest.fixture
def user(connect, instance, name, routing_profile, agent_security_profile):
    created = connect.create_user(
        InstanceId=instance,
        Username=name,
        Password="correct-Horse-9-battery-staple",
        IdentityInfo={"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com"},
        PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 30},
        SecurityProfileIds=[agent_security_profile],
        RoutingProfileId=routing_profile,
    )["UserId"]
    yield created
    connect.delete_user(InstanceId=instance, UserId=created)


def flow_content(text="Hello."):
    """The smallest flow: say something, end."""
    return json.dumps(
        {
            "Version": "2019-10-30",
            "StartAction": "say",
            "Actions": [
                {
                    "Identifier": "say",
                    "Type": "MessageParticipant",
                    "Parameters": {"Text": text},
                    "Transitions": {
                        "NextAction": "end",
                        "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}],
                    },
                },
                {
                    "Identifier": "end",
                    "Type": "DisconnectParticipant",
                    "Parameters": {},
                    "Transitions": {},
                },
            ],
        }
    )


def waiting_flow_content():
    """A flow that says something and then waits for the customer."""
    content = json.loads(flow_content())
    content["Actions"][0]["Transitions"]["NextAction"] = "wait"
    content["Actions"].insert(
        1,
        {
            "Identifier": "wait",
            "Type": "Wait",
            "Parameters": {"TimeLimitSeconds": "600", "Events": ["CustomerReturned"]},
            "Transitions": {
                "NextAction": "end",
                "Conditions": [
                    {
                        "NextAction": "end",
                        "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]},
                    },
                    {
                        "NextAction": "end",
                        "Condition": {"Operator": "Equals", "Operands": ["CustomerReturned"]},
                    },
                ],
                "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}],
            },
        },
    )
    return json.dumps(content)


@pytest.fixture
def flow(connect, instance, name):
    created = connect.create_contact_flow(
        InstanceId=instance, Name=f"{name}-flow", Type="CONTACT_FLOW", Content=waiting_flow_content()
    )["ContactFlowId"]
    yield created
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=created)


@pytest.fixture
def chat(connect, instance):
    """A chat in the demo's own flow; ended afterwards where it is still open."""
    started = connect.start_chat_contact(
        InstanceId=instance,
        ContactFlowId=os.environ["RINGFENCE_CHAT_FLOW_ID"],
        ParticipantDetails={"DisplayName": "Grace"},
        Attributes={"topic": "invoice"},
        SupportedMessagingContentTypes=["text/plain", "text/markdown"],
    )
    yield started
    try:
        connect.stop_contact(InstanceId=instance, ContactId=started["ContactId"])
    except connect.exceptions.ResourceNotFoundException:
        pass  # It ended in the test.


@pytest.fixture
def connection(participant, chat):
    """A connection of the customer of the chat."""
    return participant.create_participant_connection(
        Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"], ParticipantToken=chat["ParticipantToken"]
    )


@pytest.fixture
def token(connection):
    return connection["ConnectionCredentials"]["ConnectionToken"]


def all_pages(call, result, **arguments):
    """All items of a listing, page by page, with the number of pages."""
    items, pages = [], 0
    while True:
        page = call(**arguments)
        items += page[result]
        pages += 1
        if not page.get("NextToken"):
            return items, pages
        arguments["NextToken"] = page["NextToken"]
