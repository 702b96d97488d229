"""Errors of engines, programs, storage, database and broker."""

from __future__ import annotations

from typing import Any

from pdfmill.core.errors.base import PdfMillError
from pdfmill.core.errors.kind import ErrorKind


class MissingDependency(PdfMillError):
    code = "missing_dependency"
    title = "A program that this operation needs is not installed"
    kind = ErrorKind.ENGINE_MISSING


class UnsafeExposure(PdfMillError):
    code = "unsafe_exposure"
    title = "This machine cannot isolate documents well enough to serve others"
    kind = ErrorKind.ENGINE_MISSING


class EngineFailed(PdfMillError):
    code = "engine_failed"
    title = "A program that this operation uses failed"
    kind = ErrorKind.ENGINE_FAILED


class OutputRejected(PdfMillError):
    code = "output_rejected"
    title = "The output did not pass its own check"
    kind = ErrorKind.ENGINE_FAILED


class StorageFull(PdfMillError):
    code = "storage_full"
    title = "The server's disk is almost full"
    kind = ErrorKind.INSUFFICIENT_STORAGE


class StorageUnavailable(PdfMillError):
    code = "storage_unavailable"
    title = "The file storage does not answer"
    kind = ErrorKind.STORAGE_UNAVAILABLE


class FileMissing(PdfMillError):
    """A stored file is gone that a row still names; asking again does not bring it back."""

    code = "file_missing"
    title = "A file of the job is gone from the storage"
    kind = ErrorKind.GONE

    def __init__(
        self, detail: str = "A file of this job is missing from the storage. Submit the job again.", **extras: Any
    ) -> None:
        super().__init__(detail, **extras)


class DatabaseUnavailable(PdfMillError):
    code = "database_unavailable"
    title = "The database does not answer"
    kind = ErrorKind.STORAGE_UNAVAILABLE


class SchemaTooNew(PdfMillError):
    code = "schema_too_new"
    title = "The database is of a newer version of pdfmill"
    kind = ErrorKind.CONFLICT


class BrokerUnavailable(PdfMillError):
    code = "broker_unavailable"
    title = "The message broker does not answer"
    kind = ErrorKind.UPSTREAM_UNAVAILABLE


class ServerUnreachable(PdfMillError):
    code = "server_unreachable"
    title = "The pdfmill server does not answer"
    kind = ErrorKind.UPSTREAM_UNAVAILABLE
