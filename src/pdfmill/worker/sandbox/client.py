"""The supervisor's side of the sandbox."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pdfmill
from pdfmill.config.logging import get_logger
from pdfmill.core.errors import EngineFailed
from pdfmill.core.language_data import data_environment
from pdfmill.core.limits import Limits
from pdfmill.providers.desk import Desk
from pdfmill.worker.box.escapes import probe_escapes
from pdfmill.worker.box.messages import SandboxOutcome, SandboxRequest
from pdfmill.worker.box.setup import Namespaces, Setup
from pdfmill.worker.outputs import Promises, check_outputs
from pdfmill.worker.sandbox import bubblewrap
from pdfmill.worker.sandbox.probe import find_escapes
from pdfmill.worker.sandbox.process import SandboxProcess
from pdfmill.worker.sandbox.tiers import NOBODY, Feature, Tier, User, Way, ways

log = get_logger(__name__)

REGISTRY = "pdfmill.operations:load_registry"

#: Jobs after which the fork server is started anew, so that nothing can pile up in it.
RECYCLE_AFTER = 1000

#: Seconds between two probes: what held at the start may not hold for ever (a kernel setting, a new mount).
PROBE_EVERY_S = 600

_START_TIMEOUT_S = 20
_NOBODY: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}


class Sandbox:
    """A fork server, and the jobs it runs. Made by `start` only.

    Start and launch from the main thread: the kernel kills the fork server when the *thread* that started it ends.

    Processes forked from the one that started it share the fork server, which costs them no memory; one that finds it
    dead starts its own.
    """

    def __init__(self, spool: Path, registry: str, extra: tuple[Path, ...], way: Way, *, preload: bool = True) -> None:
        self._spool = spool
        self._registry = registry
        self._extra = extra
        self._way = way
        self._preload = preload
        self._shortfalls: tuple[str, ...] = ()
        self._tier: Tier | None = None
        self._probed = 0.0
        self._launched = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._begin()

    @classmethod
    def start(
        cls,
        spool: Path,
        *,
        registry: str = REGISTRY,
        extra_readable: tuple[Path, ...] = (),
        without: Collection[Feature] = (),
        preload: bool = True,
    ) -> Sandbox:
        """Start the strongest sandbox that works here; weaker ones are found by trying, and logged.

        Args:
            spool: The folder under which all attempts' directories lie.
            registry: ``module:function`` that gives the operations.
            extra_readable: Folders that jobs may read as well.
            without: Features to do without, to see how a machine fares that lacks them.
            preload: Whether every library is loaded before the first job; one that runs a single job need not wait.

        Raises:
            EngineFailed: Not even the weakest worked.
        """
        spool = spool.resolve()
        shortfalls: list[str] = []
        for way in ways(without):
            try:
                sandbox = cls(spool, registry, extra_readable, way, preload=preload)
                sandbox._shortfalls = tuple(shortfalls)
                sandbox.probe()
            except (OSError, EngineFailed) as error:
                shortfalls.append(f"{way.variant}: {error}")
                continue
            return sandbox
        raise EngineFailed(
            "No sandbox could be started, so no document can be opened. `pdfmill doctor` tells why.",
            shortfalls=shortfalls,
        )

    @property
    def tier(self) -> Tier:
        """How strong the box is, by its last probe."""
        assert self._tier is not None
        return self._tier

    def probe(self) -> Tier:
        """Try every way out of the box in a job of its own, and judge the tier by what came of it.

        Raises:
            EngineFailed: The job did not run; the sandbox is closed.
        """
        try:
            escapes = find_escapes(self.launch, self._spool)
        except BaseException:
            self.close()
            raise
        tier = self._way.tier(escapes, self._shortfalls)
        self._probed = time.monotonic()
        if tier != self._tier:
            self._tier = tier
            report = log.info if tier.name == "A" else log.warning
            report("sandbox probed", **dataclasses.asdict(tier))
        return tier

    def probe_if_due(self) -> None:
        """Probe again when the last time is ten minutes ago; call it between jobs.

        A probe that does not run is no news of the job before it: the next launch starts anew, and tells.
        """
        if time.monotonic() - self._probed >= PROBE_EVERY_S:
            try:
                self.probe()
            except (OSError, EngineFailed) as error:
                log.warning("sandbox not probed", error=str(error))

    def launch(self, directory: Path, request: SandboxRequest, desk: Desk | None = None) -> SandboxProcess:
        """Begin a job in its directory; the operation works in ``directory/work``.

        Args:
            desk: Where it may ask a provider; it is closed with the job.

        Raises:
            EngineFailed: The fork server died and cannot be started again.
        """
        directory = directory.resolve()
        (directory / "work").mkdir(exist_ok=True)
        if self._way.user is not User.OWN:
            _give_away(directory)
        if self._launched >= RECYCLE_AFTER:
            self.close()
        self._launched += 1
        if desk is not None:
            request = request.model_copy(update={"offer": desk.offer})
        keeper = self._request(directory, request)
        if request.operation == probe_escapes.name:
            return SandboxProcess(keeper, directory, request.limits)
        originals = tuple(file.file for file in request.inputs)

        def start_check(outcome: SandboxOutcome, limits: Limits) -> socket.socket:
            return self._request(directory, _check_of(outcome, originals, limits))

        return SandboxProcess(keeper, directory, request.limits, start_check, desk)

    def _request(self, directory: Path, request: SandboxRequest) -> socket.socket:
        """Send a request; returns the connection to its keeper."""
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
                return ours
            finally:
                theirs.close()
        raise AssertionError("not reached")

    def close(self) -> None:
        """End the fork server and every job in it; in a forked process, only leave it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None and self._started_by == os.getpid():
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
        self._started_by = os.getpid()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the fork server; a pipe could fill up
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = self._start_process(theirs)
        except OSError:
            ours.close()
            self._errors.close()
            raise
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

    def _start_process(self, control: socket.socket) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command(control.fileno()),
            env={**bubblewrap.ENVIRONMENT, **data_environment(), "PYTHONPATH": self._python_path()},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=[control.fileno()],
            start_new_session=True,
            **_NOBODY if self._way.user is User.LENT else {},
        )

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
            preload=self._preload,
            become=NOBODY if self._way.user is User.LENT_INSIDE else None,
        )
        inner = [sys.executable, "-s", "-P", "-m", "pdfmill.worker.box.forkserver", setup.model_dump_json()]
        if self._way.namespaces is Namespaces.NONE:
            return inner
        program = shutil.which("bwrap")
        assert program is not None
        return bubblewrap.command(program, self._way, self._spool, self._extra, inner)

    def _python_path(self) -> str:
        return os.pathsep.join([str(Path(pdfmill.__file__).parent.parent), *map(str, self._extra)])


def check_sandbox(spool: Path) -> str:
    """Start a sandbox and try to break out of it; returns the tier.

    Raises:
        EngineFailed: It did not work.
    """
    spool.mkdir(mode=0o711, parents=True, exist_ok=True)
    with Sandbox.start(spool, preload=False) as sandbox:
        return str(sandbox.tier)


def _give_away(directory: Path) -> None:
    """Let the unprivileged user of the sandbox own the attempt's directory."""
    for path in (directory, *directory.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def _check_of(outcome: SandboxOutcome, originals: tuple[str, ...], limits: Limits) -> SandboxRequest:
    promises = Promises(
        outputs=tuple(output.file for output in outcome.outputs),
        media_types=tuple(output.media_type for output in outcome.outputs),
        page_counts=tuple(output.page_count or 0 for output in outcome.outputs),
        originals=originals,
    )
    options = promises.model_dump(mode="json")
    return SandboxRequest(operation=check_outputs.name, options=options, inputs=(), limits=limits)
