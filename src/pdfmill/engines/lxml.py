"""XML from documents, by lxml: no document type, no entity, no network, bounded depth.

Entities are how small XML grows large or reads files. Neither Office documents nor XMP need a document type
(ECMA-376-2, 7.2; ISO 16684-1, 7.2), so one that has a document type is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from xml.parsers import expat

from lxml import etree

from pdfmill.core.errors import DamagedInput, ForbiddenContent

#: How deep elements may be nested; lxml refuses deeper ones by itself, expat does not.
DEEPEST = 256

_CHUNK = 1 << 16


def parse_xml(stream: IO[bytes]) -> Any:
    """The root element.

    Raises:
        DamagedInput: It is not well-formed, or too deep.
        ForbiddenContent: It has a document type.
    """
    with _translated():
        check = _Checker()
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
        for chunk in _chunks(stream):
            check.feed(chunk)  # first: lxml would take in the entities before it can be asked for the document type
            parser.feed(chunk)
        check.close()
        return parser.close()


class Element:
    """An element of XML to be written: children or a text, and attributes.

    Attributes:
        content: Elements, or one text.
    """

    def __init__(self, name: str, *content: Element | str, **attributes: str) -> None:
        self.name = name
        self.content = content
        self.attributes = attributes


def xml_document(root: Element, *, namespace: str | None = None, header: str = "") -> bytes:
    """An XML document in UTF-8, indented; the same bytes each time.

    Args:
        namespace: Default namespace of all elements.
        header: A processing instruction between the XML declaration and the root.
    """
    built = _build(root, namespace, None)
    etree.indent(built, space=" ")
    body = etree.tostring(built, encoding="unicode")
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    return "\n".join(filter(None, (declaration, header, body, ""))).encode() + b"\n"


def _build(element: Element, namespace: str | None, parent: Any) -> Any:
    name = f"{{{namespace}}}{element.name}" if namespace else element.name
    nsmap = {None: namespace} if namespace else {}
    made = etree.Element(name, nsmap=nsmap) if parent is None else etree.SubElement(parent, name)
    for key, value in element.attributes.items():
        made.set(key, value)
    for each in element.content:
        if isinstance(each, str):
            made.text = each
        else:
            _build(each, namespace, made)
    return made


def check_xml(stream: IO[bytes]) -> None:
    """Read through XML of any size without keeping it.

    Raises:
        As `parse_xml`.
    """
    with _translated():
        check = _Checker()
        for chunk in _chunks(stream):
            check.feed(chunk)
        check.close()


class _Checker:
    """Reads XML and stops at the first thing that is not allowed."""

    def __init__(self) -> None:
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._enter
        self._parser.EndElementHandler = self._leave

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)

    def close(self) -> None:
        self._parser.Parse(b"", True)

    def _refuse_doctype(self, *_: object) -> None:
        raise ForbiddenContent("The file holds XML with a document type, which may be hostile. Save it anew.")

    def _enter(self, _name: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise DamagedInput(f"The file holds XML of more than {DEEPEST} levels. Save it anew and send that.")

    def _leave(self, _name: str) -> None:
        self._depth -= 1


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (etree.XMLSyntaxError, expat.ExpatError, ValueError) as error:
        raise DamagedInput("The file holds XML that cannot be read. Save it anew and send that.") from error
