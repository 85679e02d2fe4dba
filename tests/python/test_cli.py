"""The AWS CLI, as the tour in README.md uses it."""

import json
import os
import subprocess
import sys

import pytest

AWS = os.path.join(os.path.dirname(sys.executable), "aws")


def aws(*arguments):
    """Runs the CLI; its JSON, or its error text."""
    done = subprocess.run(
        [AWS, *arguments, "--output", "json"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": ""},
    )
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, arguments[:2], stderr=done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else {}


def test_it_knows_who_it_is():
    assert aws("sts", "get-caller-identity")["UserId"] == os.environ["AWS_ACCESS_KEY_ID"]


def test_it_creates_reads_pages_tags_and_deletes(instance, instance_arn, name):
    config = json.dumps(
        [
            {
                "Day": "MONDAY",
                "StartTime": {"Hours": 8, "Minutes": 0},
                "EndTime": {"Hours": 18, "Minutes": 0},
            }
        ]
    )
    on = ("--instance-id", instance)
    hours = aws(
        "connect", "create-hours-of-operation", *on, "--name", name,
        "--time-zone", "Europe/Berlin", "--config", config,
    )["HoursOfOperationId"]
    queue = aws(
        "connect", "create-queue", *on, "--name", name, "--hours-of-operation-id", hours
    )["QueueId"]
    arn = f"{instance_arn}/queue/{queue}"
    aws("connect", "tag-resource", "--resource-arn", arn, "--tags", "team=blue")
    described = aws("connect", "describe-queue", *on, "--queue-id", queue)["Queue"]
    assert described["Tags"] == {"team": "blue"}
    listed = aws("connect", "list-queues", *on, "--page-size", "1")["QueueSummaryList"]
    assert queue in {each["Id"] for each in listed}
    aws("connect", "update-queue-status", *on, "--queue-id", queue, "--status", "DISABLED")
    aws("connect", "delete-queue", *on, "--queue-id", queue)
    aws("connect", "delete-hours-of-operation", *on, "--hours-of-operation-id", hours)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        aws("connect", "describe-queue", *on, "--queue-id", queue)
    assert "ResourceNotFoundException" in refused.value.stderr
