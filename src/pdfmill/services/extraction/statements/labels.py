"""Balances and sums by the words beside or above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pdfmill.services.extraction.statements.amounts import Amount
from pdfmill.services.extraction.statements.dates import Date
from pdfmill.services.extraction.statements.lines import TextLine
from pdfmill.services.extraction.statements.rows import BalanceKind, Side
from pdfmill.services.extraction.statements.vocabulary import Phrase, Phrases, Vocabulary, fold
from pdfmill.services.values.currencies import code_of

#: A label may have so many words besides its phrase.
_BESIDES = 3
#: A label stands above its value at most so many line heights.
_ABOVE = 2.2


@dataclass(frozen=True)
class Labelled:
    """What a label says about an amount.

    Attributes:
        kind: A `BalanceKind`, ``ignored``, or ``credits``, ``debits``, ``other`` for sums.
        alone: Whether the label is all the text there is.
        balance_side: What a word of the label says about the sign of a balance.
    """

    kind: str
    amount: Amount
    date: Date | None
    alone: bool
    balance_side: Side | None = None

    @property
    def balance_kind(self) -> BalanceKind | None:
        return cast(BalanceKind, self.kind) if self.kind in ("opening", "closing", "dated", "carried") else None

    @property
    def side(self) -> Side | None:
        return "credit" if self.kind == "credits" else "debit" if self.kind == "debits" else None


class LabelReader:
    """Reads labels with the words of a document."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._balances = vocabulary.balances
        self._totals = vocabulary.totals
        self._sides = vocabulary.sides

    def read(self, line: TextLine, above: Sequence[TextLine]) -> list[Labelled]:
        """What stands before each amount of a line, or else above it.

        Args:
            above: The lines before it, the nearest last.
        """
        found, start = [], 0
        for amount in line.amounts:
            words = _label_words(line, start, amount.start)
            date = next((d for d in reversed(line.dates) if start <= d.start < amount.start), None)
            labelled = self._labelled(words, amount, date)
            if labelled is None and not words and above:
                labelled = self._from_above(amount, above)
            if labelled:
                found.append(labelled)
            start = amount.end
        return found

    def _from_above(self, amount: Amount, above: Sequence[TextLine]) -> Labelled | None:
        line = above[-1]
        if amount.box.top - line.box.bottom > _ABOVE * line.size or line.amounts:
            return None
        for start, end in line.segments():
            box = line.box_of(start, end)
            if box.left < amount.box.right and amount.box.left < box.right:
                date = next((d for d in line.dates if start <= d.start < end), None)
                return self._labelled(_label_words(line, start, end), amount, date)
        return None

    def _labelled(self, words: Sequence[str], amount: Amount, date: Date | None) -> Labelled | None:
        phrase = _last(self._balances, words)
        total = _last(self._totals, words)
        if total and (phrase is None or total.length > phrase.length):
            phrase = total
        if phrase is None:
            return None
        sides = [found.meaning for found in self._sides.find(words)]
        side = cast(Side, sides[0]) if sides else None
        return Labelled(phrase.meaning, amount, date, len(words) - phrase.length <= _BESIDES, side)


def _last(phrases: Phrases, words: Sequence[str]) -> Phrase | None:
    """The phrase nearest to the amount; one that leaves words before it only if it has several words itself."""
    found = [phrase for phrase in phrases.find(words) if phrase.start == 0 or phrase.length > 1]
    return found[-1] if found else None


def _label_words(line: TextLine, start: int, end: int) -> list[str]:
    """Folded words without dates, numbers and currencies."""
    dated = {index for date in line.dates for index in range(date.start, date.end)}
    words: list[str] = []
    for index in range(start, end):
        text = line.words[index].text
        bare = text.strip("()[],.:*")
        if index in dated or code_of(bare) is not None:
            continue
        words += [word for word in fold(text).split() if not word.isdigit()]
    return words
