"""Seller and buyer: blocks of lines under a label, in an envelope's window, or in head and foot of the page."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import cached_property

from pdfmill.services.extraction.invoices.rules.lexicon import Label
from pdfmill.services.extraction.invoices.rules.names import (
    ACCOUNT,
    CONTACT,
    DOMAIN,
    LEGAL_FORM,
    SEPARATED,
    STREET,
    Party,
    cleaned,
    elected,
    is_company,
    is_place,
    parts_of,
)
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Span, fold, key, whole

_NAME_BELOW = 9.0
_SENDER_LINE = 0.45
#: Part of a page below which its foot is.
_FOOT = 0.82
_BLOCK_ROWS = 9

#: Labels of lines in a party's block that are neither its name nor its address.
_DETAILS = frozenset(
    ("customer_number", "other_number", "vat_id", "buyer_vat_id", "tax_number", "legal_id", "order_reference")
)


class PartyFinder:
    """Finds the parties of one invoice."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._sheet = reading.sheet
        lexicon = reading.lexicon
        self._salutations = lexicon.salutations
        self._name_labels = lexicon.names
        self._first_page = [segment for segment in self._sheet.segments if segment.page == 0]

    def buyer(self) -> Party | None:
        """Who is to pay (BG-7)."""
        labelled, addressed = self._labelled("buyer"), self._in_window()
        delivered = self._labelled("delivery_address")
        return elected([each for each in (labelled, addressed) if each is not None]) or delivered

    def seller(self, buyer: Party | None) -> Party | None:
        """Who sells (BG-4)."""
        other = key(buyer.name.text) if buyer else ""
        ways = (
            self._labelled("seller"),
            self._sender_line(other),
            self._in_foot(other),
            self._by_form(other),
            self._account_holder(other),
            self._topmost(other),
        )
        found = [party for party in ways if party is not None and key(party.name.text) != other]
        return elected(found + [party for each in found for party in self._by_domain(each)])

    def _by_domain(self, party: Party) -> list[Party]:
        """A party again, if a site or an address of mail on the pages bears its name."""
        name = key(party.name.text)
        fits = any(len(domain) > 3 and (domain in name or name.startswith(domain[:8])) for domain in self._domains)
        return [replace(party, score=0.4, rule="seller:domain")] if fits else []

    @cached_property
    def _domains(self) -> set[str]:
        return {key(match[1]) for match in DOMAIN.finditer(self._sheet.text)}

    # -- under a label --------------------------------------------------------------------------------------------

    def _labelled(self, role: str) -> Party | None:
        labels = [
            label
            for label in self._reading.by_name.get(role, ())
            if label.segment.page == 0 and label.start <= 2 and self._covers(role, label)
        ]
        found = [party for label in labels for party in [self._beside(role, label)] if party is not None]
        return max(found, key=lambda party: party.score, default=None)

    def _covers(self, role: str, label: Label) -> bool:
        """Whether a heading is all of its segment, or has its value behind a colon."""
        rest = label.segment.text[label.end :]
        if rest.lstrip().startswith(":") or label.segment.text[: label.end].endswith(":"):
            return True
        same = [each for each in self._reading.labels(label.segment) if each.name == role and each.start >= label.end]
        for each in reversed(same):  # "Buyer (Bill to)"
            rest = rest[: each.start - label.end] + rest[each.end - label.end :]
        return not re.search(r"\w{3}", rest)

    def _beside(self, role: str, label: Label) -> Party | None:
        strength = 0.5 + 0.1 * label.weight
        rest = label.segment.text[label.end :].strip(" :.-")
        if len(rest) >= 3 and ":" in label.segment.text[label.end - 1 : label.end + 2]:
            start = label.segment.text.index(rest, label.end)
            span = cleaned(Span(label.segment, start, len(label.segment.text)))
            if self._is_name(span.text):
                return Party(span, f"{role}:in", strength, self._below_name(label.segment))
        block = self._block_below(label)
        named = self._named_in(block)
        if named is not None:
            index, span = named
            lines = tuple(whole(each) for each in block[index + 1 :])
            place = any(is_place(each.text) for each in lines)
            return Party(span, f"{role}:below", strength + (0.2 if place else 0), lines)
        right = [other for other in self._sheet.right_of(label.segment) if other.key]
        if right and self._is_name(right[0].text) and not self._reading.labels(right[0]):
            return Party(cleaned(whole(right[0])), f"{role}:right", strength, self._below_name(right[0]))
        return None

    def _block_below(self, label: Label) -> list[Segment]:
        segment = label.segment
        box = segment.box
        near: list[Segment] = []
        bottom = box.bottom
        for other in self._sheet.below(box, segment.page, segment.row, _NAME_BELOW * box.height):
            if other.box.left > box.right + 8 or (other.box.left < box.left - 14 and not near):
                continue
            if near and abs(other.box.left - near[0].box.left) > 14:
                continue
            # A name of two lines beside "Name:" puts more white above that.
            if (
                other.box.top - bottom
                > (3.6 if near and other.text.endswith(":") and self._names(other) else 2.2) * box.height
            ):
                break
            if near and self._starts_another(other):
                break
            near.append(other)
            bottom = other.box.bottom
            if len(near) >= _BLOCK_ROWS:
                break
        return near

    def _starts_another(self, segment: Segment) -> bool:
        names = {label.name for label in self._reading.labels(segment) if label.start <= 1 and label.weight >= 3}
        return bool(names & {"buyer", "seller", "delivery_address", "other_party", "invoice_number", "issue_date"})

    def _names(self, segment: Segment) -> bool:
        """Whether a line begins with ``Name:``."""
        tokens = segment.tokens
        return (
            bool(tokens)
            and tokens[0].key in self._name_labels
            and (segment.text[: tokens[0].end].endswith(":") or len(tokens) == 1)
        )

    def _named_in(self, block: list[Segment]) -> tuple[int, Span] | None:
        """The name in a block: after ``Name:``, else its first line that can be one."""
        for index, segment in enumerate(block):
            tokens = segment.tokens
            if self._names(segment):
                rest = segment.text[tokens[0].end :].strip(" :")
                if rest:
                    start = segment.text.index(rest, tokens[0].end)
                    return index, cleaned(Span(segment, start, len(segment.text)))
                right = self._sheet.right_of(segment)
                if right and self._is_name(right[0].text):
                    return index, cleaned(whole(right[0]))
        for index, segment in enumerate(block):
            if self._is_salutation(segment.text) or self._is_detail(segment):
                continue
            span = cleaned(self._without_salutation(segment))
            if self._is_name(span.text):
                return index, span
        return None

    def _below_name(self, segment: Segment) -> tuple[Span, ...]:
        """The lines that follow a name at its edge, down to the town."""
        found: list[Span] = []
        bottom = segment.box.bottom
        for other in self._sheet.below(segment.box, segment.page, segment.row, 8 * segment.box.height):
            if abs(other.box.left - segment.box.left) > 14 and not found:
                continue
            if other.box.top - bottom > 1.6 * segment.box.height or len(found) >= 5:
                break
            found.append(whole(other))
            bottom = other.box.bottom
            if is_place(other.text):
                return tuple(found)
        return ()

    # -- by place ---------------------------------------------------------------------------------------------------

    def _in_window(self) -> Party | None:
        """The address of a letter: a block in the upper part of the page that ends with a town."""
        found = [
            party
            for gap in (1.9, 3.4)
            for block in self._blocks(gap)
            for party in [self._addressed(block)]
            if party is not None
        ]
        return max(found, key=lambda party: party.score, default=None)

    def _addressed(self, lines: list[Segment]) -> Party | None:
        whole_block = [segment for segment in lines if not self._sender(segment)]
        page = self._sheet.pages[0]
        town = next((index for index, segment in enumerate(whole_block) if index and is_place(segment.text)), None)
        if town is None:
            return None
        greeting = next((index for index in range(town) if self._greets(whole_block[index])), 0)
        block = whole_block[greeting : town + 1]
        top = block[0].box.top / page.height
        if not 0.04 < top < 0.42 or any(CONTACT.search(segment.text) for segment in block):
            return None
        named = self._named_in(block)
        if named is None or block[named[0]] is whole_block[town]:
            return None
        index, span = named
        score = 0.55 + (0.15 if 0.1 < top < 0.34 else 0) + (0.1 if any(map(self._greets, block[: index + 1])) else 0)
        score -= 0.1 if self._is_repeated(span.text) else 0
        score -= 0.25 if is_company(span.text) and any(CONTACT.search(each.text) for each in whole_block) else 0
        return Party(span, "buyer:window", score, tuple(whole(each) for each in block[index + 1 :]))

    def _greets(self, segment: Segment) -> bool:
        return self._is_salutation(segment.text)

    def _sender(self, segment: Segment) -> bool:
        return len(SEPARATED.split(segment.text)) >= 3

    def _blocks(self, gap: float) -> list[list[Segment]]:
        """Runs of lines on the first page that begin at one edge, no more than ``gap`` line heights apart."""
        open_blocks: list[list[Segment]] = []
        done: list[list[Segment]] = []
        for segment in sorted(self._first_page, key=lambda each: (each.box.top, each.box.left)):
            for block in open_blocks:
                last = block[-1]
                if (
                    abs(last.box.left - segment.box.left) < 5
                    and -2 < segment.box.top - last.box.bottom < gap * last.box.height
                ):
                    block.append(segment)
                    break
            else:
                open_blocks.append([segment])
        done += open_blocks
        return [block for block in done if len(block) >= 2]

    def _sender_line(self, other: str) -> Party | None:
        """``Acme GmbH | Europa-Allee 1980 | 60486 Frankfurt`` above the address, or in head or foot of the page."""
        page = self._sheet.pages[0]
        for segment in self._first_page:
            parts = [part for part in SEPARATED.split(segment.text) if part.strip()]
            top = segment.box.top / page.height
            if len(parts) < 2 or _SENDER_LINE < top < _FOOT or not is_place(segment.text):
                continue
            if top > _FOOT and ACCOUNT.search(segment.text):  # its bank, with the town that it is in
                continue
            span = cleaned(whole(segment))
            if self._is_name(span.text) and key(span.text) != other and not STREET.search(span.text):
                return Party(span, "seller:sender_line", 0.7 if len(parts) > 2 else 0.6)
        return None

    def _in_foot(self, other: str) -> Party | None:
        """A block in the foot of the page that begins with a name and goes on with an address."""
        for block in self._blocks(1.9):
            if block[0].box.top < _FOOT * self._sheet.pages[0].height:
                continue
            town = next((index for index, segment in enumerate(block) if index and is_place(segment.text)), None)
            span = cleaned(whole(block[0]))
            if town is None or any(CONTACT.search(each.text) for each in block[1 : town + 1]):
                continue
            if self._is_name(span.text) and key(span.text) != other and not self._reading.labels(block[0]):
                return Party(span, "seller:foot", 0.6, tuple(whole(each) for each in block[1 : town + 1]))
        return None

    def _is_bank(self, span: Span) -> bool:
        """Whether the number of an account stands behind a name or directly below it, as it does at a bank's."""
        segment = span.segment
        if ACCOUNT.search(segment.text, span.end):
            return True
        beside = self._sheet.right_of(segment)[:1]
        below = self._sheet.below(segment.box, segment.page, segment.row, 2.2 * segment.box.height)
        under = [each for each in below if abs(each.box.left - segment.box.left) < 5][:1]
        return any(ACCOUNT.match(each.text) for each in (*beside, *under))

    def _by_form(self, other: str) -> Party | None:
        """The company that the pages name most, in head and foot above all."""
        weights: dict[str, float] = defaultdict(float)
        spans: dict[str, Span] = {}
        for segment in self._sheet.segments:
            if len(segment.text) > 140 or not LEGAL_FORM.search(segment.text):
                continue
            for span in parts_of(segment):
                match = LEGAL_FORM.search(span.text)
                if match is None or not match.start() or not self._is_name(span.text):
                    continue
                if self._reading.lexicon.titles.get(key(span.text[match.end() :])):  # "Acme Inc. Invoice"
                    span = Span(segment, span.start, span.start + match.end())
                name = key(span.text)
                if not other or (name != other and name not in other):
                    height = self._sheet.pages[segment.page].height
                    top = segment.box.top / height
                    weights[name] += 1 + (1.5 if segment.page == 0 and top < 0.18 else 0) + (1.2 if top > _FOOT else 0)
                    weights[name] -= 2 if top > _FOOT and self._is_bank(span) else 0
                    weights[name] -= 0.7 if len(span.text.split()) > 6 else 0
                    spans.setdefault(name, span)
        if not weights:
            return None
        best = max(weights, key=lambda name: weights[name])
        return Party(spans[best], "seller:company", min(0.4 + 0.08 * weights[best], 0.75))

    def _account_holder(self, other: str) -> Party | None:
        for label in self._reading.by_name.get("account_holder", ()):
            rest = label.segment.text[label.end :].strip(" :.-")
            if self._is_name(rest) and key(rest) != other:
                start = label.segment.text.index(rest, label.end)
                return Party(cleaned(Span(label.segment, start, len(label.segment.text))), "seller:account_holder", 0.4)
        return None

    def _topmost(self, other: str) -> Party | None:
        """Failing all else the first line that can be a name; the larger it is set the better."""
        page = self._sheet.pages[0]
        upper = [segment for segment in self._first_page if segment.box.top < 0.35 * page.height]
        named = [
            segment
            for segment in upper
            if self._is_name(segment.text) and key(segment.text) != other and not self._reading.labels(segment)
        ]
        if not named:
            return None
        best = max(named, key=lambda segment: (segment.size >= 14, -segment.box.top))
        stands_out = best.size >= 13 and best.box.top < 0.15 * page.height and is_company(best.text)
        return Party(cleaned(whole(best)), "seller:topmost", 0.55 if stands_out else 0.35)

    # -- what a name looks like -------------------------------------------------------------------------------------

    def _is_name(self, text: str) -> bool:
        if not 2 < len(text) <= 80 or not re.search(r"[^\W\d_]{2}", text) or text.endswith(":"):
            return False
        if (is_place(text) and not is_company(text)) or CONTACT.search(text):
            return False
        letters = sum(character.isalpha() for character in text)
        if letters < 0.5 * len(text.replace(" ", "")):
            return False
        return self._reading.lexicon.titles.get(key(text)) is None and key(text) not in self._salutations

    def _is_salutation(self, text: str) -> bool:
        return key(text) in self._salutations

    def _is_detail(self, segment: Segment) -> bool:
        """Whether a line of a block is a number, a label or a way to get in touch."""
        if ":" in segment.text or not re.search(r"[^\W\d_]{2}", segment.text):
            return True
        labels = self._reading.labels(segment)
        if any(label.key == segment.key and label.name not in ("buyer", "seller") for label in labels):
            return True
        names = {label.name for label in labels if label.start <= 1}
        return bool(names & _DETAILS) or bool(CONTACT.search(segment.text) and re.search(r"\d|@", segment.text))

    def _without_salutation(self, segment: Segment) -> Span:
        """A line without ``Herrn`` or ``Firma`` before the name."""
        tokens = segment.tokens
        greets = len(tokens) > 1 and tokens[0].key in self._salutations
        if greets and (len(tokens[0].key) > 1 or segment.text[: tokens[0].end].endswith(".")):
            rest = segment.text[tokens[0].end :]
            return Span(segment, len(segment.text) - len(rest.lstrip(" .:")), len(segment.text))
        return whole(segment)

    def _is_repeated(self, text: str) -> bool:
        return fold(self._sheet.text).count(fold(text)) > 2
