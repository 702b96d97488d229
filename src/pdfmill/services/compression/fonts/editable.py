"""Fonts in which somebody may still type: they need glyphs that are not shown yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pikepdf import Dictionary, Name, Stream

from pdfmill.services.compression.structure.objects import (
    ObjectId,
    appearance_streams,
    array_items,
    dictionary_values,
)


def editable_fonts(objects: Iterable[Any]) -> Iterator[Dictionary]:
    """The fonts of interactive forms and free text annotations.

    Those of default resources (/DR of the form or of a field, ISO 32000-2, 12.7.3), and those of the appearances of
    widgets and of annotations with a default appearance string (/DA), where programs take the font from when the text
    is edited.

    Args:
        objects: The indirect objects of the document.
    """
    seen: set[ObjectId] = set()
    for each in _with_direct_parts(objects):
        yield from _fonts_in(each.get(Name.DR), seen)
        if each.get(Name.Subtype) == Name.Widget or Name.DA in each:
            for form in appearance_streams(each.get(Name.AP)):
                yield from _fonts_in(form.get(Name.Resources), seen)


def is_xfa(each: Any) -> bool:
    """Whether an object is, or directly holds, an interactive form that XFA lays out (ISO 32000-1, 12.7.8)."""
    return any(Name.XFA in part for part in _with_direct_parts([each]))


def _with_direct_parts(objects: Iterable[Any]) -> Iterator[Dictionary]:
    """The dictionaries, and those that may stand directly inside: the form in the catalog, annotations in a page."""
    for each in objects:
        if isinstance(each, Dictionary):
            yield each
            if isinstance(form := each.get(Name.AcroForm), Dictionary):
                yield form
            yield from (item for item in array_items(each.get(Name.Annots)) if isinstance(item, Dictionary))


def _fonts_in(resources: Any, seen: set[ObjectId]) -> Iterator[Dictionary]:
    """The fonts of resources and, as appearances nest, of the forms in them."""
    waiting = [resources]
    while waiting:
        resources = waiting.pop()
        if not isinstance(resources, Dictionary):
            continue
        yield from (font for font in dictionary_values(resources.get(Name.Font)) if isinstance(font, Dictionary))
        for form in dictionary_values(resources.get(Name.XObject)):
            if isinstance(form, Stream) and form.objgen not in seen:
                seen.add(form.objgen)
                waiting.append(form.get(Name.Resources))
