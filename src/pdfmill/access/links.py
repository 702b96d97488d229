"""Download links that are good for some minutes, for whoever holds them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

from pdfmill.access.keys import Keys
from pdfmill.config.pepper import Pepper
from pdfmill.core.caller import Caller
from pdfmill.core.errors import InvalidLink


@dataclass(frozen=True)
class Download:
    """An output of a job, and the key in whose name it is handed out."""

    job_id: str
    position: int
    key_id: str | None


class DownloadLinks:
    """Signs with a key of the server's pepper; nothing is stored.

    A link ends with its minutes, with its job, or with the key in whose name it was made.
    """

    def __init__(self, pepper: Pepper, keys: Keys, *, good_for_s: int) -> None:
        self.good_for_s = good_for_s
        self._keys = keys
        self._serializer = URLSafeTimedSerializer(
            pepper.key_for("download links"), signer_kwargs={"key_derivation": "none", "digest_method": hashlib.sha256}
        )

    def sign(self, job_id: str, position: int, caller: Caller) -> str:
        """The last part of a link's address."""
        token = self._serializer.dumps([job_id, position, caller.key_id])
        return token if isinstance(token, str) else token.decode()

    def open(self, token: str) -> Download:
        """What a link is good for.

        Raises:
            InvalidLink: It is not, or no more.
        """
        try:
            job_id, position, key_id = self._serializer.loads(token, max_age=self.good_for_s)
        except BadData:
            raise InvalidLink() from None  # its text quotes the link
        if key_id is not None and not self._keys.is_usable(key_id):
            raise InvalidLink()
        return Download(job_id, position, key_id)
