"""XML from documents, by lxml: no document type, no entity, no network, bounded depth.

Entities are how small XML grows large or reads files. Neither Office documents nor XMP need a document type
(ECMA-376-2, 7.2; ISO 16684-1, 7.2), so one that has a document type is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from lxml import etree

from pdfmill.core.errors import DamagedInput, ForbiddenContent

#: How deep elements may be nested; lxml refuses deeper ones by itself, expat does not.
DEEPEST = 256

_CHUNK = 1 << 16
_NO_PREFIXES: Mapping[str, str] = {}


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
        name: May have one of the prefixes that `write_xml` is told, such as ``cbc:ID``.
        content: Elements, iterables of elements, which are taken one at a time, or one text.
    """

    def __init__(self, name: str, *content: Element | Iterable[Element] | str, **attributes: str) -> None:
        self.name = name
        self.content = content
        self.attributes = attributes

    def children(self) -> Iterator[Element]:
        for each in self.content:
            if isinstance(each, Element):
                yield each
            elif not isinstance(each, str):
                yield from each


def write_xml(
    path: Path,
    root: Element,
    *,
    namespace: str | None = None,
    prefixes: Mapping[str, str] = _NO_PREFIXES,
    header: str = "",
) -> None:
    """Write an XML document in UTF-8, indented; the same bytes each time, and never more than a branch in memory.

    Args:
        namespace: Default namespace of all elements that have no prefix.
        prefixes: The namespaces of prefixes.
        header: A processing instruction between the XML declaration and the root.
    """
    namespaces: dict[str | None, str] = {**prefixes}  # type: ignore[dict-item]
    if namespace:
        namespaces[None] = namespace
    with path.open("wb") as file:
        start = f'<?xml version="1.0" encoding="UTF-8"?>\n{header}\n'.replace("\n\n", "\n")
        file.write(start.encode())
        with etree.xmlfile(file, encoding="UTF-8") as writer:
            _write(writer, root, namespaces, 0)
        file.write(b"\n")


def _write(writer: Any, element: Element, namespaces: Mapping[str | None, str], depth: int) -> None:
    prefix, _, local = element.name.rpartition(":")
    namespace = namespaces.get(prefix or None)
    name = f"{{{namespace}}}{local}" if namespace else element.name
    with writer.element(name, element.attributes, nsmap=None if depth else namespaces):
        indent = "\n" + " " * (depth + 1)
        empty = True
        for child in element.children():
            writer.write(indent)
            _write(writer, child, namespaces, depth + 1)
            empty = False
        texts = [each for each in element.content if isinstance(each, str)]
        writer.write(*texts if texts else () if empty else (indent[:-1],))


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
