"""How many requests a caller may send: counted in the broker's Redis where there is one, otherwise in this process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from pdfmill.config.logging import get_logger

log = get_logger(__name__)

WINDOW_S = 60

#: A store that is away must not hold up every request; after a failure it is left alone for this long.
_TIMEOUT_S, _REST_S = 0.25, 2.0


@dataclass(frozen=True)
class Rate:
    """So many in a minute.

    Attributes:
        name: What is counted; a word for the RateLimit headers.
    """

    name: str
    per_minute: int


@dataclass(frozen=True)
class Allowance:
    """What is left of a rate.

    Attributes:
        is_exceeded: Whether this one was too many.
        reset_s: Seconds until more is to be had.
    """

    rate: Rate
    is_exceeded: bool
    remaining: int
    reset_s: int


class RateLimiter:
    """Counts, with a sliding window of a minute.

    Args:
        broker_url: The Celery broker's; RabbitMQ cannot count.
    """

    def __init__(self, broker_url: str) -> None:
        self._store_url = _store_url(broker_url)
        self._rests_until = 0.0

    def take(self, rate: Rate, who: str) -> Allowance | None:
        """Count one; None if the store is away, when everything is allowed: a broken counter must not stop work."""
        if time.monotonic() < self._rests_until:
            return None
        item = RateLimitItemPerMinute(rate.per_minute, namespace=f"pdfmill-{rate.name}")
        try:
            is_allowed = self._strategy.hit(item, who)
            window = self._strategy.get_window_stats(item, who)
        except StorageError as error:
            self._rests_until = time.monotonic() + _REST_S
            log.warning("requests are not counted: the store is away", cause=repr(error.__cause__))
            return None
        reset_s = max(1, round(window.reset_time - time.time()))
        return Allowance(rate, not is_allowed, max(0, window.remaining), reset_s)

    @cached_property
    def _strategy(self) -> SlidingWindowCounterRateLimiter:
        """Connected on first use, because the web server forks before it answers."""
        timeouts: dict[str, float] = {}
        if self._store_url.startswith("redis"):
            timeouts = {"socket_connect_timeout": _TIMEOUT_S, "socket_timeout": _TIMEOUT_S}
        store = storage_from_string(self._store_url, wrap_exceptions=True, **timeouts)
        return SlidingWindowCounterRateLimiter(store)


def _store_url(broker_url: str) -> str:
    """The address in the words of the library `limits`."""
    scheme, _, rest = broker_url.partition("://")
    match scheme:
        case "redis" | "rediss":
            return broker_url
        case "redis+socket":
            return f"redis+unix://{rest}"
    return "memory://"
