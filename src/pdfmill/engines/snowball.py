"""snowballstemmer: what is left of a word without its endings (Porter, "Snowball: a language for stemming", 2001)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from babel import Locale, UnknownLocaleError


def stemmer_of(language: str | None) -> Callable[[str], str]:
    """What takes the endings from words, given in small letters.

    Args:
        language: ISO 639-1; words of a language that no stemmer is known for, and of None, come back as they are.
    """
    return _stemmer(language or "")


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    # Each language is a module of its own, which is loaded with the first question in it.
    from snowballstemmer import algorithms, stemmer

    try:
        name = Locale(language).english_name or ""
    except (UnknownLocaleError, ValueError):
        return str
    algorithm = name.split(" ")[0].lower()  # Norwegian Bokmål
    if algorithm not in algorithms():
        return str
    stem: Callable[[str], str] = cache(stemmer(algorithm).stemWord)
    return stem
