"""LibreTranslate by its address: a translation server that people run themselves."""

from __future__ import annotations

import httpx
from pydantic import BaseModel, ValidationError

from pdfmill.core.errors import LanguageNotSupported, ProviderRefused
from pdfmill.core.provider import ANSWER_CAP, Request, Translation, TranslationRequest
from pdfmill.providers.adapter import Answered, Busy, retry_after_s

#: Bytes of an answer: that of the texts, written as JSON with escapes.
_ANSWER_BYTES = 8 * ANSWER_CAP


class _Answer(BaseModel):
    translatedText: list[str]  # noqa: N815 - its name


class LibreTranslateAdapter:
    """Posts to ``/translate``.

    Args:
        api_key: Empty for servers that want none.
    """

    def __init__(self, url: str, api_key: str, *, timeout_s: float) -> None:
        self._url = f"{url.rstrip('/')}/translate"
        self._api_key = api_key
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False)

    async def ask(self, request: Request) -> Answered[Translation]:
        """Make one call; see `Adapter`."""
        assert isinstance(request, TranslationRequest)
        body: dict[str, object] = {
            "q": list(request.texts),
            "source": request.source,
            "target": request.target,
            "format": "text",
        }
        if self._api_key:
            body["api_key"] = self._api_key
        try:
            texts = _Answer.model_validate_json(await self._post(body)).translatedText
        except httpx.TransportError as error:
            raise Busy(type(error).__name__) from None
        except ValidationError:
            raise Busy("the answer is not of the protocol") from None
        if len(texts) != len(request.texts) or any(len(text) > ANSWER_CAP for text in texts):
            raise ProviderRefused("The translator answered with another number of texts than it was sent.")
        return Answered(Translation(texts=tuple(texts)))

    async def _post(self, body: dict[str, object]) -> bytes:
        async with self._client.stream("POST", self._url, json=body) as response:
            if response.status_code == 429 or response.status_code >= 500:
                wait = retry_after_s(response.headers.get("retry-after"))
                raise Busy(f"status {response.status_code}", wait)
            if response.status_code == 403:
                raise ProviderRefused(
                    "The translator does not accept the key. Set PDFMILL_PROVIDER__LIBRETRANSLATE_API_KEY."
                )
            if response.status_code != 200:
                raise LanguageNotSupported(
                    f"The translator refused to go from {body['source']} to {body['target']} with status "
                    f"{response.status_code}. Its page /languages lists what it knows."
                )
            content = b""
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > _ANSWER_BYTES:
                    raise ProviderRefused("The translator's answer is far longer than what it was sent.")
            return content

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
