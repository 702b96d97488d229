"""The values of an invoice by their paths, such as ``totals.tax_inclusive`` or ``lines.0.name``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel

from pdfmill.services.extraction.evidence import Found

PartT = TypeVar("PartT", bound=BaseModel)


def found_fields(part: Any, path: str = "") -> Iterator[tuple[str, Found[Any]]]:
    """Every value of an invoice with its path."""
    if isinstance(part, Found):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from found_fields(getattr(part, name), f"{path}.{name}".lstrip("."))
    elif isinstance(part, list):
        for index, each in enumerate(part):
            yield from found_fields(each, f"{path}.{index}")


def value_at(part: BaseModel, path: str) -> Found[Any] | None:
    """The value at a path that names no item of a list; None if there is none."""
    name, _, rest = path.partition(".")
    found: Any = getattr(part, name)
    return value_at(found, rest) if rest else found


def with_value(part: PartT, path: str, found: Found[Any] | None) -> PartT:
    """A copy with another value at such a path."""
    name, _, rest = path.partition(".")
    return part.model_copy(update={name: with_value(getattr(part, name), rest, found) if rest else found})
