"""Our own parsers of what strangers send: each takes bytes, and raises nothing but what it says it does."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pdfmill.access.audit import AuditLog
from pdfmill.access.links import DownloadLinks
from pdfmill.config.pepper import Pepper
from pdfmill.config.redaction import redact
from pdfmill.core.documents import SNIFF_BYTES, MediaType, safe_name, sniff
from pdfmill.core.errors import (
    ArchiveTooLarge,
    AuditBroken,
    DamagedInput,
    EncryptedInput,
    ForbiddenContent,
    InvalidLink,
    InvalidOptions,
    InvalidPageRange,
)
from pdfmill.core.failure import Failure
from pdfmill.core.limits import Limits
from pdfmill.core.pages import PageRanges
from pdfmill.engines.archives import open_archive
from pdfmill.engines.lxml import parse_xml
from pdfmill.operations import load_registry
from pdfmill.worker.sandbox import SandboxOutcome

FOLDER = Path(tempfile.gettempdir())
COMPRESS = load_registry().get("compress")
LINKS = DownloadLinks(Pepper(b"p" * 32), keys=None, good_for_s=900)


@dataclass(frozen=True)
class Target:
    """A parser.

    Attributes:
        parse: Takes bytes, and checks what came out.
        raises: What it may raise.
        seeds: What it usually sees, for mutation.
    """

    parse: object
    raises: tuple
    seeds: tuple

    def run(self, data):
        try:
            self.parse(data)
        except self.raises:
            return


def text(data):
    return data.decode(errors="surrogateescape")


def parse_type(data):
    assert isinstance(sniff(data[:SNIFF_BYTES]), MediaType)


def parse_name(data):
    name = safe_name(text(data))
    assert name == safe_name(name)
    assert 0 < len(name.encode()) <= 200
    assert not set(name) & set("\0\r\n/\\")


def parse_pages(data):
    ranges = PageRanges.parse(text(data))
    assert PageRanges.parse(str(ranges)) == ranges
    assert all(0 <= index < 7 for index in ranges.resolve(7))


def parse_options(data):
    names = ("level", "image_quality", "x")
    parts = text(data).split("\0")
    COMPRESS.parse_options(dict(zip(names, parts, strict=False)))


def parse_link(data):
    LINKS.open(text(data))
    raise AssertionError("nobody signed this")


def parse_archive(data):
    with tempfile.NamedTemporaryFile(dir=FOLDER) as file:
        file.write(data)
        file.flush()
        with open_archive(Path(file.name), Limits()) as archive:
            assert all(".." not in name.split("/") for name in archive.names)


def parse_markup(data):
    with tempfile.SpooledTemporaryFile() as file:
        file.write(data)
        file.seek(0)
        parse_xml(file)


def parse_outcome(data):
    SandboxOutcome.model_validate_json(data)


def parse_failure(data):
    Failure.model_validate_json(data)


def parse_audit(data):
    with tempfile.NamedTemporaryFile(dir=FOLDER) as file:
        file.write(data)
        file.flush()
        AuditLog(Path(file.name)).verify()


def parse_log_line(data):
    secret = "pdfmill_0123456789ab." + "x" * 43
    assert secret not in redact(None, "info", {"event": f"{text(data)} {secret}"})["event"]


TARGETS = {
    "media type": Target(parse_type, (), (b"%PDF-1.7", b"II*\0", b"PK\3\4", b"RIFF0000WEBP", b"MZ%PDF-")),
    "file name": Target(parse_name, (), (b"a.pdf", "Bo\u0308se \u202e.pdf".encode(), b"../../x", b"." * 300)),
    "page ranges": Target(parse_pages, (InvalidPageRange,), (b"1-3,7,end", b"end-1", b"5-3", b"0", b"999999999")),
    "options": Target(parse_options, (InvalidOptions,), (b"low\x0050", b"high", b"\x0010\0x")),
    "signed link": Target(parse_link, (InvalidLink,), (b"WyIwIiwwLG51bGxd.aaaaaa.bbbb", b"..", b".eJw.x.y")),
    "archive": Target(
        parse_archive,
        (ArchiveTooLarge, DamagedInput, EncryptedInput, ForbiddenContent),
        (b"PK\5\6" + b"\0" * 18,),
    ),
    "XML": Target(
        parse_markup, (DamagedInput, ForbiddenContent), (b"<a><b c='d'/>&amp;</a>", b"<!DOCTYPE a><a/>", b"<a>" * 300)
    ),
    "sandbox outcome": Target(parse_outcome, (ValidationError,), (b'{"result":{},"outputs":[],"warnings":[]}',)),
    "failure": Target(parse_failure, (ValidationError,), (b'{"code":"x","title":"","detail":"","kind":"x"}',)),
    "log of deeds": Target(parse_audit, (AuditBroken,), (b'{"before":"' + b"0" * 64 + b'"}\n', b"{}\n", b"[]\n1\n")),
    "log line": Target(parse_log_line, (), (b"Bearer x", b"redis://u:p@h", b"/v1/downloads/")),
}
