"""Files that go into and come out of an operation, and what they are by their content."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath


class MediaType(StrEnum):
    """The media types pdfmill tells apart by content (IANA names)."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    WEBP = "image/webp"
    HEIC = "image/heic"
    ZIP = "application/zip"
    OLE = "application/x-ole-storage"
    HTML = "text/html"
    XML = "application/xml"
    TEXT = "text/plain"
    UNKNOWN = "application/octet-stream"


#: ISO 32000-1, implementation note 13: readers accept a header anywhere in the first 1024 bytes.
PDF_HEADER_WINDOW = 1024

#: How many leading bytes `sniff` wants to see.
SNIFF_BYTES = PDF_HEADER_WINDOW + len(b"%PDF-")

_MAGIC_AT_START = (
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"PK\x03\x04", MediaType.ZIP),
    (b"PK\x05\x06", MediaType.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", MediaType.OLE),
)

#: Programs, scripts, and formats that are not taken: Windows, ELF, shell, PostScript, RTF, GIF, gzip, 7-Zip, RAR.
_FOREIGN_AT_START = (b"MZ", b"\x7fELF", b"#!", b"%!PS", b"{\\rtf", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")

#: Pictures coded by HEVC (ISO 23008-12, annex B); others in the same container, such as AVIF, are not taken.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})

#: Byte order marks of UTF-16, which begin those of UTF-32, and what texts in all other encodings are made of.
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")
_TEXT_CHARACTERS = bytes([*b"\t\n\f\r\x1b", *range(0x20, 0x7F), *range(0x80, 0x100)])

#: A byte order mark and white space: a page of HTML may begin with them.
_IGNORED_BY_BROWSERS = b"\xef\xbb\xbf\t\n\x0c\r "
#: How pages of HTML begin, behind comments (WHATWG MIME Sniffing, 7.1, without the tags that Markdown begins with), and
#: XML, of which SVG is a kind.
_HTML = re.compile(
    rb"(?>(?:<!--.*?-->\s*)*)<(?:!doctype\s+html|(?:html|head|body|title|meta|link|base|style|script|iframe|frameset)[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(
    rb"<\?xml[\s?]|(?>(?:<!--.*?-->\s*)*)<(?:!doctype\s|svg[\s>]|[\w:.-]+\s[^<>]*xmlns)", re.IGNORECASE | re.DOTALL
)


def sniff(head: bytes) -> MediaType:
    """The media type by content: the name and the declared type of an upload are hearsay.

    Another format's magic at the very start wins over a PDF header further down: such a file is a polyglot, and
    whoever opens it as the other format must not be handed it as a PDF.

    Args:
        head: The first `SNIFF_BYTES` bytes, or the whole file if it is shorter.
    """
    if head.startswith(b"%PDF-"):
        return MediaType.PDF
    for magic, media_type in _MAGIC_AT_START:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return MediaType.WEBP
    if head[4:8] == b"ftyp" and not _HEIC_BRANDS.isdisjoint(_brands(head)):
        return MediaType.HEIC
    # What another program would run or unpack is a polyglot as well; plain junk before the header is not.
    if head.startswith(_FOREIGN_AT_START):
        return MediaType.UNKNOWN
    markup = head.lstrip(_IGNORED_BY_BROWSERS)
    if markup.startswith(b"<"):
        return _markup_type(markup)
    if b"%PDF-" in head[:SNIFF_BYTES]:
        return MediaType.PDF
    return MediaType.TEXT if _is_text(head) else MediaType.UNKNOWN


def _brands(head: bytes) -> set[bytes]:
    """The brands of an ISO base media file: the major one, and those it is compatible with (ISO 14496-12, 4.3)."""
    box = head[: max(16, int.from_bytes(head[:4], "big"))]
    return {box[8:12], *(box[start : start + 4] for start in range(16, len(box), 4))}


def _markup_type(head: bytes) -> MediaType:
    """What begins with an angle bracket: HTML, XML, or a text, such as Markdown with a tag or a quoted address."""
    if _HTML.match(head):
        return MediaType.HTML
    if _XML.match(head):
        return MediaType.XML
    return MediaType.TEXT if _is_text(head) and b"%PDF-" not in head else MediaType.UNKNOWN


def _is_text(head: bytes) -> bool:
    """Whether it is text, in whatever encoding: none but UTF-16 and UTF-32 has control characters in it."""
    return bool(head) and (head.startswith(_WIDE_TEXT) or not head.translate(None, _TEXT_CHARACTERS))


#: Control, format (bidirectional), private, unassigned and surrogate characters; line and paragraph separators.
_UNSAFE = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}


def safe_name(name: str | None, default: str = "document.pdf") -> str:
    """A file name for people: NFC, no folders, no control or bidirectional characters, at most 200 bytes.

    It is data only: nothing is ever stored under it.
    """
    base = PurePosixPath((name or "").replace("\\", "/")).name
    # First what is not printed, since a letter and its accent may stand on either side of it.
    printable = unicodedata.normalize("NFC", "".join(c for c in base if unicodedata.category(c) not in _UNSAFE))
    # A leading dot hides a file, and a leading dash makes it an option of whatever program it is given to.
    stem, dot, suffix = re.sub(r"^[\s.-]+", "", printable).rstrip().rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    room = 200 - len((dot + suffix).encode())
    stem = stem.encode()[: max(room, 0)].decode(errors="ignore")
    cleaned = (stem + dot + suffix).strip()
    return cleaned if cleaned and not cleaned.startswith(".") else default


@dataclass(frozen=True)
class InputFile:
    """A file handed to an operation; the operation reads it and never writes it.

    Attributes:
        path: Where it lies for this attempt.
        name: The name its owner gave it, made safe; for messages and for naming outputs.
        media_type: By content, see `sniff`.
    """

    path: Path
    name: str
    media_type: MediaType

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size

    def renamed(self, *, marker: str = "", suffix: str | None = None) -> str:
        """A name for an output made of this input: ``report.pdf`` → ``report-compressed.pdf``."""
        own = PurePosixPath(self.name)
        return f"{own.stem}{marker}{suffix if suffix is not None else own.suffix or '.pdf'}"

    @classmethod
    def at(cls, path: Path) -> InputFile:
        """The file at a path, under its own name."""
        return cls(path, safe_name(path.name), media_type_of(path))


@dataclass(frozen=True)
class OutputFile:
    """A file that an operation made, inside its work directory.

    Attributes:
        path: Inside ``ctx.work_dir``.
        name: What a person should see when saving it.
        media_type: IANA media type.
        page_count: Pages it must have when it is opened again; None where pages mean nothing.
    """

    path: Path
    name: str
    media_type: str = MediaType.PDF
    page_count: int | None = None


def media_type_of(path: Path) -> MediaType:
    """The media type of a file by its content."""
    with path.open("rb") as file:
        return sniff(file.read(SNIFF_BYTES))


def media_type_of_name(name: str) -> str:
    """The media type that a file name promises."""
    return mimetypes.guess_type(name)[0] or MediaType.UNKNOWN
