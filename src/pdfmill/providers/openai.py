"""Any server that speaks the OpenAI protocol: OpenAI, OpenRouter, Ollama, vLLM, llama.cpp."""

from __future__ import annotations

import logging
from typing import Any

import openai

from pdfmill.core.errors import ProviderRefused
from pdfmill.core.provider import ANSWER_CAP, Completion, CompletionRequest, Request
from pdfmill.providers.adapter import Answered, Busy, retry_after_s
from pdfmill.providers.prompts import messages_of

#: Statuses after which the same request may succeed later.
_PASSING = (408, 409, 425, 429)

# At DEBUG these write what they send, which is text of documents.
for _name in ("openai", "httpx2", "httpcore2", "httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class OpenAIAdapter:
    """Asks for chat completions, as a stream, so that an answer without an end is cut off.

    Args:
        api_key: Empty for servers that want none.
        answers: How the form of an answer is asked for: ``schema``, ``object`` or ``text``, by what the server knows.
    """

    def __init__(self, base_url: str, model: str, api_key: str, *, answers: str, timeout_s: float) -> None:
        self._model = model
        self._answers = answers
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            timeout=timeout_s,
            max_retries=0,  # `desk` does it, for all providers alike
            # A redirect would take the document to an address that nobody configured.
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )

    async def ask(self, request: Request) -> Answered[Completion]:
        """Make one call; see `Adapter`."""
        assert isinstance(request, CompletionRequest)
        try:
            return await self._complete(request)
        except openai.APIStatusError as error:
            raise _status_error(error) from None  # its text may repeat the key
        except openai.APITimeoutError:
            raise Busy("no answer in time") from None
        except openai.APIConnectionError:
            raise Busy("no connection") from None
        except openai.APIError as error:
            raise Busy(f"{type(error).__name__} in the stream") from None
        except ValueError:
            raise Busy("the answer is not of the protocol") from None

    async def _complete(self, request: CompletionRequest) -> Answered[Completion]:
        text, refusal, finish, usage = "", "", "", None
        create: Any = self._client.chat.completions.create  # its types list the models of one vendor
        stream = await create(
            model=self._model,
            messages=messages_of(request),
            temperature=0,
            max_tokens=request.max_answer_tokens,
            stream=True,
            stream_options={"include_usage": True},
            **self._form(request),
        )
        async with stream:
            async for chunk in stream:
                usage = chunk.usage or usage
                for choice in chunk.choices[:1]:
                    text += choice.delta.content or ""
                    refusal += choice.delta.refusal or ""
                    finish = choice.finish_reason or finish
                if len(text) > ANSWER_CAP:
                    raise ProviderRefused(f"The provider's answer is longer than {ANSWER_CAP} characters.")
        if refusal or finish == "content_filter":
            raise ProviderRefused("The language model refused to work on this text. Leave `method` to `local`.")
        if not finish:
            raise Busy("the stream ended before the answer")
        sent, received = (usage.prompt_tokens, usage.completion_tokens) if usage else (None, None)
        return Answered(Completion(text=text), sent, received)

    def _form(self, request: CompletionRequest) -> dict[str, Any]:
        if self._answers == "text" or not request.answer_schema:
            return {}
        if self._answers == "object":
            return {"response_format": {"type": "json_object"}}
        schema = {"name": "answer", "schema": request.answer_schema}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _status_error(error: openai.APIStatusError) -> Exception:
    status = error.status_code
    if status in _PASSING or status >= 500:
        return Busy(f"status {status}", retry_after_s(error.response.headers.get("retry-after")))
    if status in (401, 403):
        return ProviderRefused(
            "The language model's server does not accept the key. Set PDFMILL_PROVIDER__OPENAI_API_KEY."
        )
    if status == 404:
        return ProviderRefused(
            "The language model's server does not know the model. Check PDFMILL_PROVIDER__OPENAI_BASE_URL and "
            "PDFMILL_PROVIDER__OPENAI_MODEL."
        )
    return ProviderRefused(
        f"The language model's server refused the request with status {status}. If it does not know JSON schemas, set "
        "PDFMILL_PROVIDER__OPENAI_ANSWERS=object or text.",
        status=status,
    )
