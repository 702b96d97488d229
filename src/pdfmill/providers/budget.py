"""What one job may ask of providers, and what it has asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from pdfmill.core.errors import ProviderBudgetExceeded
from pdfmill.core.provider import Completion, CompletionRequest, ProviderUse, Request, Seat, Translation
from pdfmill.providers.adapter import Answered

#: Characters of a token, where a provider does not count them: English in the usual tokenizers; rather too few.
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Prices:
    """Cost of a million tokens, in whatever currency the operator thinks in."""

    sent: float = 0.0
    received: float = 0.0

    def cost(self, sent: int, received: int) -> float:
        """The cost of so many tokens."""
        return (sent * self.sent + received * self.received) / 1_000_000


@dataclass(frozen=True)
class Budget:
    """The most of everything for one attempt; ``cost`` is None for no limit."""

    calls: int
    tokens: int
    cost: float | None = None
    prices: Prices = Prices()


@dataclass
class _Tally:
    calls: int = 0
    characters_sent: int = 0
    characters_received: int = 0
    tokens_sent: int = 0
    tokens_received: int = 0


@dataclass
class Ledger:
    """Counts what each provider saw, and refuses what would be too much."""

    budget: Budget
    _tallies: dict[tuple[str, str], _Tally] = field(default_factory=dict)

    def open_call(self, seat: Seat, request: Request) -> None:
        """Before a request is sent, each time that it is.

        Raises:
            ProviderBudgetExceeded: It would be more than the job may; nothing is sent.
        """
        size = _size_of(request)
        longest = request.max_answer_tokens if isinstance(request, CompletionRequest) else _tokens(size)
        tallies = self._tallies.values()
        sent = sum(each.tokens_sent for each in tallies) + _tokens(size)
        received = sum(each.tokens_received for each in tallies) + longest
        calls = sum(each.calls for each in tallies) + 1
        if calls > self.budget.calls:
            raise _exceeded(f"more than {self.budget.calls} requests", "MAX_CALLS")
        if sent + received > self.budget.tokens:
            raise _exceeded(f"more than {self.budget.tokens} tokens", "MAX_TOKENS")
        if self.budget.cost is not None and self.budget.prices.cost(sent, received) > self.budget.cost:
            raise _exceeded(f"requests that cost more than {self.budget.cost:g}", "MAX_COST")
        tally = self._tallies.setdefault((seat.provider, seat.model), _Tally())
        tally.calls += 1
        tally.characters_sent += size
        tally.tokens_sent += _tokens(size)  # an answer that never comes has cost this much

    def close_call(self, seat: Seat, request: Request, answered: Answered[Completion | Translation]) -> None:
        """After the answer: the provider's own count replaces the estimate."""
        tally = self._tallies[seat.provider, seat.model]
        size = _size_of(answered.answer)
        tally.characters_received += size
        if answered.tokens_sent is not None:
            tally.tokens_sent += answered.tokens_sent - _tokens(_size_of(request))
        tally.tokens_received += _tokens(size) if answered.tokens_received is None else answered.tokens_received

    def uses(self) -> tuple[ProviderUse, ...]:
        """Which provider saw what."""
        return tuple(
            ProviderUse(
                provider=provider,
                model=model,
                calls=tally.calls,
                characters_sent=tally.characters_sent,
                characters_received=tally.characters_received,
                tokens_sent=tally.tokens_sent,
                tokens_received=tally.tokens_received,
                cost=round(self.budget.prices.cost(tally.tokens_sent, tally.tokens_received), 6),
            )
            for (provider, model), tally in self._tallies.items()
        )


def _size_of(message: Request | Completion | Translation) -> int:
    match message:
        case CompletionRequest():
            return len(message.instructions) + len(message.document) + len(message.rejected) + len(message.complaint)
        case Completion():
            return len(message.text)
        case _:
            return sum(map(len, message.texts))


def _tokens(characters: int) -> int:
    return -(-characters // _CHARACTERS_PER_TOKEN)


def _exceeded(what: str, setting: str) -> ProviderBudgetExceeded:
    return ProviderBudgetExceeded(
        f"The job wants {what}. Choose fewer pages with `pages`, or raise PDFMILL_PROVIDER__{setting}."
    )
