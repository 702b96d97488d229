"""What the text of a page is worth: whether it is there, and whether it is what one sees."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

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
_CASE_JUMP = re.compile("[a-z](?=[A-Z])")
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
    look = first_look(sum(map(len, words)), pictures, page.geometry.size)
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
    text = "".join(words)
    counts = Counter(text)
    return _marks(counts) <= _UNMAPPED * len(text) and not _is_strange(text, words, counts)


def _is_garbled(page: ReadPage, words: Sequence[str]) -> bool:
    text = "".join(words)
    if _marks(Counter(page.text().replace("\r\n", ""))) > _UNMAPPED * len(text):
        unmapped = page.unmapped()
        # Glyph codes that look like text may well be that: simple fonts often use the codes of ASCII.
        strange = _marks(Counter(unmapped))
        if strange > _UNMAPPED * len(text) and strange > 0.5 * len(unmapped):
            return True
    return _is_strange(text, words, Counter(text))


def _marks(counts: Counter[str]) -> int:
    """Characters that are neither letters nor digits."""
    return sum(count for character, count in counts.items() if not character.isalnum())


def _is_strange(text: str, words: Sequence[str], counts: Counter[str]) -> bool:
    def amount(kind: re.Pattern[str]) -> int:
        return sum(count for character, count in counts.items() if kind.match(character))

    if amount(_NO_CHARACTER) > _PRIVATE * len(text) or amount(_ODD) > _FOREIGN * len(text):
        return True
    # Latin letters that do not follow one another as in any language: a substitution by glyph codes.
    letters = amount(_LATIN)
    if letters < _ENOUGH_LETTERS or letters < 0.5 * len(text):
        return False
    if not _VOWELS[0] <= amount(_VOWEL) / letters <= _VOWELS[1]:
        return True
    return len(_CASE_JUMP.findall(" ".join(words))) > _CASE_JUMPS * letters
