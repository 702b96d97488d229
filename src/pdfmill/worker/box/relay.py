"""What the keeper passes on between its supervisor and its job: requests for a provider up, answers down.

Neither end may hold the keeper up: the job is hostile, and does not have to read what it asked for.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
from typing import Any

from pdfmill.worker.box.asking import ANSWER_BYTES, REQUEST_BYTES


class Relay:
    """The keeper's two ends.

    Attributes:
        is_abused: Whether the job asked for something too long, or before the last answer was there.
    """

    def __init__(self, supervisor: socket.socket) -> None:
        self.is_abused = False
        self._supervisor = supervisor
        self._pipe = -1
        self._waits = False
        self._received = b""
        self._undelivered = b""
        self._is_watched = False

    def open_pipe(self) -> int:
        """The end of a new pipe from which the job reads its answers."""
        reading, self._pipe = os.pipe()
        os.set_blocking(self._pipe, False)
        return reading

    def ask(self, request: Any, size: int) -> None:
        """Pass a request on; one at a time, and of bounded size."""
        if self._waits or size > REQUEST_BYTES:
            self.is_abused = True
            return
        self._waits = True
        self.tell(ask=request)

    def receive(self) -> bool:
        """Take what the supervisor sends; False if it wants the job to end."""
        try:
            data = self._supervisor.recv(1 << 16)
        except OSError:
            return False
        self._received += data
        if not data or not self._waits or len(self._received) > ANSWER_BYTES:
            return False
        if self._received.endswith(b"\n"):
            self._undelivered, self._received, self._waits = self._received, b"", False
        return True

    def watch_with(self, poll: select.poll) -> None:
        """Wake up when the job reads, as long as there is something for it."""
        if bool(self._undelivered) != self._is_watched:
            self._is_watched = bool(self._undelivered)
            if self._is_watched:
                poll.register(self._pipe, select.POLLOUT)
            else:
                poll.unregister(self._pipe)

    def deliver(self) -> None:
        """Write as much of an answer as the pipe takes."""
        if self._undelivered:
            try:
                self._undelivered = self._undelivered[os.write(self._pipe, self._undelivered) :]
            except BlockingIOError:
                pass
            except BrokenPipeError:
                self._undelivered = b""  # the job has ended

    def tell(self, **message: Any) -> None:
        """Send the supervisor a message."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # then it is cancelled in the next moment
            self._supervisor.sendall(json.dumps(message).encode() + b"\n")
