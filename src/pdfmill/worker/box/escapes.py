"""The twelve ways out of the box, each tried for real from within it.

Doctor, start-up probe and tests run the same attempts. Each runs in a forked child, so that one which succeeds cannot
spoil the next. An attempt that returns has succeeded; one that raises, or whose process is killed, was refused.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.worker.box import libc

#: Ways that a box without namespaces, or one without a system-call filter, cannot close.
SEE_PROCESSES, KERNEL_INTERFACES = "see processes outside", "use kernel interfaces no document needs"

#: These two are seen from outside only: the supervisor looks whether a datagram came, and whether a child lives on.
NETWORK, OUTLIVE = "reach the network", "outlive the job"

#: The file that a child which outlives its job keeps locked.
SURVIVOR_LOCK = "survivor"

_SURVIVOR_SECONDS = 20
_CONNECT_TIMEOUT_S = 0.5

_IO_URING_SETUP = 425  # the same number on every architecture

_NOT_REFUSED, _REFUSED = 0, 1

_Thing = TypeVar("_Thing")


class Targets(Options):
    """What the attempts aim at; the supervisor has put it there."""

    attempt: str = Field(description="Directory of another attempt; it holds a file 'secret' and a socket 'socket'.")
    tcp_port: int = Field(description="Port of a listener on the host's loopback address.")
    udp_port: int = Field(description="Port of a receiver on the host's loopback address.")
    abstract_socket: str = Field(description="Name of an abstract unix socket that listens.")
    process: int = Field(description="Process outside the box that runs as long as the probe.")


class Findings(Result):
    """What came of it."""

    possible: list[str] = Field(description="The ways out that are open.")


Attempt = Callable[[Targets], object]


def _read_other_attempt(targets: Targets) -> None:
    (Path(targets.attempt) / "secret").read_bytes()


def _write_other_attempt(targets: Targets) -> None:
    (Path(targets.attempt) / "planted").touch()


def _list_other_attempt(targets: Targets) -> None:
    list(Path(targets.attempt).iterdir())


def _read_host_files(_: Targets) -> None:
    _for_any(("/etc/passwd", "/etc/hosts", "/etc/hostname"), lambda name: Path(name).read_bytes())


def _write_programs(_: Targets) -> None:
    def plant(folder: str) -> None:
        planted = Path(folder) / f"planted-{os.getpid()}"
        planted.touch(exist_ok=False)
        planted.unlink()

    _for_any((sys.prefix, sys.base_prefix, "/usr", str(Path(__file__).parent)), plant)


def _connect_tcp(targets: Targets) -> None:
    socket.create_connection(("127.0.0.1", targets.tcp_port), _CONNECT_TIMEOUT_S).close()


def _send_udp(targets: Targets) -> None:
    """Succeeds when the datagram arrives, which the supervisor sees and we do not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", targets.udp_port))
    raise TimeoutError


def _list_interfaces(_: Targets) -> None:
    if not [name for _, name in socket.if_nameindex() if name != "lo"]:
        raise PermissionError


def _connect_abstract_socket(targets: Targets) -> None:
    _connect_unix("\0" + targets.abstract_socket)


def _connect_unix_socket(targets: Targets) -> None:
    os.chdir(targets.attempt)  # the whole path may be longer than a socket's address can hold
    _connect_unix("socket")


def _connect_unix(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as connecting:
        connecting.settimeout(_CONNECT_TIMEOUT_S)
        connecting.connect(address)


def _signal_outsiders(targets: Targets) -> None:
    # One by one: to a process under Landlock, kill(-1) reports success though it reaches nobody.
    _for_any(_outsiders(targets), lambda pid: os.kill(pid, 0))


def _see_outsiders(_: Targets) -> None:
    own = {1, os.getpid(), os.getppid()} if _has_own_processes() else {os.getpid(), os.getppid()}
    if not {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()} - own:
        raise PermissionError


def _read_environment(targets: Targets) -> None:
    _for_any(_outsiders(targets), lambda pid: Path(f"/proc/{pid}/environ").read_bytes())


def _open_memory(targets: Targets) -> None:
    _for_any(_outsiders(targets), lambda pid: Path(f"/proc/{pid}/mem").open("rb").close())


def _trace(targets: Targets) -> None:
    _for_any(_outsiders(targets), libc.trace)


def _make_user_namespace(_: Targets) -> None:
    libc.unshare(libc.CLONE_NEWUSER)


def _mount(_: Targets) -> None:
    libc.unshare(libc.CLONE_NEWNS)  # first a namespace of its own, so that a mount hides nothing from anybody
    libc.mount("tmpfs", "/usr", "tmpfs", 0)


def _change_root(_: Targets) -> None:
    os.chroot("/usr")


def _make_device(_: Targets) -> None:
    os.mknod("device", stat.S_IFCHR | 0o600, os.makedev(1, 3))


def _become_root(_: Targets) -> None:
    if os.getuid() == 0:
        raise PermissionError  # it is only called so: whether that means anything, the other attempts show
    os.setuid(0)


def _set_up_io_uring(_: Targets) -> None:
    parameters = ctypes.create_string_buffer(120)  # struct io_uring_params
    os.close(libc.syscall(_IO_URING_SETUP, ctypes.c_uint(1), parameters))


def _run_set_uid_program(_: Targets) -> None:
    """Run one, and read from its corpse which rights it had: those of its owner, or the caller's."""
    before = _rights(os.getpid())
    for program in ("su", "mount", "passwd", "newgrp", "chsh"):
        path = Path("/usr/bin") / program
        if path.exists() and path.stat().st_mode & stat.S_ISUID:
            break
    else:
        raise FileNotFoundError
    null = subprocess.DEVNULL
    started = subprocess.Popen([path, "--version"], stdin=null, stdout=null, stderr=null)
    os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
    after = _rights(started.pid)
    started.wait()
    if after == before:
        raise PermissionError


def _outlive(_: Targets) -> None:
    """Leave a process behind, without session or parent, that holds a lock as long as it lives."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with Path(SURVIVOR_LOCK).open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                os.write(writing, b"x")
                time.sleep(_SURVIVOR_SECONDS)
        os._exit(0)
    os.close(writing)
    os.read(reading, 1)
    raise TimeoutError  # whether it outlived the job, the supervisor sees


ESCAPES: dict[str, tuple[Attempt, ...]] = {
    "reach another attempt": (_read_other_attempt, _write_other_attempt, _list_other_attempt),
    "read files of the host": (_read_host_files,),
    "change programs": (_write_programs,),
    NETWORK: (_connect_tcp, _send_udp, _list_interfaces),
    "reach an abstract socket": (_connect_abstract_socket,),
    "reach a unix socket": (_connect_unix_socket,),
    "signal processes outside": (_signal_outsiders,),
    SEE_PROCESSES: (_see_outsiders,),
    "read the memory of processes outside": (_read_environment, _open_memory, _trace),
    KERNEL_INTERFACES: (
        _make_user_namespace,
        _mount,
        _change_root,
        _make_device,
        _become_root,
        _set_up_io_uring,
    ),
    "gain rights by a set-uid program": (_run_set_uid_program,),
    OUTLIVE: (_outlive,),
}


def run(_inputs: Inputs, targets: Targets, _ctx: Context) -> Outcome[Findings]:
    """Try every way."""
    possible = [name for name, attempts in ESCAPES.items() if any(_is_possible(each, targets) for each in attempts)]
    return Outcome(Findings(possible=possible))


#: Not in any registry: clients cannot ask for it.
probe_escapes = Operation(
    name="probe-escapes",
    title="Probe the sandbox",
    summary="Try to break out of the sandbox.",
    queue="maintenance",
    accepts=Accepts((), minimum=0, maximum=0),
    options=Targets,
    result=Findings,
    run=run,
)


def _is_possible(attempt: Attempt, targets: Targets) -> bool:
    """Whether the attempt succeeded, or failed by anything but a refusal: what is not proven closed counts as open."""
    pid = os.fork()
    if pid == 0:
        status = _NOT_REFUSED
        try:
            attempt(targets)
        except OSError:
            status = _REFUSED
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    return not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) != _REFUSED


def _for_any(things: Iterable[_Thing], act: Callable[[_Thing], object]) -> None:
    """Succeed at the first thing to which ``act`` can be done."""
    for thing in things:
        with contextlib.suppress(OSError):
            act(thing)
            return
    raise PermissionError("none of them")


def _outsiders(targets: Targets) -> Iterator[int]:
    """Processes that are none of the job's business."""
    if not _has_own_processes():
        yield from (targets.process, 1)
    elif targets.process > os.getpid():
        # A fresh namespace numbers its processes in order, so a lower number may be one of the job's own.
        yield targets.process


def _has_own_processes() -> bool:
    """Whether the job is the second process of a namespace of its own; asked in a child of the job."""
    return os.getppid() == 2


def _rights(pid: int) -> tuple[str, str]:
    """Effective user and capabilities (proc_pid_status(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    entries = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    return entries["Uid"][1], entries["CapEff"][0]
