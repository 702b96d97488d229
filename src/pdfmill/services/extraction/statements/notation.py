"""How one hand writes amounts: the decimals of its currency, the decimal mark, the groups of digits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pdfmill.services.layout.model import Word
from pdfmill.services.values.currencies import UNUSUAL, code_of, minor_units
from pdfmill.services.values.numbers import decimal_mark

_MINUS = r"\-−–"
#: Groups of digits stand no further apart than this part of their height.
_GROUP_GAP = 0.45
#: Ends in a decimal mark and as many digits as the currency has decimals; what surrounds it may be joined to it.
_WITH_DECIMALS = {
    places: re.compile(rf"(?:^|[^\d.,])?[.,]\d{{{places}}}(?!\d)(?![.,]\d)") for places in (2, 3)
}  # fmt: skip
_EDGES = rf"[(){_MINUS}+]?[^\W\d_]{{0,3}}[$€£¥￥₩円원₫]?[(){_MINUS}+]?"
_GROUPED = re.compile(rf"{_EDGES}\d{{1,3}}(?:([.,'’])\d{{3}})(?:\1\d{{3}})*{_EDGES}")
_SHORT = re.compile(rf"{_EDGES}\d{{1,3}}{_EDGES}")
_UNGROUPED = re.compile(rf"{_EDGES}\d{{1,12}}{_EDGES}")
_GROUP = re.compile(rf"[(]?[{_MINUS}+]?\d{{1,3}}$")
_LAST_OF_THREE = re.compile(r"([.,])\d{3}(?!\d)(?![.,])")
_NEXT_GROUP = re.compile(r"\d{3}(?!\d)")
_NO_SIGN = re.compile(rf"[\d.,'’():/\s{_MINUS}+]")


@dataclass(frozen=True)
class Notation:
    """How amounts are written throughout a document.

    Attributes:
        places: Decimals that each has.
        mark: What stands before them; with none, what could not be a grouping mark.
        spaced: Whether gaps part their groups of digits.
        grouped: Whether anything does.
    """

    places: int
    mark: str
    spaced: bool
    grouped: bool

    @property
    def has_decimal_points(self) -> bool:
        return self.places > 0 and self.mark == "."

    @classmethod
    def of(cls, lines: Iterable[Sequence[Word]]) -> Notation:
        """The notation of a document, from the words of all its lines."""
        kept = list(lines)
        texts = [word.text for words in kept for word in words]
        places = _places(texts)
        return cls._with_decimals(places, kept, texts) if places else cls._whole(kept, texts)

    @classmethod
    def _whole(cls, lines: Sequence[Sequence[Word]], texts: Sequence[str]) -> Notation:
        groups = Counter(found[1] for text in texts if (found := _GROUPED.fullmatch(text)))
        spaced = sum(_is_group(words, index) for words in lines for index in range(len(words)))
        mark = "," if groups["."] > groups[","] else "."
        return cls(0, mark, spaced > groups.total(), bool(spaced or groups))

    @classmethod
    def _with_decimals(cls, places: int, lines: Sequence[Sequence[Word]], texts: Sequence[str]) -> Notation:
        anchors = [text for text in texts if _WITH_DECIMALS[places].search(text)]
        last_group = re.compile(rf"\d{{3}}[.,]\d{{{places}}}(?!\d)")
        spaced = sum(
            bool(last_group.match(after.text) and _GROUP.match(before.text) and _follow(before, after))
            for words in lines
            for before, after in pairwise(words)
        )
        plain = sum(bool(re.search(rf"\d[.,'’]\d{{3}}[.,]\d{{{places}}}", text)) for text in anchors)
        mark = decimal_mark(anchors)
        if places == 3:  # elsewhere one mark before three digits tells nothing; here every amount has one
            lasts = Counter(found[1] for text in anchors if (found := _LAST_OF_THREE.search(text)))
            mark = "," if lasts[","] > lasts["."] else "."
        return cls(places, mark, spaced > plain, bool(spaced or plain))

    def ends_amount(self, words: Sequence[Word], index: int) -> bool:
        """Whether a word of a line may hold the last digits of an amount."""
        text = words[index].text
        if self.places:
            return bool(_WITH_DECIMALS[self.places].search(text))
        if self.spaced and _is_group(words, index):
            return False
        shapes = (_GROUPED, _SHORT) if self.grouped else (_UNGROUPED,)
        return any(shape.fullmatch(text) for shape in shapes)


def _places(texts: Sequence[str]) -> int:
    """Two decimals, unless a currency that has others is named and more amounts look like its own."""
    codes = Counter(code for text in texts if (code := code_of(_NO_SIGN.sub("", text))) in UNUSUAL)
    if not codes:
        return 2
    places = minor_units(str(max(codes, key=lambda code: (codes[code], code))))
    usual = sum(bool(_WITH_DECIMALS[2].search(text)) for text in texts)
    if places:
        own = sum(bool(_WITH_DECIMALS[places].search(text)) for text in texts)
    else:
        own = sum(bool(_GROUPED.fullmatch(text) or _SHORT.fullmatch(text)) for text in texts)
    return places if own > 2 * usual else 2


def _is_group(words: Sequence[Word], index: int) -> bool:
    """Whether a word is a group of digits that the next word goes on with."""
    if index + 1 >= len(words) or not _GROUP.match(words[index].text):
        return False
    return bool(_NEXT_GROUP.match(words[index + 1].text)) and _follow(words[index], words[index + 1])


def _follow(before: Word, after: Word) -> bool:
    return (after.box.left - before.box.right) / max(min(before.box.height, after.box.height), 1.0) <= _GROUP_GAP
