"""Dictionaries inside stream dictionaries, which object streams cannot take in where they stand."""

from __future__ import annotations

from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream

from pdfmill.core.context import Context
from pdfmill.services.compression.structure.objects import reachable_objects

#: Entries of forms, patterns and shadings that may be indirect objects and are often long.
_LIFTED = (Name.Resources, Name.Function, Name.ColorSpace, Name.Group, Name.Decode, Name.Domain)

#: An indirect object costs some 20 bytes, compressed; shorter values stay where they are.
_SHORTEST = 48


def share_direct_values(pdf: Pdf, ctx: Context) -> int:
    """Make long direct values of stream dictionaries indirect objects, equal ones the same; returns how many moved.

    A stream dictionary is written plain; an indirect object goes into a compressed object stream (ISO 32000-2, 7.5.7).
    Of use only in a file that is saved with object streams.
    """
    shared: dict[bytes, Any] = {}
    moved = 0
    for each in reachable_objects(pdf, ctx).values():
        ctx.check()
        if not isinstance(each, Stream):
            continue
        for key in _LIFTED:
            value = each.get(key)
            if not isinstance(value, Array | Dictionary) or value.is_indirect:
                continue
            text = value.unparse()
            if len(text) >= _SHORTEST:
                if text not in shared:
                    shared[text] = pdf.make_indirect(value)
                each[key] = shared[text]
                moved += 1
    return moved
