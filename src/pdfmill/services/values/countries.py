"""Countries by their codes (ISO 3166-1, alpha-2)."""

from __future__ import annotations

from functools import cache


@cache
def _codes() -> frozenset[str]:
    # Here, because its tables take a while to load.
    from babel import Locale

    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - {"ZZ"}


def is_country(code: str) -> bool:
    """Whether a code is that of a country, in capitals."""
    return code in _codes()
