"""Which font of a word processor stands for a font of a document, and how wide text is in it.

Only fonts whose metrics are known, and which every word processor has or has an equal of: where a font is missing, a
reader takes one that is wider or narrower, and a page becomes two. Text is spaced or stretched to its old width.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pdfmill.engines.pdfium import standard_font
from pdfmill.services.layout.model import Style

_SANS = re.compile(
    r"arial|helv|sans|cmss|lato|roboto|open|verdana|segoe|plex|gothic|univers|frutiger|myriad|inter|futura|dejavu|din",
    re.IGNORECASE,
)
_SERIF = re.compile(
    r"times|serif|roman|cmr|cmbx|cmti|sfrm|garamond|georgia|palat|book|minion|libertin|cambria|century|nimbusrom|utopia|"
    r"charter|caslon|baskerville|didot|latin ?modern|lmr|cochineal|stix",
    re.IGNORECASE,
)
_NARROW = re.compile(r"cond|narrow|compress", re.IGNORECASE)
#: Arial Narrow is Arial, drawn so much narrower.
_ARIAL_NARROW = 0.82

#: The standard fonts of each family, which have the metrics of Microsoft's: plain, bold, italic, bold italic.
_STANDARD = {
    "Arial": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique"),
    "Times New Roman": ("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic"),
    "Courier New": ("Courier", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """A font of a word processor.

    Attributes:
        standard: The standard font with its metrics; empty if they are not known.
        narrow: What its widths are multiplied by.
    """

    family: str
    standard: str = ""
    narrow: float = 1.0

    def width(self, text: str) -> float | None:
        """Ems that a text is wide; None if that is not known."""
        width = standard_font(self.standard).width(text) if self.standard else None
        return None if width is None else width * self.narrow


@lru_cache(maxsize=1024)
def face_of(style: Style) -> Face:
    """The font that stands for that of some text."""
    family = _family(style)
    faces = _STANDARD.get(family)
    if faces is None:
        return Face(family)
    standard = faces[style.bold + 2 * style.italic]
    if family == "Arial" and _NARROW.search(style.font):
        return Face("Arial Narrow", standard, _ARIAL_NARROW)
    return Face(family, standard)


def _family(style: Style) -> str:
    if style.monospaced:
        return "Courier New"
    # LibreOffice and Linux say "Liberation Serif" and "DejaVu Sans"; so "sans" is looked for first.
    if _SANS.search(style.font) and not re.search(r"sans-?serif", style.font, re.IGNORECASE):
        return "Arial"
    return "Times New Roman" if style.serif or _SERIF.search(style.font) else "Arial"
