"""The whole embedded stack, started as a user starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from pdfmill.client import Client

START_S = 60
STOP_S = 10


class Stack:
    """`pdfmill serve` on a free port."""

    def __init__(self, folder):
        self.folder = folder
        self.port = _free_port()
        self.log = folder / "serve.log"
        self.address = f"http://127.0.0.1:{self.port}"
        environment = {**os.environ, "PDFMILL_STORAGE__MIN_FREE_MIB": "0", "PDFMILL_LOG__FORMAT": "json"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "pdfmill",
                    "serve",
                    "--port",
                    str(self.port),
                    "--data-dir",
                    str(folder / "data"),
                ],
                stdout=log,
                stderr=log,
                env=environment,
            )
        self._wait_until_ready()

    def _wait_until_ready(self):
        until = time.monotonic() + START_S
        while b"pdfmill is ready" not in self.log.read_bytes():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def client(self):
        return Client(self.address)

    def pids(self):
        """The launcher and everything below it."""
        return [self.process.pid, *below(self.process.pid)]

    def pids_of(self, words):
        """Those of its processes whose command line has these words."""
        return [pid for pid in self.pids() if words in command_line(pid)]

    def stop(self):
        """Ctrl-C; returns the seconds it took and the processes that were left."""
        pids = self.pids()
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(STOP_S * 2)
        return time.monotonic() - started, [command_line(pid) for pid in pids if is_alive(pid)]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def below(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found += [child, *below(child)]
    return found


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def is_ready(address):
    try:
        return httpx.get(f"{address}/livez").status_code == 200
    except httpx.HTTPError:
        return False


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(tmp_path):
    """Starts a stack; what a test leaves running is killed."""
    stacks = []

    def start():
        stacks.append(Stack(tmp_path))
        return stacks[-1]

    yield start
    for stack in stacks:
        stack.kill()


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack that the tests of a module share."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    yield stack
    stack.stop()
