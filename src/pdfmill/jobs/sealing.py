"""Passwords among a job's options: encrypted while the job may still need them, and forgotten when it has ended."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any, Protocol

from pydantic import BaseModel, SecretStr

from pdfmill.config.pepper import Pepper
from pdfmill.core.errors import PasswordLost

#: Bytes of an AES-GCM nonce (NIST SP 800-38D, 8.2): random, since a key seals far fewer than 2^32 jobs.
_NONCE_BYTES = 12

#: What `Job.sealed_options` holds when a job had passwords and has ended.
FORGOTTEN = ""


class SealedJob(Protocol):
    """What it takes to open the secrets of a job."""

    @property
    def id(self) -> str: ...

    @property
    def parent_id(self) -> str | None: ...

    @property
    def sealed_options(self) -> str | None: ...


class Sealer:
    """Encrypts secret options with AES-256-GCM under a key of the server's pepper, bound to the job they belong to."""

    def __init__(self, pepper: Pepper) -> None:
        self._pepper = pepper

    def seal(self, job_id: str, options: BaseModel) -> str | None:
        """The secrets among the options, encrypted; None if there are none."""
        revealed = secrets_of(options)
        if not revealed:
            return None
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, json.dumps(revealed).encode(), job_id.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, job: SealedJob) -> dict[str, Any]:
        """The secrets of a job; an item of a batch has those of its batch.

        Raises:
            PasswordLost: The server's pepper is another one than when the job was submitted.
        """
        from cryptography.exceptions import InvalidTag

        if not job.sealed_options:
            return {}
        data = base64.b64decode(job.sealed_options)
        bound_to = (job.parent_id or job.id).encode()
        try:
            plain = self._cipher().decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound_to)
        except InvalidTag as error:
            raise PasswordLost() from error
        opened: dict[str, Any] = json.loads(plain)
        return opened

    def fingerprint(self, described: Any) -> str:
        """A digest of anything JSON can hold; of no use for guessing passwords without the pepper."""
        return self._pepper.digest("request", json.dumps(described, sort_keys=True)).hex()

    def _cipher(self) -> Any:
        # Here, because few jobs have passwords, and the library costs each process some megabytes.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._pepper.key_for("job options"))


def secrets_of(options: BaseModel) -> dict[str, Any]:
    """The secret options in plain text, by name; those that were not given are absent."""
    found: dict[str, Any] = {}
    for name in type(options).model_fields:
        value = getattr(options, name)
        if isinstance(value, SecretStr):
            found[name] = value.get_secret_value()
        elif isinstance(value, tuple) and value and all(isinstance(each, SecretStr) for each in value):
            found[name] = [each.get_secret_value() for each in value]
    return found
