"""Statements are read from documents that builders make, or from their words."""

import pytest

from pdfmill.services.extraction.statements.service import BankStatementExtractionService
from pdfmill.services.layout.page_words import read_words


@pytest.fixture
def extract(ctx):
    """Everything read from a document."""

    def extract(path):
        return BankStatementExtractionService().extract(path, ctx)

    return extract


@pytest.fixture
def words_of(ctx):
    """The words of a document's pages, to be changed before they are read."""
    return lambda path: list(read_words(path, ctx))


@pytest.fixture
def read(ctx):
    """Everything read from words."""
    return lambda pages: BankStatementExtractionService().read(pages, ctx)


def booked(statements):
    """Days and amounts of all entries, sorted."""
    return sorted((entry.booking_date, entry.amount) for each in statements for entry in each.entries)


def statuses(file):
    return [statement.reconciliation.status for statement in file.statements]
