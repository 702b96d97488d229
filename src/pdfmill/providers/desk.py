"""Where one job asks: calls run beside its supervisor, are tried again when that may help, and end with the job."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pdfmill.config.logging import get_logger
from pdfmill.core.errors import PdfMillError, ProviderRefused, ProviderUnavailable
from pdfmill.core.failure import Failure
from pdfmill.core.provider import Answer, Completion, Need, Offer, ProviderUse, Request, Seat, Translation
from pdfmill.providers.adapter import Adapter, Answered, Busy, MakeAdapter
from pdfmill.providers.budget import Budget, Ledger

log = get_logger(__name__)

_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)

#: Seconds that a call has to end in when its job has ended; it must be over within two.
_CLOSE_WITHIN_S = 1.5

_FIRST_WAIT_S = 1.0


@dataclass(frozen=True)
class Patience:
    """How long a provider is waited for.

    Attributes:
        timeout_s: One call.
        retries: Further calls after one that may succeed later.
        longest_wait_s: Between two calls; a provider that wants more is not asked again.
    """

    timeout_s: float
    retries: int
    longest_wait_s: float


class Desk:
    """Takes the requests of one job, one at a time, and answers them.

    Its thread begins with the first request. `fileno` becomes readable when an answer is there.
    """

    def __init__(self, offer: Offer, adapters: Mapping[Need, MakeAdapter], budget: Budget, patience: Patience) -> None:
        self.offer = offer
        self._makers = adapters
        self._ledger = Ledger(budget)
        self._patience = patience
        self._bell, self._ringer = socket.socketpair()
        self._adapters: dict[Need, Adapter] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._call: Any = None
        self._answer: dict[str, Any] | None = None

    def fileno(self) -> int:
        """What to select on."""
        return self._bell.fileno()

    @property
    def uses(self) -> tuple[ProviderUse, ...]:
        """Which provider saw what so far."""
        return self._ledger.uses()

    def ask(self, message: Any) -> None:
        """Begin to answer what a job sent; it is not believed in anything.

        Raises:
            ValueError: The job asks before the last answer is there.
        """
        if self._call is not None:
            raise ValueError("a second request before the first is answered")
        if self._loop is None:
            self._begin()
        assert self._loop is not None
        self._call = asyncio.run_coroutine_threadsafe(self._serve(message), self._loop)

    def take_answer(self) -> bytes | None:
        """The answer as a line of JSON, once it is there."""
        if self._answer is None:
            return None
        self._bell.recv(1)
        answer, self._answer, self._call = self._answer, None, None
        return json.dumps({"answer": answer}).encode() + b"\n"

    def close(self) -> None:
        """End a call that runs; the job is over."""
        if self._loop is not None and self._thread is not None:
            if self._call is not None:
                self._call.cancel()
            # The loop ends when all is tidied up; on a machine that is very busy that may be after we have gone on.
            loop = self._loop
            closing = asyncio.run_coroutine_threadsafe(self._close_adapters(), loop)
            closing.add_done_callback(lambda _: loop.call_soon_threadsafe(loop.stop))
            self._thread.join(_CLOSE_WITHIN_S)
            self._loop = self._thread = None
        self._bell.close()
        self._ringer.close()

    def _begin(self) -> None:
        loop = self._loop = asyncio.new_event_loop()

        def run() -> None:
            try:
                loop.run_forever()
            finally:
                loop.close()

        self._thread = threading.Thread(target=run, name="provider", daemon=True)
        self._thread.start()

    async def _close_adapters(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            if not task.cancelling():  # a second time would break off the first one's tidying up
                task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for adapter in self._adapters.values():
            await adapter.close()
        await asyncio.get_running_loop().shutdown_asyncgens()

    async def _serve(self, message: Any) -> None:
        try:
            self._answer = (await self._asked(message)).model_dump(mode="json")
        except Exception as error:
            if not isinstance(error, PdfMillError):
                log.exception("provider call failed by a defect")
            self._answer = {"failure": Failure.of(error).model_dump(mode="json")}
        self._ringer.send(b"x")

    async def _asked(self, message: Any) -> Completion | Translation:
        try:
            request = _REQUEST.validate_python(message)
        except ValidationError as error:
            raise ProviderRefused("The request to the provider is not of the right form. Report this.") from error
        need = Need(request.kind)
        seat = self._seat_for(need)
        log.info("provider asked", provider=seat.provider, model=seat.model, kind=need.value)
        answered = await self._patiently(seat, need, request)
        self._ledger.close_call(seat, request, answered)
        return answered.answer

    def _seat_for(self, speaks: Need) -> Seat:
        """The configured provider that takes such requests; a language model may sit in either seat."""
        for seat in (self.offer.seat(speaks), self.offer.completion, self.offer.translation):
            if seat is not None and seat.speaks is speaks:
                return seat
        self.offer.require(speaks)
        raise ProviderRefused("The configured provider does not take such requests. Report this.")

    async def _patiently(self, seat: Seat, need: Need, request: Request) -> Answered[Answer]:
        adapter = self._adapters.get(need)
        if adapter is None:
            adapter = self._adapters[need] = self._makers[need]()
        for tried in range(self._patience.retries + 1):
            self._ledger.open_call(seat, request)
            try:
                async with asyncio.timeout(self._patience.timeout_s):
                    return await adapter.ask(request)
            except TimeoutError:
                busy = Busy("no answer in time")
            except Busy as error:
                busy = error
            wait_s = busy.retry_after_s
            if wait_s is None:
                wait_s = _FIRST_WAIT_S * 2**tried * random.uniform(0.8, 1.2)  # noqa: S311 - spreads, hides nothing
            log.warning("provider is busy", provider=seat.provider, reason=busy.reason, wait_s=round(wait_s, 2))
            if tried == self._patience.retries or wait_s > self._patience.longest_wait_s:
                break
            await asyncio.sleep(wait_s)
        raise ProviderUnavailable(
            f"{seat.provider} gave no answer ({busy.reason}, asked {tried + 1} times). Try again later, or look "
            "whether it runs and PDFMILL_PROVIDER__TIMEOUT_S is long enough.",
            retry_after_s=busy.retry_after_s,
        )
