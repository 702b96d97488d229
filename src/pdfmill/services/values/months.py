"""The names of months, as Unicode's CLDR has them, and those that are printed all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

#: Austrian names, and abbreviations that CLDR does not have.
_PRINTED = {
    "de": {"Jänner": 1, "Feber": 2, "Mrz": 3, "Maerz": 3},
    "fr": {"jan": 1, "fev": 2},
    "es": {"set": 9},
    "it": {"sett": 9},
}


def named_months(languages: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Names and abbreviations in some languages, each with the number of its month, from 1; some mean two months."""
    # Here, because its tables take a while to load, and most documents name no month.
    from babel.dates import get_month_names

    for language in languages:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in get_month_names(width, context, language).items():
                    yield name, month
        yield from _PRINTED.get(language, {}).items()


def months_by_name(
    languages: Iterable[str], fold: Callable[[str], str], *, beginnings: tuple[int, ...] = ()
) -> dict[str, int]:
    """Months by their names in some languages, as a reader folds them; what means two months is left out.

    Args:
        beginnings: Lengths of beginnings of names that are taken for the name as well.
    """
    found: dict[str, set[int]] = {}
    for name, month in named_months(languages):
        folded = fold(name)
        for text in (folded, *(folded[:length] for length in beginnings)):
            found.setdefault(text, set()).add(month)
    names = {text: months.pop() for text, months in found.items() if len(months) == 1}
    return {text: month for text, month in names.items() if text and not text[0].isdigit() and " " not in text}
