"""Which paragraphs are headings, and of which level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pdfmill.services.layout.markers import section_depth
from pdfmill.services.layout.model import Line
from pdfmill.services.layout.profile import Profile

_MOST_LINES = 4
_MOST_CHARACTERS = 220
_DEEPEST = 6

_ROLE = re.compile(r"H([1-6])")
#: What stands below a figure or above a table, however bold it is.
_CAPTION = re.compile(r"(fig(ure|\.)?|tab(le|elle|\.)?|abb(ildung|\.)?|exhibit)\s*\d+", re.IGNORECASE)
_NOT_COMPARED = re.compile(r"[\W_]+|^[\d.\s]+")


@dataclass(frozen=True)
class HeadingFinder:
    """Judges paragraphs by tags, the outline, their looks and their numbers, in this order.

    Attributes:
        outline: Levels from 1 by page index and title, see `comparable`.
    """

    profile: Profile
    outline: dict[tuple[int, str], int] = field(default_factory=dict)

    def level(self, lines: Sequence[Line], page_index: int) -> int | None:
        """The level of a heading, 1 to 6; None if the paragraph is none.

        Args:
            lines: The paragraph's lines.
        """
        role = lines[0].words[0].style.role
        text = " ".join(line.text for line in lines)
        if tagged := _ROLE.fullmatch(role):
            return int(tagged[1])
        if role in ("H", "Title"):
            return 1
        if len(lines) > _MOST_LINES or len(text) > _MOST_CHARACTERS or not any(map(str.isalpha, text)):
            return None
        outlined = self.outline.get((page_index, comparable(text)))
        if outlined is not None and self._stands_out(lines):
            return min(outlined, _DEEPEST)
        return self._level_of_looks(lines, text)

    def _stands_out(self, lines: Sequence[Line]) -> bool:
        """An entry of a table of contents has a heading's words, but not its looks."""
        line = lines[0]
        return line.bold or line.size > 1.04 * self.profile.body_size or not line.text[-1].isdigit()

    def _level_of_looks(self, lines: Sequence[Line], text: str) -> int | None:
        if text.endswith((",", ";")) or _CAPTION.match(text) or _reads_like_prose(text):
            return None
        by_size = self.profile.level_of_size(lines[0].size)
        if by_size is not None:
            return by_size
        depth = section_depth(lines[0])
        if depth is not None and len(lines) <= 2 and text.isupper():  # small capitals, often
            return min(len(self.profile.heading_sizes) + depth, _DEEPEST)
        is_bold = all(line.bold for line in lines) and not self.profile.body_bold
        as_large = lines[0].size >= 0.96 * self.profile.body_size
        if not (is_bold and as_large and len(lines) <= 2) or text.endswith((".", ":")) or text[:1].islower():
            return None
        return min(len(self.profile.heading_sizes) + (depth or 1), _DEEPEST)


def _reads_like_prose(text: str) -> bool:
    """Several sentences, or one that is too long for a heading."""
    sentences = len(re.findall(r"[a-z\d)]{2}[.!?] +[A-Z]", text))
    return sentences >= 2 or (text.endswith(".") and len(text) > 100)


def comparable(text: str) -> str:
    """A title without its number, case and punctuation."""
    return _NOT_COMPARED.sub("", _NOT_COMPARED.sub(" ", text.casefold()).strip()) or text.casefold()
