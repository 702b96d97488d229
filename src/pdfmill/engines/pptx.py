"""Presentations (ECMA-376-1, PresentationML), by python-pptx.

python-pptx makes the package with its master and layouts. Slides and pictures go into the file at once, so that a
document of thousands of pages takes no more memory than one of ten.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pptx
from pptx.oxml.ns import qn

#: One document gives one file, whenever it is made; this is also the first day that a zip archive can name.
_CREATED = datetime.datetime(1980, 1, 1)

#: "Title Only" of python-pptx's template: its title is where a slide's own says it is.
_LAYOUT = "../slideLayouts/slideLayout6.xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:r="{_OFFICE}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_SLIDE_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml"
_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpeg"}
#: Ids of slides begin here (ECMA-376-1, 19.7.13).
_FIRST_ID = 256

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class SlideDeck:
    """A presentation under construction."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._presentation: Any = pptx.Presentation()
        self._slides = 0
        self._pictures = 0
        self._relations: list[str] = []
        self._links: dict[str, str] = {}

    def describe(self, title: str, width: int, height: int) -> None:
        """Set the title and the size of slides, in EMU."""
        properties = self._presentation.core_properties
        properties.title, properties.author, properties.last_modified_by = title[:255], "", ""
        properties.created = properties.modified = _CREATED
        self._presentation.slide_width, self._presentation.slide_height = width, height

    def link(self, address: str) -> str:
        """The relationship id of a web address, for the slide that is written next."""
        if address not in self._links:
            self._links[address] = identifier = f"rIdLink{len(self._links) + 1}"
            self._relate(identifier, "hyperlink", _escaped(address), ' TargetMode="External"')
        return self._links[address]

    def picture(self, media_type: str, data: bytes) -> str:
        """Put a PNG or JPEG file into the presentation; its relationship id, for the slide that is written next."""
        self._pictures += 1
        name = f"picture{self._pictures}.{_EXTENSIONS[media_type]}"
        self._archive.writestr(zipfile.ZipInfo(f"ppt/media/{name}"), data, zipfile.ZIP_STORED)
        identifier = f"rIdPicture{self._pictures}"
        self._relate(identifier, "image", f"../media/{name}")
        return identifier

    def add_slide(self, shapes: str) -> None:
        """Add a slide that holds the markup of some shapes."""
        self._slides += 1
        slide = (
            f'{_HEAD}<p:sld {_NAMESPACES}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/>'
            f"<p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{shapes}</p:spTree></p:cSld></p:sld>"
        )
        self._relate("rIdLayout", "slideLayout", _LAYOUT)
        relations = f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{"".join(self._relations)}</Relationships>'
        self._write(f"ppt/slides/slide{self._slides}.xml", slide.encode())
        self._write(f"ppt/slides/_rels/slide{self._slides}.xml.rels", relations.encode())
        self._relations, self._links = [], {}

    def save(self) -> None:
        """Write all that is left into the file."""
        skeleton = io.BytesIO()
        self._presentation.save(skeleton)
        with zipfile.ZipFile(skeleton) as members:
            for name in members.namelist():
                self._write(name, self._completed(name, members.read(name)))

    def _completed(self, name: str, content: bytes) -> bytes:
        """A member of the package with what python-pptx does not know of: slides and pictures."""
        numbers = range(1, self._slides + 1)
        if name == "[Content_Types].xml":
            added = "".join(
                f'<Default Extension="{extension}" ContentType="{media_type}"/>'
                for media_type, extension in _EXTENSIONS.items()
                if f'Extension="{extension}"'.encode() not in content
            ) + "".join(f'<Override PartName="/ppt/slides/slide{n}.xml" ContentType="{_SLIDE_TYPE}"/>' for n in numbers)
            return content.replace(b"</Types>", added.encode() + b"</Types>")
        if name == "ppt/_rels/presentation.xml.rels":
            added = "".join(
                f'<Relationship Id="rIdSlide{n}" Type="{_OFFICE}/slide" Target="slides/slide{n}.xml"/>' for n in numbers
            )
            return content.replace(b"</Relationships>", added.encode() + b"</Relationships>")
        if name == "ppt/presentation.xml":
            ids = "".join(f'<p:sldId id="{_FIRST_ID + n}" r:id="rIdSlide{n}"/>' for n in numbers)
            closing = b"</p:sldMasterIdLst>"
            return content.replace(closing, closing + f"<p:sldIdLst>{ids}</p:sldIdLst>".encode())
        return content

    def _relate(self, identifier: str, kind: str, target: str, mode: str = "") -> None:
        self._relations.append(f'<Relationship Id="{identifier}" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/>')

    def _write(self, name: str, content: bytes) -> None:
        self._archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _escaped(address: str) -> str:
    return address.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


@contextmanager
def open_slide_deck(path: Path) -> Iterator[SlideDeck]:
    """A new presentation, written when the block ends."""
    with zipfile.ZipFile(path, "w") as archive:
        deck = SlideDeck(archive)
        for identifiers in deck._presentation.element.findall(qn("p:sldIdLst")):
            deck._presentation.element.remove(identifiers)
        yield deck
        deck.save()
