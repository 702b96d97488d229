"""How to pay, and who is registered where: IBAN, BIC, VAT identifiers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from pdfmill.services.extraction.invoices.rules.candidates import Candidate, candidates
from pdfmill.services.extraction.invoices.rules.identifiers import (
    IBAN_LENGTHS,
    Identifier,
    bics_in,
    ibans_in,
    national_ids_in,
    register_numbers_in,
    vat_ids_in,
)
from pdfmill.services.extraction.invoices.rules.names import Party
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, key

_NEAR_ROWS = 8


@dataclass(frozen=True)
class Registered:
    """An identifier and the rule that found it."""

    identifier: Identifier
    rule: str
    score: float


def read_iban(reading: Reading) -> list[Registered]:
    """IBANs (BT-84), those with right check digits first, and the one that is named first before others."""
    found = []
    for segment in reading.sheet.segments:
        labelled = (
            bool([label for label in reading.labels(segment) if label.name == "iban"]) or "iban" in segment.text.lower()
        )
        left = [other for other in reading.sheet.row_of(segment) if other.box.left < segment.box.left]
        labelled = labelled or any("iban" in other.text.lower() for other in left[-1:])
        for identifier in ibans_in(segment):
            score = (0.6 if identifier.valid else 0.0) + (0.35 if labelled else 0.0)
            if identifier.valid or labelled or len(identifier.value) == IBAN_LENGTHS[identifier.value[:2]]:
                found.append(Registered(identifier, "iban:labelled" if labelled else "iban:form", score))
    return sorted(found, key=lambda each: -each.score)


def read_bic(reading: Reading) -> list[Registered]:
    """BICs (BT-86); they need a label, since many words look like one."""
    found = []
    for segment in reading.sheet.segments:
        lowered = segment.text.lower()
        starts = [lowered.index(word) + len(word) for word in ("bic", "swift") if word in lowered]
        for start in starts[:1]:
            places = list(bics_in(segment, start)) or [
                each for other in reading.sheet.right_of(segment)[:1] for each in bics_in(other)
            ]
            found += [Registered(identifier, "bic:labelled", 0.9) for identifier in places[:1]]
    return found


def read_vat_ids(
    reading: Reading, seller: Party | None, buyer: Party | None
) -> tuple[list[Registered], list[Registered]]:
    """VAT identifiers of the seller (BT-31) and of the buyer (BT-48), the likeliest first."""
    own: list[Registered] = []
    others: list[Registered] = []
    for segment in reading.sheet.segments:
        for identifier in _ids_of(reading, segment):
            of_buyer = _is_buyers(reading, segment, seller, buyer)
            labelled = any(
                label.name in ("vat_id", "buyer_vat_id")
                for other in reading.sheet.row_of(segment)
                for label in reading.labels(other)
            )
            score = 0.5 + (0.3 if identifier.valid else 0) + (0.15 if labelled else 0)
            (others if of_buyer else own).append(
                Registered(identifier, "vat_id:labelled" if labelled else "vat_id:form", score)
            )
    return sorted(own, key=lambda each: -each.score), sorted(others, key=lambda each: -each.score)


def read_legal_ids(
    reading: Reading, seller: Party | None, buyer: Party | None
) -> tuple[list[Candidate[str]], list[Candidate[str]]]:
    """Numbers of the seller (BT-30) and of the buyer (BT-47) in registers of companies, the likeliest first."""
    own: list[Candidate[str]] = []
    others: list[Candidate[str]] = []
    for each in candidates(reading, "legal_id", register_numbers_in, strict=True, placed=False):
        (others if _is_buyers(reading, each.span.segment, seller, buyer) else own).append(each)
    return own, others


def _ids_of(reading: Reading, segment: Segment) -> list[Identifier]:
    found = list(vat_ids_in(segment))
    if found:
        return found
    for label in reading.labels(segment):
        if label.name in ("vat_id", "buyer_vat_id") and label.weight >= 3:
            inside = list(national_ids_in(segment, label.end))[:1]
            right = reading.sheet.right_of(segment)[:1]
            if inside and inside[0].span.start - label.end < 6:
                return inside
            if right and not inside:
                return [each for each in national_ids_in(right[0], 0) if each.span.start < 3][:1]
    return []


def _is_buyers(reading: Reading, segment: Segment, seller: Party | None, buyer: Party | None) -> bool:
    """Whether an identifier stands with the buyer: by its label, or in the buyer's block."""
    labels = [
        label
        for other in reading.sheet.row_of(segment)
        for label in reading.labels(other)
        if other.box.left <= segment.box.left
    ]
    nearest = [label for label in labels if label.name in ("vat_id", "buyer_vat_id")]
    if nearest and nearest[-1].name == "buyer_vat_id":
        return True
    if buyer is None or segment.page != buyer.name.segment.page:
        return False
    place = buyer.name.segment
    if not 0 <= segment.row - place.row <= _NEAR_ROWS * 2:
        return False
    if abs(segment.box.left - place.box.left) > 25 and not _shares_form(segment, place):
        return False
    between = [
        other
        for row in reading.sheet.rows[place.page][place.row + 1 : segment.row]
        for other in row
        if abs(other.box.left - place.box.left) <= 25
    ]
    if seller is not None and any(key(seller.name.text) in other.key for other in [*between, segment]):
        return False
    gaps = [place.box.bottom, *sorted(other.box.top for other in between), segment.box.top]
    near = all(later - earlier < 4 * place.box.height for earlier, later in pairwise(gaps))
    return near and len(between) <= _NEAR_ROWS


def _shares_form(segment: Segment, place: Segment) -> bool:
    """Whether both are values of a form whose labels stand left of them."""
    return abs(segment.box.left - place.box.left) < 3
