"""The words of statements, from the data files beside this module: one for each language."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

#: Languages whose words are known, the one that others borrow from first.
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da")

#: Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "№": "n"})
_NO_WORD = re.compile(r"[^a-z0-9]+")
#: The longest phrase of the data files has so many words.
_LONGEST = 7


@cache
def fold(text: str) -> str:
    """Lower case, without accents, everything but letters and digits a space; cached, since pages repeat words."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return _NO_WORD.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


@dataclass(frozen=True)
class Phrase:
    """A phrase that was found: its meaning, and the words ``start`` to ``end`` of the text."""

    meaning: str
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Phrases:
    """Phrases with a meaning, such as column headings with the roles of their columns."""

    def __init__(self, meanings: Mapping[str, Sequence[tuple[str, str]]], languages: Sequence[str]) -> None:
        self._meanings = {phrase: _preferred(found, languages) for phrase, found in meanings.items()}
        self._all = meanings

    def exact(self, text: str) -> str | None:
        """The meaning of a folded text; None if it has none."""
        return self._meanings.get(text)

    def may_mean(self, text: str, meaning: str) -> bool:
        """Whether a folded text has that meaning in any language."""
        return any(each == meaning for _, each in self._all.get(text, ()))

    def __contains__(self, text: str) -> bool:
        return text in self._meanings

    def find(self, words: Sequence[str]) -> Iterator[Phrase]:
        """The phrases in folded words, the longest at each place, without overlap."""
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + _LONGEST), start, -1):
                meaning = self._meanings.get(" ".join(words[start:end]))
                if meaning is not None:
                    yield Phrase(meaning, start, end)
                    start = end
                    break
            else:
                start += 1


@dataclass(frozen=True)
class Vocabulary:
    """The words of a document's languages; those of other languages count where they do not contradict.

    Attributes:
        columns: Headings by role.
        balances: ``opening``, ``closing``, ``dated``, ``carried``, ``ignored``.
        totals: ``credits``, ``debits``, ``other``.
        sections: ``credit``, ``debit``, ``ignored``.
        account: What stands before facts about the account.
        words: Words that tell statements, cards and banks, and those between two dates.
        signs: ``debit`` and ``credit``, as they stand behind amounts.
        descriptions: What stands before the counterparty or a reference in a description.
        sides: ``debit`` and ``credit``, as they stand beside balances.
    """

    languages: tuple[str, ...]
    columns: Phrases
    balances: Phrases
    totals: Phrases
    sections: Phrases
    account: Phrases
    words: Phrases
    signs: Mapping[str, str]
    descriptions: Phrases
    sides: Phrases

    @classmethod
    def of(cls, text_lines: Iterable[str]) -> Vocabulary:
        """The vocabulary for a document, by the phrases that its folded lines hold."""
        return _vocabulary(_languages(text_lines))


def _languages(text_lines: Iterable[str]) -> tuple[str, ...]:
    """The document's languages, its main one first; English is always among them."""
    known = _own_phrases()
    votes = dict.fromkeys(LANGUAGES, 0.0)
    for line in set(text_lines):
        words = line.split()
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + 4) + 1):
                languages = known.get(" ".join(words[start:end]), ())
                for language in languages:
                    votes[language] += (end - start) / len(languages)
    main = max(LANGUAGES, key=lambda language: votes[language])
    spoken = [main] + [each for each in LANGUAGES if each != main and 4 * votes[each] > votes[main] > 0]
    return tuple(dict.fromkeys((*spoken, "en")))


@cache
def _data() -> dict[str, dict[str, dict[str, list[str]]]]:
    folder = resources.files(__package__) / "vocabulary"
    return {
        language: tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8")) for language in LANGUAGES
    }


@cache
def _own_phrases() -> dict[str, tuple[str, ...]]:
    """For each phrase the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for language, chapters in _data().items():
        for chapter in ("columns", "balances", "totals", "account", "words"):
            for phrases in chapters[chapter].values():
                for phrase in phrases:
                    if len(phrase) > 3 and language not in found.get(phrase, ()):
                        found[phrase] = (*found.get(phrase, ()), language)
    return found


@cache
def _vocabulary(languages: tuple[str, ...]) -> Vocabulary:
    def phrases(chapter: str) -> Phrases:
        meanings: dict[str, list[tuple[str, str]]] = {}
        for language, chapters in _data().items():
            for meaning, texts in chapters[chapter].items():
                for text in texts:
                    meanings.setdefault(text, []).append((language, meaning))
        return Phrases(meanings, languages)

    signs: dict[str, str] = {}
    for language in reversed(languages):
        for meaning, texts in _data()[language]["signs"].items():
            signs.update(dict.fromkeys(texts, meaning))
    chapters: dict[str, Any] = {
        chapter: phrases(chapter)
        for chapter in ("columns", "balances", "totals", "sections", "account", "words", "descriptions", "sides")
    }
    return Vocabulary(languages, signs=signs, **chapters)


def _preferred(found: Sequence[tuple[str, str]], languages: Sequence[str]) -> str:
    """The meaning in the first of the document's languages that has the phrase; else in any."""
    meanings = dict(reversed(found))
    spoken = next((language for language in languages if language in meanings), None)
    return meanings[spoken] if spoken else found[0][1]
