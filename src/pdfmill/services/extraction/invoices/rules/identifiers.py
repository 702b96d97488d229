"""IBANs, BICs and VAT identifiers, with their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from stdnum import iban as iban_numbers
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from pdfmill.services.extraction.invoices.rules.sheet import Segment, Span

#: Characters of an IBAN by country (SWIFT IBAN registry).
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SA": 24,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "XK": 20,
}  # fmt: skip
_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2})\s?(\d{2})((?:[\s.-]?[A-Z0-9]){11,30})(?![a-z])")
_BIC = re.compile(r"(?<![A-Z0-9])([A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)(?![A-Za-z0-9])")
#: National formats of VAT identifiers in the European Union and beside it, with the gaps that people put in.
_VAT = re.compile(
    r"(?<![A-Za-z0-9])((?:ATU\s?\d{8}|BE\s?[01]?\d{3}[ .]?\d{3}[ .]?\d{3}|BG\s?\d{9,10}|CY\s?\d{8}[A-Z]"
    r"|CZ\s?\d{8,10}|DE\s?\d{3}[ .]?\d{3}[ .]?\d{3}|DK\s?\d{2}\s?\d{2}\s?\d{2}\s?\d{2}|EE\s?\d{9}|EL\s?\d{9}"
    r"|ES\s?-?[A-Z0-9]-?\d{7}-?[A-Z0-9]|FI\s?\d{8}|FR\s?[0-9A-Z]{2}\s?\d{3}\s?\d{3}\s?\d{3}"
    r"|GB\s?\d{3}\s?\d{4}\s?\d{2}(?:\s?\d{3})?|HR\s?\d{11}|HU\s?\d{8}|IE\s?\d[A-Z0-9+*]\d{5}[A-Z]{1,2}"
    r"|IT\s?\d{11}|LT\s?\d{9}(?:\d{3})?|LU\s?\d{8}|LV\s?\d{11}|MT\s?\d{8}"
    r"|NL\s?\d{4}[ .]?\d{2}[ .]?\d{3}\s?[. ]?B\s?[. ]?\d{2}|NL\s?\d{9}\s?B\s?\d{2}"
    r"|PL\s?\d{3}[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}|PT\s?\d{3}\s?\d{3}\s?\d{3}"
    r"|RO\s?\d{6,10}|SE\s?\d{6}-?\d{4}-?\s?01|SI\s?\d{8}|SK\s?\d{10}|XI\s?\d{9}"
    r"|CHE-?\s?\d{3}[. ]?\d{3}[. ]?\d{3}(?:\s?(?:MWST|TVA|IVA))?|NO\s?\d{3}\s?\d{3}\s?\d{3}\s?MVA"
    r"|\d{2}[A-Z]{5}\d{4}[A-Z][A-Z0-9]Z[A-Z0-9]))(?![A-Za-z0-9])"
)
#: The same without the country, as they stand beside a label at home.
_NATIONAL_VAT = re.compile(r"(?<![A-Za-z0-9])([A-Z]?\d[\d .\-]{5,16}\d[A-Z]?|[A-Z]-?\d{7,8}-?[A-Z\d]?)(?![A-Za-z0-9])")
#: Numbers in registers of companies: SIRET, KvK, HRB, CVR, KRS and the like, with the letters before them.
_REGISTERED = re.compile(r"(?<![A-Za-z0-9])((?:[A-Z]{1,4}[ .]?)?\d(?:[ .\-/]?\d){3,15})(?![A-Za-z0-9])")


@dataclass(frozen=True)
class Identifier:
    """An identifier without its gaps, where it stands, and whether its check digits are right."""

    value: str
    span: Span
    valid: bool


def compact(text: str) -> str:
    """Without gaps and points, in capitals."""
    return re.sub(r"[\s.\-]", "", text).upper()


@cache
def is_iban(text: str) -> bool:
    """Whether it is an IBAN with right check digits (ISO 13616)."""
    return bool(iban_numbers.is_valid(text, check_country=False)) and IBAN_LENGTHS.get(text[:2], len(text)) == len(text)


@cache
def is_vat_id(text: str) -> bool:
    """Whether it is a VAT identifier of the European Union with right check digits."""
    value = compact(text)
    if not re.match(r"[A-Z]{2}", value):
        return False
    try:
        return bool(eu_vat.is_valid(value))
    except ValidationError:
        return False


def ibans_in(segment: Segment) -> Iterator[Identifier]:
    """IBANs of a segment; those with wrong check digits or a few digits too few as well."""
    for match in _IBAN.finditer(segment.text):
        country = match[1]
        text = compact(match[0])
        length = IBAN_LENGTHS.get(country)
        if length is None or len(text) < length - 4:
            continue
        length = min(length, len(text))
        end, count = match.start(), 0
        for offset, character in enumerate(match[0]):
            count += character.isalnum()
            if count == length:
                end = match.start() + offset + 1
                break
        value = text[:length]
        yield Identifier(value, Span(segment, match.start(), end), is_iban(value))


def bics_in(segment: Segment, start: int = 0) -> Iterator[Identifier]:
    """BICs of a segment (ISO 9362)."""
    for match in _BIC.finditer(segment.text, start):
        yield Identifier(match[1], Span(segment, match.start(), match.end()), True)


def vat_ids_in(segment: Segment) -> Iterator[Identifier]:
    """VAT identifiers with their country."""
    for match in _VAT.finditer(segment.text):
        yield Identifier(compact(match[1]), Span(segment, match.start(1), match.end(1)), is_vat_id(match[1]))


def national_ids_in(segment: Segment, start: int) -> Iterator[Identifier]:
    """What stands beside a label as a VAT identifier without its country."""
    for match in _NATIONAL_VAT.finditer(segment.text, start):
        value = compact(match[1])
        if sum(character.isdigit() for character in value) >= 7:
            yield Identifier(value, Span(segment, match.start(1), match.end(1)), False)


def register_numbers_in(segment: Segment, start: int) -> list[tuple[str, Span]]:
    """What stands beside a label as a number in a register of companies; a VAT identifier is none."""
    return [
        (compact(match[1]), Span(segment, match.start(1), match.end(1)))
        for match in _REGISTERED.finditer(segment.text, start)
        if not _VAT.fullmatch(match[1])
    ]
