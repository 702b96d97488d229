"""Facts that a text states in figures: numbers, dates, identifiers, names; in a form in which they can be compared.

A number or a date that can be read in two ways, such as 1,234 or 03/04/2025, has both readings: it agrees with whatever
has one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale

#: Languages whose names of months are known.
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "fi", "cs")

_SCALES = {
    "thousand": 3, "tausend": 3, "tsd": 3, "mille": 3, "mil": 3, "million": 6, "millions": 6, "millionen": 6, "mio": 6,
    "millones": 6, "milioni": 6, "miljoen": 6, "m": 6, "bn": 9, "billion": 9, "billions": 9, "milliarde": 9,
    "milliarden": 9, "milliard": 9, "milliards": 9, "mrd": 9, "miliardi": 9, "trillion": 12, "trillions": 12,
}  # fmt: skip
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "neun": 9, "zehn": 10, "elf": 11,
    "zwölf": 12, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
}  # fmt: skip

_URL = r"(?:https?://|www\.)[^\s<>\"]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
#: Letters and figures in one word, with the signs that hold such words together.
_CODE = r"(?=[\w./-]*[A-Za-z])(?=[\w./-]*\d)[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?"
_IDENTIFIER = re.compile(rf"{_URL}|(?<![\w.,])(?:{_CODE})(?![\w])")
#: Groups of figures such as an IBAN or a telephone number has.
_GROUPS = re.compile(r"(?<![\w.,])[A-Z]{0,2}\d{2,}(?:[ -]\d{2,}){2,}(?![\w])")
_NUMBER = re.compile(
    r"(?<![\w])(?P<sign>[-−–](?=\d)|\()?(?P<figures>\d+(?:[.,'’\u00a0\u202f]\d+|[ ](?=\d{3}(?!\d))\d{3})*)"
    r"(?P<close>\))?(?:\s?(?P<scale>[A-Za-z]+)\b)?"
)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_SHORT_DATE = re.compile(r"(?<!\d)(\d{1,2})[-/.]\s?(\d{1,2})[-/.]\s?(\d{4}|\d{2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAME = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w&’'-]*(?:\s+[^\W\d_a-zß-öø-ÿ][\w&’'-]*)*")

Date = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Facts:
    """What a text states.

    Attributes:
        numbers: Each with its readings.
        dates: Each with its readings: year, month, day; None for what it does not say.
        identifiers: Codes, addresses and groups of figures, without spaces and in small letters.
    """

    numbers: tuple[tuple[str, frozenset[Decimal]], ...]
    dates: tuple[tuple[str, frozenset[Date]], ...]
    identifiers: tuple[tuple[str, str], ...]


def facts_of(text: str) -> Facts:
    """The facts in a text; each place in it counts for one kind only."""
    dates, rest = _take_dates(text)
    identifiers, rest = _take_identifiers(rest)
    return Facts(tuple(_numbers(rest)), dates, identifiers)


def names_of(text: str) -> list[str]:
    """Words with a capital letter inside a sentence, and words of capitals: what is likely a name."""
    found = []
    for match in _NAME.finditer(text):
        before = text[: match.start()].rstrip(" \"'„“«(")
        words = match[0].split()
        if (not before or before[-1] in ".!?:;•|") and not words[0].isupper():
            words = words[1:]
        found += [word for word in words if len(word) > 2 or word.isupper()]
    return found


def _take_dates(text: str) -> tuple[tuple[tuple[str, frozenset[Date]], ...], str]:
    found: list[tuple[str, frozenset[Date]]] = []

    def iso(match: re.Match[str]) -> str:
        return keep(match, {(int(match[1]), int(match[2]), int(match[3]))})

    def short(match: re.Match[str]) -> str:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        first, second = int(match[1]), int(match[2])
        return keep(match, {(year, second, first), (year, first, second)})

    def named(match: re.Match[str]) -> str:
        month = _months()[match["month"].casefold()]
        day = match["before"] or match["after"]
        year = match["year"]
        if not (day or year):
            return match[0]
        return keep(match, {(int(year) if year else None, month, int(day) if day else None)})

    def keep(match: re.Match[str], readings: set[Date]) -> str:
        possible = frozenset(each for each in readings if 1 <= (each[1] or 1) <= 12 and 1 <= (each[2] or 1) <= 31)
        if not possible:
            return match[0]
        found.append((match[0].strip(), possible))
        return " " * len(match[0])

    text = _ISO_DATE.sub(iso, text)
    text = _SHORT_DATE.sub(short, text)
    text = _named_date().sub(named, text)
    return tuple(found), text


@cache
def _named_date() -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    return re.compile(
        r"(?:(?<![\w.,])(?P<before>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:of\s+|de\s+)?)?"
        rf"(?<!\w)(?P<month>{months})\b\.?(?:\s+(?:de\s+)?(?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?![\w.]?\d))?"
        r"(?:,?\s+(?:de\s+)?(?P<year>[12]\d{3})(?!\d))?",
        re.IGNORECASE,
    )


def _take_identifiers(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    found: list[tuple[str, str]] = []

    def keep(match: re.Match[str]) -> str:
        if _is_quantity(match[0]):
            return match[0]
        found.append((match[0], compact(match[0])))
        return " " * len(match[0])

    text = _IDENTIFIER.sub(keep, _GROUPS.sub(keep, text))
    return tuple(found), text


def _is_quantity(text: str) -> bool:
    """A number with its unit set close, or an ordinal: 20kg, 5th; the number is what counts."""
    return bool(re.fullmatch(r"\d+(?:[.,]\d+)*(?:[A-Za-zµ°]{1,3})", text))


def compact(text: str) -> str:
    """An identifier without what is put in for the eye."""
    return re.sub(r"[\s-]", "", text).casefold().rstrip("./,")


def _numbers(text: str) -> Iterator[tuple[str, frozenset[Decimal]]]:
    for match in _NUMBER.finditer(text):
        exponent = _SCALES.get((match["scale"] or "").casefold(), 0)
        is_negative = match["sign"] in ("-", "−") or (
            match["sign"] == "(" and match["close"] == ")" and "," in match[0]
        )
        readings = {value.scaleb(exponent) for value in _readings(match["figures"])}
        if is_negative and not (match.start() and text[match.start() - 1].isalnum()):
            readings = {-value for value in readings}
        shown = match[0] if exponent else match[0][: match.end("figures") - match.start()]
        yield shown.strip(), frozenset(readings)
    for word in _WORD.findall(text):
        if word.casefold() in _WORDS:
            yield word, frozenset({Decimal(_WORDS[word.casefold()])})


def _readings(figures: str) -> Iterator[Decimal]:
    """The values that figures may stand for: the last comma or stop begins the decimals, or parts thousands."""
    plain = re.sub(r"[ '’\u00a0\u202f]", "", figures)
    separators = re.findall(r"[.,]", plain)
    if not separators:
        yield Decimal(plain)
        return
    last = separators[-1]
    whole, _, decimals = plain.rpartition(last)
    is_single = separators.count(last) == 1
    if is_single:
        yield Decimal(re.sub(r"[.,]", "", whole) + "." + decimals)
    if len(decimals) == 3 and len(set(separators)) == 1 and whole[:1] != "0":
        yield Decimal(re.sub(r"[.,]", "", plain))
    if not is_single and len(decimals) != 3:  # 1.2.3: no number, but it is not to vanish
        yield Decimal(re.sub(r"[.,]", "", plain))


@cache
def _months() -> dict[str, int]:
    found: dict[str, int] = {}
    for language in _LANGUAGES:
        months = Locale(language).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[form][width].items():
                    found.setdefault(str(name).casefold().rstrip("."), int(number))
    return found
