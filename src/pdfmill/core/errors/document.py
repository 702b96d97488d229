"""Errors of the document that was sent."""

from __future__ import annotations

from typing import Any

from pdfmill.core.errors.base import PdfMillError
from pdfmill.core.errors.kind import ErrorKind


class EmptyInput(PdfMillError):
    code = "empty_input"
    title = "The file is empty"
    kind = ErrorKind.UNREADABLE_INPUT


class DamagedInput(PdfMillError):
    code = "damaged_input"
    title = "The file is damaged beyond repair"
    kind = ErrorKind.UNREADABLE_INPUT


class EncryptedInput(PdfMillError):
    code = "password_required"
    title = "The file is protected by a password"
    kind = ErrorKind.UNREADABLE_INPUT


class ForbiddenContent(PdfMillError):
    """Something that no honest document needs and an attack does."""

    code = "forbidden_content"
    title = "The file holds something that is not opened here"
    kind = ErrorKind.UNREADABLE_INPUT


class AllItemsFailed(PdfMillError):
    """Not one file of a batch could be worked on; ``files`` is a list of {name, code, detail}."""

    code = "all_items_failed"
    title = "None of the files could be worked on"
    kind = ErrorKind.UNREADABLE_INPUT

    def __init__(self, detail: str, *, files: list[dict[str, str]], **extras: Any) -> None:
        super().__init__(detail, files=files, **extras)


class UnknownEncoding(PdfMillError):
    code = "unknown_encoding"
    title = "The text is in another encoding than UTF-8"
    kind = ErrorKind.UNREADABLE_INPUT

    def __init__(
        self,
        detail: str = "Text files are read as UTF-8, and this one is not. Save it as UTF-8, as with "
        "`iconv -f WINDOWS-1252 -t UTF-8`, and send it again.",
        **extras: Any,
    ) -> None:
        super().__init__(detail, **extras)


class NoTables(PdfMillError):
    code = "no_tables"
    title = "The document has no tables"
    kind = ErrorKind.UNREADABLE_INPUT


class NoText(PdfMillError):
    """Pages of pictures, or blank ones; ``needs_ocr`` names those that OCR could read."""

    code = "no_text"
    title = "The document has no text to work on"
    kind = ErrorKind.UNREADABLE_INPUT


class NotArchivable(PdfMillError):
    """It cannot be made PDF/A; ``reasons`` is a list of {rule, detail, advice, count}, the worst first."""

    code = "not_archivable"
    title = "The document cannot be made PDF/A"
    kind = ErrorKind.UNREADABLE_INPUT

    def __init__(self, detail: str, *, reasons: list[dict[str, Any]], **extras: Any) -> None:
        super().__init__(detail, reasons=reasons, **extras)


class NotAnInvoice(PdfMillError):
    """``looks_like`` says what it seems to be."""

    code = "not_an_invoice"
    title = "The document is not an invoice"
    kind = ErrorKind.UNREADABLE_INPUT


class NotAStatement(PdfMillError):
    """``looks_like`` says what the document seems to be instead."""

    code = "not_a_statement"
    title = "The document is no bank statement"
    kind = ErrorKind.UNREADABLE_INPUT


class NotExportable(PdfMillError):
    """The form that was asked for needs something that the document does not tell."""

    code = "not_exportable"
    title = "This cannot be written in the form that was asked for"
    kind = ErrorKind.UNREADABLE_INPUT


class NoPages(PdfMillError):
    code = "no_pages"
    title = "The document has no pages"
    kind = ErrorKind.UNREADABLE_INPUT


class NothingToRecognise(PdfMillError):
    """Every page is empty: there is neither text nor a picture of it."""

    code = "nothing_to_recognise"
    title = "The document has no pictures and nothing else to recognise"
    kind = ErrorKind.UNREADABLE_INPUT


class DynamicForm(PdfMillError):
    """An XFA form whose pages a viewer makes up (ISO 32000-1, 12.7.8); all but one say "please wait"."""

    code = "dynamic_form"
    title = "The document is a form that only its own viewer can show"
    kind = ErrorKind.UNSUPPORTED_INPUT
