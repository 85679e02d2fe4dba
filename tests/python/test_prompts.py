"""Recorded prompts: uploaded, taken up, downloaded, refused."""

import io
import json
import math
import os
import ssl
import struct
import urllib.error
import urllib.request
import uuid
import wave

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from conftest import all_pages


def wav(seconds=1, rate=8000, hertz=440):
    """A tone as a WAV file of 16-bit samples."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(rate)
        for at in range(seconds * rate):
            sample = int(8000 * math.sin(2 * math.pi * hertz * at / rate))
            audio.writeframesraw(struct.pack("<h", sample))
    return file.getvalue()


@pytest.fixture
def upload(endpoint, instance, region):
    """Uploads a file with a signed request: status, kind of error, answer."""

    def put(content, of=instance):
        url = f"{endpoint}/ringfence/instances/{of}/prompt-audio"
        request = AWSRequest("PUT", url, data=content, headers={"Content-Type": "audio/wav"})
        credentials = boto3.Session().get_credentials()
        SigV4Auth(credentials, "connect", region).add_auth(request)
        session = URLLib3Session(verify=os.environ["AWS_CA_BUNDLE"])
        answer = session.send(request.prepare())
        error = answer.headers.get("x-amzn-errortype")
        return answer.status_code, error, json.loads(answer.content)

    return put


@pytest.fixture
def audio(upload):
    status, _, answer = upload(wav())
    assert status == 200
    return answer["S3Uri"]


def fetch(url):
    trusted = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    with urllib.request.urlopen(url, context=trusted) as answer:
        return answer.headers["Content-Type"], answer.read()


def test_a_prompt_is_uploaded_created_read_changed_and_deleted(connect, instance, name, upload):
    content = wav()
    uri = upload(content)[2]["S3Uri"]
    created = connect.create_prompt(
        InstanceId=instance, Name=name, Description="A tone", S3Uri=uri, Tags={"team": "blue"}
    )
    ids = {"InstanceId": instance, "PromptId": created["PromptId"]}
    prompt = connect.describe_prompt(**ids)["Prompt"]
    assert prompt["PromptARN"] == created["PromptARN"]
    assert prompt["PromptARN"].endswith(f"instance/{instance}/prompt/{created['PromptId']}")
    assert (prompt["Name"], prompt["Description"]) == (name, "A tone")
    assert prompt["Tags"] == {"team": "blue"}
    assert "LastModifiedTime" in prompt and "LastModifiedRegion" in prompt
    by_arn = connect.describe_prompt(InstanceId=instance, PromptId=created["PromptARN"])
    assert by_arn["Prompt"] == prompt

    file = connect.get_prompt_file(**ids)
    assert fetch(file["PromptPresignedUrl"]) == ("audio/wav", content)

    other = wav(hertz=600)
    changed = connect.update_prompt(**ids, Name=f"{name}-2", S3Uri=upload(other)[2]["S3Uri"])
    assert changed["PromptId"] == created["PromptId"]
    prompt = connect.describe_prompt(**ids)["Prompt"]
    assert (prompt["Name"], prompt["Description"]) == (f"{name}-2", "A tone")
    assert fetch(connect.get_prompt_file(**ids)["PromptPresignedUrl"])[1] == other
    with pytest.raises(urllib.error.HTTPError):
        fetch(file["PromptPresignedUrl"])

    listed, _ = all_pages(connect.list_prompts, "PromptSummaryList", InstanceId=instance)
    assert [one["Name"] for one in listed if one["Id"] == created["PromptId"]] == [f"{name}-2"]

    connect.delete_prompt(**ids)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_prompt(**ids)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.get_prompt_file(**ids)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no WAV file"),
        (b"ID3\x03 an mp3 file", "no WAV file"),
        (wav()[:-100], "cut short"),
        (wav(rate=96000), "96000"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(upload, content, reason):
    status, error, answer = upload(content)
    assert (status, error) == (400, "InvalidParameterException")
    assert reason in answer["Message"]


def test_an_upload_that_is_too_large_is_refused(upload):
    status, _, _ = upload(b"RIFF" + bytes(50 * 1024 * 1024))
    assert status == 413


def test_a_file_belongs_to_one_prompt(connect, instance, name, audio):
    prompt = connect.create_prompt(InstanceId=instance, Name=name, S3Uri=audio)["PromptId"]
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.create_prompt(InstanceId=instance, Name=f"{name}-2", S3Uri=audio)
    connect.delete_prompt(InstanceId=instance, PromptId=prompt)
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.create_prompt(InstanceId=instance, Name=name, S3Uri=audio)


def test_a_name_is_taken_once(connect, instance, name, upload):
    first, second = (upload(wav())[2]["S3Uri"] for _ in range(2))
    prompt = connect.create_prompt(InstanceId=instance, Name=name, S3Uri=first)["PromptId"]
    with pytest.raises(connect.exceptions.DuplicateResourceException):
        connect.create_prompt(InstanceId=instance, Name=name, S3Uri=second)
    connect.delete_prompt(InstanceId=instance, PromptId=prompt)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://somebodys-bucket/welcome.wav",
        f"s3://ringfence-{uuid.uuid4()}/prompt-audio/{uuid.uuid4()}.wav",
    ],
)
def test_only_files_that_were_uploaded_here_are_taken(connect, instance, name, uri):
    with pytest.raises(connect.exceptions.InvalidParameterException) as refused:
        connect.create_prompt(InstanceId=instance, Name=name, S3Uri=uri)
    assert "prompt-audio" in refused.value.response["Error"]["Message"]


def test_what_another_instance_has_is_not_found(connect, instance, foreign, upload, audio):
    ids = {"InstanceId": instance, "PromptId": foreign}
    for operation in ("describe_prompt", "get_prompt_file", "delete_prompt", "update_prompt"):
        with pytest.raises(connect.exceptions.ResourceNotFoundException):
            getattr(connect, operation)(**ids)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.list_prompts(InstanceId=foreign)
    assert upload(wav(), of=foreign)[0] == 404


def test_uploads_are_signed(endpoint, instance):
    trusted = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    request = urllib.request.Request(
        f"{endpoint}/ringfence/instances/{instance}/prompt-audio", data=wav(), method="PUT"
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, context=trusted)
    assert refused.value.code == 403
