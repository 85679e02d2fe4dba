"""Signatures, unknown operations and bad bodies, below boto3's comfort."""

import datetime
import json
import os
import ssl
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from botocore.exceptions import ClientError

from conftest import ONCE


def call(endpoint, region, method, path, body=b"", service="connect", headers=None, change=None):
    """Signs as botocore does, lets `change` spoil the headers, and sends. Status, type, JSON."""
    credentials = botocore.credentials.Credentials(
        os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    )
    request = botocore.awsrequest.AWSRequest(
        method=method, url=endpoint + path, data=body, headers=headers or {}
    )
    botocore.auth.SigV4Auth(credentials, service, region).add_auth(request)
    sent = dict(request.headers)
    if change:
        change(sent)
    plain = urllib.request.Request(endpoint + path, data=body or None, headers=sent, method=method)
    context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    try:
        answer = urllib.request.urlopen(plain, context=context)
    except urllib.error.HTTPError as refused:
        answer = refused
    text = answer.read()
    return answer.status, answer.headers.get("x-amzn-errortype"), text, answer.headers


def test_who_am_i(sts):
    identity = sts.get_caller_identity()
    assert identity["UserId"] == os.environ["AWS_ACCESS_KEY_ID"]
    assert identity["Arn"].startswith(f"arn:aws:iam::{identity['Account']}:user/")


def test_sts_errors_arrive_typed(endpoint):
    stranger = boto3.client(
        "sts", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x", config=ONCE
    )
    with pytest.raises(ClientError) as refused:
        stranger.get_caller_identity()
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"


def test_other_operations_of_sts_are_unknown(sts):
    with pytest.raises(ClientError) as refused:
        sts.get_session_token()
    assert refused.value.response["Error"]["Code"] == "InvalidAction"


def test_a_wrong_secret_is_an_invalid_signature(instance):
    thief = boto3.client("connect", aws_secret_access_key="wrong", config=ONCE,
                         aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"])
    with pytest.raises(ClientError) as refused:
        thief.list_queues(InstanceId=instance)
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_unknown_key_is_an_unrecognized_client(instance):
    stranger = boto3.client("connect", aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
                            aws_secret_access_key="x", config=ONCE)
    with pytest.raises(ClientError) as refused:
        stranger.list_queues(InstanceId=instance)
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_every_answer_carries_an_id(endpoint, region):
    for path in ("/instance", "/nonsense"):
        *_, headers = call(endpoint, region, "GET", path)
        assert len(headers["x-amzn-requestid"]) == 36


def test_the_same_signature_is_accepted_again(endpoint, region):
    kept = {}
    first = call(endpoint, region, "GET", "/instance", change=kept.update)
    again = call(endpoint, region, "GET", "/instance", change=lambda sent: sent.update(kept))
    assert first[0] == again[0] == 200


def test_without_a_signature_nothing_is_said(endpoint, region):
    for path in ("/instance", "/nonsense"):
        status, kind, *_ = call(endpoint, region, "GET", path,
                                change=lambda sent: sent.pop("Authorization"))
        assert (status, kind) == (403, "MissingAuthenticationTokenException")


def test_an_old_signature_has_expired(endpoint, region, monkeypatch):
    old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=6)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: old)
    status, kind, text, _ = call(endpoint, region, "GET", "/instance")
    assert (status, kind) == (403, "InvalidSignatureException")
    assert b"expired" in text


def test_region_and_service_must_be_ours(endpoint, region):
    assert call(endpoint, "mars-north-1", "GET", "/instance")[:2] == (403, "InvalidSignatureException")
    wrong = call(endpoint, region, "GET", "/instance", service="s3")
    assert wrong[:2] == (403, "InvalidSignatureException")


def test_a_changed_body_is_noticed(endpoint, region, instance):
    status, kind, *_ = call(endpoint, region, "PUT", f"/queues/{instance}", body=b"{}",
                            headers={"X-Amz-Content-SHA256": "0" * 64})
    assert (status, kind) == (403, "InvalidSignatureException")


def test_an_unsigned_payload_is_refused(endpoint, region, instance):
    status, kind, *_ = call(endpoint, region, "PUT", f"/queues/{instance}", body=b"{}",
                            headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert (status, kind) == (403, "InvalidSignatureException")


def test_a_presigned_request_is_refused(endpoint, region):
    def presigned(sent):
        sent.pop("Authorization")

    path = "/instance?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"
    status, kind, *_ = call(endpoint, region, "GET", path, change=presigned)
    assert (status, kind) == (403, "IncompleteSignatureException")


def test_unknown_operations_are_never_answered(connect, endpoint, region, instance):
    with pytest.raises(ClientError) as refused:
        connect.list_rules(InstanceId=instance)
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    for method, path in (
        ("POST", f"/queues/{instance}"),
        ("GET", f"/queues-summary/{instance}/"),
        ("GET", "/nonsense"),
    ):
        assert call(endpoint, region, method, path)[:2] == (404, "UnknownOperationException")


def test_bad_bodies_are_refused_and_typed(endpoint, region, instance):
    path = f"/queues/{instance}"
    for body, expected in (
        (b"{", "SerializationException"),
        (b"[]", "SerializationException"),
        (b'{"Name":"\xff"}', "SerializationException"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "SerializationException"),
        (json.dumps({"Name": 7, "HoursOfOperationId": instance}).encode(), "SerializationException"),
        (json.dumps({"Name": "", "HoursOfOperationId": instance}).encode(), "InvalidParameterException"),
        (json.dumps({}).encode(), "InvalidParameterException"),
    ):
        status, kind, *_ = call(endpoint, region, "PUT", path, body=body)
        assert (status, kind) == (400, expected), body[:40]


def test_an_oversized_body_is_refused(endpoint, region, instance):
    body = json.dumps({"Name": "x" * (2 * 1024 * 1024)}).encode()
    status, kind, *_ = call(endpoint, region, "PUT", f"/queues/{instance}", body=body)
    assert (status, kind) == (413, "RequestEntityTooLargeException")


def test_unknown_members_are_ignored(endpoint, region, instance, connect, name, hours):
    body = json.dumps({"Name": name, "HoursOfOperationId": hours, "Unheard": {"Of": 1}}).encode()
    status, _, text, _ = call(endpoint, region, "PUT", f"/queues/{instance}", body=body)
    assert status == 200
    connect.delete_queue(InstanceId=instance, QueueId=json.loads(text)["QueueId"])
