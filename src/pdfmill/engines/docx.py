"""Word documents (ECMA-376-1, WordprocessingML), by python-docx.

python-docx makes the package: styles, numbering, headers, properties. The body is written as it comes, page by page,
and pictures go into the file at once, so that a document of thousands of pages takes no more memory than one of ten.
"""

from __future__ import annotations

import datetime
import io
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Pt, RGBColor

#: One document gives one file, whenever it is made; this is also the first day that a zip archive can name.
_CREATED = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)

_BODY = "word/document.xml"
_RELATIONS = "word/_rels/document.xml.rels"
_TYPES = "[Content_Types].xml"
_NAMESPACES = (
    nsdecls("w", "r", "wp", "a", "pic")
    + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    + ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpeg"}
_DEEPEST_LIST = 9


@dataclass(frozen=True)
class StyleFace:
    """How a paragraph style is set; ``size`` in points."""

    name: str
    font: str
    size: float
    bold: bool = False


class WordDocument:
    """A Word document under construction.

    Args:
        archive: The file itself.
        body: Where the body is kept until all of it is there.
    """

    def __init__(self, archive: zipfile.ZipFile, body: IO[str]) -> None:
        self._archive = archive
        self._body = body
        self._document: Any = docx.Document()
        self._part: Any = self._document.part
        self._links: dict[str, str] = {}
        self._pictures: list[tuple[str, str]] = []
        self._margins: dict[tuple[str, str], str] = {}
        self._patterns: dict[tuple[str, str], int] = {}
        self._numbers: list[tuple[int, int, int]] = []

    def describe(self, title: str) -> None:
        """Set the title, and no other property."""
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = title[:255], "", ""
        properties.created = properties.modified = _CREATED

    def define_styles(self, faces: Sequence[StyleFace]) -> None:
        """Set the faces of built-in paragraph styles; spacing is zero, for each paragraph has its own."""
        for face in faces:
            style = self._document.styles[face.name]
            assert style.type == WD_STYLE_TYPE.PARAGRAPH
            style.font.name, style.font.size, style.font.bold = face.font, Pt(face.size), face.bold
            style.font.italic, style.font.color.rgb = False, RGBColor(0, 0, 0)
            fonts = style.element.get_or_add_rPr().find(qn("w:rFonts"))
            for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
                del fonts.attrib[theme]
            for script in ("w:eastAsia", "w:cs"):
                fonts.set(qn(script), face.font)
            spacing = style.paragraph_format
            spacing.space_before = spacing.space_after = Pt(0)
            spacing.line_spacing, spacing.widow_control = 1.0, False

    def write(self, xml: str) -> None:
        """Add block-level markup to the body."""
        self._body.write(xml)

    def link(self, address: str) -> str:
        """The relationship id of a web address."""
        if address not in self._links:
            self._links[address] = identifier = f"rIdLink{len(self._links) + 1}"
            self._part.load_rel(RELATIONSHIP_TYPE.HYPERLINK, address, identifier, is_external=True)
        return self._links[address]

    def picture(self, media_type: str, data: bytes) -> str:
        """Put a PNG or JPEG file into the document; returns its relationship id."""
        number = len(self._pictures) + 1
        name = f"media/picture{number}.{_EXTENSIONS[media_type]}"
        self._archive.writestr(zipfile.ZipInfo(f"word/{name}"), data, zipfile.ZIP_STORED)
        self._pictures.append((f"rIdPicture{number}", name))
        return self._pictures[-1][0]

    @property
    def has_header(self) -> bool:
        return any(kind == "header" for kind, _ in self._margins)

    @property
    def has_footer(self) -> bool:
        return any(kind == "footer" for kind, _ in self._margins)

    def header(self, xml: str) -> str:
        """The relationship id of a header that holds some paragraphs."""
        return self._margin("header", xml)

    def footer(self, xml: str) -> str:
        """The relationship id of a footer that holds some paragraphs."""
        return self._margin("footer", xml)

    def _margin(self, kind: str, xml: str) -> str:
        if (kind, xml) not in self._margins:
            add = self._part.add_header_part if kind == "header" else self._part.add_footer_part
            part, identifier = add()
            element = part.element
            for child in list(element):
                element.remove(child)
            element.extend(list(parse_xml(f"<w:body {_NAMESPACES}>{xml}</w:body>")))
            self._margins[kind, xml] = identifier
        return self._margins[kind, xml]

    def numbering(self, number_format: str, text: str, level: int, start: int) -> int:
        """A new list; returns its number.

        Args:
            number_format: As ST_NumberFormat has it: ``decimal``, ``lowerLetter``, ``bullet``, …
            text: What stands before each item, with ``{}`` for its number.
            level: The level that is counted, from 0.
            start: The first item's number.
        """
        pattern = self._patterns.setdefault((number_format, text), len(self._patterns) + 1)
        self._numbers.append((pattern, level, start))
        return len(self._numbers)

    def save(self, body_path: Path) -> None:
        """Write all that is left into the file."""
        self._body.close()
        self._replace_numbering()
        skeleton = io.BytesIO()
        self._document.save(skeleton)
        with zipfile.ZipFile(skeleton) as members:
            for name in members.namelist():
                if name != _BODY and not name.startswith("docProps/thumbnail"):
                    content = self._completed(name, members.read(name))
                    self._archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        body = zipfile.ZipInfo(_BODY)
        body.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(body, "w", force_zip64=True) as target, body_path.open("rb") as written:
            target.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<w:document {_NAMESPACES}><w:body>'.encode())
            shutil.copyfileobj(written, target, 1 << 20)
            target.write(b"</w:body></w:document>")

    def _completed(self, name: str, content: bytes) -> bytes:
        """A member of the package with what python-docx does not know of: pictures; and without its thumbnail."""
        if name == _RELATIONS:
            added = "".join(
                f'<Relationship Id="{identifier}" Type="{RELATIONSHIP_TYPE.IMAGE}" Target="{target}"/>'
                for identifier, target in self._pictures
            )
            return content.replace(b"</Relationships>", added.encode() + b"</Relationships>")
        if name == _TYPES:
            missing = [each for each in _EXTENSIONS if f'Extension="{_EXTENSIONS[each]}"'.encode() not in content]
            added = "".join(f'<Default Extension="{_EXTENSIONS[each]}" ContentType="{each}"/>' for each in missing)
            return content.replace(b"<Override", added.encode() + b"<Override", 1)
        if name == "_rels/.rels":
            root = parse_xml(content)
            for relation in list(root):
                if relation.get("Target", "").endswith("thumbnail.jpeg"):
                    root.remove(relation)
            return bytes(serialize_part_xml(root))
        return content

    def _replace_numbering(self) -> None:
        element = self._part.numbering_part.element
        for child in list(element):
            element.remove(child)
        patterns = "".join(_abstract(number, *pattern) for pattern, number in self._patterns.items())
        lists = "".join(
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="{pattern}"/><w:lvlOverride w:ilvl="{level}">'
            f'<w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
            for number, (pattern, level, start) in enumerate(self._numbers, start=1)
        )
        element.extend(list(parse_xml(f"<w:numbering {_NAMESPACES}>{patterns}{lists}</w:numbering>")))


def _abstract(identifier: int, number_format: str, text: str) -> str:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>'
        f'<w:lvlText w:val="{text.format(f"%{level + 1}")}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{360 * (level + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
        for level in range(_DEEPEST_LIST)
    )
    return (
        f'<w:abstractNum w:abstractNumId="{identifier}"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )


@contextmanager
def open_word_document(path: Path, body_path: Path) -> Iterator[WordDocument]:
    """A new Word document, written when the block ends.

    Args:
        body_path: A file for the body while it is written; it is removed at the end.
    """
    with zipfile.ZipFile(path, "w") as archive, body_path.open("w", encoding="utf-8") as body:
        document = WordDocument(archive, body)
        yield document
        document.save(body_path)
    body_path.unlink()
