"""What every way of asking a provider has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pdfmill.core.provider import Answer, Completion, Request, Translation

AnswerT = TypeVar("AnswerT", bound=Completion | Translation, covariant=True)


@dataclass(frozen=True)
class Answered(Generic[AnswerT]):
    """An answer, and the tokens that it took by the provider's count; None where it does not tell."""

    answer: AnswerT
    tokens_sent: int | None = None
    tokens_received: int | None = None


class Busy(Exception):
    """The provider cannot answer now: it is overloaded, broken or away. The same request may succeed later.

    Args:
        reason: For the log; never text of the provider, which may repeat a key.
        retry_after_s: When it wants to be asked again; None if it does not say.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class Adapter(Protocol):
    """One provider. Lives in one event loop; a call that is cancelled ends at once."""

    async def ask(self, request: Request) -> Answered[Answer]:
        """Make one call, once.

        Raises:
            Busy: It may succeed later.
            ProviderRefused, LanguageNotSupported: It will not.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and processes."""
        ...


MakeAdapter = Callable[[], Adapter]


def retry_after_s(header: str | None) -> float | None:
    """Seconds of a ``Retry-After`` header (RFC 9110, 10.2.3), as a number or as a date; None if it says nothing."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    import time
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
