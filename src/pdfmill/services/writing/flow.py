"""Lines as running text: put together where only the width of a column parted them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from pdfmill.services.layout.model import Block, Line, Paragraph, Table, Word

#: A word that a line's end divides: letters before the hyphen.
_DIVIDED = re.compile(r"[^\W\d_]{2,}[-‐­]")
#: A compound that a line's end divides at one of its own hyphens.
_COMPOUND = re.compile(r"[^\W_]+([-‐][^\W_]+)+[-‐]")
#: English words that make compounds with a hyphen of their own, and hardly ever are a word's first syllable.
_COMPOUNDING = re.compile(r"(well|self|half|cross|two|three|four)[-‐]", re.IGNORECASE)
#: Letters that follow at least: "self-" and "ish" is one word.
_COMPOUNDED = 4


@dataclass(frozen=True)
class Span:
    """Words of one look; ``glued`` if no space stands before them."""

    text: str
    bold: bool = False
    italic: bool = False
    monospaced: bool = False
    link: str | None = None
    glued: bool = False


def running_text(lines: Sequence[Line], *, dehyphenate: bool = True) -> str:
    """The words of some lines in a row."""
    parts = [text + ("" if glued else " ") for text, _, glued in pieces(lines, dehyphenate=dehyphenate)]
    return "".join(parts).rstrip(" ")


def spans(lines: Sequence[Line], *, dehyphenate: bool = True) -> list[Span]:
    """The words of some lines, those of one look together."""
    found: list[Span] = []
    glued = False
    parts = pieces(lines, dehyphenate=dehyphenate)
    for (bold, italic, monospaced, link), group in groupby(parts, key=lambda piece: _look(piece[1])):
        text, glues = "", False
        for part, _, glues in group:
            text += part + ("" if glues else " ")
        found.append(Span(text if glues else text[:-1], bold, italic, monospaced, link, glued))
        glued = glues
    return found


def joined_text(runs: Iterable[Span]) -> str:
    """What some runs say."""
    text = ""
    for run in runs:
        text += ("" if run.glued or not text else " ") + run.text
    return text


def _look(word: Word) -> tuple[bool, bool, bool, str | None]:
    return word.style.bold, word.style.italic, word.style.monospaced, word.link


def pieces(lines: Sequence[Line], *, dehyphenate: bool) -> Iterator[tuple[str, Word, bool]]:
    """Each word's text, the word, and whether the next one follows without a space."""
    for line, following in [*pairwise(lines), (lines[-1], None)]:
        for word in line.words[:-1]:
            yield word.text, word, False
        last = line.words[-1]
        text, is_glued = last.text, False
        if dehyphenate and following is not None:
            text, is_glued = at_line_end(last.text, following.words[0].text)
        yield text, last, is_glued


def at_line_end(word: str, following: str) -> tuple[str, bool]:
    """The last word of a line without the hyphen that only divides it, and whether the next one follows at once.

    Args:
        following: The first word of the next line.
    """
    if not following[:1].islower():
        return word, False
    letters = word.lstrip("(\"'„“‘«[")
    if _COMPOUNDING.fullmatch(letters):
        return word if len(following) >= _COMPOUNDED else word[:-1], True
    if _DIVIDED.fullmatch(letters):
        return word[:-1], True
    return word, bool(_COMPOUND.fullmatch(letters))


def is_code(block: Block) -> bool:
    """Whether a paragraph is set in a typewriter face, in which line ends and indents mean something."""
    return isinstance(block, Paragraph) and all(word.style.monospaced for line in block.lines for word in line.words)


def code_text(lines: Sequence[Line]) -> str:
    """Lines of a typewriter face with their indents and gaps."""
    left = min(line.box.left for line in lines)
    characters = sum(len(word.text) for line in lines for word in line.words)
    advance = sum(word.box.width for line in lines for word in line.words) / max(characters, 1) or 1.0
    written = []
    for line in lines:
        text = ""
        for word in line.words:
            column = round((word.box.left - left) / advance)
            text += " " * max(column - len(text), 1 if text else 0) + word.text
        written.append(text)
    return "\n".join(written)


def lines_of(block: Block) -> tuple[Line, ...]:
    """All lines of a block; a list item's marker is not among them."""
    if not isinstance(block, Table):
        return block.lines
    return tuple(line for cell in block.cells for line in cell.lines)
