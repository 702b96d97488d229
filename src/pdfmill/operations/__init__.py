"""What pdfmill can do: one file for each operation, and one line here."""

from __future__ import annotations

from pdfmill.core import named_registry
from pdfmill.core.operation import AnyOperation, Registry
from pdfmill.operations.ask import ask
from pdfmill.operations.bulk import bulk
from pdfmill.operations.classify import classify
from pdfmill.operations.compress import compress
from pdfmill.operations.convert import convert
from pdfmill.operations.convert_preview import convert_preview
from pdfmill.operations.extract_bank_statement import extract_bank_statement
from pdfmill.operations.extract_invoice import extract_invoice
from pdfmill.operations.extract_text import extract_text
from pdfmill.operations.ocr import ocr
from pdfmill.operations.ocr_preview import ocr_preview
from pdfmill.operations.summarize import summarize
from pdfmill.operations.translate import translate

#: Every operation, in the order of menus and help.
BUILTIN: tuple[AnyOperation, ...] = (
    compress,
    bulk(compress, "Compress many", "Make many PDFs smaller, each in a job of its own, and put them into one archive."),
    convert,
    convert_preview,
    extract_text,
    ocr,
    ocr_preview,
    extract_invoice,
    extract_bank_statement,
    summarize,
    translate,
    ask,
    classify,
)


def load_registry() -> Registry:
    """The operations of this installation, or those that a test names, see `core.named_registry`."""
    name = named_registry.name_in_environment()
    return Registry(BUILTIN) if name is None else named_registry.load(name)
