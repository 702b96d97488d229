"""Where the files of jobs lie: a disk or a bucket. A file is published whole or not at all, and never replaced."""

from __future__ import annotations

from pathlib import Path

from pdfmill.config.settings import Settings
from pdfmill.core.errors import InvalidSettings
from pdfmill.jobs.storage.base import Label, Storage, StoredFile
from pdfmill.jobs.storage.incoming import IncomingFile, IncomingFolder, translated_errors
from pdfmill.jobs.storage.local import LocalStorage

__all__ = [
    "IncomingFile",
    "IncomingFolder",
    "Label",
    "LocalStorage",
    "Storage",
    "StoredFile",
    "open_storage",
    "translated_errors",
]


def open_storage(settings: Settings) -> Storage:
    """The storage that ``PDFMILL_STORAGE__URL`` names.

    Raises:
        InvalidSettings: The URL is of a kind that is not known.
        MissingDependency: A bucket is named, and the library for it is not installed.
    """
    min_free_bytes = settings.storage.min_free_mib * 1024 * 1024
    url = settings.storage.url
    if url is None:
        return LocalStorage(settings.data_dir / "files", min_free_bytes=min_free_bytes)
    if url.startswith("file:///"):
        return LocalStorage(Path(url.removeprefix("file://")), min_free_bytes=min_free_bytes)
    if url.startswith("s3://"):
        from pdfmill.jobs.storage.s3 import S3Storage

        incoming = IncomingFolder(settings.data_dir / "incoming", min_free_bytes=min_free_bytes)
        return S3Storage.connect(settings.storage, incoming)
    raise InvalidSettings(
        f"PDFMILL_STORAGE__URL is {url!r}. Write file:///folder for a disk, or s3://bucket/prefix for a bucket."
    )
