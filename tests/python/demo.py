"""A demo center of a test's own: started, killed, started again, stopped."""

import os
import shlex
import signal
import subprocess
import tempfile
import time
from pathlib import Path

START_TIMEOUT_S = 120


class Demo:
    """`ringfence demo` on free ports, with a data directory that outlives restarts."""

    def __init__(self, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="ringfence-demo-")
        self.options = options
        self.process = None
        self.variables = {}

    @property
    def data(self):
        return Path(self.folder.name) / "data"

    @property
    def log(self):
        return Path(self.folder.name) / "log"

    def start(self, port=0):
        env_file = Path(self.folder.name) / "demo.env"
        env_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [os.environ["RINGFENCE_BIN"], "demo", "--data", self.data, "--env-file", env_file,
                 "--port", str(port), "--sip-port", "0", "--media-port", "0", *self.options],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
            assert time.monotonic() < deadline, "the demo did not start in time"
        assert env_file.exists(), f"the demo did not start:\n{self.log.read_text()}"
        words = shlex.split(env_file.read_text())
        self.variables = dict(word.split("=", 1) for word in words if "=" in word)
        return self

    def kill(self):
        """As a power cut would: no chance to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """As an operator would; returns the exit code."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        return code

    def close(self):
        if self.process and self.process.poll() is None:
            self.stop()
        self.folder.cleanup()
