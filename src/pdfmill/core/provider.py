"""What an operation may ask a language model or a translator, as values.

An operation has no network and no keys. It asks through ``ctx.provider``; whoever supervises it makes the call. A
request names no provider, no model and no address: a document that takes over the job that reads it can choose none.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, NoReturn, Protocol

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.core.errors import ProviderNotConfigured

#: Characters of a document in one request, and of an answer. What crosses the job's pipe is bounded both ways.
DOCUMENT_CAP = 60_000
ANSWER_CAP = 60_000
INSTRUCTIONS_CAP = 12_000
#: Texts of one request for a translation.
TEXTS_CAP = 500


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Need(StrEnum):
    """What an operation may need somebody else for."""

    COMPLETION = "completion"
    TRANSLATION = "translation"


class Seat(_Value):
    """Who answers one kind of request.

    Attributes:
        provider: Such as ``openai``, ``libretranslate``, ``ctranslate2``.
        model: The model's name as the provider has it; empty if there is but one.
        speaks: The kind of request it takes: a language model translates by completing.
        languages: Pairs of source and target (ISO 639-1) such as ``de-en``; empty where it does not tell.
        portion: Characters of a document that it should be sent at once.
    """

    provider: str = Field(max_length=40)
    model: str = Field("", max_length=200)
    speaks: Need = Need.COMPLETION
    languages: tuple[str, ...] = Field((), max_length=10_000)
    portion: int = Field(12_000, ge=500, le=DOCUMENT_CAP)


class Offer(_Value):
    """Who may be asked here; None where nobody is configured, which is the default."""

    completion: Seat | None = None
    translation: Seat | None = None

    def seat(self, need: Need) -> Seat | None:
        """Who answers that need."""
        return self.completion if need is Need.COMPLETION else self.translation

    def require(self, need: Need) -> Seat:
        """Who answers that need.

        Raises:
            ProviderNotConfigured: Nobody does; the message names the settings.
        """
        seat = self.seat(need)
        if seat is None:
            raise ProviderNotConfigured(_HINTS[need], need=need.value)
        return seat


NOBODY = Offer()

_HINTS = {
    Need.COMPLETION: (
        "This needs a language model, and none is configured. Set PDFMILL_PROVIDER__COMPLETION=openai with "
        "PDFMILL_PROVIDER__OPENAI_BASE_URL and PDFMILL_PROVIDER__OPENAI_MODEL (any OpenAI-compatible server, Ollama "
        "and llama.cpp too), or leave the option `method` to `local`."
    ),
    Need.TRANSLATION: (
        "Translation needs a translator, and none is configured. Set PDFMILL_PROVIDER__TRANSLATION to ctranslate2 "
        "(with PDFMILL_PROVIDER__CTRANSLATE2_MODELS), libretranslate (with PDFMILL_PROVIDER__LIBRETRANSLATE_URL) or "
        "openai (with PDFMILL_PROVIDER__OPENAI_BASE_URL and PDFMILL_PROVIDER__OPENAI_MODEL)."
    ),
}


class CompletionRequest(_Value):
    """Instructions of pdfmill, and text of a document as data.

    Attributes:
        document: Never instructions: a provider gets it apart from them, between marks that it does not hold.
        answer_schema: JSON schema of the answer.
        rejected: An earlier answer that did not fit the schema; one try to repair it.
        complaint: What was wrong with it.
    """

    kind: Literal["completion"] = "completion"
    instructions: str = Field(max_length=INSTRUCTIONS_CAP)
    document: str = Field(max_length=DOCUMENT_CAP)
    answer_schema: dict[str, Any] = Field(default_factory=dict)
    rejected: str = Field("", max_length=ANSWER_CAP)
    complaint: str = Field("", max_length=4000)
    max_answer_tokens: int = Field(2000, ge=1, le=16_000)


class TranslationRequest(_Value):
    """Texts to translate, each by itself. Languages are ISO 639-1."""

    kind: Literal["translation"] = "translation"
    texts: tuple[Annotated[str, Field(max_length=DOCUMENT_CAP)], ...] = Field(min_length=1, max_length=TEXTS_CAP)
    source: str = Field(pattern=r"^[a-z]{2,3}$")
    target: str = Field(pattern=r"^[a-z]{2,3}$")


Request = Annotated[CompletionRequest | TranslationRequest, Field(discriminator="kind")]


class Completion(_Value):
    """What a language model said: to be checked against the document before anybody believes it."""

    kind: Literal["completion"] = "completion"
    text: str = Field(max_length=ANSWER_CAP)


class Translation(_Value):
    """The texts of a request in another language, in the same order."""

    kind: Literal["translation"] = "translation"
    texts: tuple[Annotated[str, Field(max_length=ANSWER_CAP)], ...] = Field(max_length=TEXTS_CAP)


Answer = Annotated[Completion | Translation, Field(discriminator="kind")]


class ProviderUse(_Value):
    """Which provider saw what of a document: the supervisor's word, never the job's.

    Attributes:
        calls: Requests that were sent, retries included.
        characters_sent: Of document and instructions together.
        tokens_sent: As the provider counts them; a quarter of the characters where it does not tell.
        cost: In the currency of the configured prices; 0 without prices.
    """

    provider: str = Field(description="Who was asked, such as openai.")
    model: str = Field(description="Its model.")
    calls: int = Field(description="Requests that were sent, retries included.")
    characters_sent: int = Field(description="Characters that it saw.")
    characters_received: int = Field(description="Characters that it answered.")
    tokens_sent: int = Field(description="Tokens that it saw, by its own count or estimated.")
    tokens_received: int = Field(description="Tokens that it answered.")
    cost: float = Field(description="What that costs by the configured prices.")


class Provider(Protocol):
    """Whoever is asked. Calls block until the answer is there; a job that is cancelled meanwhile is killed."""

    @property
    def offer(self) -> Offer: ...

    def complete(self, request: CompletionRequest) -> Completion:
        """Ask a language model.

        Raises:
            ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded: No answer came.
        """
        ...

    def translate(self, request: TranslationRequest) -> Translation:
        """Ask a translator.

        Raises:
            ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded,
            LanguageNotSupported: No answer came.
        """
        ...


class NoProvider:
    """Nobody is configured, so nothing leaves the machine."""

    offer = NOBODY

    def complete(self, _request: CompletionRequest) -> NoReturn:
        """Refuse."""
        NOBODY.require(Need.COMPLETION)
        raise AssertionError("not reached")

    def translate(self, _request: TranslationRequest) -> NoReturn:
        """Refuse."""
        NOBODY.require(Need.TRANSLATION)
        raise AssertionError("not reached")
