"""The names of months, as Unicode's CLDR has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def named_months(languages: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Names and abbreviations in some languages, each with the number of its month, from 1; some mean two months."""
    # Here, because its tables take a while to load, and most documents name no month.
    from babel.dates import get_month_names

    for language in languages:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in get_month_names(width, context, language).items():
                    yield name, month
