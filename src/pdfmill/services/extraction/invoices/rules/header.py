"""Number, dates and references of an invoice."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace

from pdfmill.services.extraction.invoices.rules.candidates import Candidate, candidates
from pdfmill.services.extraction.invoices.rules.identifiers import is_iban, is_vat_id
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Span, Token, fold, key

_NUMBER = re.compile(r"[#:.\s°º\-–]*(?P<id>[A-Za-z0-9ÄÖÜäöü][\w./\-#]*)")
_MORE = re.compile(r"\s(?P<more>[/\-]\s?[\w./\-]+|[A-Z]?\d[\w./\-]*)")
#: What stands between the title of an invoice and its number.
_FILLER = frozenset(
    ["nr", "no", "n", "num", "number", "nummer", "numero", "num", "numer", "id", "ref", "#", "nro", "nu"]
)
#: "Or", in all languages; it parts the terms with a discount from those without.
_ALTERNATIVE = re.compile(r"[;,]|\b(?:oder|or|ou|of|oppure|lub|eller|o)\b")
_LONGEST_NUMBER = 32
#: By so much a last day to pay may lie before the date of issue: bills that are dated when they were sent.
_EARLY_DUE = datetime.timedelta(days=2)
_ZIP_CITY = re.compile(r"\d{4,5}\s+[A-Z]")


def read_number(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the invoice number (BT-1), the best first."""
    found = [_judged(reading, each) for each in candidates(reading, "invoice_number", _read_id, strict=True)]
    found += [_judged(reading, each) for each in _in_titles(reading)]
    return sorted((each for each in found if each.score > 0), key=lambda each: -each.score)


def _read_id(segment: Segment, start: int) -> list[tuple[str, Span]]:
    """An identifier that begins where a label ends; filler such as "Nr." is passed over."""
    position = start
    for _ in range(4):
        match = _NUMBER.match(segment.text, position)
        if match is None:
            return []
        text = match["id"].rstrip(".,:;-/#")
        if key(text) in _FILLER or (text.startswith("(") or re.fullmatch(r"\(\d{3}\)", text)):
            position = match.end()
            continue
        return _extended(segment, match.start("id"), text)
    return []


def _extended(segment: Segment, start: int, text: str) -> list[tuple[str, Span]]:
    """An identifier with the parts that a blank divides from it: ``RE 2024-17``, ``2024 / 17``."""
    end = start + len(text)
    if re.fullmatch(r"[A-Z]{1,5}", text) and (more := _MORE.match(segment.text, end)):
        end = more.end()
    elif more := re.match(r"\s[/\-]\s?\d[\w/\-]*", segment.text[end:]):
        end += more.end()
    value = segment.text[start:end].rstrip(".,:;-/ ")
    if not any(character.isdigit() for character in value) or len(value) > _LONGEST_NUMBER:
        return []
    return [(value, Span(segment, start, start + len(value)))]


def _in_titles(reading: Reading) -> list[Candidate[str]]:
    """Numbers in titles: ``Handelsrechnung (380) Nr. 471102 vom 05.03.2018``."""
    found = []
    for segment in reading.sheet.segments:
        if len(segment.text) > 110 or segment.page > 0:
            continue
        title = next(iter(title_tokens(reading, segment)), None)
        if title is None:
            continue
        for index, token in enumerate(segment.tokens[title:], start=title):
            filler = token.key in _FILLER or token.key.rstrip("0123456789") == ""
            if token.key in _FILLER and index + 1 < len(segment.tokens):
                for value, span in _read_id(segment, token.end):
                    found.append(Candidate(value, span, 4.2 - 0.2 * (index - title), "invoice_number:title"))
                break
            if filler and index > title + 5:
                break
        else:
            following = segment.tokens[title] if title < len(segment.tokens) else None
            if following is not None:
                for value, span in _read_id(segment, following.start):
                    found.append(Candidate(value, span, 3.4, "invoice_number:title"))
    return found


def title_tokens(reading: Reading, segment: Segment) -> list[int]:
    """Where titles of invoices and credit notes end: indices of the tokens that follow them."""
    found = []
    tokens: Sequence[Token] = segment.tokens
    for start in range(min(len(tokens), 4)):
        text = ""
        best = 0
        for stop in range(start, min(start + 5, len(tokens))):
            text += tokens[stop].key
            if reading.lexicon.titles.get(text) in ("invoice", "credit_note"):
                best = stop + 1
        if best:
            found.append(best)
            break
    return found


def _judged(reading: Reading, candidate: Candidate[str]) -> Candidate[str]:
    """The score of a number, by what it looks like and how large it is set."""
    value = candidate.value
    digits = sum(character.isdigit() for character in value)
    score = candidate.score
    score += 0.8 if digits >= 4 else 0.3 if digits >= 3 else -0.4 if digits < 2 else 0
    label = candidate.label
    if label is not None and label.weight < 1:
        score -= 0.8
        if _is_date(reading, candidate.span) or re.fullmatch(r"\d{1,2}", value):
            score -= 3
    if _is_date(reading, candidate.span):
        score -= 5
    if is_iban(value) or is_vat_id(value):
        score -= 4
    if re.fullmatch(r"\d+[.,]\d{2}", value):
        score -= 2
    if re.search(r"www\.|@|\.(?:com|de|fr|nl)$", value.lower()):
        score -= 5
    if candidate.label is None and _ZIP_CITY.match(candidate.span.segment.text[candidate.span.start :]):
        score -= 3
    return replace(candidate, score=score)


def _is_date(reading: Reading, span: Span) -> bool:
    return any(
        place.span.start <= span.start + 1 and span.end <= place.span.end + 1 for place in reading.dates(span.segment)
    )


def read_dates(reading: Reading, name: str) -> list[Candidate[datetime.date]]:
    """Candidates for a date field, the best first."""

    def read(segment: Segment, start: int) -> list[tuple[datetime.date, Span]]:
        return [(place.value, place.span) for place in reading.dates(segment) if place.span.start >= start]

    return candidates(reading, name, read, placed=name == "issue_date")


def read_issue_date(reading: Reading, number: Candidate[str] | None) -> list[Candidate[datetime.date]]:
    """Candidates for the issue date (BT-2): labelled ones, one in the title, and failing these the first of all."""
    found = read_dates(reading, "issue_date")
    if number is not None:
        found += _dates_of_title(reading, number)
    return sorted(found or _first_date(reading), key=lambda each: -each.score)


def _dates_of_title(reading: Reading, number: Candidate[str]) -> list[Candidate[datetime.date]]:
    """Dates behind the number, beside it and below it."""
    found = []
    title = number.span.segment
    for place in reading.dates(title):
        if place.span.start >= number.span.end:
            between = key(title.text[number.span.end : place.span.start])
            score = 5.2 if between in reading.lexicon.connectives else 4.0 if len(between) < 14 else 2.0
            found.append(Candidate(place.value, place.span, score, "issue_date:title"))
    for segment in reading.sheet.right_of(title)[:2] + _next_row(reading, title):
        if not reading.labels(segment):
            found += [
                Candidate(place.value, place.span, 2.2, "issue_date:beside_title")
                for place in reading.dates(segment)[:1]
            ]
    return found


def _first_date(reading: Reading) -> list[Candidate[datetime.date]]:
    """The first date of the first page that no label says to be another one."""
    taken = {
        (each.span.segment, each.span.start)
        for other in ("due_date", "delivery_date", "order_date", "discount_date")
        for each in read_dates(reading, other)
    }
    for segment in reading.sheet.segments:
        for place in reading.dates(segment) if segment.page == 0 else ():
            if (segment, place.span.start) not in taken:
                return [Candidate(place.value, place.span, 0.6, "issue_date:first")]
    return []


def _next_row(reading: Reading, segment: Segment) -> list[Segment]:
    rows = reading.sheet.rows[segment.page]
    following = rows[segment.row + 1] if segment.row + 1 < len(rows) else []
    return [each for each in following if abs(each.box.left - segment.box.left) < 4]


def read_due_dates(
    reading: Reading, issued: Sequence[Candidate[datetime.date]], discounts: Sequence[Candidate[datetime.date]]
) -> list[Candidate[datetime.date]]:
    """Candidates for the last day to pay (BT-9): no day of a discount, no end of a period, none before the invoice."""
    taken = {(each.span.segment, each.span.start) for each in discounts}
    earliest = issued[0].value - _EARLY_DUE if issued else datetime.date.min
    return [
        each
        for each in read_dates(reading, "due_date")
        if (each.span.segment, each.span.start) not in taken
        and not _ends_period(reading, each)
        and each.value >= earliest
    ]


def _ends_period(reading: Reading, due: Candidate[datetime.date]) -> bool:
    """Whether a date stands right before the label, as in "from 1 May 2024 until 31 May 2024"."""
    label = due.label
    if label is None or label.segment is not due.span.segment:
        return False
    return any(
        place.span.end <= label.start and not re.search(r"\w", label.segment.text[place.span.end : label.start])
        for place in reading.dates(label.segment)
    )


def read_references(reading: Reading, name: str) -> list[Candidate[str]]:
    """Candidates for a reference such as an order number, the best first."""
    return [each for each in candidates(reading, name, _read_id, strict=True) if not _is_date(reading, each.span)]


def _clause(text: str, start: int, end: int) -> str:
    """The part of a sentence around a match: terms with and without a discount stand side by side."""
    before = [match.end() for match in _ALTERNATIVE.finditer(text, 0, start)]
    after = [match.start() for match in _ALTERNATIVE.finditer(text, end)]
    return text[max(before, default=0) : min(after, default=len(text))]


def days_to_pay(reading: Reading) -> tuple[int, Span] | None:
    """The term of payment in days, where the terms name one without a discount."""
    for segment in reading.sheet.segments:
        text = fold(segment.text)
        if len(text) != len(segment.text) or not any(character.isdigit() for character in text):
            continue
        for pattern in reading.lexicon.days:
            for match in pattern.finditer(text):
                clause = _clause(text, match.start(), match.end())
                if "%" not in clause and "skonto" not in clause and 0 < int(match[1]) <= 180:
                    return int(match[1]), Span(segment, match.start(), match.end())
    return None
