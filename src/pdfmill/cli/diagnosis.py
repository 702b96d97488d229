"""What an installation has, tried out rather than read from a list."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pdfmill.cli.workspace import temporary_workspace
from pdfmill.config.settings import Settings
from pdfmill.core.errors import PdfMillError
from pdfmill.core.operation import AnyOperation, Registry
from pdfmill.core.provider import Need
from pdfmill.engines.probe import PROBES, Probe, missing
from pdfmill.providers.service import open_providers
from pdfmill.worker.sandbox import Sandbox

_OLDEST_PYTHON = (3, 11)

#: The first SQLite with RETURNING, which a heartbeat needs.
_OLDEST_SQLITE = (3, 35, 0)

#: sockaddr_un holds 108 bytes, the last of which is NUL (unix(7)).
_LONGEST_SOCKET_PATH = 107

#: What the launcher puts behind the folder of its private broker.
_SOCKET_NAME = "pdfmill-01234567/valkey.sock"


class State(StrEnum):
    """How it stands with something."""

    OK = "ok"
    WEAK = "weak"  # pdfmill works, with less
    MISSING = "missing"  # something does not work


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        found: Version or place, or what is wrong.
        hint: What to do about it; empty when all is well.
        operations: Names of the operations that need it.
    """

    subject: str
    state: State
    found: str
    hint: str = ""
    operations: tuple[str, ...] = ()


def diagnose(settings: Settings) -> Iterator[Finding]:
    """Look at everything, the quick things first."""
    yield _python()
    yield _sqlite()
    try:
        from pdfmill.operations import load_registry
        from pdfmill.services import Services

        registry = load_registry()
        Services().load()  # loads the libraries that only the sandbox loads otherwise
    except ImportError as error:
        # The one command that must run on an installation with a hole in it.
        registry = Registry(())
        yield Finding("operations", State.MISSING, f"cannot be loaded: {error}", PROBES["pikepdf"].hint)
    for probe in PROBES.values():
        users = tuple(operation.name for operation in registry if probe.name in operation.requires)
        yield _engine(probe, users)
    yield _user()
    yield _data_directory(settings)
    yield _free_space("disk of the data directory", settings.data_dir, settings.storage.min_free_mib)
    yield _free_space("disk of temporary files", Path(tempfile.gettempdir()), settings.storage.min_free_mib)
    yield _socket_path(settings)
    yield _sandbox()
    yield from _providers(settings, registry)
    for operation in registry:
        yield _operation(operation)
        for inventory in operation.inventories:
            values = ", ".join(inventory.look()) or "none"
            subject = f"{inventory.option} of {operation.name}"
            yield Finding(subject, State.OK, values, f"to add another: {inventory.hint}", (operation.name,))


def _python() -> Finding:
    found = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding("Python", State.OK, found)
    return Finding("Python", State.MISSING, found, "Install Python 3.11 or newer, and run scripts/setup again.")


def _sqlite() -> Finding:
    found = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= _OLDEST_SQLITE:
        return Finding("SQLite", State.OK, found)
    hint = "Use a Python with SQLite 3.35 or newer, or name a PostgreSQL server in PDFMILL_DATABASE__URL."
    return Finding("SQLite", State.MISSING, found, hint)


def _engine(probe: Probe, users: tuple[str, ...]) -> Finding:
    found = probe.look()
    if found is not None:
        return Finding(probe.name, State.OK, f"{found.version}, {found.place}".lstrip(", "), operations=users)
    if probe.optional:
        return Finding(probe.name, State.WEAK, f"not installed: {probe.optional}", probe.hint, users)
    return Finding(probe.name, State.MISSING, f"not installed; it {probe.purpose}", probe.hint, users)


def _providers(settings: Settings, registry: Registry) -> Iterator[Finding]:
    """Who may be sent text of documents."""
    names = {Need.COMPLETION: "language model", Need.TRANSLATION: "translator"}
    try:
        offer = open_providers(settings.provider).offer
    except PdfMillError as error:
        yield Finding("providers", State.MISSING, "cannot be opened", error.detail)
        return
    for need, subject in names.items():
        users = tuple(operation.name for operation in registry if need in operation.asks)
        seat = offer.seat(need)
        if seat is None:
            hint = f"To have one, set PDFMILL_PROVIDER__{need.name}." if need is Need.TRANSLATION else ""
            state = State.WEAK if need is Need.TRANSLATION else State.OK
            yield Finding(subject, state, "none: nothing leaves this machine", hint, users)
        elif seat.provider == "scripted":
            yield Finding(
                subject, State.WEAK, "scripted: it is for tests, and knows nothing of any document", "", users
            )
        else:
            told = ", ".join(filter(None, (seat.provider, seat.model, " ".join(seat.languages))))
            yield Finding(subject, State.OK, f"{told}; text of documents is sent there", operations=users)


def _operation(operation: AnyOperation) -> Finding:
    lacking = missing(operation.requires)
    if not lacking:
        return Finding(f"operation {operation.name}", State.OK, "available")
    names, hints = ", ".join(probe.name for probe in lacking), "; ".join(probe.hint for probe in lacking)
    return Finding(f"operation {operation.name}", State.MISSING, f"off: needs {names}", hints)


def _user() -> Finding:
    if os.geteuid() != 0:
        return Finding("user", State.OK, f"ordinary (uid {os.geteuid()})")
    return Finding(
        "user", State.WEAK, "root", "An ordinary user is safer; documents are opened with fewer rights anyway."
    )


def _data_directory(settings: Settings) -> Finding:
    folder = settings.data_dir
    if os.access(_existing(folder), os.W_OK | os.X_OK):
        return Finding("data directory", State.OK, f"{folder}{'' if folder.exists() else ' (made on first use)'}")
    hint = "Make it writable, or choose another with --data-dir or PDFMILL_DATA_DIR."
    return Finding("data directory", State.MISSING, f"{folder} cannot be written", hint)


def _free_space(subject: str, folder: Path, needed_mib: int) -> Finding:
    free_mib = shutil.disk_usage(_existing(folder)).free // 1024**2
    found = f"{free_mib} MiB free ({folder})"
    if free_mib >= needed_mib:
        return Finding(subject, State.OK, found)
    hint = f"Uploads are refused below {needed_mib} MiB: make room, or lower PDFMILL_STORAGE__MIN_FREE_MIB."
    return Finding(subject, State.MISSING, found, hint)


def _socket_path(settings: Settings) -> Finding:
    if settings.broker.url is not None:
        return Finding("broker", State.OK, "named in PDFMILL_BROKER__URL")
    path = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / _SOCKET_NAME
    length = len(os.fsencode(path))
    if length <= _LONGEST_SOCKET_PATH:
        return Finding("broker socket", State.OK, f"path of {length} bytes, {_LONGEST_SOCKET_PATH} are possible")
    hint = "Set XDG_RUNTIME_DIR or TMPDIR to a folder with a shorter path."
    return Finding("broker socket", State.MISSING, f"path of {length} bytes is too long", hint)


def _sandbox() -> Finding:
    try:
        with temporary_workspace() as spool, Sandbox.start(spool, preload=False) as sandbox:
            tier = sandbox.tier
    except PdfMillError as error:
        reasons = "; ".join(error.extras.get("shortfalls", []))
        return Finding("sandbox", State.MISSING, f"no document can be opened: {reasons}", error.detail)
    found = f"{tier}; tried by breaking out of it"
    if tier.name == "A":
        return Finding("sandbox", State.OK, found)
    return Finding("sandbox", State.WEAK, found, "; ".join(tier.shortfalls) or "See docs/security-model.md.")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())
