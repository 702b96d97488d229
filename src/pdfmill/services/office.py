"""The gate before Office documents: what passes here may be handed to LibreOffice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pdfmill.core.limits import Limits
from pdfmill.engines.archives import Archive, open_archive
from pdfmill.engines.lxml import check_xml, parse_xml

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
                external += _external_targets(archive, name)
            elif name.endswith(_XML_SUFFIXES):
                with archive.open(name) as stream:
                    check_xml(stream)
    return OfficePackage(tuple(external))


def _external_targets(archive: Archive, name: str) -> list[str]:
    with archive.open(name) as stream:
        root = parse_xml(stream)
    return [
        each.get("Target", "")
        for each in root
        if each.get("TargetMode") == _EXTERNAL and not each.get("Type", "").endswith(_HYPERLINK)
    ]
