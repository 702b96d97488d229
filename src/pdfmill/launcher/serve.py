"""The embedded default: web server, worker, reconciler and a private Valkey on one machine."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from pdfmill.config.logging import configure_logging, get_logger
from pdfmill.config.settings import Settings
from pdfmill.core.errors import AddressInUse, AlreadyServing, Exposed, InvalidSettings, MissingDependency
from pdfmill.engines.probe import PROBES, find_valkey
from pdfmill.launcher.commands import reconciler_argv, valkey_argv, web_argv, worker_argv
from pdfmill.launcher.parts import Part
from pdfmill.launcher.supervisor import Supervisor

log = get_logger(__name__)

#: sockaddr_un holds 108 bytes, the last of which is NUL (unix(7)).
LONGEST_SOCKET_PATH = 107

_STOP_ORDER = (("web",), ("worker", "reconciler"), ("valkey",))


def serve(settings: Settings) -> int:
    """Run everything until Ctrl-C or SIGTERM; returns the exit status.

    Raises:
        AlreadyServing: Another launcher works on the data directory.
        Exposed: Everybody on the network could use the server.
        AddressInUse: Something else listens on the port.
        MissingDependency: There is no Valkey and no broker was named.
    """
    started = time.monotonic()
    log_format = _log_format(settings)
    configure_logging(settings.log.model_copy(update={"format": log_format}), part="launcher")
    with data_directory(settings):
        _require_free_address(settings)
        environment = _environment(settings, log_format)
        with _broker(settings, environment) as broker_parts:
            _upgrade_schema(environment)
            _refuse_exposure(settings, environment)

            def announce() -> None:
                address = f"http://{settings.server.host}:{settings.server.port}"
                seconds = round(time.monotonic() - started, 1)
                log.info(f"pdfmill is ready on {address}; its API is described at {address}/docs", seconds=seconds)

            parts = [*broker_parts, *_our_parts(settings, environment)]
            Supervisor(parts, _STOP_ORDER, announce).run()
    log.info("everything has stopped")
    return 0


def _our_parts(settings: Settings, environment: dict[str, str]) -> list[Part]:
    ready_note = settings.run_dir / "worker-ready"
    # The worker needs a moment for itself after its jobs have had theirs.
    grace_s = settings.worker.shutdown_grace_s + 5
    return [
        Part(
            "worker",
            worker_argv(settings),
            environment,
            is_ready=ready_note.exists,
            grace_s=grace_s,
            before_start=lambda: ready_note.unlink(missing_ok=True),
        ),
        Part("web", web_argv(settings), environment, is_ready=lambda: _web_answers(settings), grace_s=3),
        Part("reconciler", reconciler_argv(), environment, is_ready=lambda: True, grace_s=grace_s),
    ]


@contextlib.contextmanager
def data_directory(settings: Settings) -> Iterator[None]:
    """Make the data directory and keep every other launcher out of it."""
    # 0711: an unprivileged sandbox has to pass through to its own directory, and may list nothing on the way.
    settings.data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    (settings.run_dir).mkdir(mode=0o700, exist_ok=True)
    with (settings.data_dir / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyServing(
                f"pdfmill serves from {settings.data_dir} already (process {lock.read().strip() or 'unknown'}). "
                "Stop it first, or choose another folder with --data-dir."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _require_free_address(settings: Settings) -> None:
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AddressInUse(
                f"Cannot listen on {host}:{port}: {error.strerror}. Stop what uses it, or choose another with --port."
            ) from error


def _environment(settings: Settings, log_format: str) -> dict[str, str]:
    """What the parts are told, so that all of them run with the settings of this command line."""
    return {
        **os.environ,
        "PDFMILL_DATA_DIR": str(settings.data_dir),
        "PDFMILL_SERVER__HOST": settings.server.host,
        "PDFMILL_SERVER__PORT": str(settings.server.port),
        "PDFMILL_LOG__FORMAT": log_format,
        "OPENBLAS_NUM_THREADS": "1",
    }


def _log_format(settings: Settings) -> str:
    """Decided once, here: a part cannot see whether our log goes to a terminal."""
    if settings.log.format != "auto":
        return settings.log.format
    return "text" if sys.stderr.isatty() else "json"


@contextlib.contextmanager
def _broker(settings: Settings, environment: dict[str, str]) -> Iterator[list[Part]]:
    """The private Valkey as a part, unless a broker was named; its address goes into ``environment``."""
    if settings.broker.url is not None:
        yield []
        return
    program = find_valkey()
    if program is None:
        raise MissingDependency(f"There is no Valkey to carry messages. Do one of: {PROBES['valkey'].hint}.")
    # In a short folder: the data directory's path may be too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="pdfmill-", dir=os.environ.get("XDG_RUNTIME_DIR")))
    socket_path = folder / "valkey.sock"
    try:
        if len(os.fsencode(socket_path)) > LONGEST_SOCKET_PATH:
            raise InvalidSettings(f"The path {socket_path} is too long for a socket. Set TMPDIR to a shorter folder.")
        environment["PDFMILL_BROKER__URL"] = f"redis+socket://{socket_path}"
        settings.broker_socket_note.write_text(str(socket_path))
        yield [
            Part(
                "valkey",
                valkey_argv(program, socket_path),
                environment,
                is_ready=lambda: _valkey_answers(socket_path),
                is_well=lambda: _valkey_answers(socket_path),  # its socket may have been deleted under it
                grace_s=1,
                before_start=lambda: socket_path.unlink(missing_ok=True),
                capture=True,
            )
        ]
    finally:
        settings.broker_socket_note.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _upgrade_schema(environment: dict[str, str]) -> None:
    """In a process of its own, so that the launcher, which lives on, need not hold a database library in memory."""
    words = [sys.executable, "-m", "pdfmill", "database", "upgrade"]
    done = subprocess.run(words, env=environment, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)  # it has said why


def _refuse_exposure(settings: Settings, environment: dict[str, str]) -> None:
    """See `pdfmill.access.exposure`; the database is asked in another process, for the same reason."""
    if settings.server.is_loopback or settings.server.allow_open:
        return
    words = [sys.executable, "-m", "pdfmill", "keys", "list", "--json"]
    listed = subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE).stdout
    if not json.loads(listed)["items"]:
        raise Exposed()


def _valkey_answers(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(0.2)
        try:
            client.connect(str(socket_path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _web_answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.server.host, settings.server.host)  # noqa: S104
    connection = HTTPConnection(host, settings.server.port, timeout=1)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
