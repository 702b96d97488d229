"""Page ranges as people write them: ``1-3,7,end``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic_core import core_schema

from pdfmill.core.errors import InvalidPageRange

_PART = re.compile(r"\s*(?P<first>\d{1,9}|end)\s*(?:(?P<dash>-)\s*(?P<last>\d{1,9}|end)\s*)?")


@dataclass(frozen=True)
class PageRanges:
    """Pages in the order written; ``5-3`` counts down, ``end`` is the last page of whichever document it meets.

    A value that does not know the document: `resolve` gives page indices once the page count is known.
    """

    parts: tuple[tuple[int | None, int | None], ...]

    @classmethod
    def parse(cls, text: str) -> PageRanges:
        """Read ``1-3,7,end``.

        Raises:
            InvalidPageRange: The text is not of that form, or a page number is 0.
        """
        parts = []
        for part in text.split(","):
            match = _PART.fullmatch(part)
            if match is None:
                raise InvalidPageRange(f"Cannot read {part.strip()[:40]!r} as pages. Write them like 1-3,7,end.")
            first = _number(match["first"])
            parts.append((first, _number(match["last"]) if match["dash"] else first))
        return cls(tuple(parts))

    @classmethod
    def of(cls, page_numbers: Iterable[int]) -> PageRanges:
        """Pages by their numbers, those that follow one another taken together: ``1-3,7``."""
        parts: list[tuple[int, int]] = []
        for number in page_numbers:
            if parts and parts[-1][1] == number - 1:
                parts[-1] = (parts[-1][0], number)
            else:
                parts.append((number, number))
        return cls(tuple(parts))

    def resolve(self, page_count: int) -> list[int]:
        """The page indices (from 0) in a document of that many pages.

        Raises:
            InvalidPageRange: A page lies outside the document.
        """
        return list(self._indices(page_count))

    def _indices(self, page_count: int) -> Iterator[int]:
        for first, last in self.parts:
            start, stop = (page_count if number is None else number for number in (first, last))
            for number in (start, stop):
                if not 1 <= number <= page_count:
                    raise InvalidPageRange(
                        f"There is no page {number}: the document has {page_count} pages.", page_count=page_count
                    )
            step = 1 if stop >= start else -1
            yield from (number - 1 for number in range(start, stop + step, step))

    def __str__(self) -> str:
        return ",".join(
            _text(first) if first == last else f"{_text(first)}-{_text(last)}" for first, last in self.parts
        )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> core_schema.CoreSchema:
        """Written as text in JSON, forms and on the command line."""

        def read(value: object) -> PageRanges:
            if isinstance(value, PageRanges):
                return value
            if not isinstance(value, str):
                raise ValueError("write pages as text, like 1-3,7,end")
            try:
                return cls.parse(value)
            except InvalidPageRange as error:
                raise ValueError(error.detail) from error

        return core_schema.no_info_before_validator_function(
            read,
            core_schema.is_instance_schema(cls),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> dict[str, object]:
        return {"type": "string", "format": "page-ranges", "examples": ["1-3,7,end"]}


def _number(text: str) -> int | None:
    if text == "end":
        return None
    if int(text) == 0:
        raise InvalidPageRange("Pages are counted from 1: there is no page 0.")
    return int(text)


def _text(number: int | None) -> str:
    return "end" if number is None else str(number)
