"""py3langid: which language a text is in, by its n-grams (Lui and Baldwin, "langid.py", 2012)."""

from __future__ import annotations

#: Letters below which its guess is worth nothing.
_LEAST_LETTERS = 20
#: What it looks at; more text makes it no surer.
_SAMPLE = 20_000


def language_of(text: str) -> str | None:
    """The language (ISO 639-1) that a text is most likely in; None if there is too little of it."""
    if sum(map(str.isalpha, text[:_SAMPLE])) < _LEAST_LETTERS:
        return None
    # It reads its model when it is first asked, which takes a third of a second.
    from py3langid.langid import classify

    language: str = classify(text[:_SAMPLE])[0]
    return language
