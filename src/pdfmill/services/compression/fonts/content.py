"""What one content stream shows, before it is known which fonts its names stand for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Name, String
from pikepdf.exceptions import PikepdfError

#: A name in the resources: ("Font", "/F1") by Tf, ("ExtGState", "/GS1") by gs; or whatever font the caller had set.
FontName = tuple[str, str]
INHERITED: FontName = ("inherited", "")

#: Fonts that may be set at one moment, at most; a stream with more is not one that a program wrote.
_MOST_FONTS = 64

_OPERATORS = "q Q Tf gs Tj TJ ' \" Do"


@dataclass
class ShownContent:
    """The strings a content stream shows and the XObjects it draws, with the fonts that may be set at that moment.

    An ExtGState sets a font only if it has one (ISO 32000-2, 8.4.5), which the stream alone does not tell, so after
    ``gs`` there are two fonts that may be set.
    """

    strings: dict[FontName, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    drawn: dict[str, set[FontName]] = field(default_factory=lambda: defaultdict(set))


def read_content(content: Any) -> ShownContent | None:
    """Read a page or a content stream; None if it cannot be."""
    try:
        instructions = pikepdf.parse_content_stream(content, _OPERATORS)
    except (PikepdfError, TypeError, ValueError):
        return None
    shown = ShownContent()
    fonts = frozenset([INHERITED])
    saved: list[frozenset[FontName]] = []
    for instruction in instructions:
        operator, operands = str(instruction.operator), list(instruction.operands)
        if operator == "q":
            saved.append(fonts)
        elif operator == "Q":
            fonts = saved.pop() if saved else fonts
        elif operator in ("Tf", "gs") and operands:
            fonts = _fonts_after(operator, str(operands[0]), fonts)
            if len(fonts) > _MOST_FONTS:
                return None
        elif operands:
            _note(operator, operands[-1], fonts, shown)
    return shown


def _fonts_after(operator: str, name: str, fonts: frozenset[FontName]) -> frozenset[FontName]:
    return frozenset([("Font", name)]) if operator == "Tf" else fonts | {("ExtGState", name)}


def _note(operator: str, operand: Any, fonts: frozenset[FontName], shown: ShownContent) -> None:
    if operator == "Do":
        if isinstance(operand, Name):
            shown.drawn[str(operand)] |= fonts
        return
    items = list(operand) if isinstance(operand, Array) else [operand]
    strings = {bytes(item) for item in items if isinstance(item, String)}
    for font in fonts:
        shown.strings[font] |= strings
