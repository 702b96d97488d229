"""The neutral form of an options model, which every rendering of an operation uses.

The set of supported types is deliberately small and closed: an operation that uses another one is refused when it is
defined, so that the command line, the forms and the reference never meet a field they cannot show.
"""

from __future__ import annotations

import enum
import types
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from pdfmill.core.pages import PageRanges


class FieldKind(enum.StrEnum):
    """How a field is shown and entered."""

    FLAG = "flag"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 - the name of a kind of field
    PAGES = "pages"


@dataclass(frozen=True)
class FieldSpec:
    """One option of an operation.

    Attributes:
        choices: The allowed words of a CHOICE, in menu order; empty otherwise.
        minimum: Smallest allowed number, inclusive; None if unbounded. For TEXT the shortest length.
        maximum: Largest allowed number, inclusive; None if unbounded. For TEXT the greatest length.
        many: Whether the field takes several values.
        default: The default as JSON would hold it; None for no value.
    """

    name: str
    kind: FieldKind
    description: str
    default: Any
    required: bool
    many: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


def describe(model: type[BaseModel]) -> tuple[FieldSpec, ...]:
    """The fields of an options model, in the order they were written.

    Raises:
        TypeError: A field has a type outside the closed set, or no description.
    """
    return tuple(_field(model, name, info) for name, info in model.model_fields.items())


_SIMPLE_KINDS: dict[Any, FieldKind] = {
    bool: FieldKind.FLAG,
    int: FieldKind.INTEGER,
    float: FieldKind.NUMBER,
    str: FieldKind.TEXT,
    SecretStr: FieldKind.SECRET,
    PageRanges: FieldKind.PAGES,
}


def _field(model: type[BaseModel], name: str, info: FieldInfo) -> FieldSpec:
    where = f"{model.__name__}.{name}"
    if not info.description:
        raise TypeError(f"{where} needs a description: it is shown in the help, the form and the reference")
    inner, many = _strip(info.annotation)
    kind, choices = _kind(where, inner)
    minimum, maximum = _bounds(info)
    default = None if info.is_required() else _as_json(info.get_default(call_default_factory=False))
    return FieldSpec(name, kind, info.description, default, info.is_required(), many, choices, minimum, maximum)


def _strip(annotation: Any) -> tuple[Any, bool]:
    """Take off ``| None`` and ``tuple[…, ...]``: what is left is the type of one value."""
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [each for each in get_args(annotation) if each is not types.NoneType]
        if len(rest) == 1:
            annotation = rest[0]
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return arguments[0], True
    return annotation, False


def _kind(where: str, inner: Any) -> tuple[FieldKind, tuple[str, ...]]:
    if inner in _SIMPLE_KINDS:
        return _SIMPLE_KINDS[inner], ()
    if get_origin(inner) is Literal and all(isinstance(each, str) for each in get_args(inner)):
        return FieldKind.CHOICE, get_args(inner)
    if isinstance(inner, type) and issubclass(inner, enum.StrEnum):
        return FieldKind.CHOICE, tuple(member.value for member in inner)
    raise TypeError(
        f"{where} has the type {inner!r}, which no form or command line can show. Use bool, int, float, str, "
        "SecretStr, PageRanges, a Literal of words, a StrEnum, or a tuple[…, ...] of these; put bounds on the outside: "
        "`int | None = Field(None, ge=1)`."
    )


def _bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    minimum: Any = None
    maximum: Any = None
    for item in info.metadata:
        if isinstance(item, annotated_types.Ge):
            minimum = item.ge
        elif isinstance(item, annotated_types.Le):
            maximum = item.le
        elif isinstance(item, annotated_types.MinLen):
            minimum = item.min_length
        elif isinstance(item, annotated_types.MaxLen):
            maximum = item.max_length
    return minimum, maximum


def _as_json(value: Any) -> Any:
    if isinstance(value, enum.StrEnum):
        return value.value
    if isinstance(value, PageRanges):
        return str(value)
    if isinstance(value, tuple):
        return [_as_json(each) for each in value]
    return value
