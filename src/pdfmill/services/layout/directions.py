"""Text that runs from right to left, or both ways: from where it stands on the page to the order in which it is read.

PDFium guesses that order run by run, and leaves brackets, numbers and full stops at the wrong end. So lines that hold a
script which runs leftwards are taken as they stand, from left to right, and the Unicode bidirectional algorithm (UAX
#9), which makes one of the other, is run backwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from pdfmill.engines.bidi import reordered
from pdfmill.services.layout.frames import Boxes
from pdfmill.services.layout.model import Word

_LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
#: Digits of Arabic scripts, and their signs: they run rightwards, in text that runs leftwards.
_NUMBER = re.compile("[\u0660-\u066c\u06f0-\u06f9]")
#: What ends a sentence or a part of it, and so stands where its line ends.
_STOPS = ".,:;!?\u060c\u061b\u061f\u06d4\u05c3"
#: Pairs of brackets and quotation marks that look like each other's mirror image.
_BRACKETS = "()[]{}<>\u00ab\u00bb\u2039\u203a"
#: Points by which characters of one glyph are told apart.
_HAIR = 0.001


def is_right_to_left(text: str) -> bool:
    """Whether most letters of a text are of a script that runs from right to left."""
    if text.isascii():
        return False
    letters = sum(map(str.isalpha, text))
    return bool(letters) and 2 * len(_LEFTWARDS.findall(text)) > letters


def holds_leftward_letters(text: str) -> bool:
    """Whether a text has any letter of a script that runs from right to left."""
    return not text.isascii() and _LEFTWARDS.search(text) is not None


def visual_order(boxes: Boxes, leftwards: npt.NDArray[np.bool_], lines: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The indices of characters from left to right, line by line.

    Args:
        boxes: n × 4, level.
        leftwards: n flags: of a script that runs from right to left, or a mark on such a letter.
        lines: n numbers of lines.
    """
    places = (boxes[:, 0] + boxes[:, 2]).astype(np.float64) / 2
    # The letters of a ligature share its box, and a mark stands on its letter; in the line as it stands, both come
    # before what they follow when one reads.
    inside = (boxes[:, 0] >= np.roll(boxes[:, 0], 1) - _HAIR) & (boxes[:, 2] <= np.roll(boxes[:, 2], 1) + _HAIR)
    for index in np.flatnonzero(inside & leftwards & np.roll(leftwards, 1) & (lines == np.roll(lines, 1))).tolist():
        if index:
            places[index] = places[index - 1] - _HAIR
    return np.lexsort((places, lines))


def tokens_in_reading_order(text: str, is_gap: Sequence[bool]) -> Iterator[tuple[str, list[int]]]:
    """The words of a line in the order in which one reads them, each with the places of its characters in the text.

    Args:
        text: As it stands from left to right.
        is_gap: For each character but the last, whether white follows it that is as wide as a space.
    """
    spaced, owners = [], []
    for place, (character, gap) in enumerate(zip(text, [*is_gap, False], strict=True)):
        spaced += [" " if character.isspace() else character, " "] if gap else [character]
        owners += [place, place] if gap else [place]
    visual = "".join(" " if character.isspace() else character for character in spaced)
    placed = _with_brackets_that_open(reordered(visual, leftwards=_runs_leftwards(visual.split())))
    for is_space, group in groupby(placed, key=lambda each: each[1] == " "):
        if not is_space:
            found = list(group)
            yield "".join(character for _, character in found), [owners[place] for place, _ in found]


def main_run(places: Sequence[int]) -> list[int]:
    """The most of some places that stand beside one another: a bracket may stand where another word's end is."""
    runs: list[list[int]] = []
    for place in sorted(places):
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return max(runs, key=len)


def _with_brackets_that_open(placed: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Brackets that open where a word begins, and close where one ends.

    Some files tell of a bracket what it looks like, others what it means, and PDFium turns some of them round.
    """
    found = list(placed)
    for index, (place, bracket) in enumerate(placed):
        if bracket not in _BRACKETS:
            continue
        at_start = index == 0 or placed[index - 1][1].isspace()
        at_end = index == len(placed) - 1 or placed[index + 1][1].isspace() or placed[index + 1][1] in _STOPS
        opens = _BRACKETS.index(bracket) % 2 == 0
        if at_start != at_end and opens != at_start:
            found[index] = place, _BRACKETS[_BRACKETS.index(bracket) ^ 1]
    return found


def in_reading_order(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a line, from left to right, in the order in which one reads them."""
    texts = [word.text for word in words]
    signs = "".join(map(_sign, texts))
    return tuple(words[place] for place, _ in reordered(signs, leftwards=_runs_leftwards(texts)))


def _sign(text: str) -> str:
    """A character whose direction is that of a word."""
    if _LEFTWARDS.search(_NUMBER.sub("", text)):
        return "\u05d0"
    if any(map(str.isalpha, text)):
        return "a"
    return "1" if any(map(str.isdigit, text)) else "."


def _runs_leftwards(texts: Sequence[str]) -> bool:
    """Whether a line of words, from left to right, runs from right to left.

    As the words at both its ends say; where they contradict each other, it ends where there is what ends a sentence;
    or else most of its words decide.
    """
    directions = [holds_leftward_letters(text) for text in texts if any(map(str.isalpha, text))]
    if not directions or directions[0] == directions[-1]:
        return not directions or directions[0]
    left, right = (bool(set(_STOPS) & {text[0], text[-1]}) for text in (texts[0], texts[-1]))
    return left if left != right else 2 * sum(directions) >= len(directions)
