"""One keeper for each job: it owns the deadline, the memory and the killing, and tells the supervisor how it went.

The job writes on a pipe to the keeper, and only the keeper writes to the supervisor: whatever a hostile document makes
the job say, it cannot say how the job ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from pathlib import Path
from typing import Any

from pdfmill.core.limits import MIB
from pdfmill.worker.box import libc
from pdfmill.worker.box.attempt_process import EXIT_MEMORY, EXIT_OUTPUT, Pipes, make_private_view, run_job
from pdfmill.worker.box.messages import SandboxRequest, Verdict
from pdfmill.worker.box.process_tree import cpu_seconds, descendants, disk_bytes, memory_bytes
from pdfmill.worker.box.relay import Relay
from pdfmill.worker.box.setup import Namespaces, Setup

#: How often memory and processor time are looked at.
_TICK_S = 0.1

#: The operation notices its deadline itself; the keeper gives it a moment to say so.
_DEADLINE_GRACE_S = 1.0

#: Progress that comes faster than this is a job that talks too much.
_FORWARD_EVERY_S = 0.05

#: Longest line, and most unread bytes, from a job.
_LINE_CAP = 4 * MIB


class Keeper:
    """Runs one job and tells the supervisor how it went.

    Args:
        supervisor: Lines that come in are answers of a provider, for the job; the end of them means: cancel.
    """

    def __init__(
        self,
        setup: Setup,
        seccomp_filter: bytes | None,
        directory: Path,
        request: SandboxRequest,
        supervisor: socket.socket,
    ) -> None:
        self._setup = setup
        self._filter = seccomp_filter
        self._directory = directory
        self._request = request
        self._supervisor = supervisor
        self._unread = b""
        self._last_word: dict[str, Any] = {}
        self._progress: Any = None
        self._relay = Relay(supervisor)
        self._forwarded = 0.0
        self._peak_bytes = 0
        self._cpu_s = 0.0

    def run(self) -> None:
        """From fork to verdict."""
        started = time.monotonic()
        libc.set_parent_death_signal(signal.SIGKILL)
        self._make_namespaces()
        reading, writing = os.pipe()
        answers = self._relay.open_pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self._become_job(Pipes(writing, answers))
        os.close(writing)
        os.close(answers)
        if self._setup.namespaces is not Namespaces.NONE:
            libc.drop_capabilities()
        os.set_blocking(reading, False)
        verdict = self._watch(pid, reading, started + self._request.limits.wall_s + _DEADLINE_GRACE_S)
        status = self._kill(pid, stopped=verdict is not None)
        self._read(reading)
        self._relay.tell(
            ended={
                "verdict": verdict or self._verdict_of(status),
                "cpu_s": round(self._cpu_s, 3),
                "peak_memory_bytes": self._peak_bytes,
                "wall_s": round(time.monotonic() - started, 3),
                "status": status,
                **self._last_word,
            }
        )

    def _make_namespaces(self) -> None:
        """A pid namespace of its own, so that the death of its first process is the death of all."""
        if self._setup.namespaces is Namespaces.NONE:
            libc.set_child_subreaper()
            return
        if self._setup.namespaces is Namespaces.HELD:
            libc.unshare(libc.CLONE_NEWPID)
            return
        # RLIMIT_NPROC counts per user namespace: in a shared one, a fork bomb takes the processes of its neighbours.
        user, group = os.getuid(), os.getgid()
        libc.unshare(libc.CLONE_NEWUSER | libc.CLONE_NEWPID)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")

    def _become_job(self, pipes: Pipes) -> None:
        """In the forked child; never returns."""
        try:
            self._supervisor.close()
            if self._setup.namespaces is not Namespaces.NONE:
                libc.set_parent_death_signal(signal.SIGKILL)
                # Bubblewrap's network namespace has no way out, but jobs could meet in it.
                libc.unshare(libc.CLONE_NEWNS | libc.CLONE_NEWIPC | libc.CLONE_NEWNET)
                make_private_view(self._setup, self._directory)
                if self._setup.namespaces is Namespaces.OWN:
                    # Nothing in here needs another user namespace, and many kernel holes began with one.
                    Path("/proc/sys/user/max_user_namespaces").write_text("0")
                libc.drop_capabilities()
                # The first process of a namespace ignores its own signals: a job in that place would survive
                # SIGXCPU and SIGSEGV. So it only reaps, and the job is the second.
                child = os.fork()
                if child:
                    os.close(pipes.to_keeper)
                    _reap_until(child)
        except BaseException as error:  # noqa: BLE001 - told to the keeper; there is nobody else above
            os.write(pipes.to_keeper, json.dumps({"cause": repr(error)}).encode() + b"\n")
            os._exit(71)
        run_job(self._setup, self._filter, self._directory, self._request, pipes)

    def _watch(self, pid: int, pipe: int, deadline: float) -> Verdict | None:
        """Pass progress on until the job ends by itself (None), or must be stopped, and why."""
        process = os.pidfd_open(pid)
        poll = select.poll()
        for descriptor in (process, pipe, self._supervisor.fileno()):
            poll.register(descriptor, select.POLLIN)
        looked = 0.0
        while True:
            pause = _TICK_S if self._progress is None else _FORWARD_EVERY_S
            left = deadline - time.monotonic()
            self._relay.watch_with(poll)
            ready = {descriptor for descriptor, _ in poll.poll(max(0.0, min(pause, left)) * 1000)}
            if pipe in ready and not self._read(pipe):
                poll.unregister(pipe)
            if process in ready:
                return None
            if self._supervisor.fileno() in ready and not self._relay.receive():
                return Verdict.CANCELLED
            self._relay.deliver()
            self._forward_progress()
            if len(self._unread) > _LINE_CAP or self._relay.is_abused:
                return Verdict.CRASH
            now = time.monotonic()
            if now > deadline:
                return Verdict.DEADLINE
            if now - looked >= _TICK_S:
                looked = now
                exceeded = self._exceeded(pid)
                if exceeded is not None:
                    return exceeded

    def _exceeded(self, pid: int) -> Verdict | None:
        """Measure the job and all below it; which limit it broke, if any."""
        limits = self._request.limits
        self._cpu_s = max(self._cpu_s, cpu_seconds(pid))
        held = memory_bytes(pid, suspicious_above=limits.memory_mib * MIB)
        self._peak_bytes = max(self._peak_bytes, held)
        if held > limits.memory_mib * MIB:
            return Verdict.MEMORY
        if disk_bytes(self._directory / "work") > limits.work_mib * MIB:
            return Verdict.DISK
        # The kernel exempts root from its own limit of processes.
        return Verdict.PROCESSES if len(descendants(pid)) > limits.processes else None

    def _kill(self, pid: int, *, stopped: bool) -> int:
        """Leave no process behind; returns the wait status of the first one as an exit code, 128 + n for a signal."""
        if stopped:
            os.kill(pid, signal.SIGKILL)
        if self._setup.namespaces is Namespaces.NONE:
            _sweep(pid)
        _, status, usage = os.wait4(pid, 0)
        self._cpu_s = max(self._cpu_s, usage.ru_utime + usage.ru_stime)
        # The most that one process held, exactly; unless all were killed at once, and nobody buried them.
        self._peak_bytes = max(self._peak_bytes, usage.ru_maxrss * 1024)
        code = os.waitstatus_to_exitcode(status)
        return 128 - code if code < 0 else code

    def _verdict_of(self, status: int) -> Verdict:
        """What an end means that nobody ordered."""
        if status == 0:
            return Verdict.OK if "outcome" in self._last_word else Verdict.CRASH
        if status == EXIT_MEMORY:
            return Verdict.MEMORY
        if status in (EXIT_OUTPUT, 128 + signal.SIGXFSZ):
            return Verdict.OUTPUT
        used_up = self._cpu_s >= self._request.limits.cpu_s
        if status == 128 + signal.SIGXCPU or (status == 128 + signal.SIGKILL and used_up):
            return Verdict.CPU
        if status in (128 + signal.SIGABRT, 128 + signal.SIGTRAP):
            # PDFium aborts its process when an allocation fails. A buffer that grows by doubling fails as soon as it
            # holds a third, because the old one and the new one are held together.
            nearly_full = self._peak_bytes > self._request.limits.memory_mib * MIB / 3
            return Verdict.MEMORY if nearly_full else Verdict.CRASH
        return Verdict.FAILED if "failure" in self._last_word else Verdict.CRASH

    def _read(self, pipe: int) -> bool:
        """Take what the job has written; False once it can write no more."""
        while True:
            try:
                data = os.read(pipe, 1 << 16)
            except BlockingIOError:
                return True
            if not data:
                return False
            self._unread += data
            if len(self._unread) > _LINE_CAP:
                return True
            *lines, self._unread = self._unread.split(b"\n")
            for line in lines:
                self._hear(line)

    def _hear(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return  # a job that writes rubbish is not believed, and ends as a crash
        if not isinstance(message, dict):
            return
        if "ask" in message:
            self._relay.ask(message["ask"], len(line))
            return
        if "progress" not in message:
            self._last_word.update({key: message[key] for key in ("outcome", "failure", "cause") if key in message})
            return
        self._progress = message["progress"]
        self._forward_progress()

    def _forward_progress(self) -> None:
        """Send the latest snapshot on, not too often; one that comes too soon waits, and a newer one replaces it."""
        now = time.monotonic()
        if self._progress is not None and now - self._forwarded >= _FORWARD_EVERY_S:
            self._forwarded = now
            self._relay.tell(progress=self._progress)
            self._progress = None


def _reap_until(child: int) -> None:
    """The life of a namespace's first process: bury orphans until the job ends, then end alike. Never returns."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(128 - code if code < 0 else code)


def _sweep(pid: int) -> None:
    """Kill whatever the job left behind, also what left its session: it has been adopted by this subreaper."""
    while others := [each for each in descendants(os.getpid()) if each != pid]:
        for each in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        time.sleep(0.001)
