"""What invoices call things, in ten languages: data files, one for each language."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pdfmill.services.extraction.invoices.rules.sheet import Segment, Sheet, Token, key
from pdfmill.services.values.months import months_by_name

LANGUAGES = ("en", "de", "fr", "nl", "es", "it", "pt", "pl", "sv", "da")

#: How much a label says, by the list it stands in.
_WEIGHTS = {"sure": 3.0, "likely": 2.0, "faint": 0.8}
#: Part of the best language's labels that another one must reach to count.
_SPOKEN = 0.4


@dataclass(frozen=True, slots=True)
class Entry:
    """What a label may mean: a field's name, how sure that is, and the language."""

    name: str
    weight: float
    language: str


@dataclass(frozen=True)
class Label:
    """A label where it stands.

    Attributes:
        name: The field that it names.
        weight: How much it says.
        key: The label itself, folded.
        start: Where it begins in the segment's text.
        end: Where it ends there.
    """

    segment: Segment
    name: str
    weight: float
    key: str
    start: int
    end: int


class Lexicon:
    """Labels of some languages, by their folded form."""

    def __init__(self, languages: Iterable[str]) -> None:
        self.languages = tuple(languages)
        self.entries: dict[str, list[Entry]] = {}
        self.columns: dict[str, set[str]] = {}
        self.titles: dict[str, str] = {}
        self._words: dict[str, list[str]] = {}
        for language in self.languages:
            self._add(language, _data(language))
        self._prefixes = {label[:length] for label in self.entries for length in range(1, len(label) + 1)}
        self._column_prefixes = {label[:length] for label in self.columns for length in range(1, len(label) + 1)}

    def _add(self, language: str, data: dict[str, Any]) -> None:
        for kind, labels in data["titles"].items():
            self.titles = dict.fromkeys(map(key, labels), kind) | self.titles
        for kind, words in data["words"].items():
            if isinstance(words, list):
                self._words.setdefault(kind, []).extend(words)
        for name, lists in data.items():
            if name not in ("titles", "words"):
                self._add_field(language, name, lists)

    def _add_field(self, language: str, name: str, lists: dict[str, list[str]]) -> None:
        for strength, labels in lists.items():
            for label in map(key, labels):
                if name.startswith("column_"):
                    self.columns.setdefault(label, set()).add(name.removeprefix("column_"))
                else:
                    self._enter(label, Entry(name, _WEIGHTS[strength], language))

    def _enter(self, label: str, entry: Entry) -> None:
        known = self.entries.setdefault(label, [])
        if label and all(each.name != entry.name for each in known):
            known.append(entry)

    @property
    def salutations(self) -> frozenset[str]:
        return frozenset(map(key, self._words["salutations"]))

    @property
    def names(self) -> frozenset[str]:
        """What stands before the name of a party."""
        return frozenset(map(key, self._words["name"]))

    @property
    def connectives(self) -> frozenset[str]:
        return frozenset(map(key, self._words["connectives"]))

    @property
    def immediately(self) -> frozenset[str]:
        return frozenset(map(key, self._words["immediately"]))

    @property
    def pages(self) -> frozenset[str]:
        return frozenset(map(key, self._words["page"]))

    @property
    def days(self) -> tuple[re.Pattern[str], ...]:
        """Terms of payment in days; patterns of folded text."""
        from pdfmill.services.extraction.invoices.rules.sheet import fold

        return tuple(re.compile(fold_pattern(fold, pattern)) for pattern in self._words["days"])

    def labels_in(self, segment: Segment) -> list[Label]:
        """The labels of a segment, the longest that fit, without overlap."""
        found: list[Label] = []
        tokens = segment.tokens
        index = 0
        while index < len(tokens):
            stop, entry_key = _longest(tokens, index, self._prefixes, self.entries)
            if not stop:
                index += 1
                continue
            found += [
                Label(segment, entry.name, entry.weight, entry_key, tokens[index].start, tokens[stop - 1].end)
                for entry in self.entries[entry_key]
            ]
            index = stop
        return found

    def columns_of(self, tokens: tuple[Token, ...]) -> list[tuple[int, int, frozenset[str]]]:
        """Headings of columns among tokens: first token, token after the last, roles."""
        found = []
        index = 0
        while index < len(tokens):
            stop, entry_key = _longest(tokens, index, self._column_prefixes, self.columns)
            if stop:
                found.append((index, stop, frozenset(self.columns[entry_key])))
            index = stop or index + 1
        return found


def fold_pattern(fold: Any, pattern: str) -> str:
    r"""A pattern for folded text; its escapes such as ``\d`` stay."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0] if len(word[0]) == 1 else fold(word[0]), pattern)


def _longest(tokens: tuple[Token, ...], index: int, prefixes: set[str], known: dict[str, Any]) -> tuple[int, str]:
    """The end of the longest known label that begins at a token, and its key; (0, "") if none does."""
    best, text = (0, ""), ""
    for stop in range(index, len(tokens)):
        text += tokens[stop].key
        if text not in prefixes:
            break
        if text in known:
            best = (stop + 1, text)
    return best


@cache
def _data(language: str) -> dict[str, Any]:
    package = resources.files("pdfmill.services.extraction.invoices") / "labels" / f"{language}.toml"
    return tomllib.loads(package.read_text(encoding="utf-8"))


@cache
def lexicon_of(languages: tuple[str, ...]) -> Lexicon:
    """A lexicon, made once."""
    return Lexicon(languages)


@cache
def month_names() -> dict[str, int]:
    """Names and abbreviations of months in all languages, folded."""
    return months_by_name(LANGUAGES, key)


def speaking(sheet: Sheet) -> Lexicon:
    """The lexicon of the languages that a sheet speaks, by how many letters of labels are of each."""
    everything = lexicon_of(LANGUAGES)
    letters: Counter[str] = Counter()
    seen: set[str] = set()
    for segment in sheet.segments:
        for label in everything.labels_in(segment):
            if label.key not in seen:
                seen.add(label.key)
                letters.update({entry.language: len(label.key) for entry in everything.entries[label.key]})
        for start, stop, _ in everything.columns_of(segment.tokens):
            label_key = "".join(token.key for token in segment.tokens[start:stop])
            if label_key not in seen:
                seen.add(label_key)
                letters.update({language: len(label_key) for language in _column_languages(label_key)})
    if not letters:
        return everything
    most = max(letters.values())
    spoken = tuple(language for language in LANGUAGES if letters[language] >= _SPOKEN * most)
    return lexicon_of(spoken)


@cache
def _column_languages(label_key: str) -> tuple[str, ...]:
    return tuple(language for language in LANGUAGES if label_key in lexicon_of((language,)).columns)
