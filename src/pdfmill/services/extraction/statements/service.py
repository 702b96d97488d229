"""BankStatementExtractionService: the statements in a document, with evidence, proved by their balances."""

from __future__ import annotations

from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.services.extraction.statements.building import StatementBuilder
from pdfmill.services.extraction.statements.kinds import kind_of
from pdfmill.services.extraction.statements.model import StatementFile
from pdfmill.services.extraction.statements.reader import ReadDocument, read_document
from pdfmill.services.layout.page_words import PageWords, read_words
from pdfmill.services.layout.recognition import Recognise


class BankStatementExtractionService:
    """Reads bank and credit-card statements."""

    def extract(self, source: Path, ctx: Context, *, recognise: Recognise | None = None) -> StatementFile:
        """The statements in a document.

        Args:
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            Cancelled, DeadlineExceeded: As the context says.
        """
        pages = list(read_words(source, ctx.stage("reading pages", share=0.7), recognise))
        return self.read(pages, ctx.stage("finding entries", share=1.0))

    def read(self, pages: list[PageWords], ctx: Context) -> StatementFile:
        """The statements in pages whose words are known, from whatever source."""
        document = read_document(pages, ctx.check)
        statements = StatementBuilder(document).statements() if _is_statement(document) else []
        ctx.advance(1, 1)
        unread = [page.number for page in pages if page.quality.needs_ocr]
        only_pictures = bool(unread) and all(page.quality.needs_ocr or not page.words for page in pages)
        outcome = "statements" if statements else "needs_ocr" if only_pictures else "not_a_statement"
        return StatementFile(
            outcome=outcome,
            looks_like=_looks_like(document) if outcome == "not_a_statement" else None,
            pages=len(pages),
            needs_ocr=str(PageRanges.of(unread)) if unread else None,
            statements=statements,
        )


def _is_statement(document: ReadDocument) -> bool:
    """Whether entries or balances were found, and words of statements among the rest."""
    entries = sum(len(read.scope.entries) for read in document.scopes)
    stated = [row for read in document.scopes for row in read.scope.balances if row.kind != "carried"]
    running = any("balance" in entry.money for read in document.scopes for entry in read.scope.entries)
    words = {
        phrase.meaning for line in document.lines for phrase in document.vocabulary.words.find(line.folded.split())
    }
    says_so = bool(words & {"statement", "card"})
    if stated:
        return entries > 0 or (says_so and {row.kind for row in stated} >= {"opening", "closing"})
    return entries > 1 and (running or says_so)


def _looks_like(document: ReadDocument) -> str:
    if not document.lines:
        return "blank"
    return kind_of(line.folded for line in document.lines) or "text"
