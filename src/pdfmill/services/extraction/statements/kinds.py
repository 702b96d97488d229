"""What a document seems to be, by its words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

from pdfmill.services.extraction.statements.vocabulary import Phrases


@cache
def _kinds() -> Phrases:
    file = resources.files(__package__) / "vocabulary" / "kinds.toml"
    data: dict[str, list[str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return Phrases({phrase: [("", kind)] for kind, phrases in data.items() for phrase in phrases}, ())


def kind_of(text_lines: Iterable[str]) -> str | None:
    """The kind whose phrases the folded lines hold most, such as ``invoice``; None if they hold none.

    A phrase that is a line of its own, as a title is, counts three times.
    """
    votes: dict[str, int] = {}
    for line in text_lines:
        words = line.split()
        for phrase in _kinds().find(words):
            votes[phrase.meaning] = votes.get(phrase.meaning, 0) + (3 if phrase.length == len(words) else 1)
    return max(sorted(votes), key=lambda kind: votes[kind], default=None)
