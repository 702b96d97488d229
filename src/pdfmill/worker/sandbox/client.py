"""The supervisor's side of the sandbox."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import ValidationError

import pdfmill
from pdfmill.config.logging import get_logger
from pdfmill.core.errors import EngineFailed, Failure
from pdfmill.core.limits import Limits
from pdfmill.core.progress import Progress
from pdfmill.worker.sandbox import bubblewrap
from pdfmill.worker.sandbox.landlock import landlock_abi
from pdfmill.worker.sandbox.messages import Ended, SandboxOutcome, SandboxRequest, Verdict, failure_of
from pdfmill.worker.sandbox.seccomp import compile_filter
from pdfmill.worker.sandbox.setup import Namespaces, Setup

log = get_logger(__name__)

REGISTRY = "pdfmill.operations:load_registry"

#: The conventional unprivileged user (Debian's "nobody").
NOBODY = 65534

#: Jobs after which the fork server is started anew, so that nothing can pile up in it.
RECYCLE_AFTER = 1000

_START_TIMEOUT_S = 20


@dataclass(frozen=True)
class Tier:
    """How strong the box is. A: namespaces of its own for each job, Landlock, system-call filter. B: without
    namespaces. C: resource limits only.

    Attributes:
        variant: Which way of that tier.
        shortfalls: Why each better way did not work; empty for the best one.
    """

    name: str
    variant: str
    shortfalls: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Way:
    tier: Tier
    namespaces: Namespaces
    drop_user: bool
    landlock: bool
    seccomp: bool


class Sandbox:
    """A fork server, and the jobs it runs. Made by `start` only.

    Start and launch from the main thread: the kernel kills the fork server when the *thread* that started it ends.
    """

    def __init__(self, spool: Path, registry: str, extra: tuple[Path, ...], way: _Way) -> None:
        self._spool = spool
        self._registry = registry
        self._extra = extra
        self._way = way
        self._launched = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._begin()

    @classmethod
    def start(cls, spool: Path, *, registry: str = REGISTRY, extra_readable: tuple[Path, ...] = ()) -> Sandbox:
        """Start the strongest sandbox that works here; weaker ones are found by trying, and logged.

        Args:
            spool: The folder under which all attempts' directories lie.
            registry: ``module:function`` that gives the operations.
            extra_readable: Folders that jobs may read as well.

        Raises:
            EngineFailed: Not even the weakest worked.
        """
        spool = spool.resolve()
        shortfalls: list[str] = []
        for way in _ways():
            try:
                sandbox = cls(spool, registry, extra_readable, way)
                sandbox._prove()
            except (OSError, EngineFailed) as error:
                shortfalls.append(f"{way.tier.name} ({way.tier.variant}): {error}")
                continue
            sandbox._way = replace(way, tier=replace(way.tier, shortfalls=tuple(shortfalls)))
            report = log.info if way.tier.name == "A" else log.warning
            report("sandbox started", tier=way.tier.name, variant=way.tier.variant, shortfalls=shortfalls)
            return sandbox
        raise EngineFailed(
            "No sandbox could be started, so no document can be opened. `pdfmill doctor` tells why.",
            shortfalls=shortfalls,
        )

    @property
    def tier(self) -> Tier:
        """How strong the box is."""
        return self._way.tier

    def launch(self, directory: Path, request: SandboxRequest) -> SandboxProcess:
        """Begin a job in its directory; the operation works in ``directory/work``.

        Raises:
            EngineFailed: The fork server died and cannot be started again.
        """
        directory = directory.resolve()
        (directory / "work").mkdir(exist_ok=True)
        if self._way.drop_user:
            _give_away(directory)
        if self._launched >= RECYCLE_AFTER:
            self.close()
        self._launched += 1
        message = json.dumps({"directory": str(directory), "request": request.model_dump(mode="json")}).encode()
        for attempt in (1, 2):
            if self._control is None:
                self._begin()
            assert self._control is not None
            ours, theirs = socket.socketpair()
            try:
                socket.send_fds(self._control, [message], [theirs.fileno()])
            except OSError as error:
                ours.close()
                self.close()
                if attempt == 2:
                    raise EngineFailed("The sandbox died twice in a row. Run `pdfmill doctor`.") from error
            else:
                return SandboxProcess(ours, directory, request.limits)
            finally:
                theirs.close()
        raise AssertionError("not reached")

    def close(self) -> None:
        """End the fork server and every job in it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self._errors.close()
        self._launched = 0

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the fork server; a pipe could fill up
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                self._command(theirs.fileno()),
                env={**bubblewrap.ENVIRONMENT, "PYTHONPATH": self._python_path()},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                user=NOBODY if self._way.drop_user else None,
                group=NOBODY if self._way.drop_user else None,
                extra_groups=[] if self._way.drop_user else None,
            )
        ours.settimeout(_START_TIMEOUT_S)
        try:
            ready = ours.recv(64) == b"ready"
        except OSError:
            ready = False
        if not ready:
            ours.close()
            said = self._last_words()
            self.close()
            raise EngineFailed(f"the fork server did not start: {said}")
        ours.settimeout(None)
        self._control = ours

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read(1 << 16).decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"

    def _command(self, control: int) -> list[str]:
        setup = Setup(
            control=control,
            spool=str(self._spool),
            readable=bubblewrap.readable_paths(self._extra),
            namespaces=self._way.namespaces,
            landlock=self._way.landlock,
            seccomp=self._way.seccomp,
            registry=self._registry,
        )
        inner = [sys.executable, "-s", "-P", "-m", "pdfmill.worker.sandbox.forkserver", setup.model_dump_json()]
        if self._way.namespaces is Namespaces.NONE:
            return inner
        program = shutil.which("bwrap")
        assert program is not None
        return bubblewrap.command(program, self._way.namespaces, self._spool, self._extra, inner)

    def _python_path(self) -> str:
        return os.pathsep.join([str(Path(pdfmill.__file__).parent.parent), *map(str, self._extra)])

    def _prove(self) -> None:
        """Run a job that names no operation: that it is refused by name shows that the box opens and shuts."""
        directory = self._spool / f"probe-{os.getpid()}"
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        try:
            request = SandboxRequest(operation="no-operation", options={}, inputs=(), limits=Limits(wall_s=10))
            with self.launch(directory, request) as process:
                ended = process.wait()
            if ended.failure is None or ended.failure.code != "unknown_operation":
                raise EngineFailed(f"a first job ended with {ended.verdict}: {ended.cause[-300:]}")
        except BaseException:
            self.close()
            raise
        finally:
            shutil.rmtree(directory, ignore_errors=True)


class SandboxProcess:
    """One job. Leaving it as a context manager kills the job and waits until nothing of it is left."""

    def __init__(self, keeper: socket.socket, directory: Path, limits: Limits) -> None:
        self._keeper = keeper
        self._directory = directory
        self._limits = limits
        self._unread = b""
        self._ended: Ended | None = None
        self._backstop = time.monotonic() + limits.wall_s + 10

    def next_event(self, timeout_s: float) -> Progress | Ended | None:
        """The next thing that happens, or None after ``timeout_s`` seconds without any; `Ended` comes last."""
        until = time.monotonic() + timeout_s
        while self._ended is None:
            line, newline, rest = self._unread.partition(b"\n")
            if newline:
                self._unread = rest
                event = self._read(line)
                if event is not None:
                    return event
                continue
            wait_s = until - time.monotonic()
            if wait_s <= 0 or not select.select([self._keeper], [], [], wait_s)[0]:
                if time.monotonic() < self._backstop:
                    return None
                self._ended = self._lost(Verdict.DEADLINE, "the keeper does not answer")
                break
            try:
                data = self._keeper.recv(1 << 16)
            except ConnectionError:
                data = b""
            if not data:
                self._ended = self._lost(Verdict.LOST, "the keeper is gone")
            self._unread += data
        return self._ended

    def wait(self) -> Ended:
        """Wait for the end."""
        while True:
            event = self.next_event(60)
            if isinstance(event, Ended):
                return event

    def cancel(self) -> None:
        """Have the job killed; `Ended` follows. Harmless when it has ended."""
        with contextlib.suppress(OSError):
            self._keeper.send(b"x")

    def __enter__(self) -> SandboxProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ended is None:
            self.cancel()
            self.next_event(5)
            while self._ended is None and self.next_event(5) is not None:
                pass
        self._keeper.close()

    def _read(self, line: bytes) -> Progress | Ended | None:
        message: dict[str, Any] = json.loads(line)
        if "progress" in message:
            try:
                return Progress.model_validate(message["progress"])
            except ValidationError:
                return None  # the job's own words, and wrong ones
        try:
            self._ended = self._end(message["ended"])
        except (ValueError, KeyError, TypeError) as error:  # pydantic's ValidationError is a ValueError
            self._ended = self._lost(Verdict.CRASH, f"the job answered nonsense: {error!r}")
        return self._ended

    def _end(self, ended: dict[str, Any]) -> Ended:
        verdict = Verdict(ended["verdict"])
        outcome = failure = None
        if verdict is Verdict.OK:
            outcome = SandboxOutcome.model_validate(ended["outcome"])
            self._refuse_foreign_files(outcome)
        elif verdict is Verdict.FAILED:
            failure = Failure.model_validate(ended["failure"])
        else:
            failure = failure_of(verdict, self._limits)
        cause = str(ended.get("cause") or ("" if verdict is Verdict.OK else f"exit status {ended.get('status')}"))
        return Ended(
            verdict=verdict,
            outcome=outcome,
            failure=failure,
            cause=cause,
            cpu_s=ended.get("cpu_s", 0.0),
            peak_memory_bytes=ended.get("peak_memory_bytes", 0),
            wall_s=ended.get("wall_s", 0.0),
        )

    def _refuse_foreign_files(self, outcome: SandboxOutcome) -> None:
        """The job is dead by now, so what it names cannot change any more; a link may lead out of its directory."""
        for output in outcome.outputs:
            path = self._directory / output.file
            inside = path.resolve() == path and path.is_relative_to(self._directory / "work")
            if not inside or not path.is_file():
                raise ValueError(f"the output {output.file!r} is no file of the work directory")

    def _lost(self, verdict: Verdict, cause: str) -> Ended:
        return Ended(verdict, None, failure_of(verdict, self._limits), cause)


def check_sandbox(spool: Path) -> str:
    """Start a sandbox and run a job in it; returns the tier.

    Raises:
        EngineFailed: It did not work.
    """
    spool.mkdir(mode=0o711, parents=True, exist_ok=True)
    with Sandbox.start(spool) as sandbox:
        return f"tier {sandbox.tier.name} ({sandbox.tier.variant})"


def _ways() -> Iterator[_Way]:
    """Every way to start, strongest first."""
    landlock, seccomp = landlock_abi() > 0, _seccomp_works()
    as_root = os.geteuid() == 0
    if shutil.which("bwrap"):
        if as_root:
            yield _Way(Tier("A", "unprivileged user"), Namespaces.OWN, True, landlock, seccomp)
            yield _Way(Tier("A", "root without capabilities"), Namespaces.HELD, False, landlock, seccomp)
        else:
            yield _Way(Tier("A", "own user namespace"), Namespaces.OWN, False, landlock, seccomp)
            yield _Way(Tier("A", "shared user namespace"), Namespaces.HELD, False, landlock, seccomp)
    name = "B" if landlock and seccomp else "C"
    if as_root:
        yield _Way(Tier(name, "no namespaces, unprivileged user"), Namespaces.NONE, True, landlock, seccomp)
    user = "root without capabilities" if as_root else "same user"
    yield _Way(Tier(name, f"no namespaces, {user}"), Namespaces.NONE, False, landlock, seccomp)


def _seccomp_works() -> bool:
    try:
        compile_filter(deny_unix_sockets=True)
    except (ImportError, OSError, RuntimeError):
        return False
    return True


def _give_away(directory: Path) -> None:
    """Let the unprivileged user of the sandbox own the attempt's directory."""
    for path in (directory, *directory.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
