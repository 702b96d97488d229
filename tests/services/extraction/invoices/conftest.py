"""Invoices are read as the operation reads them."""

import pytest

from pdfmill.services.extraction.invoices.service import InvoiceExtractionService


@pytest.fixture
def read(ctx):
    """The document that is read from a file."""

    def read(path, **options):
        return ctx.service(InvoiceExtractionService).extract(path, None, ctx, **options).document

    return read


@pytest.fixture
def only(read):
    """The one invoice of a file."""

    def only(path, **options):
        document = read(path, **options)
        assert document.outcome == "invoices"
        (invoice,) = document.invoices
        return invoice

    return only
