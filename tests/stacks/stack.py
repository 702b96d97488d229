"""The whole embedded stack, started as a user starts it."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx

from pdfmill.client import Client
from stacks.processes import below, command_line, free_port, is_alive, wait_for

START_S = 60
STOP_S = 10


class Stack:
    """`pdfmill serve` on a free port.

    Args:
        folder: For its data and its log.
        environment: Variables on top of this process's own.
    """

    def __init__(self, folder, environment=None):
        self.folder = folder
        self.log = folder / "serve.log"
        self.environment = surroundings(environment)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.addresses = [self.address]
        self.data_dirs = [folder / "data"]
        words = ["serve", "--port", str(port), "--data-dir", str(folder / "data")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pdfmill", *words], stdout=log, stderr=log, env=self.environment
            )
        self._wait_until_ready()

    def _wait_until_ready(self):
        def is_ready():
            assert self.process.poll() is None, self.log.read_text()
            return b"pdfmill is ready" in self.log.read_bytes()

        try:
            wait_for(is_ready, START_S, self.log.read_text)
        except BaseException:
            self.kill()
            raise

    #: Whether clients fetch results from a bucket.
    signs_links = False

    def client(self):
        return Client(self.address)

    def clean_up(self):
        """Have a worker do what the schedule asks for every ten minutes."""
        send_task("pdfmill.cleanup_expired_jobs", self.folder / "data", self.environment)

    def pids(self):
        """The launcher and everything below it."""
        return [self.process.pid, *below(self.process.pid)]

    def pids_of(self, words):
        """Those of its processes whose command line has these words."""
        return [pid for pid in self.pids() if words in command_line(pid)]

    def stop(self, within_s=2 * STOP_S):
        """Ctrl-C; returns the processes that were left. Fails if it takes longer."""
        pids = self.pids()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(within_s)
        return [command_line(pid) for pid in pids if is_alive(pid)]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def surroundings(environment=None):
    """The environment of a server under test."""
    return {**os.environ, "PDFMILL_STORAGE__MIN_FREE_MIB": "0", "PDFMILL_LOG__FORMAT": "json", **(environment or {})}


def send_task(name, data_dir, environment):
    """Send a task as an operator does, through the broker of those servers."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "pdfmill.celery_app", "call", name]
    environment = {**environment, "PDFMILL_DATA_DIR": str(data_dir)}
    subprocess.run(command, env=environment, check=True, capture_output=True)


@contextmanager
def running_stack(folder, environment=None):
    """A stack that is stopped at the end."""
    stack = Stack(folder, environment)
    try:
        yield stack
        stack.stop()
    finally:
        stack.kill()


def is_ready(address):
    """Whether a web server answers."""
    try:
        return httpx.get(f"{address}/livez", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
