"""Contacts: chats and tasks."""

import datetime
import os

import pytest

from conftest import waiting_flow_content


def test_a_chat_is_started_described_and_stopped(connect, instance, instance_arn, chat):
    ids = {"InstanceId": instance, "ContactId": chat["ContactId"]}
    contact = connect.describe_contact(**ids)["Contact"]
    assert contact["Arn"] == f"{instance_arn}/contact/{chat['ContactId']}"
    assert (contact["Channel"], contact["InitiationMethod"]) == ("CHAT", "API")
    assert contact["InitialContactId"] == chat["ContactId"]
    assert "DisconnectTimestamp" not in contact
    connect.stop_contact(**ids)
    contact = connect.describe_contact(**ids)["Contact"]
    assert contact["DisconnectReason"] == "API"
    assert contact["DisconnectTimestamp"] >= contact["InitiationTimestamp"]
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.stop_contact(**ids)


def test_attributes_are_read_and_changed(connect, instance, chat):
    ids = {"InstanceId": instance, "InitialContactId": chat["ContactId"]}
    assert connect.get_contact_attributes(**ids)["Attributes"]["topic"] == "invoice"
    connect.update_contact_attributes(**ids, Attributes={"topic": "order", "umlaut": "ü"})
    attributes = connect.get_contact_attributes(**ids)["Attributes"]
    assert (attributes["topic"], attributes["umlaut"]) == ("order", "ü")


def test_too_large_attributes_change_nothing(connect, instance, chat):
    ids = {"InstanceId": instance, "InitialContactId": chat["ContactId"]}
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.update_contact_attributes(**ids, Attributes={"a": "x" * 32_000, "b": "y" * 1_000})
    assert "a" not in connect.get_contact_attributes(**ids)["Attributes"]


def test_a_client_token_starts_one_chat(connect, instance, name):
    new = {
        "InstanceId": instance,
        "ContactFlowId": os.environ["RINGFENCE_CHAT_FLOW_ID"],
        "ParticipantDetails": {"DisplayName": "Grace"},
        "ClientToken": name,
    }
    first = connect.start_chat_contact(**new)
    second = connect.start_chat_contact(**new)
    assert first["ContactId"] == second["ContactId"]
    connect.stop_contact(InstanceId=instance, ContactId=first["ContactId"])


def test_a_scheduled_task_waits(connect, instance, flow):
    due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    task = connect.start_task_contact(
        InstanceId=instance,
        ContactFlowId=flow,
        Name="Call back",
        Description="After lunch",
        References={"order": {"Type": "URL", "Value": "https://example.com/1"}},
        ScheduledTime=due,
    )["ContactId"]
    contact = connect.describe_contact(InstanceId=instance, ContactId=task)["Contact"]
    assert (contact["Channel"], contact["Name"]) == ("TASK", "Call back")
    assert abs((contact["ScheduledTimestamp"] - due).total_seconds()) < 1
    connect.stop_contact(InstanceId=instance, ContactId=task)


def test_a_chat_is_transferred_to_a_queue(connect, instance, instance_arn, chat, name):
    flow = connect.create_contact_flow(
        InstanceId=instance, Name=name, Type="QUEUE_TRANSFER", Content=waiting_flow_content()
    )["ContactFlowId"]
    moved = connect.transfer_contact(
        InstanceId=instance,
        ContactId=chat["ContactId"],
        QueueId=os.environ["RINGFENCE_QUEUE_ID"],
        ContactFlowId=flow,
    )
    assert moved["ContactArn"] == f"{instance_arn}/contact/{moved['ContactId']}"
    contact = connect.describe_contact(InstanceId=instance, ContactId=moved["ContactId"])["Contact"]
    assert contact["PreviousContactId"] == chat["ContactId"]
    assert contact["InitialContactId"] == chat["ContactId"]
    connect.stop_contact(InstanceId=instance, ContactId=moved["ContactId"])


def test_what_does_not_exist_is_not_found(connect, instance, foreign):
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_contact(InstanceId=instance, ContactId=foreign)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.get_contact_attributes(InstanceId=instance, InitialContactId=foreign)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.stop_contact(InstanceId=instance, ContactId=foreign)


def test_what_is_not_supported_is_refused(connect, instance, foreign):
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.start_chat_contact(
            InstanceId=instance,
            ContactFlowId=os.environ["RINGFENCE_CHAT_FLOW_ID"],
            ParticipantDetails={"DisplayName": "Grace"},
            PersistentChat={"RehydrationType": "FROM_SEGMENT", "SourceContactId": foreign},
        )
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.start_task_contact(InstanceId=instance, Name="Nowhere")


def test_what_is_no_call_is_not_recorded(connect, instance, chat):
    ids = {"InstanceId": instance, "ContactId": chat["ContactId"]}
    first = {"InitialContactId": chat["ContactId"]}
    track = {"VoiceRecordingConfiguration": {"VoiceRecordingTrack": "ALL"}}
    wrong_state = connect.exceptions.InvalidRequestException
    with pytest.raises(wrong_state):
        connect.start_contact_recording(**ids, **first, **track)
    for operation in ("stop", "suspend", "resume"):
        with pytest.raises(wrong_state):
            getattr(connect, f"{operation}_contact_recording")(**ids, **first)
    with pytest.raises(wrong_state):
        connect.start_contact_recording(**ids, **first, VoiceRecordingConfiguration={})
    with pytest.raises(wrong_state):
        connect.stop_contact_recording(**ids, **first, ContactRecordingType="SCREEN")
    other = {"InitialContactId": "00000000-0000-4000-8000-000000000009"}
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.suspend_contact_recording(**ids, **other)
    assert "Recordings" not in connect.describe_contact(**ids)["Contact"]
