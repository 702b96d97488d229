"""JSON: pages, blocks, lines and words with their boxes."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from pdfmill.services.layout.model import Page, Style

#: Changes when a field changes its meaning or goes away; new fields may come at any time.
FORMAT = "pdfmill-layout-1"

_PAGES = TypeAdapter(Page)
_STYLES = TypeAdapter(list[Style])

_BOXES = (
    "All boxes are [left, top, right, bottom] in PDF points of 1/72 inch, from the top left corner of the page as it "
    "is shown: its crop box, with rotation and user unit applied."
)


class JsonWriter:
    """Writes everything that is known of a page, running heads and feet included."""

    def __init__(self) -> None:
        self._is_first = True
        self._styles: dict[Style, int] = {}

    def head(self, title: str, page_count: int) -> str:
        head = {"format": FORMAT, "boxes": _BOXES, "title": title, "page_count": page_count}
        return json.dumps(head, ensure_ascii=False)[:-1] + ', "pages": [\n'

    def page(self, page: Page) -> str:
        comma, self._is_first = ("" if self._is_first else ",\n"), False
        return comma + _PAGES.dump_json(page, context=self._styles).decode()

    def tail(self) -> str:
        return '\n], "styles": ' + _STYLES.dump_json(list(self._styles)).decode() + "}\n"


def layout_schema() -> dict[str, Any]:
    """The JSON schema of the file."""
    inputs: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        ("page", "serialization", _PAGES),
        ("styles", "serialization", _STYLES),
    ]
    schemas, definitions = TypeAdapter.json_schemas(inputs)
    properties = {
        "format": {"const": FORMAT},
        "boxes": {"const": _BOXES},
        "title": {"type": "string", "description": "What the document calls itself; empty if it does not."},
        "page_count": {"type": "integer", "description": "Pages in this file."},
        "pages": {"type": "array", "items": schemas["page", "serialization"]},
        "styles": schemas["styles", "serialization"],
    }
    return {"type": "object", "properties": properties, "required": list(properties), **definitions}
