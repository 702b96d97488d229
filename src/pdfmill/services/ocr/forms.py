"""What was read, as plain text, JSON, hOCR and ALTO; a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol
from xml.sax.saxutils import escape, quoteattr

from pydantic import TypeAdapter

from pdfmill.services.layout.model import Box
from pdfmill.services.ocr.languages import iso_639_1
from pdfmill.services.ocr.model import READ_PAGE, ReadLine, ReadPage

#: Changes when a field changes its meaning or goes away; new fields may come at any time.
JSON_FORMAT = "pdfmill-ocr-1"

_BOXES = (
    "All boxes are [left, top, right, bottom] in PDF points of 1/72 inch, from the top left corner of the page as it "
    "stands upright: as a reader shows it, turned clockwise by the page's 'turn'."
)

#: XML 1.0 has no way to write these.
_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))


class Form(Protocol):
    """Writes pages one after another."""

    def head(self) -> str: ...

    def page(self, page: ReadPage) -> str: ...

    def tail(self) -> str: ...


class PlainForm:
    """A line for each line, an empty one between paragraphs, a form feed between pages."""

    def __init__(self) -> None:
        self._is_first = True

    def head(self) -> str:
        return ""

    def page(self, page: ReadPage) -> str:
        feed, self._is_first = ("" if self._is_first else "\f"), False
        return f"{feed}{page.text}\n"

    def tail(self) -> str:
        return ""


class JsonForm:
    """Everything that is known of a page."""

    def __init__(self) -> None:
        self._is_first = True

    def head(self) -> str:
        return f'{{"format": "{JSON_FORMAT}", "boxes": {TypeAdapter(str).dump_json(_BOXES).decode()}, "pages": [\n'

    def page(self, page: ReadPage) -> str:
        comma, self._is_first = ("" if self._is_first else ",\n"), False
        return comma + READ_PAGE.dump_json(page).decode()

    def tail(self) -> str:
        return "\n]}\n"


def json_schema() -> dict[str, Any]:
    """The JSON schema of the file."""
    page = READ_PAGE.json_schema(mode="serialization")
    definitions = page.pop("$defs", {})
    properties = {
        "format": {"const": JSON_FORMAT},
        "boxes": {"const": _BOXES},
        "pages": {"type": "array", "items": page},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "$defs": definitions}


class HocrForm:
    """HOCR 1.2 (T. Breuel, K. Baierer); coordinates are whole pixels of the image that was read."""

    def head(self) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
            '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
            '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n<title></title>\n'
            '<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>\n'
            '<meta name="ocr-system" content="pdfmill"/>\n'
            '<meta name="ocr-capabilities" content="ocr_page ocr_par ocr_line ocrx_word"/>\n</head>\n<body>\n'
        )

    def page(self, page: ReadPage) -> str:
        return "".join(self._parts(page))

    def tail(self) -> str:
        return "</body>\n</html>\n"

    def _parts(self, page: ReadPage) -> Iterator[str]:
        scale = (page.dpi or 72.0) / 72
        number = page.number
        resolution = round(page.dpi or 72)
        whole = _pixels(Box(0, 0, page.width, page.height), scale)
        title = f"bbox {whole}; ppageno {number - 1}; scan_res {resolution} {resolution}"
        yield f'<div class="ocr_page" id="page_{number}" title="{title}">\n'
        counts = {"par": 0, "line": 0, "word": 0}

        def named(kind: str) -> str:
            counts[kind] += 1
            return f"{kind}_{number}_{counts[kind]}"

        language = f" lang={quoteattr(iso_639_1(page.language.partition('+')[0]))}" if page.language else ""
        for block in page.blocks:
            yield f'<p class="ocr_par" id="{named("par")}"{language} title="bbox {_pixels(block.box, scale)}">\n'
            for line in block.lines:
                title = f"bbox {_pixels(line.box, scale)}; baseline {line.slope:g} {round(line.intercept * scale)}"
                yield f'<span class="ocr_line" id="{named("line")}" title="{title}">'
                yield " ".join(
                    f'<span class="ocrx_word" id="{named("word")}" title="bbox {_pixels(word.box, scale)}; '
                    f'x_wconf {round(word.confidence)}">{_xml(word.text)}</span>'
                    for word in line.words
                )
                yield "</span>\n"
            yield "</p>\n"
        yield "</div>\n"


class AltoForm:
    """ALTO 4.4 (Library of Congress); coordinates are 1/1200 inch."""

    def head(self) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# '
            'http://www.loc.gov/standards/alto/v4/alto-4-4.xsd">\n'
            "<Description><MeasurementUnit>inch1200</MeasurementUnit>"
            '<Processing ID="pdfmill"><processingSoftware><softwareName>pdfmill</softwareName></processingSoftware>'
            "</Processing></Description>\n<Layout>\n"
        )

    def page(self, page: ReadPage) -> str:
        return "".join(self._parts(page))

    def tail(self) -> str:
        return "</Layout>\n</alto>\n"

    def _parts(self, page: ReadPage) -> Iterator[str]:
        number = page.number
        size = f'WIDTH="{_inch1200(page.width)}" HEIGHT="{_inch1200(page.height)}"'
        confidence = f' PC="{page.confidence / 100:.2f}"' if page.blocks else ""
        yield f'<Page ID="page_{number}" PHYSICAL_IMG_NR="{number}" {size}{confidence}>'
        yield f'<PrintSpace HPOS="0" VPOS="0" {size}>\n'
        lines = 0
        for at, block in enumerate(page.blocks, start=1):
            yield f'<TextBlock ID="block_{number}_{at}" {_alto_box(block.box)}>\n'
            for line in block.lines:
                lines += 1
                yield f'<TextLine ID="line_{number}_{lines}" {_alto_box(line.box)}>'
                yield _alto_words(line)
                yield "</TextLine>\n"
            yield "</TextBlock>\n"
        yield "</PrintSpace></Page>\n"


def _alto_words(line: ReadLine) -> str:
    return "<SP/>".join(
        f"<String CONTENT={quoteattr(word.text.translate(_NO_XML))} {_alto_box(word.box)} "
        f'WC="{word.confidence / 100:.2f}"/>'
        for word in line.words
    )


def _alto_box(box: Box) -> str:
    left, top, width, height = (_inch1200(each) for each in (box.left, box.top, box.width, box.height))
    return f'HPOS="{left}" VPOS="{top}" WIDTH="{width}" HEIGHT="{height}"'


def _inch1200(points: float) -> int:
    return max(round(points * 1200 / 72), 0)


def _pixels(box: Box, scale: float) -> str:
    return " ".join(str(max(round(each * scale), 0)) for each in box)


def _xml(text: str) -> str:
    return escape(text.translate(_NO_XML))
