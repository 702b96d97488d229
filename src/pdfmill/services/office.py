"""The gate before Office documents: what passes here may be handed to LibreOffice."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pdfmill.core.errors import OutputRejected
from pdfmill.core.limits import Limits
from pdfmill.engines.archives import Archive, open_archive
from pdfmill.engines.lxml import check_xml, parse_xml
from pdfmill.services.writing.addresses import is_web_address

#: Kinds of documents that are made here, and the main part of each (ECMA-376-1, 11.3.10, 12.3.23, 13.3.6).
OFFICE_TYPES = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word/document.xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xl/workbook.xml",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "ppt/presentation.xml",
}
_SLIDES_OF = "ppt/"
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")

#: What a relationship that points outside is called (ECMA-376-2, 8.3).
_EXTERNAL = "External"

_XML_SUFFIXES = (".xml", ".rels", ".vml", ".rdf")
_HYPERLINK = "/hyperlink"


@dataclass(frozen=True)
class OfficePackage:
    """What the gate saw.

    Attributes:
        external: Targets outside the document that a program would fetch, such as linked pictures and templates;
            hyperlinks, which only a person follows, are not among them.
    """

    external: tuple[str, ...]


def inspect_package(path: Path, limits: Limits) -> OfficePackage:
    """Walk a zip-based Office document (OOXML or ODF) before anything opens it.

    Raises:
        DamagedInput, EncryptedInput, ForbiddenContent, ArchiveTooLarge: As `open_archive`, `check_xml`.
    """
    external: list[str] = []
    with open_archive(path, limits) as archive:
        for name in archive.names:
            if name.endswith(".rels"):
                external += [
                    each.target for each in _relations(archive, name) if each.is_external and not each.is_hyperlink
                ]
            elif name.endswith(_XML_SUFFIXES):
                with archive.open(name) as stream:
                    check_xml(stream)
    return OfficePackage(tuple(external))


def check_office(path: Path, media_type: str, page_count: int, limits: Limits) -> None:
    """Whether a file that was made here is a sound Office document of its kind.

    All its XML is well-formed, each part that a part names is there, and nothing leads outside but links that a person
    follows to the web or a mailbox.

    Args:
        page_count: Slides that a presentation must have; 0 for any number.

    Raises:
        OutputRejected: It is not.
        As `inspect_package`: It cannot be read.
    """
    if inspect_package(path, limits).external:
        raise OutputRejected("An output refers to files elsewhere. Nothing was published; report this.")
    with open_archive(path, limits) as archive:
        names = set(archive.names)
        relations = [each for name in names if name.endswith(".rels") for each in _relations(archive, name)]
    lost = [each for each in relations if not each.is_external and each.target not in names]
    unsafe = [each for each in relations if each.is_external and not is_web_address(each.target)]
    if OFFICE_TYPES[media_type] not in names or lost or unsafe:
        raise OutputRejected("An output is no sound Office document. Nothing was published; report this.")
    slides = sum(bool(_SLIDE.fullmatch(name)) for name in names)
    if page_count and _SLIDES_OF in OFFICE_TYPES[media_type] and slides != page_count:
        raise OutputRejected(
            f"An output has {slides} slides where {page_count} were expected. Nothing was published; report this."
        )


class _Relation(NamedTuple):
    """What a part refers to; the target of an internal one is the name of a member."""

    target: str
    is_external: bool
    is_hyperlink: bool


def _relations(archive: Archive, name: str) -> list[_Relation]:
    with archive.open(name) as stream:
        root = parse_xml(stream)
    # word/_rels/document.xml.rels is about word/document.xml, and its targets are relative to that.
    folder = posixpath.dirname(posixpath.dirname(name))
    found = []
    for each in root:
        target, is_external = each.get("Target", ""), each.get("TargetMode") == _EXTERNAL
        if not is_external:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found.append(_Relation(target, is_external, each.get("Type", "").endswith(_HYPERLINK)))
    return found
