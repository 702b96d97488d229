"""Which pages belong to which invoice: a file may hold several, copies of one, and pages that are none."""

from __future__ import annotations

from dataclasses import dataclass, field

from pdfmill.core.context import Context
from pdfmill.services.extraction.invoices.rules.header import read_number
from pdfmill.services.extraction.invoices.rules.kinds import Judgement, titles
from pdfmill.services.extraction.invoices.rules.reader import InvoiceReader, RuleReading
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Sheet, key
from pdfmill.services.layout.page_words import PageWords, WordDocument

#: How sure a page's number must be to begin another invoice.
_STRONG = 4.2
#: Pages that are kept before the first invoice, and of one invoice; others are left out, so that memory is bounded.
_BEFORE, _MOST_PAGES = 20, 400
#: A page of fewer words begins no invoice.
_FEWEST_WORDS = 12
#: Part of the text of a page that a copy of it shares.
_COPY = 0.93


@dataclass
class InvoicePages:
    """The pages of one invoice, and what the rules read on them.

    Attributes:
        pages: Their numbers.
        left_out: How many pages were too many to be read.
    """

    pages: list[int]
    read: RuleReading
    reading: Reading = field(repr=False)
    judgement: Judgement
    left_out: int = 0


@dataclass
class Grouped:
    """The invoices of a document.

    Attributes:
        groups: In the order of their pages; those that are no invoice as well.
        unreadable: Numbers of pages that need OCR.
        page_count: Pages that were looked at.
    """

    groups: list[InvoicePages] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    page_count: int = 0

    @property
    def invoices(self) -> list[InvoicePages]:
        return [group for group in self.groups if group.judgement.is_invoice]

    @property
    def perhaps_invoices(self) -> list[InvoicePages]:
        """The invoices; if the rules know none, what is not called anything else."""
        return self.invoices or [group for group in self.groups if not group.judgement.is_titled]

    @property
    def only_pictures(self) -> bool:
        return bool(self.unreadable) and not any(group.reading.sheet.segments for group in self.groups)

    @property
    def looks_like(self) -> str | None:
        return self.groups[0].judgement.looks_like if self.groups else "empty pages"


def group_pages(document: WordDocument, ctx: Context) -> Grouped:
    """Read the pages of a document one after the other, and close an invoice where another one begins."""
    grouped = Grouped(page_count=len(document.page_indices))
    several = len(document.page_indices) > 1
    current = _Group()
    for done, page_index in enumerate(document.page_indices, start=1):
        page = document.page(page_index)
        if page.quality.needs_ocr:
            grouped.unreadable.append(page.number)
        elif several:
            number = _number_of(page)
            if number is not None and current.number is not None and number != current.number:
                grouped.groups += current.closed()
                current = _Group()
            current.add(page, number)
        else:
            current.add(page, None)
        ctx.advance(done, len(document.page_indices), unit="pages")
    grouped.groups += current.closed()
    return grouped


class _Group:
    """Pages that seem to belong to one invoice."""

    def __init__(self) -> None:
        self.number: str | None = None
        self._pages: list[PageWords] = []
        self._numbers: list[int] = []
        self._seen: list[frozenset[str]] = []
        self._left_out = 0

    def add(self, page: PageWords, number: str | None) -> None:
        self.number = self.number or number
        if len(self._pages) >= (_BEFORE if self.number is None else _MOST_PAGES):
            self._left_out += 1
            return
        texts = frozenset(word.text for word in page.words)
        self._numbers.append(page.number)
        if len(texts) > 20 and any(len(texts & seen) >= _COPY * len(texts | seen) for seen in self._seen):
            return  # a copy of a page, whose lines must not count twice
        self._seen.append(texts)
        self._pages.append(page)

    def closed(self) -> list[InvoicePages]:
        if not self._pages:
            return []
        reader = InvoiceReader(Sheet(self._pages))
        read = reader.read()
        return [InvoicePages(self._numbers, read, reader.reading, reader.judge(read), self._left_out)]


def _number_of(page: PageWords) -> str | None:
    """The number of the invoice that a page belongs to, if the page itself begins or names one."""
    if len(page.words) < _FEWEST_WORDS:
        return None
    reading = Reading(Sheet([page]))
    numbers = read_number(reading)
    if not numbers or numbers[0].score < _STRONG or not _heads_an_invoice(reading):
        return None
    return key(numbers[0].value)


def _heads_an_invoice(reading: Reading) -> bool:
    """Whether a page has what the first page of an invoice has: a title or a date of issue."""
    titled = any(title.kind in ("invoice", "credit_note") and title.score > 0 for title in titles(reading))
    return titled or bool(reading.by_name.get("issue_date"))
