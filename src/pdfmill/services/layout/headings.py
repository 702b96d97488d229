"""Which paragraphs are headings, and of which level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pdfmill.services.layout.markers import is_entry_of_contents, marker_of, section_depth
from pdfmill.services.layout.model import Block, Heading, Line, union
from pdfmill.services.layout.profile import Profile

_MOST_LINES = 4
_MOST_CHARACTERS = 220
_DEEPEST = 6

_ROLE = re.compile(r"H([1-6])")
#: What stands below a figure or above a table, and before a statement of mathematics, however bold it is.
_LABEL = re.compile(
    r"(fig(ure|ura|\.)?|tab(le|elle|leau|la|\.)?|abb(ildung|\.)?|exhibit|listing|algorithm(us|e)?|scheme|box|"
    r"definition|d[ée]finition|theorem|th[ée]or[èe]me|lemma|lemme|corollary|korollar|corollaire|proposition|proof|"
    r"beweis|preuve|remark|bemerkung|remarque|example|beispiel|exemple|exercise|(übungs)?aufgabe|exercice|satz)"
    r"(\s*[A-Z]?\d+|\s*[–—:.]|$)",
    re.IGNORECASE,
)
#: What counts the parts of a book on a line of its own, above the part's title.
_PART = re.compile(
    r"(chapter|part|book|appendix|annex|kapitel|teil|buch|anhang|chapitre|partie|livre|annexe|cap[ií]tulo|capitolo|parte|"
    r"libro|ap[ée]ndice|hoofdstuk|deel|bijlage|rozdział|глава|часть)\s+(\d{1,3}|[ivxlc]{1,7}|[a-z]|one|two|three|four|"
    r"five|six|seven|eight|nine|ten|eleven|twelve)[.:]?",
    re.IGNORECASE,
)
#: Heights of its line that such a title stands below it at most.
_TITLE_GAP = 3.0
#: Spaces of the shortest sentence, and ems between the columns of a table.
_SENTENCE_SPACES = 3
_COLUMN_GAP = 2.5
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
        if is_entry_of_contents(lines[-1]):
            return None
        outlined = self.outline.get((page_index, comparable(text)))
        if outlined is not None and self._stands_out(lines):
            return min(outlined, _DEEPEST)
        if lines[0].size < 0.94 * self.profile.titles.get(page_index, 0.0):
            return None
        return self._level_of_looks(lines, text)

    def _stands_out(self, lines: Sequence[Line]) -> bool:
        """An entry of a table of contents may have a heading's words, but has not its looks."""
        line = lines[0]
        return line.bold or line.size > 1.04 * self.profile.body_size or not line.text[-1].isdigit()

    def _level_of_looks(self, lines: Sequence[Line], text: str) -> int | None:
        if text.endswith((",", ";")) or _LABEL.match(text) or _reads_like_prose(text) or _reads_like_data(lines, text):
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
    """Several sentences, or a whole one."""
    sentences = len(re.findall(r"[a-z\d)]{2}[.!?] +[A-Z]", text))
    return sentences >= 2 or (text.endswith(".") and text.count(" ") >= _SENTENCE_SPACES)


def _reads_like_data(lines: Sequence[Line], text: str) -> bool:
    """An item of a list, a note in parentheses, a row of labels or numbers."""
    marker = marker_of(lines[0])
    if (marker and not marker.ordered) or (text.startswith("(") and text.endswith(")")):
        return True
    words = [word.text for line in lines for word in line.words][section_depth(lines[0]) is not None :]
    figures = sum(not any(map(str.isalpha, word)) for word in words)
    return figures > max(len(words) / 2, 1) or any(map(_is_spread, lines))


def _is_spread(line: Line) -> bool:
    """Whether white parts the words of a line as columns of a table do; a number may stand apart from its title."""
    return any(
        max(after.box.left - word.box.right, word.box.left - after.box.right) > _COLUMN_GAP * line.size
        for word, after in pairwise(line.words[1:])
    )


def with_titles(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with each heading that only counts, such as "Chapter 3", made one with the title below it."""
    found: list[Block] = []
    for block in blocks:
        above = found[-1] if found else None
        if isinstance(block, Heading) and isinstance(above, Heading) and _is_title_of(block, above):
            lines = (*above.lines, *block.lines)
            found[-1] = Heading(lines, union(line.box for line in lines), min(above.level, block.level))
        else:
            found.append(block)
    return found


def _is_title_of(heading: Heading, above: Heading) -> bool:
    number = above.lines[0]
    close = -number.size <= heading.box.top - above.box.bottom <= _TITLE_GAP * number.box.height
    texts = [" ".join(line.text for line in each.lines) for each in (above, heading)]
    return close and bool(_PART.fullmatch(texts[0])) and not _PART.match(texts[1])


def comparable(text: str) -> str:
    """A title without its number, case and punctuation."""
    return _NOT_COMPARED.sub("", _NOT_COMPARED.sub(" ", text.casefold()).strip()) or text.casefold()
