"""Trying, from outside, whether the box holds: sets the baits, runs the attempts of `box.escapes` in a job, looks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from pdfmill.core.errors import EngineFailed
from pdfmill.core.limits import Limits
from pdfmill.worker.box.escapes import ESCAPES, NETWORK, OUTLIVE, SURVIVOR_LOCK, Findings, Targets, probe_escapes
from pdfmill.worker.box.messages import SandboxRequest
from pdfmill.worker.sandbox.process import SandboxProcess

_LIMITS = Limits(wall_s=15, cpu_s=10)

Launch = Callable[[Path, SandboxRequest], SandboxProcess]


def find_escapes(launch: Launch, spool: Path) -> tuple[str, ...]:
    """Run a job that tries to break out; returns the ways that are open, in the order of `ESCAPES`.

    Raises:
        EngineFailed: The job did not run.
    """
    name = f"probe-{uuid4().hex}"
    own, other = spool / name, spool / f"{name}-other"
    try:
        with _baits(other) as (targets, datagrams):
            own.mkdir(mode=0o755)
            possible = _run(launch, own, targets)
            with contextlib.suppress(BlockingIOError):
                datagrams.recv(1)
                possible.add(NETWORK)
            if _is_locked(own / "work" / SURVIVOR_LOCK):
                possible.add(OUTLIVE)
    finally:
        for directory in (own, other):
            shutil.rmtree(directory, ignore_errors=True)
    return tuple(way for way in ESCAPES if way in possible)


def _run(launch: Launch, directory: Path, targets: Targets) -> set[str]:
    options = targets.model_dump(mode="json")
    with launch(
        directory, SandboxRequest(operation=probe_escapes.name, options=options, inputs=(), limits=_LIMITS)
    ) as job:
        ended = job.wait()
    if ended.outcome is None:
        raise EngineFailed(f"a first job ended with {ended.verdict}: {ended.cause[-300:]}")
    return set(Findings.model_validate(ended.outcome.result).possible)


@contextmanager
def _baits(other: Path) -> Iterator[tuple[Targets, socket.socket]]:
    """Everything an attempt aims at: another attempt's directory, and listeners of each kind; and what UDP brings."""
    # Open to every user of the host, so that nothing but the box keeps the job out.
    other.mkdir(mode=0o777, parents=True)
    other.chmod(0o777)
    (other / "secret").write_text("of another attempt")
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(False)
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{other.name}")
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        _bind_in(other, unix)
        for listener in (abstract, unix):
            listener.listen()
        yield (
            Targets(
                attempt=str(other),
                tcp_port=tcp.getsockname()[1],
                udp_port=udp.getsockname()[1],
                abstract_socket=other.name,
                process=os.getpid(),
            ),
            udp,
        )


def _bind_in(folder: Path, listener: socket.socket) -> None:
    """Bind by way of an open descriptor: the whole path may be longer than a socket's address can hold (unix(7))."""
    opened = os.open(folder, os.O_PATH)
    try:
        listener.bind(f"/proc/self/fd/{opened}/socket")
    finally:
        os.close(opened)
    (folder / "socket").chmod(0o777)


def _is_locked(path: Path) -> bool:
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        raise EngineFailed("the probe could not leave a process behind, so nothing is known of survivors") from None
    except BlockingIOError:
        return True
    return False
