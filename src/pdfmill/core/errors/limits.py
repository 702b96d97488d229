"""What is larger than it may be."""

from __future__ import annotations

from pdfmill.core.errors.base import PdfMillError
from pdfmill.core.errors.kind import ErrorKind


class InputTooLarge(PdfMillError):
    code = "input_too_large"
    title = "The file is larger than this server accepts"
    kind = ErrorKind.LIMIT_EXCEEDED


class ArchiveTooLarge(PdfMillError):
    code = "archive_too_large"
    title = "The file unpacks to more than this server accepts"
    kind = ErrorKind.LIMIT_EXCEEDED


class TooManyPages(PdfMillError):
    code = "too_many_pages"
    title = "The document has more pages than this server accepts"
    kind = ErrorKind.LIMIT_EXCEEDED


class TooManyPixels(PdfMillError):
    code = "too_many_pixels"
    title = "A page or an image is too large to be drawn"
    kind = ErrorKind.LIMIT_EXCEEDED


class MemoryExceeded(PdfMillError):
    code = "memory_exceeded"
    title = "The document needs more memory than a job may use"
    kind = ErrorKind.LIMIT_EXCEEDED


class TooManyProcesses(PdfMillError):
    code = "too_many_processes"
    title = "The job started more processes than a job may have"
    kind = ErrorKind.LIMIT_EXCEEDED


class OutputTooLarge(PdfMillError):
    code = "output_too_large"
    title = "The job wrote more than a job may write"
    kind = ErrorKind.LIMIT_EXCEEDED
