"""XML by local names, whatever prefix or version of a namespace it uses, and its values as found ones."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from pdfmill.services.extraction.evidence import Found

_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4,6})?$")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


class Tree:
    """An element; paths are local names parted by ``/``, each with alternatives parted by ``|``."""

    def __init__(self, element: Any, standard: str) -> None:
        self._element = element
        self._standard = standard

    @property
    def name(self) -> str:
        return _local(self._element.tag)

    @property
    def namespace(self) -> str:
        return str(self._element.tag).rpartition("}")[0].lstrip("{")

    def all(self, path: str) -> Iterator[Tree]:
        """The elements at a path, in the order of the document."""
        found = [self._element]
        for step in path.split("/"):
            names = step.split("|")
            found = [child for element in found for child in element if _local(child.tag) in names]
        return (Tree(element, self._standard) for element in found)

    def first(self, path: str) -> Tree | None:
        return next(self.all(path), None)

    def raw(self, path: str = "") -> str:
        """The text at a path; empty if there is none."""
        element = self.first(path) if path else self
        return "" if element is None else (element._element.text or "").strip()

    def attribute(self, name: str) -> str:
        return str(self._element.get(name) or "").strip()

    def text(self, path: str) -> Found[str] | None:
        raw = self.raw(path)
        return self._found(raw, raw, path) if raw else None

    def joined(self, *paths: str) -> Found[str] | None:
        """The texts at several paths, a line for each."""
        lines = [each.raw() for path in paths for each in self.all(path)]
        text = "\n".join(line for line in lines if line)
        return self._found(text, text, paths[0]) if text else None

    def amount(self, path: str = "") -> Found[Decimal] | None:
        """A number (xs:decimal); None if it is none."""
        raw = self.raw(path)
        try:
            value = Decimal(raw)
        except InvalidOperation:
            return None
        return self._found(value, raw, path) if value.is_finite() else None

    def date(self, path: str) -> Found[datetime.date] | None:
        """A date, as ISO 8601 or as UN/EDIFACT 2379 code 102 has it; None if it is none."""
        raw = self.raw(path)
        match = _ISO_DATE.match(raw) or _COMPACT_DATE.match(raw)
        if match is None:
            return None
        try:
            value = datetime.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None
        return self._found(value, raw, path)

    def _found(self, value: Any, raw: str, path: str) -> Found[Any]:
        rule = f"{self._standard}:{path.rpartition('/')[2] or path}"
        return Found(value=value, raw=raw, source="xml", confidence=1.0, rule=rule, evidence=[])


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
