"""What the operator of the machine relies on: TLS, the audit trail, backup and restore."""

import json
import os
import shutil
import socket
import ssl
import subprocess
from urllib.parse import urlsplit

import pytest

from demo import Demo
from test_crash import Chat, clients, messages_of


def ringfence(*arguments):
    done = subprocess.run(
        [os.environ["RINGFENCE_BIN"], *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def center():
    demo = Demo().start()
    yield demo
    demo.close()


def handshake(demo, version):
    url = urlsplit(demo.variables["RINGFENCE_URL"])
    context = ssl.create_default_context(cafile=demo.variables["AWS_CA_BUNDLE"])
    context.minimum_version = context.maximum_version = version
    with socket.create_connection((url.hostname, url.port), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname=url.hostname) as secure:
            return secure.version()


def test_listeners_speak_tls_1_3_and_nothing_older(center):
    assert handshake(center, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises(ssl.SSLError):
        handshake(center, ssl.TLSVersion.TLSv1_2)


def test_plain_http_gets_no_answer(center):
    url = urlsplit(center.variables["RINGFENCE_URL"])
    with socket.create_connection((url.hostname, url.port), timeout=20) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert not plain.recv(64).startswith(b"HTTP")


def test_each_call_leaves_an_entry_without_what_people_said(center):
    connect, participant = clients(center)
    chat = Chat(connect, participant, center.variables)
    participant.send_message(
        ConnectionToken=chat.token, ContentType="text/plain", Content="my very secret words"
    )
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_queue(
            InstanceId=center.variables["RINGFENCE_INSTANCE_ID"],
            QueueId="00000000-0000-4000-8000-000000000000",
        )
    text = ringfence("audit", "--data", center.data, "--limit", 1000)
    entries = [json.loads(line) for line in text.splitlines()]
    by_name = {entry["eventName"]: entry for entry in entries}
    assert {"StartChatContact", "CreateParticipantConnection", "SendMessage"} <= set(by_name)
    start = by_name["StartChatContact"]
    assert start["userIdentity"]["accessKeyId"] == center.variables["AWS_ACCESS_KEY_ID"]
    assert start["responseElements"]["contactId"] == chat.contact
    # What made the demo's center bears the names of operations as well.
    assert {"CreateQueue", "CreateHoursOfOperation", "CreateContactFlow"} <= set(by_name)
    assert "Create" not in by_name
    assert by_name["DescribeQueue"]["errorCode"] == "ResourceNotFoundException"
    assert "my very secret words" not in text
    assert "Jo" not in json.dumps(start["requestParameters"])


def test_a_backup_of_a_running_center_can_be_restored(center, tmp_path):
    connect, participant = clients(center)
    chat = Chat(connect, participant, center.variables)
    participant.send_message(
        ConnectionToken=chat.token, ContentType="text/plain", Content="before the backup"
    )
    backup = tmp_path / "backup"
    ringfence("backup", "--data", center.data, "--to", backup)
    participant.send_message(
        ConnectionToken=chat.token, ContentType="text/plain", Content="after the backup"
    )
    center.stop()

    # The key and its passphrase are kept apart from backups, by whoever operates the machine.
    kept = {name: (center.data / name).read_bytes() for name in ("root.key", "passphrase")}
    shutil.rmtree(center.data)
    center.data.mkdir()
    for name, content in kept.items():
        (center.data / name).write_bytes(content)
        (center.data / name).chmod(0o600)
    ringfence("restore", "--from", backup, "--data", center.data)
    center.start()
    connect, participant = clients(center)
    assert messages_of(participant, chat.token) == ["before the backup"]


def test_nothing_that_people_said_lies_on_disk_in_clear(center):
    connect, participant = clients(center)
    chat = Chat(connect, participant, center.variables)
    marker = "xyzzy-4929-1234-plugh"
    connect.update_contact_attributes(
        InstanceId=center.variables["RINGFENCE_INSTANCE_ID"],
        InitialContactId=chat.contact,
        Attributes={"card": marker},
    )
    participant.send_message(ConnectionToken=chat.token, ContentType="text/plain", Content=marker)
    assert messages_of(participant, chat.token) == [marker]
    files = [path for path in center.data.rglob("*") if path.is_file()]
    assert any(path.name.startswith("data.db") for path in files)
    for path in files:
        assert marker.encode() not in path.read_bytes(), f"{path} holds it in clear"
    assert marker not in center.log.read_text()
