"""SIPVicious, the scanner that every open SIP port meets, has nothing to list.

Runs against loopback alone, from an address that is a trunk (127.0.0.1) and from one that is not (127.0.0.2).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TRUNK = "127.0.0.1"
STRANGER = "127.0.0.2"
TIMEOUT_S = 120


@pytest.fixture(scope="session")
def address():
    return os.environ["RINGFENCE_SIP_ADDRESS"]


def scan(tool, source, *options):
    """What a tool of SIPVicious finds: the rows of its table, without their heads, and all that it says."""
    done = subprocess.run(
        [Path(sys.executable).parent / f"sipvicious_{tool}", "-b", source, *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S,
    )
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    found = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]]
    return found, done.stdout


def test_svmap_finds_no_device_for_strangers(address):
    host, port = address.split(":")
    for method in ["OPTIONS", "INVITE", "REGISTER"]:
        found, said = scan("svmap", STRANGER, "-p", port, "-m", method, host)
        assert found == [], said
        assert "found nothing" in said


def test_svmap_learns_no_product_from_a_trunk(address):
    host, port = address.split(":")
    found, said = scan("svmap", TRUNK, "-p", port, host)
    assert [row[0] for row in found] == [address], said
    assert {row[1] for row in found} == {"unknown"}, said
    assert not re.search("ringfence", said, re.IGNORECASE)


@pytest.mark.parametrize("source", [TRUNK, STRANGER])
@pytest.mark.parametrize("method", ["REGISTER", "OPTIONS", "INVITE"])
def test_svwar_finds_no_extension(address, source, method):
    # Numbers that are nobody's, beside the one that is the center's.
    host, port = address.split(":")
    found, said = scan(
        "svwar", source, "-p", port, "-m", method, "-e", "100-120,493023125000-493023125005", "--force", host
    )
    assert found == [] and "found nothing" in said, said


@pytest.mark.parametrize("source", [TRUNK, STRANGER])
def test_svcrack_finds_no_password(address, source):
    host, port = address.split(":")
    found, said = scan("svcrack", source, "-p", port, "-u", "100", "-r", "1000-1020", host)
    assert found == [] and "found nothing" in said, said
