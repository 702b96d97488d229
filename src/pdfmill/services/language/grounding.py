"""What may be believed: a statement whose figures, dates, identifiers and names stand in what it cites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pdfmill.services.language.facts import Date, Facts, compact, facts_of, names_of
from pdfmill.services.language.source import Sentence, SourceText

#: Languages that write every noun with a capital letter: a capital says nothing of a name there.
_CAPITAL_NOUNS = ("de", "lb")
#: Letters of a word that must agree, so that endings may differ.
_STEM = 4


@dataclass(frozen=True)
class Struck:
    """A statement that was taken out.

    Attributes:
        values: What in it does not stand in the text it cites; empty if it cites nothing.
    """

    text: str
    values: tuple[str, ...]


def ungrounded(statement: str, cited: Sequence[Sentence], source: SourceText, *, language: str | None) -> list[str]:
    """What a statement says that the sentences it cites do not.

    Args:
        language: That of the statement; names are only compared where it is the document's own.
    """
    text = "\n".join(each.text for each in cited)
    found = ungrounded_facts(statement, text)
    if language == source.language:
        told = " ".join(found)
        found += [name for name in _foreign_names(statement, text, language) if name not in told]
    return found


def ungrounded_facts(statement: str, text: str) -> list[str]:
    """The numbers, dates and identifiers of a statement that a text does not have."""
    claimed, given = facts_of(statement), facts_of(text)
    numbers = {value for _, readings in given.numbers for value in readings}
    numbers |= {Decimal(date[0]) for _, readings in given.dates for date in readings if date[0] is not None}
    together = compact(text)
    return [
        *(shown for shown, readings in claimed.numbers if not readings & numbers),
        *(shown for shown, readings in claimed.dates if not _is_dated(readings, given)),
        *(shown for shown, code in claimed.identifiers if not _holds(together, code)),
    ]


def _is_dated(readings: frozenset[Date], given: Facts) -> bool:
    """Whether a date agrees with one of the text in all that it says itself."""
    return any(
        all(own is None or own == other for own, other in zip(claimed, date, strict=True))
        for claimed in readings
        for _, dates in given.dates
        for date in dates
    )


def _holds(together: str, code: str) -> bool:
    """Whether an identifier stands in a text, and not as a part of a longer run of letters or figures."""
    start = together.find(code)
    while start >= 0:
        before, after = together[start - 1 : start], together[start + len(code) : start + len(code) + 1]
        if not (before.isdigit() and code[0].isdigit()) and not (after.isdigit() and code[-1].isdigit()):
            return True
        start = together.find(code, start + 1)
    return False


def _foreign_names(statement: str, text: str, language: str | None) -> list[str]:
    known = text.casefold()
    names = names_of(statement)
    if language in _CAPITAL_NOUNS:
        names = [name for name in names if name.isupper() or not name[1:].islower()]
    return [name for name in names if name.casefold()[: max(_STEM, len(name) - 2)] not in known]
