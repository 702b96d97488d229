"""The Unicode bidirectional algorithm (UAX #9), by python-bidi."""

from __future__ import annotations

from bidi import algorithm


def reordered(text: str, *, leftwards: bool) -> list[tuple[int, str]]:
    """The characters of a line in display order, each with its place in the text; brackets and the like mirrored.

    Applied to a line in the order in which it is displayed, from left to right, this gives the order in which it is
    read: the reversals of rule L2 undo themselves.

    Args:
        leftwards: Whether the paragraph runs from right to left.
    """
    level = int(leftwards)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = level, "LR"[level]
    algorithm.get_embedding_levels(text, storage)
    for place, character in enumerate(storage["chars"]):
        character["place"] = place
    algorithm.explicit_embed_and_overrides(storage, False)
    algorithm.resolve_weak_types(storage, False)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    algorithm.reorder_resolved_levels(storage, False)
    algorithm.apply_mirroring(storage, False)
    return [(character["place"], character["ch"]) for character in storage["chars"]]
