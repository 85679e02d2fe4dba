"""Calls over UDP: a caller of many calls at once, without audio."""

import re
import socket
import time

# The kernel may give less.
RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024
# Calls that are being set up at the same time.
SETUPS_MAX = 50
# When a request without an answer is sent again (RFC 3261, T1).
REPEAT_S = 0.5

DESCRIPTION = "\r\n".join(
    ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
     "m=audio 9 RTP/AVP 0", "a=inactive", ""]
)


def headers(message):
    """The headers of a message by name; the first one of each."""
    found = {}
    for line in message.split("\r\n\r\n", 1)[0].split("\r\n")[1:]:
        name, value = line.split(":", 1)
        found.setdefault(name.strip().lower(), value.strip())
    return found


class Caller:
    """Calls a number again and again; counts who says goodbye."""

    def __init__(self, center, number):
        host, port = center.rsplit(":", 1)
        self.center = (host, int(port))
        self.number = number
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        # Calls that wait for an answer, with the time of their last INVITE.
        self.waiting = {}
        self.answered = set()
        self.refused = {}
        self.ended = set()

    def close(self):
        self.socket.close()

    def request(self, method, call, to, cseq=1, body=""):
        kind = "Content-Type: application/sdp\r\n" if body else ""
        text = (
            f"{method} sip:{self.number}@{self.center[0]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{method}{call};rport\r\n"
            f"From: <sip:+4930999@127.0.0.1>;tag={call}\r\nTo: {to}\r\nCall-ID: {call}\r\n"
            f"CSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:caller@127.0.0.1:{self.port}>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self.socket.sendto(text.encode(), self.center)

    def invite(self, call):
        self.waiting[call] = time.monotonic()
        to = f"<sip:{self.number}@{self.center[0]}>"
        self.request("INVITE", call, to, body=DESCRIPTION)

    def call(self, count, timeout_s):
        """Makes so many calls and waits until each is answered or refused."""
        calls = iter([f"call{n}" for n in range(count)])
        deadline = time.monotonic() + timeout_s
        while len(self.answered) + len(self.refused) < count:
            assert time.monotonic() < deadline, f"{len(self.answered)} calls are answered"
            for call in calls:
                self.invite(call)
                if len(self.waiting) >= SETUPS_MAX:
                    break
            self.receive()
            now = time.monotonic()
            for call in [call for call, sent in self.waiting.items() if now - sent > REPEAT_S]:
                self.invite(call)

    def until(self, done, timeout_s):
        """Answers what comes until something is so."""
        deadline = time.monotonic() + timeout_s
        while not done():
            assert time.monotonic() < deadline, f"{len(self.ended)} calls are ended"
            self.receive()

    def receive(self):
        self.socket.settimeout(0.1)
        try:
            text, source = self.socket.recvfrom(65535)
        except TimeoutError:
            return
        message = text.decode()
        found = headers(message)
        call = found["call-id"]
        if message.startswith("SIP/2.0 "):
            self.on_response(int(message[8:11]), call, found)
        elif message.startswith("BYE "):
            self.ended.add(call)
            lines = [f"{name}: {found[name]}" for name in ("via", "from", "to", "call-id", "cseq")]
            answer = "\r\n".join(["SIP/2.0 200 OK", *lines, "content-length: 0", "", ""])
            self.socket.sendto(answer.encode(), source)

    def on_response(self, status, call, found):
        if status < 200 or not re.fullmatch(r"1 INVITE", found["cseq"]):
            return
        self.request("ACK", call, found["to"])
        if self.waiting.pop(call, None) is None:
            return
        if status == 200:
            self.answered.add(call)
        else:
            self.refused[call] = status
