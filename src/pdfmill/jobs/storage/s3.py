"""Files in a bucket of an S3-compatible service: created under a condition, downloaded by signed links."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

from pdfmill.config.settings import StorageSettings
from pdfmill.core.errors import FileMissing, InvalidSettings, MissingDependency, StorageUnavailable
from pdfmill.core.limits import MIB
from pdfmill.jobs.base import new_job_id
from pdfmill.jobs.storage.base import Label, StoredFile
from pdfmill.jobs.storage.incoming import IncomingFile, IncomingFolder, translated_errors

try:
    import obstore
    from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
    from obstore.store import S3Store
except ImportError as error:
    raise MissingDependency("Storage in a bucket needs obstore. Install it: pip install 'pdfmill[s3]'") from error

#: Up to this size a file is sent in one request that fails if the key exists. A larger one goes in parts, which cannot
#: carry that condition, so the key is looked up before.
_LARGEST_SINGLE_PUT = 64 * MIB

_LINK_LASTS = timedelta(minutes=15)

#: How long one request may take, and how often a failed one is repeated by the library.
_CLIENT_OPTIONS = {"timeout": "60s", "connect_timeout": "3s"}
_RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}


class S3Storage:
    """Files in a bucket; see `Storage`. Uploads are gathered in a folder of this machine first. Made by `connect`.

    Args:
        prefix: Put before every key.
        signed_links: Whether clients fetch results from the bucket themselves.
    """

    def __init__(
        self, bucket: str, prefix: str, config: dict[str, Any], incoming: IncomingFolder, *, signed_links: bool
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._config = config
        self._incoming = incoming
        self._signed_links = signed_links
        self._store_made: S3Store | None = None
        # The library runs threads of its own, and these do not survive a fork.
        os.register_at_fork(after_in_child=self._forget)

    @classmethod
    def connect(cls, settings: StorageSettings, incoming: IncomingFolder) -> S3Storage:
        """The bucket that ``settings.url`` names; nothing is sent yet.

        Raises:
            InvalidSettings: The URL names no bucket.
        """
        url = urlsplit(settings.url or "")
        if not url.netloc:
            raise InvalidSettings(
                f"PDFMILL_STORAGE__URL is {settings.url!r}, which names no bucket: s3://bucket/prefix"
            )
        prefix = url.path.strip("/")
        config: dict[str, Any] = {"region": settings.region}
        if settings.endpoint is not None:
            config["endpoint"] = settings.endpoint
        if settings.access_key_id is not None and settings.secret_access_key is not None:
            config["access_key_id"] = settings.access_key_id
            config["secret_access_key"] = settings.secret_access_key.get_secret_value()
        return cls(url.netloc, f"{prefix}/" if prefix else "", config, incoming, signed_links=settings.signed_links)

    def require_space(self, size_bytes: int) -> None:
        """Refuse a file for which this machine's folder of uploads has no room."""
        self._incoming.require_space(size_bytes)

    def free_bytes(self) -> int | None:
        """A bucket does not tell."""
        return None

    def incoming(self, max_bytes: int) -> IncomingFile:
        """Begin an upload."""
        return self._incoming.begin(max_bytes)

    def publish(self, incoming: IncomingFile, key: str, label: Label) -> StoredFile:
        """Send an upload to the bucket."""
        incoming.flush_to_file()
        self._put(incoming.path, key, incoming.size_bytes, label)
        incoming.discard()
        return StoredFile(key, incoming.size_bytes, incoming.sha256)

    def publish_path(self, path: Path, key: str, label: Label) -> StoredFile:
        """Send a file of an attempt to the bucket."""
        with translated_errors(), path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size_bytes = file.tell()
        self._put(path, key, size_bytes, label)
        return StoredFile(key, size_bytes, sha256)

    def fetch(self, key: str, target: Path) -> None:
        """Copy a stored file to where an attempt reads it; read-only there."""
        with _translated(), translated_errors(), target.open("wb") as file:
            for chunk in obstore.get(self._store, self._prefix + key).stream(min_chunk_size=MIB):
                file.write(chunk)
        target.chmod(0o444)

    def open(self, key: str) -> BinaryIO:
        """A copy on this machine, which has no name and goes when it is closed."""
        copy = self._incoming.begin(max_bytes=0)
        try:
            self.fetch(key, copy.path)
            return copy.path.open("rb")
        finally:
            copy.discard()

    def link(self, key: str) -> str | None:
        """A signed URL, unless such links are turned off."""
        if not self._signed_links:
            return None
        with _translated():
            return obstore.sign(self._store, "GET", self._prefix + key, _LINK_LASTS)

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        with _translated():
            try:
                obstore.head(self._store, self._prefix + key)
            except (NotFoundError, FileNotFoundError):
                return False
            return True

    def delete(self, key: str) -> None:
        """Remove a stored file; harmless if it is gone."""
        with _translated(), contextlib.suppress(NotFoundError, FileNotFoundError):
            obstore.delete(self._store, self._prefix + key)

    def keys(self, older_than: datetime) -> Iterator[str]:
        """The keys of all files written before an instant."""
        with _translated():
            for page in obstore.list(self._store, prefix=self._prefix or None):
                for entry in page:
                    if entry["last_modified"] < older_than:
                        yield entry["path"].removeprefix(self._prefix)

    def check(self) -> str:
        """Write and remove a small object."""
        self._incoming.require_space(0)
        started = time.monotonic()
        key = f"{self._prefix}check/{new_job_id()}"
        with _translated():
            obstore.put(self._store, key, b"x", mode="create")
            obstore.delete(self._store, key)
        return f"bucket {self._bucket}, {round((time.monotonic() - started) * 1000)} ms to write and delete"

    def sweep_incoming(self) -> int:
        """Remove uploads that a dead process of this machine left unfinished; returns how many."""
        return self._incoming.sweep()

    @property
    def _store(self) -> S3Store:
        if self._store_made is None:
            insecure = str(self._config.get("endpoint", "")).startswith("http://")
            options: Any = {**_CLIENT_OPTIONS, "allow_http": insecure}
            self._store_made = S3Store(self._bucket, client_options=options, retry_config=_RETRIES, **self._config)
        return self._store_made

    def _forget(self) -> None:
        self._store_made = None

    def _put(self, path: Path, key: str, size_bytes: int, label: Label) -> None:
        attributes: Any = {
            "Content-Type": label.media_type,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(label.name, safe='')}",  # RFC 6266, RFC 8187
            "Cache-Control": "private, no-store",
        }
        full_key = self._prefix + key
        with _translated():
            if size_bytes <= _LARGEST_SINGLE_PUT:
                obstore.put(self._store, full_key, path, attributes=attributes, mode="create")
                return
            if self.exists(key):
                raise AlreadyExistsError(full_key)
            obstore.put(self._store, full_key, path, attributes=attributes)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the errors of the library into ours."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise FileMissing() from error
    except BaseError as error:
        raise StorageUnavailable(
            "The file storage does not answer. Try again; if it stays so, look at PDFMILL_STORAGE__URL and the "
            "server's log."
        ) from error
