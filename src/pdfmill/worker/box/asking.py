"""The job's end of the pipes over which it asks a provider."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pdfmill.core.errors import ProviderRefused
from pdfmill.core.failure import Failure
from pdfmill.core.provider import Answer, Completion, CompletionRequest, Offer, Translation, TranslationRequest

#: Longest line of a request, and of an answer: the largest values of `core.provider`, written as JSON with escapes.
REQUEST_BYTES = 1024 * 1024
ANSWER_BYTES = 4 * 1024 * 1024


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: Answer | _Failed


class _Failed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    failure: Failure


class PipeProvider:
    """Sends requests to the keeper and waits for the answers; a job that is cancelled meanwhile is killed.

    Args:
        tell: Writes a message on the pipe to the keeper.
        answers: What answers are read from, a line for each.
    """

    def __init__(self, offer: Offer, tell: Callable[..., None], answers: int) -> None:
        self.offer = offer
        self._tell = tell
        self._answers = answers

    def complete(self, request: CompletionRequest) -> Completion:
        """Ask a language model; see `core.provider.Provider`."""
        answer = self._ask(request.model_dump(mode="json"))
        assert isinstance(answer, Completion)
        return answer

    def translate(self, request: TranslationRequest) -> Translation:
        """Ask a translator; see `core.provider.Provider`."""
        answer = self._ask(request.model_dump(mode="json"))
        assert isinstance(answer, Translation)
        return answer

    def _ask(self, request: dict[str, Any]) -> Answer:
        self._tell(ask=request)
        line = b""
        while not line.endswith(b"\n"):
            data = os.read(self._answers, 1 << 16)
            line += data
            if not data or len(line) > ANSWER_BYTES:
                raise ProviderRefused("The answer of the provider did not arrive. Try again.")
        try:
            answer = _Line.model_validate_json(line).answer
        except ValidationError as error:
            raise ProviderRefused("The answer of the provider cannot be read. Report this.") from error
        if isinstance(answer, _Failed):
            raise answer.failure.to_error()
        return answer
