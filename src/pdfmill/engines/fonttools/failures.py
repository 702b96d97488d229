"""Fonts that fontTools cannot read."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from fontTools.misc.psCharStrings import CharStringCompileError
from fontTools.ttLib import TTLibError

from pdfmill.core.errors import EngineFailed

#: fontTools has no error class of its own for most damage: it lets the error of the first wrong byte through.
_DAMAGE = (
    TTLibError,
    CharStringCompileError,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    NotImplementedError,
    RecursionError,
    EOFError,
)


@contextmanager
def font_damage_translated() -> Iterator[None]:
    """Turn whatever fontTools raises at a damaged font into `EngineFailed`."""
    try:
        yield
    except _DAMAGE as error:
        raise EngineFailed("An embedded font cannot be read.") from error
