"""The server's own secret, from which every key that it uses for something else is derived."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from pdfmill.config.settings import Settings
from pdfmill.core.errors import InvalidSettings

_BYTES = 32


class Pepper:
    """A secret of at least 32 bytes. It is never used itself; each use has a key of its own, told apart by a name."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of(cls, settings: Settings) -> Pepper:
        """The one that a setting holds, or else the one in the data directory."""
        secret = settings.access.pepper
        return cls(secret.get_secret_value().encode()) if secret else cls.kept_at(settings.pepper_file)

    @classmethod
    def kept_at(cls, path: Path) -> Pepper:
        """The secret in a file that only its owner reads; made on first use, by whichever process is first.

        Raises:
            InvalidSettings: Somebody else may read the file, or it is too short.
        """
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise InvalidSettings(
                f"Other users can read {path}, which holds the server's secret. Run: chmod 600 {path}"
            )
        secret = path.read_bytes()
        if len(secret) < _BYTES:
            raise InvalidSettings(
                f"{path} should hold {_BYTES} secret bytes and holds {len(secret)}. Restore it from a backup; or "
                "delete it, and every API key becomes invalid."
            )
        return cls(secret)

    def key_for(self, use: str) -> bytes:
        """32 bytes for one use: HMAC-SHA-256 of its name, as in the expand step of HKDF (RFC 5869)."""
        return self.digest("key for", use)

    def digest(self, use: str, text: str) -> bytes:
        """HMAC-SHA-256 of a text; of the same text another one for each use."""
        return hmac.digest(self._secret, f"pdfmill {use}\0{text}".encode(), hashlib.sha256)


def _make(path: Path) -> None:
    """Write it whole under another name first: a second process must not read half of it."""
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):  # another process was faster; a link, unlike a rename, never replaces
            os.link(draft, path)
    finally:
        draft.unlink()
