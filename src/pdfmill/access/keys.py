"""API keys: ``prefix.secret``, of which the prefix is public and the secret is shown once."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from pdfmill.access.models import ApiKey
from pdfmill.config.pepper import Pepper
from pdfmill.core.caller import KEY_PREFIX, Caller, Scope
from pdfmill.core.errors import InvalidKey, InvalidRequest, UnknownKey
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.database import Database

_SECRET_BYTES = 32

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}")

#: A key that is used all the time is written down as used no more often than this.
_USE_IS_NOTED_EVERY = timedelta(minutes=5)


class Keys:
    """The keys of this server.

    Args:
        pepper: Without it, the digests in the database are of no use to whoever has copied them.
    """

    def __init__(self, database: Database, pepper: Pepper) -> None:
        self._database = database
        self._pepper = pepper
        self._any_made = False

    def create(self, owner: str, scopes: Collection[Scope], expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """Make a key; returns its row, and the key itself, which nobody can show again.

        Raises:
            InvalidRequest: The owner is no name, or no scope is given.
        """
        if not _OWNER.fullmatch(owner):
            raise InvalidRequest("An owner has 1 to 80 letters, digits or . _ @ + - and begins with a letter or digit.")
        if not scopes:
            raise InvalidRequest(f"A key without a scope allows nothing. Scopes are: {', '.join(Scope)}.")
        key_id, secret = KEY_PREFIX + secrets.token_hex(6), secrets.token_urlsafe(_SECRET_BYTES)
        row = ApiKey(
            id=key_id,
            digest=self._digest(key_id, secret),
            owner=owner,
            scopes=" ".join(sorted(scopes)),
            created_at=utc_now(),
            expires_at=expires_at,
        )
        with self._database.write() as session:
            session.add(row)
        return row, f"{key_id}.{secret}"

    def all(self) -> Sequence[ApiKey]:
        """Every key, also those of no more use, oldest first."""
        with self._database.read() as session:
            return session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)).all()

    def revoke(self, key_id: str) -> ApiKey:
        """Refuse a key from now on; doing so twice is harmless.

        Raises:
            UnknownKey: There is none with that public part.
        """
        with self._database.write() as session:
            row = session.get(ApiKey, key_id, with_for_update=True)
            if row is None:
                raise UnknownKey("There is no key with that prefix. `pdfmill keys list` shows all.")
            row.revoked_at = row.revoked_at or utc_now()
            return row

    def caller_of(self, key: str) -> Caller:
        """Whoever shows this key.

        Raises:
            InvalidKey: It is none of ours, or revoked, or past its time; which of these is not told.
        """
        key_id, _, secret = key.partition(".")
        row = self._find(key_id)
        # Also without a row, so that the time it takes does not tell whether the public part exists.
        digest = self._digest(key_id, secret)
        is_right = hmac.compare_digest(digest, row.digest if row else "0" * len(digest))
        if row is None or not is_right or not row.is_usable(utc_now()):
            raise InvalidKey()
        self._note_use(row)
        return row.caller

    def is_usable(self, key_id: str) -> bool:
        """Whether a key is still good, for what was signed in its name."""
        row = self._find(key_id)
        return row is not None and row.is_usable(utc_now())

    def any_made(self) -> bool:
        """Whether a key was ever made, be it revoked since. Once true, it stays so."""
        if not self._any_made:
            with self._database.read() as session:
                self._any_made = session.scalar(select(ApiKey.id).limit(1)) is not None
        return self._any_made

    def _find(self, key_id: str) -> ApiKey | None:
        if "\0" in key_id:  # which PostgreSQL refuses to look for
            return None
        with self._database.read() as session:
            return session.get(ApiKey, key_id)

    def _digest(self, key_id: str, secret: str) -> str:
        return self._pepper.digest("api key", f"{key_id}.{secret}").hex()

    def _note_use(self, row: ApiKey) -> None:
        now = utc_now()
        if row.last_used_at is not None and now - row.last_used_at < _USE_IS_NOTED_EVERY:
            return
        with self._database.write(durable=False) as session:
            session.execute(update(ApiKey).where(ApiKey.id == row.id).values(last_used_at=now))
