"""Which paragraphs are headings, and of which level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pdfmill.services.layout.looks import look_of
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
_CLOSING = "\"'”’»)]"
#: A number with its unit, as infographics and tables have it.
_AMOUNT = re.compile(r"\W*\d[\d.,]*\W*[A-Za-z]{0,3}\W*")
#: Characters of text that a heading may stand above which only its look makes one; and parts of the body's size that
#: small capitals have, whose letters say so.
_RUNNING_TEXT = 60
_SMALL_CAPITALS = 0.7
#: Letters of a word that is none of the signs of a formula.
_SHORT_WORD = 3
#: Ems by which a heading may be nearer to the text above than to that below.
_NEARER = 0.2
#: Ems between the lines of a centred title, which are set further apart than others.
_CENTRED_GAP = 0.8
_NOT_COMPARED = re.compile(r"[\W_]+|^[\d.\s]+")


@dataclass(frozen=True)
class HeadingFinder:
    """Judges paragraphs by tags, the outline, their looks and their numbers, in this order.

    Attributes:
        outline: Levels from 1 by page index and title, see `comparable`.
    """

    profile: Profile
    outline: dict[tuple[int, str], int] = field(default_factory=dict)

    def level(
        self, lines: Sequence[Line], page_index: int, before: Sequence[Line] = (), after: Sequence[Line] = ()
    ) -> int | None:
        """The level of a heading, 1 to 6; None if the paragraph is none.

        Args:
            lines: The paragraph's lines.
            before: Those of the paragraph above it.
            after: Those of the paragraph below it.
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
        return self._level_of_looks(lines, text, before, after)

    def is_named(self, lines: Sequence[Line], page_index: int) -> bool:
        """Whether a tag or the outline makes a paragraph a heading."""
        text = " ".join(line.text for line in lines)
        return bool(lines[0].words[0].style.role) or (page_index, comparable(text)) in self.outline

    def is_only_by_look(self, lines: Sequence[Line], page_index: int) -> bool:
        """Whether neither name, size nor number makes a paragraph a heading."""
        larger = self.profile.level_of_size(lines[0].size) is not None
        return not (larger or section_depth(lines[0]) is not None or self.is_named(lines, page_index))

    def _stands_out(self, lines: Sequence[Line]) -> bool:
        """An entry of a table of contents may have a heading's words, but has not its looks."""
        line = lines[0]
        return line.bold or line.size > 1.04 * self.profile.body_size or not line.text[-1].isdigit()

    def _level_of_looks(
        self, lines: Sequence[Line], text: str, before: Sequence[Line], after: Sequence[Line]
    ) -> int | None:
        if text.endswith((",", ";")) or _LABEL.match(text) or _reads_like_prose(text) or _reads_like_data(lines, text):
            return None
        by_size = self.profile.level_of_size(lines[0].size)
        if by_size is not None:
            return by_size
        depth = section_depth(lines[0])
        if depth is not None and len(lines) <= 2 and text.isupper():  # small capitals, often
            return min(len(self.profile.heading_sizes) + depth, _DEEPEST)
        if len(lines) > 2 or text.endswith((".", ":", "!")):
            return None
        is_bold = all(line.bold for line in lines) and not self.profile.body_bold
        as_large = lines[0].size >= 0.96 * self.profile.body_size
        if (is_bold and as_large and not text[:1].islower()) or self._looks_like_one(lines, before, after):
            return min(len(self.profile.heading_sizes) + (depth or 1), _DEEPEST)
        return None

    def _looks_like_one(self, lines: Sequence[Line], before: Sequence[Line], after: Sequence[Line]) -> bool:
        """Whether lines that are neither larger nor bold have a look that comes back, and stand above running text."""
        body, looks = self.profile.body_style, self.profile.looks
        if body is None or not looks or not after or after[0].size < 0.94 * self.profile.body_size:
            return False
        look = look_of(lines[0], body)
        smallest = _SMALL_CAPITALS if look.capitals else 0.96
        if look not in looks or any(look_of(line, body) != look for line in lines[1:]) or not _has_a_word(lines[0]):
            return False
        if lines[0].size < smallest * self.profile.body_size or not _belongs_below(lines, before, after):
            return False
        below, text = look_of(after[0], body), " ".join(line.text for line in after)
        is_entry = ":" in lines[0].text and (look.is_only_italic or any(map(str.isdigit, lines[0].text)))
        if below == look or is_entry:
            return False
        stacked = not look.is_only_italic and (below in looks or after[0].bold or marker_of(after[0]) is not None)
        return stacked or len(text) >= _RUNNING_TEXT


def _has_a_word(line: Line) -> bool:
    """Whether a line is more than the letters of a formula."""
    return any(sum(map(str.isalpha, word.text)) >= _SHORT_WORD for word in line.words)


def _belongs_below(lines: Sequence[Line], before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Whether a paragraph stands no nearer to the one above it than to the one below."""
    gap = after[0].box.top - lines[-1].box.bottom
    return not before or gap <= lines[0].box.top - before[-1].box.bottom + _NEARER * lines[0].size


def _reads_like_prose(text: str) -> bool:
    """Several sentences, or a whole one."""
    sentences = len(re.findall(r"[a-z\d)]{2}[.!?] +[A-Z]", text))
    return sentences >= 2 or (text.rstrip(_CLOSING).endswith(".") and text.count(" ") >= _SENTENCE_SPACES)


def _reads_like_data(lines: Sequence[Line], text: str) -> bool:
    """An item of a list, a note in parentheses, a row of labels or numbers."""
    marker = marker_of(lines[0])
    if (marker and not marker.ordered) or (text.startswith("(") and text.endswith(")")):
        return True
    words = [word.text for line in lines for word in line.words][section_depth(lines[0]) is not None :]
    figures = sum(not any(map(str.isalpha, word)) or bool(_AMOUNT.fullmatch(word)) for word in words)
    return figures > max(len(words) / 2, 1) or any(map(_is_spread, lines))


def _is_spread(line: Line) -> bool:
    """Whether white parts the words of a line as columns of a table do; a number may stand apart from its title."""
    return any(
        max(after.box.left - word.box.right, word.box.left - after.box.right) > _COLUMN_GAP * line.size
        for word, after in pairwise(line.words[1:])
    )


def with_titles(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with each heading that only counts, such as "Chapter 3", made one with the title below it.

    So are the lines of a centred title that stand far apart.
    """
    found: list[Block] = []
    for block in blocks:
        above = found[-1] if found else None
        if (
            isinstance(block, Heading)
            and isinstance(above, Heading)
            and (_is_title_of(block, above) or _is_rest_of(block, above))
        ):
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


def _is_rest_of(heading: Heading, above: Heading) -> bool:
    last, first = above.lines[-1], heading.lines[0]
    alike = abs(last.size - first.size) < 0.3 and last.bold == first.bold and above.level == heading.level
    gap = first.box.top - last.box.bottom
    off_centre = abs(above.box.centre[0] - heading.box.centre[0])
    starts = abs(above.box.left - heading.box.left)
    centred = off_centre < 0.3 * first.size < starts
    few = len(above.lines) + len(heading.lines) <= _MOST_LINES
    return alike and centred and few and 0 <= gap < _CENTRED_GAP * first.size and marker_of(first) is None


def comparable(text: str) -> str:
    """A title without its number, case and punctuation."""
    return _NOT_COMPARED.sub("", _NOT_COMPARED.sub(" ", text.casefold()).strip()) or text.casefold()
