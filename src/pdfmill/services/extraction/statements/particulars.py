"""What a description says by labels of its own: whom the money came from or went to, and under which reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pdfmill.services.extraction.statements.lines import TextLine
from pdfmill.services.extraction.statements.vocabulary import Vocabulary, fold
from pdfmill.services.layout.model import Word

#: A colon makes a label of any of the words; without one it has to begin a line below the first, and to have so many
#: letters: shorter ones (de, van, da) begin names as well.
_LEAST_UNMARKED = 4
#: The longest label has so many words.
_LONGEST = 5
_GLUED = re.compile(r"([^\W\d_][^:+]*)[:+](?=\w)(.+)")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]*")
_BETWEEN = " :;,/|-–"


@dataclass(frozen=True)
class Particular:
    """A labelled part of a description; words ``start`` to ``end`` of its line hold it.

    Attributes:
        meaning: ``counterparty`` or ``reference``.
        value: Without its label, even where that is written into the same word.
    """

    meaning: str
    value: str
    line: TextLine
    start: int
    end: int


@dataclass(frozen=True)
class _Label:
    """A label; its value begins with a word, or behind it within the last word of the label."""

    meaning: str
    first: int
    value: int
    rest: str = ""


def particulars(words: Sequence[tuple[TextLine, int]], vocabulary: Vocabulary) -> list[Particular]:
    """The first of each kind in a description.

    Args:
        words: Of the description: lines and indices of their words, in reading order.
    """
    found: dict[str, Particular] = {}
    for number, (_, group) in enumerate(groupby(words, key=lambda word: id(word[0]))):
        of_line = list(group)
        for each in _of_line(of_line[0][0], [index for _, index in of_line], vocabulary, is_first=number == 0):
            found.setdefault(each.meaning, each)
    return list(found.values())


def _of_line(line: TextLine, indices: Sequence[int], vocabulary: Vocabulary, *, is_first: bool) -> Iterator[Particular]:
    words = [line.words[index] for index in indices]
    labels = list(_labels(words, vocabulary, is_first=is_first))
    ends = [*(label.first for label in labels[1:]), len(words)]
    for label, end in zip(labels, ends, strict=False):
        texts = [label.rest, *(word.text for word in words[label.value : end])]
        count = _reach(texts, label.meaning)
        value = " ".join(filter(None, texts[:count])).strip(_BETWEEN)
        first, last = label.value - bool(label.rest), label.value + count - 1
        if first < last and _is_value(value, label.meaning):
            yield Particular(label.meaning, value, line, indices[first], indices[last - 1] + 1)


def _labels(words: Sequence[Word], vocabulary: Vocabulary, *, is_first: bool) -> Iterator[_Label]:
    start = 0
    while start < len(words):
        label = _label(words, start, vocabulary, may_be_unmarked=start == 0 and not is_first)
        if label:
            yield label
        start = max(label.value, start + 1) if label else start + 1


def _label(words: Sequence[Word], start: int, vocabulary: Vocabulary, *, may_be_unmarked: bool) -> _Label | None:
    """The longest label that begins with a word."""
    for end in range(min(start + _LONGEST, len(words)), start, -1):
        texts = [word.text for word in words[start:end]]
        glued = _GLUED.fullmatch(texts[-1])
        if glued and (meaning := _meaning([*texts[:-1], glued[1]], vocabulary)):
            return _Label(meaning, start, end, glued[2])
        meaning = _meaning(texts, vocabulary)
        if meaning is None:
            continue
        if texts[-1].endswith(":") or (end < len(words) and words[end].text == ":"):
            return _Label(meaning, start, end)
        if may_be_unmarked and len(fold(texts[0])) >= _LEAST_UNMARKED:
            return _Label(meaning, start, end)
    return None


def _meaning(texts: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """What texts mean as a label; ``account`` is what ends the value of the one before it."""
    folded = " ".join(filter(None, map(fold, texts)))
    meaning = vocabulary.descriptions.exact(folded)
    if meaning is None and (folded == "iban" or vocabulary.account.exact(folded) in ("number", "bic", "routing")):
        return "account"
    return meaning


def _reach(texts: Sequence[str], meaning: str) -> int:
    """How many texts belong to a value: names end before an account's number, references with the last figures.

    Whatever has a colon is a label, known or not.
    """
    for count, text in enumerate(texts):
        if count and text.endswith(":") and any(map(str.isalpha, text)):
            return count
        if meaning == "reference":
            seen = any(map(bool, texts[:count]))
            if seen and not any(map(str.isdigit, text)):
                return count
        elif _IBAN.fullmatch(text) and len(text) >= 15:
            return count
    return len(texts)


def _is_value(value: str, meaning: str) -> bool:
    if meaning == "counterparty":
        return sum(map(str.isalpha, value)) >= 2
    return meaning == "reference" and any(map(str.isdigit, value)) and len(value) >= 3
