"""Walking over the objects of a document, however many and however tangled they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from pdfmill.core.context import Context

ObjectId = tuple[int, int]

#: Ancestors in the page tree, at most; hostile ones go in circles.
_DEEPEST_PAGE_TREE = 50


def reachable_objects(pdf: Pdf, ctx: Context) -> dict[ObjectId, Any]:
    """The indirect arrays, dictionaries and streams that can be reached from the trailer; the others are not saved."""
    found: dict[ObjectId, Any] = {}
    waiting = [pdf.trailer]
    while waiting:
        ctx.check()
        for each in references(waiting.pop()):
            if each.objgen not in found and isinstance(each, Array | Dictionary | Stream):
                found[each.objgen] = each
                waiting.append(each)
    return found


def references(container: Any) -> Iterator[Any]:
    """The indirect objects that one object refers to, through direct arrays and dictionaries inside it."""
    return (value for _, _, value in slots(container))


def slots(container: Any) -> Iterator[tuple[Any, Any, Any]]:
    """(holder, key or index, indirect object) for each reference inside one object."""
    waiting = [container]
    while waiting:
        holder = waiting.pop()
        for key, value in _entries(holder):
            if not isinstance(value, Object):
                continue
            if value.is_indirect:
                yield holder, key, value
            elif isinstance(value, Array | Dictionary):
                waiting.append(value)


def dictionary_values(dictionary: Any) -> Iterator[Any]:
    """The values of a dictionary; none where there is no dictionary."""
    if isinstance(dictionary, Dictionary | Stream):
        yield from (dictionary[key] for key in dictionary.keys())  # noqa: SIM118 - not a Python mapping


def array_items(array: Any) -> Iterator[Any]:
    """The items of an array; none where there is no array."""
    if isinstance(array, Array):
        yield from array


def appearance_streams(appearances: Any) -> Iterator[Stream]:
    """The streams of an appearance dictionary (ISO 32000-2, 12.5.5), of every state."""
    for appearance in dictionary_values(appearances):
        if isinstance(appearance, Stream):
            yield appearance
        else:
            yield from (state for state in dictionary_values(appearance) if isinstance(state, Stream))


def resources_holder(page: Dictionary) -> Dictionary | None:
    """The page or the ancestor in the page tree whose /Resources hold for the page (ISO 32000-2, 7.7.3.4)."""
    node: Any = page
    for _ in range(_DEEPEST_PAGE_TREE):
        if not isinstance(node, Dictionary):
            return None
        if isinstance(node.get(Name.Resources), Dictionary):
            return node
        node = node.get(Name.Parent)
    return None


def _entries(holder: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(holder, Array):
        return list(enumerate(holder))
    return list(holder.items()) if isinstance(holder, Dictionary | Stream) else ()
