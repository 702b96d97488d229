"""Facts about the account: numbers, owner, bank, period, currency."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stdnum import iban as iban_number

from pdfmill.services.extraction.statements.dates import Date
from pdfmill.services.extraction.statements.lines import TextLine
from pdfmill.services.extraction.statements.vocabulary import Vocabulary, fold

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}(?![A-Za-z0-9])")
_NUMBER = re.compile(r"[\dXx*•·./-]+,?")
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_VALUE_GAP = 2.5


@dataclass(frozen=True)
class Fact:
    """A value with the words that say it."""

    kind: str
    value: str
    line: TextLine
    start: int
    end: int


def facts(line: TextLine, below: TextLine | None, vocabulary: Vocabulary) -> Iterator[Fact]:
    """What a line says about the account.

    Args:
        below: The next line, where a value may stand below its label.
    """
    yield from _ibans(line)
    for kind, start, value_start, last in _labels(line, vocabulary):
        found = _value(line, value_start, last)
        if found is None and below is not None and below.page == line.page:
            found = _value_below(line, start, value_start, below)
        if found:
            fact_line, first, end = found
            fact = _fact(kind, fact_line, first, end)
            if fact:
                yield fact


def account_key(line: TextLine, vocabulary: Vocabulary) -> str | None:
    """What tells an account from others, if a line names one."""
    for fact in facts(line, None, vocabulary):
        if fact.kind in ("iban", "number"):
            return re.sub(r"[^A-Za-z0-9*]", "", fact.value)
    return None


def _ibans(line: TextLine) -> Iterator[Fact]:
    text = " ".join(word.text for word in line.words)
    for match in _IBAN.finditer(text):
        candidate = match[0]
        start = text.count(" ", 0, match.start())
        words = candidate.split(" ")
        for count in range(len(words), 0, -1):
            compact = "".join(words[:count])
            if 15 <= len(compact) <= 34 and iban_number.is_valid(compact, check_country=False):
                yield Fact("iban", compact, line, start, start + count)
                break


def _labels(line: TextLine, vocabulary: Vocabulary) -> Iterator[tuple[str, int, int, int]]:
    """Labels: kind, first word, word after the label, and where the next label begins."""
    tokens = [(token, index) for index, word in enumerate(line.words) for token in fold(word.text).split()]
    found = list(vocabulary.account.find([token for token, _ in tokens]))
    for number, phrase in enumerate(found):
        start, value_start = tokens[phrase.start][1], tokens[phrase.end - 1][1] + 1
        last = tokens[found[number + 1].start][1] if number + 1 < len(found) else len(line.words)
        yield phrase.meaning, start, value_start, max(last, value_start)


def _value(line: TextLine, start: int, last: int) -> tuple[TextLine, int, int] | None:
    while start < last and not fold(line.words[start].text) and "*" not in line.words[start].text:
        start += 1  # a colon of its own
    end = start
    while end < last and (end == start or _gap(line, end) <= _VALUE_GAP):
        end += 1
    return (line, start, end) if end > start else None


def _value_below(line: TextLine, start: int, end: int, below: TextLine) -> tuple[TextLine, int, int] | None:
    box = line.box_of(start, end)
    for first, last in below.segments():
        other = below.box_of(first, last)
        if other.left < box.right and box.left < other.right and other.top - box.bottom < 2 * line.size:
            return below, first, last
    return None


def _gap(line: TextLine, index: int) -> float:
    before, after = line.words[index - 1].box, line.words[index].box
    return (after.left - before.right) / max(min(before.height, after.height), 1)


def _fact(kind: str, line: TextLine, start: int, end: int) -> Fact | None:
    texts = [word.text for word in line.words[start:end]]
    match kind:
        case "number":
            count = 0
            while count < len(texts) and _NUMBER.fullmatch(texts[count]):
                count += 1
            value = " ".join(texts[:count]).rstrip(",")
            digits = sum(map(str.isdigit, value))
            dated = any(start <= date.start < start + count for date in line.dates)
            return (
                Fact(kind, value, line, start, start + count) if digits >= 3 and len(value) >= 4 and not dated else None
            )
        case "bic":
            return Fact(kind, texts[0], line, start, start + 1) if _BIC.fullmatch(texts[0]) else None
        case "currency":
            bare = texts[0].strip("()[],.")
            return Fact(kind, bare, line, start, start + 1) if re.fullmatch(r"[A-Z]{3}", bare) else None
        case "owner":
            is_name = sum(map(str.isalpha, "".join(texts))) > 2 and not any(map(str.isdigit, "".join(texts)))
            return Fact(kind, " ".join(texts).strip(" :"), line, start, end) if is_name else None
        case "statement_number":
            value = texts[0].strip(",.:")
            return (
                Fact(kind, value, line, start, start + 1)
                if any(map(str.isdigit, value))
                and len(value) <= 20
                and not any(start <= date.start < end for date in line.dates)
                else None
            )
        case "period" | "statement_date":
            dates = [date for date in line.dates if start <= date.start]
            return Fact(kind, "", line, dates[0].start, dates[0].end) if dates else None
        case _:
            return None


def ranges(line: TextLine, vocabulary: Vocabulary) -> Iterator[tuple[Date, Date]]:
    """Pairs of dates with nothing but a word such as "to" between them."""
    for first, last in pairwise(line.dates):
        between = " ".join(filter(None, (fold(word.text) for word in line.words[first.end : last.start])))
        if between:
            joined = vocabulary.words.exact(between) in ("to", "join")
        else:  # a dash, or nothing at all
            joined = last.start - first.end <= 1 and last.box.left - first.box.right < 3 * line.size
        if joined:
            yield first, last


def owner_of(lines: Sequence[TextLine], stop: int) -> tuple[TextLine, int, int] | None:
    """The first line of an address above the table: a name, with a line of letters and digits closely below it."""
    for index, line in enumerate(lines[:stop]):
        for start, end in line.segments(1.5):
            text = line.text_of(range(start, end))
            if not _is_name(text) or index + 1 >= len(lines):
                continue
            below = lines[index + 1]
            if below.page != line.page or below.box.top - line.box.bottom > line.size:
                continue
            for first, last in below.segments(1.5):
                street = below.text_of(range(first, last))
                aligned = abs(below.words[first].box.left - line.words[start].box.left) < 3
                if aligned and _is_street(street) and not below.amounts and not _has_date(below, first, last):
                    return line, start, end
    return None


def _is_street(text: str) -> bool:
    return bool(re.search(r"\d", text) and re.search(r"[^\W\d_]{3}", text)) and ":" not in text


def _has_date(line: TextLine, start: int, end: int) -> bool:
    return any(start <= date.start < end for date in line.dates)


def _is_name(text: str) -> bool:
    words = text.split()
    return (
        1 < len(words) <= 6
        and ":" not in text
        and all(word[0].isupper() or not word[0].isalpha() for word in words)
        and not any(map(str.isdigit, text))
    )


def bank_of(lines: Sequence[TextLine], vocabulary: Vocabulary) -> tuple[TextLine, int, int] | None:
    """The first short text with a word for a bank in it."""
    for line in lines:
        for start, end in line.segments(1.5):
            texts = [fold(word.text) for word in line.words[start:end]]
            if len(texts) <= 6 and any(
                vocabulary.words.exact(text) == "bank" or text.endswith("bank") for text in texts if len(text) > 3
            ):
                return line, start, end
    return None
