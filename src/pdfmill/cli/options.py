"""Options of an operation as options of its command."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from pdfmill.core.errors import UnusablePath
from pdfmill.core.fields import FieldKind, FieldSpec

_METAVARS = {FieldKind.TEXT: "TEXT", FieldKind.PAGES: "PAGES"}


def options_of(fields: Sequence[FieldSpec]) -> list[click.Option]:
    """The click options of an operation, in the order of its fields."""
    return [option for field in fields for option in _options(field)]


def values_of(fields: Sequence[FieldSpec], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an operation's fields among a command's arguments; what was left out is absent.

    Raises:
        UnusablePath: The file of a secret cannot be read.
    """
    values: dict[str, Any] = {}
    for field in fields:
        value = _secret(field, arguments) if field.kind is FieldKind.SECRET else arguments[field.name]
        if field.many:
            value = list(value or ())
        if value not in (None, []):
            values[field.name] = value
    return values


def _options(field: FieldSpec) -> list[click.Option]:
    name = field.name.replace("_", "-")
    if field.kind is FieldKind.SECRET:
        return _secret_options(field, name)
    declarations = [f"--{name}", field.name]
    if field.kind is FieldKind.FLAG and not field.many:
        declarations = [f"--{name}/--no-{name}", field.name]
    return [
        click.Option(
            declarations,
            type=_type(field),
            multiple=field.many,
            default=tuple(field.default) if field.many and field.default else field.default,
            required=field.required,
            show_default=field.default is not None,
            metavar=_METAVARS.get(field.kind),
            help=field.description,
        )
    ]


def _type(field: FieldSpec) -> click.ParamType[Any]:
    if field.kind is FieldKind.FLAG:
        return click.BOOL
    if field.kind is FieldKind.CHOICE:
        return click.Choice(field.choices)
    if field.kind is FieldKind.INTEGER:
        return click.IntRange(_whole(field.minimum), _whole(field.maximum))
    if field.kind is FieldKind.NUMBER:
        return click.FloatRange(field.minimum, field.maximum)
    return click.STRING


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _secret_options(field: FieldSpec, name: str) -> list[click.Option]:
    """Never a value on the command line itself: every user of the machine can read those."""
    ask = click.Option(
        [f"--{name}", f"{field.name}_ask"],
        is_flag=True,
        help=f"{field.description} It is asked for on the terminal, because a command line is no place for secrets.",
    )
    file = click.Option(
        [f"--{name}-file", f"{field.name}_file"],
        metavar="FILE",
        help=f"Read the value of --{name} from the first line of a file.",
    )
    return [ask, file]


def _secret(field: FieldSpec, arguments: Mapping[str, Any]) -> str | None:
    path = arguments.get(f"{field.name}_file")
    if path is not None:
        try:
            lines = Path(path).read_text().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            option = f"--{field.name.replace('_', '-')}-file"
            raise UnusablePath(f"Cannot read {path}, which {option} names: {_why(error)}.") from error
        return lines[0] if lines else ""
    if arguments.get(f"{field.name}_ask") or (field.required and sys.stdin.isatty()):
        secret: str = click.prompt(field.name.replace("_", " ").capitalize(), hide_input=True, err=True)
        return secret
    return None


def _why(error: OSError | UnicodeDecodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "it is no text"
