"""What the text of a page is worth: whether it is there, and whether it is what one sees."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pdfium import ReadPage, picture_share
from pdfmill.services.layout.model import TextQuality

#: Characters of a page that is more than a page number, and part of the page that its pictures cover.
_SPARSE = 30
_COVERED = 0.4

#: Parts of a page's characters.
_UNMAPPED = 0.3
_PRIVATE = 0.2
_FOREIGN = 0.4
#: Letters from which on their statistics say something.
_ENOUGH_LETTERS = 80
#: Part of Latin letters that are vowels: from 0.3 (Czech) to 0.5 (Finnish, Italian) in running text.
_VOWELS = (0.18, 0.68)
#: Part of neighbouring letters that go from lower to upper case.
_CASE_JUMPS = 0.15

_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿĀ-ſ]")
_VOWEL = re.compile(r"[aeiouyAEIOUYÀ-ÆÈ-ÏÒ-ÖØ-Ýà-æè-ïò-öø-ýÿ]")
_OF_LATIN_1 = re.compile("[\x00-\xff]+")
_CAPITAL = re.compile("[A-Z]")
_CASE_JUMP = re.compile("(?<=[a-z])[A-Z]")
_NO_CHARACTER = re.compile("[\ue000-\uf8ff\ufffd]")
_ODD = re.compile(r"[^\w\s.,;:!?'\"“”‘’„«»()\[\]{}<>/\\&%$€£¥@#*+=~|_–—−•·°§©®™†‡…^-]")


def quality_of(
    page: ReadPage, words: Sequence[str], pictures: Sequence[tuple[float, float, float, float]]
) -> TextQuality:
    """The quality of a page's text.

    Args:
        page: Is asked what its fonts tell, where the words leave that in doubt.
        words: All words of the page.
        pictures: Boxes of its pictures; they say something only where there is hardly any text, see `is_sparse`.
    """
    characters = sum(map(len, words))
    look = first_look(characters, pictures, page.geometry.size) if is_sparse(characters) else TextQuality.GOOD
    return TextQuality.GARBLED if look is TextQuality.GOOD and _is_garbled(page, words) else look


def first_look(
    character_count: int, pictures: Sequence[tuple[float, float, float, float]], size: tuple[float, float]
) -> TextQuality:
    """The quality as far as amounts tell: garbled text is good at first sight.

    Args:
        character_count: Without spaces.
        pictures: Boxes of the page's pictures.
        size: Width and height of the page in points.
    """
    if is_sparse(character_count) and picture_share(pictures, size) > _COVERED:
        return TextQuality.IMAGE_ONLY
    if not character_count:
        return TextQuality.IMAGE_ONLY if pictures else TextQuality.BLANK
    return TextQuality.GOOD


def is_sparse(character_count: int) -> bool:
    """Whether a page has so few characters without spaces that its pictures tell what it is."""
    return character_count < _SPARSE


def is_plausible(words: Sequence[str]) -> bool:
    """Whether words look like text that one can read, as far as that shows without asking their fonts.

    Fonts need not be asked where most characters are letters and digits: see `_is_garbled`.
    """
    amounts = _amounts("".join(words))
    return amounts.marks <= _UNMAPPED * amounts.characters and not _is_strange(words, amounts)


def _is_garbled(page: ReadPage, words: Sequence[str]) -> bool:
    amounts = _amounts("".join(words))
    if _is_strange(words, amounts):
        return True
    # What is on the page and not in its words: spaces, and control characters that stand for glyphs.
    besides = len(page.text.replace("\r\n", "")) - amounts.characters
    if amounts.marks + besides <= _UNMAPPED * amounts.characters:
        return False
    # Glyph codes that look like text may well be that: simple fonts often use the codes of ASCII.
    unmapped = _amounts(page.unmapped())
    return unmapped.marks > _UNMAPPED * amounts.characters and unmapped.marks > 0.5 * unmapped.characters


def _is_strange(words: Sequence[str], amounts: _Amounts) -> bool:
    if amounts.missing > _PRIVATE * amounts.characters or amounts.odd > _FOREIGN * amounts.characters:
        return True
    # Latin letters that do not follow one another as in any language: a substitution by glyph codes.
    letters = amounts.latin
    if letters < _ENOUGH_LETTERS or letters < 0.5 * amounts.characters:
        return False
    if not _VOWELS[0] <= amounts.vowels / letters <= _VOWELS[1]:
        return True
    most = _CASE_JUMPS * letters
    return amounts.capitals > most and len(_CASE_JUMP.findall(" ".join(words))) > most


class _Amounts(NamedTuple):
    """How many characters of some kinds a text has.

    Attributes:
        characters: Of any kind.
        marks: Neither letters nor digits.
        missing: Of private use, or put for what is no character.
        odd: Neither letters, digits nor usual marks.
        latin: Latin letters.
        vowels: Those of them that are vowels.
        capitals: A to Z.
    """

    characters: float
    marks: float
    missing: float
    odd: float
    latin: float
    vowels: float
    capitals: float


def _amounts(text: str) -> _Amounts:
    # Most characters of most pages are of Latin-1, and are counted at once.
    latin = text.encode("latin-1", errors="ignore")
    found = np.bincount(np.frombuffer(latin, np.uint8), minlength=256) @ _latin_kinds()
    if len(latin) < len(text):
        others = Counter(_OF_LATIN_1.sub("", text))
        found += np.array([*others.values()], float) @ np.array([*map(_kinds, others)], float)
    return _Amounts._make(found.tolist())


@cache
def _latin_kinds() -> npt.NDArray[np.float64]:
    """256 × the kinds of characters: as `_kinds`."""
    return np.array([_kinds(chr(point)) for point in range(256)], float)


@lru_cache(maxsize=10_000)
def _kinds(character: str) -> _Amounts:
    """Of which kinds a character is, 1 for each."""
    patterns = (_NO_CHARACTER, _ODD, _LATIN, _VOWEL, _CAPITAL)
    return _Amounts(1, not character.isalnum(), *(bool(kind.match(character)) for kind in patterns))
