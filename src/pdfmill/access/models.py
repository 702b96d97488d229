"""The table of keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pdfmill.core.caller import Caller, Scope
from pdfmill.jobs.base import Base


class ApiKey(Base):
    """A key, of which the server knows the public part only.

    Attributes:
        id: The public part, before the dot; shown in lists and in the log of deeds.
        digest: HMAC-SHA-256 of the secret part under the server's pepper, in hexadecimal. A slow hash would protect
            nothing more: the secret has 256 random bits.
        owner: Whose jobs it sees. Several keys may have one owner.
        scopes: Words of `Scope`, with spaces between them.
        revoked_at: Since when it is refused. The row stays: without a row the server would be open again.
        last_used_at: To within some minutes.
    """

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    def is_usable(self, now: datetime) -> bool:
        """Whether it is neither revoked nor past its time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    @property
    def caller(self) -> Caller:
        """Whoever shows this key."""
        return Caller(self.owner, self.id, frozenset(Scope(word) for word in self.scopes.split()))
