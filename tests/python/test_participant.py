"""The participant API."""

import json
import os
import ssl
import urllib.error
import urllib.request
import uuid

import pytest

EVENT = "application/vnd.amazonaws.connect.event."


def send(participant, token, text, **more):
    return participant.send_message(
        ContentType="text/plain", Content=text, ConnectionToken=token, **more
    )


def test_a_connection_has_a_socket_and_a_token(connection):
    assert connection["Websocket"]["Url"].startswith("wss://")
    assert "ticket=" in connection["Websocket"]["Url"]
    token = connection["ConnectionCredentials"]["ConnectionToken"]
    assert token not in connection["Websocket"]["Url"]


def test_messages_are_said_and_read_back_in_order(participant, token, chat):
    said = [send(participant, token, f"Line {n}")["Id"] for n in range(5)]
    page = participant.get_transcript(
        ConnectionToken=token, MaxResults=100, SortOrder="ASCENDING"
    )
    assert page["InitialContactId"] == chat["ContactId"]
    mine = [item for item in page["Transcript"] if item.get("ParticipantRole") == "CUSTOMER"]
    mine = [item for item in mine if item["Type"] == "MESSAGE"]
    assert [item["Id"] for item in mine][-5:] == said
    assert mine[-1]["Content"] == "Line 4"
    assert mine[-1]["DisplayName"] == "Grace"


def test_a_transcript_is_paged_without_loss_in_both_directions(participant, token):
    for n in range(6):
        send(participant, token, f"Line {n}")
    for direction in ("FORWARD", "BACKWARD"):
        found, arguments = [], {"ScanDirection": direction, "SortOrder": "ASCENDING", "MaxResults": 2}
        while True:
            page = participant.get_transcript(ConnectionToken=token, **arguments)
            ids = [item["Id"] for item in page["Transcript"]]
            found = found + ids if direction == "FORWARD" else ids + found
            if not page.get("NextToken"):
                break
            arguments["NextToken"] = page["NextToken"]
        whole = participant.get_transcript(
            ConnectionToken=token, SortOrder="ASCENDING", MaxResults=100
        )["Transcript"]
        assert found == [item["Id"] for item in whole]


def test_a_repeated_message_stands_once(participant, token):
    client_token = str(uuid.uuid4())
    first = send(participant, token, "Once", ClientToken=client_token)
    second = send(participant, token, "Once", ClientToken=client_token)
    assert first["Id"] == second["Id"]
    items = participant.get_transcript(ConnectionToken=token, MaxResults=100)["Transcript"]
    assert [item["Id"] for item in items].count(first["Id"]) == 1


def test_events_are_taken(participant, token):
    item = send(participant, token, "Read me")["Id"]
    for event, content in (
        ("typing", None),
        ("connection.acknowledged", None),
        ("message.delivered", json.dumps({"messageId": item})),
        ("message.read", json.dumps({"messageId": item})),
    ):
        more = {"Content": content} if content else {}
        answer = participant.send_event(
            ContentType=EVENT + event, ConnectionToken=token, **more
        )
        assert answer["AbsoluteTime"].endswith("Z")
    for event in (
        "unheard.of",
        "chat.ended",
        "participant.idle",
        "participant.returned",
        "participant.autodisconnection",
    ):
        with pytest.raises(participant.exceptions.ValidationException):
            participant.send_event(ContentType=EVENT + event, ConnectionToken=token)


def test_an_attachment_is_uploaded_and_fetched_back(participant, token):
    content = b"%PDF-1.4 not much of a document"
    started = participant.start_attachment_upload(
        ContentType="application/pdf",
        AttachmentSizeInBytes=len(content),
        AttachmentName="bill.pdf",
        ClientToken=str(uuid.uuid4()),
        ConnectionToken=token,
    )
    upload = started["UploadMetadata"]
    fetch(upload["Url"], content, upload["HeadersToInclude"])
    participant.complete_attachment_upload(
        AttachmentIds=[started["AttachmentId"]],
        ClientToken=str(uuid.uuid4()),
        ConnectionToken=token,
    )
    items = participant.get_transcript(ConnectionToken=token, MaxResults=100)["Transcript"]
    attached = next(item for item in items if item["Type"] == "ATTACHMENT")["Attachments"][0]
    assert (attached["AttachmentName"], attached["Status"]) == ("bill.pdf", "APPROVED")

    granted = participant.get_attachment(
        AttachmentId=started["AttachmentId"], ConnectionToken=token
    )
    assert granted["AttachmentSizeInBytes"] == len(content)
    response = fetch(granted["Url"])
    assert response.read() == content
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_file_of_another_size_or_type_is_refused(participant, token):
    new = {"ClientToken": str(uuid.uuid4()), "ConnectionToken": token, "AttachmentName": "a"}
    for wrong in (
        {"ContentType": "application/pdf", "AttachmentSizeInBytes": 10**12},
        {"ContentType": "application/x-msdownload", "AttachmentSizeInBytes": 10},
    ):
        with pytest.raises(
            (
                participant.exceptions.ValidationException,
                participant.exceptions.ServiceQuotaExceededException,
            )
        ):
            participant.start_attachment_upload(**new, **wrong)
    started = participant.start_attachment_upload(
        **new, ContentType="application/pdf", AttachmentSizeInBytes=4
    )
    with pytest.raises(urllib.error.HTTPError):
        fetch(started["UploadMetadata"]["Url"], b"longer than four", {"Content-Type": "application/pdf"})


def test_whoever_left_reads_what_was_said_and_says_nothing_more(participant, chat, token):
    send(participant, token, "Goodbye")
    participant.disconnect_participant(ConnectionToken=token)
    with pytest.raises(participant.exceptions.AccessDeniedException) as denied:
        send(participant, token, "Still here?")
    assert "policy" not in denied.value.response["Error"]["Message"]
    again = participant.create_participant_connection(
        Type=["CONNECTION_CREDENTIALS"], ParticipantToken=chat["ParticipantToken"]
    )["ConnectionCredentials"]["ConnectionToken"]
    items = participant.get_transcript(ConnectionToken=again, MaxResults=100)["Transcript"]
    assert any(item.get("Content") == "Goodbye" for item in items)
    with pytest.raises(participant.exceptions.AccessDeniedException):
        participant.disconnect_participant(ConnectionToken=again)


def test_a_used_client_token_with_another_message_is_a_conflict(participant, token):
    message = {"ContentType": "text/plain", "ClientToken": str(uuid.uuid4()), "ConnectionToken": token}
    first = participant.send_message(Content="one", **message)
    assert participant.send_message(Content="one", **message)["Id"] == first["Id"]
    with pytest.raises(participant.exceptions.ConflictException):
        participant.send_message(Content="two", **message)


def test_tokens_of_the_wrong_kind_altered_or_absent_are_denied(participant, chat, token):
    flipped = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for wrong in (chat["ParticipantToken"], flipped, "nonsense"):
        with pytest.raises(participant.exceptions.AccessDeniedException):
            send(participant, wrong, "Hello?")
    with pytest.raises(participant.exceptions.AccessDeniedException):
        participant.create_participant_connection(
            Type=["CONNECTION_CREDENTIALS"], ParticipantToken=token
        )


def test_another_chats_transcript_is_not_read(participant, token, foreign):
    with pytest.raises(participant.exceptions.ResourceNotFoundException):
        participant.get_transcript(ConnectionToken=token, ContactId=foreign)


def test_bounds_of_the_model_are_validation_errors(participant, token):
    for wrong in ({"Content": "x" * 16_385}, {"ContentType": "text/html"}):
        message = {"ContentType": "text/plain", "Content": "x", **wrong}
        with pytest.raises(participant.exceptions.ValidationException):
            participant.send_message(ConnectionToken=token, **message)


def test_views_and_authentications_that_do_not_exist(participant, token, foreign):
    with pytest.raises(participant.exceptions.ResourceNotFoundException):
        participant.describe_view(ViewToken="nonsense", ConnectionToken=token)
    with pytest.raises(participant.exceptions.ValidationException):
        participant.get_authentication_url(
            SessionId=foreign, RedirectUri="https://example.com", ConnectionToken=token
        )
    with pytest.raises(participant.exceptions.ValidationException):
        participant.cancel_participant_authentication(SessionId=foreign, ConnectionToken=token)


def test_only_approved_origins_get_an_answer(endpoint):
    def preflight(origin):
        request = urllib.request.Request(
            f"{endpoint}/participant/message",
            method="OPTIONS",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-amz-bearer,content-type",
            },
        )
        return urllib.request.urlopen(request, context=trusted())

    own = os.environ["RINGFENCE_URL"].rstrip("/")
    answer = preflight(own)
    assert answer.headers["Access-Control-Allow-Origin"] == own
    assert "x-amz-bearer" in answer.headers["Access-Control-Allow-Headers"]
    for wrong in ("https://evil.example", "null", own.replace("https", "http")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            preflight(wrong)
        assert refused.value.code == 403
        assert "Access-Control-Allow-Origin" not in refused.value.headers


def trusted():
    return ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])


def fetch(url, content=None, headers=None):
    method = "GET" if content is None else "PUT"
    request = urllib.request.Request(url, data=content, headers=headers or {}, method=method)
    return urllib.request.urlopen(request, context=trusted())
