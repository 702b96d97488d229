"""The fork server: has the libraries loaded, and forks a keeper for each request. It never opens a document.

It lives inside bubblewrap where there is one, and stays single-threaded: a fork copies one thread, and the locks that
the others held would stay locked for ever. libvips starts threads with its first operation, so modules that are loaded
here may import it but must not use it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path

from pdfmill.core import named_registry
from pdfmill.services import Services
from pdfmill.worker.box import libc
from pdfmill.worker.box.keeper import Keeper
from pdfmill.worker.box.messages import SandboxRequest
from pdfmill.worker.box.seccomp import compile_filter
from pdfmill.worker.box.setup import Namespaces, Setup

#: Largest request; options are small, and a socket message has to fit into its buffer.
REQUEST_CAP = 128 * 1024


def serve(setup: Setup) -> None:
    """Answer requests until the supervisor closes the control socket."""
    if setup.become is not None:
        _become(setup.become)
    libc.set_parent_death_signal(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is the supervisor's to handle
    named_registry.load(setup.registry)
    if setup.preload:
        Services().load()
        import_module("pdfmill.services.soundness")  # what the check of outputs needs
    unconfined = setup.namespaces is Namespaces.NONE
    seccomp_filter = compile_filter(deny_unix_sockets=unconfined) if setup.seccomp else None
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"the fork server has {threads} threads after loading its libraries")
    gc.collect()
    gc.freeze()  # keeps the pages of what is loaded now shared with every child
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are not waited for
    control = socket.socket(fileno=setup.control)
    control.sendall(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, REQUEST_CAP, 1)
        if not message:
            return
        supervisor = socket.socket(fileno=descriptors[0])
        if os.fork() == 0:
            control.close()
            _keep(setup, seccomp_filter, message, supervisor)
        supervisor.close()


def _become(user: int) -> None:
    """Give up being root.

    Root starts bubblewrap without a user namespace: only so can the box hold files that lie behind folders which none
    but root may enter, a Python in root's home for one. The /proc is our own, because bubblewrap covers parts of its
    own one when it is root's, and the kernel then refuses a job's namespace a new one.
    """
    libc.mount("proc", "/proc", "proc", libc.MS_NOSUID | libc.MS_NODEV | libc.MS_NOEXEC)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    libc.drop_capabilities()
    libc.set_dumpable()


def _keep(setup: Setup, seccomp_filter: bytes | None, message: bytes, supervisor: socket.socket) -> None:
    """In the forked keeper; never returns."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        described = json.loads(message)
        request = SandboxRequest.model_validate(described["request"])
        Keeper(setup, seccomp_filter, Path(described["directory"]), request, supervisor).run()
    except BaseException as error:  # noqa: BLE001 - told to the supervisor; this process ends here
        with contextlib.suppress(OSError):
            ended = {"verdict": "lost", "cause": repr(error)}
            supervisor.sendall(json.dumps({"ended": ended}).encode() + b"\n")
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve(Setup.model_validate_json(sys.argv[1]))
