"""Settings of language models and translators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pdfmill.config.group import Group, Secret
from pdfmill.config.secrets import refuse_user_in_address

WebAddress = Annotated[str, AfterValidator(refuse_user_in_address)]


class ProviderSettings(Group):
    """Who may be sent text of documents. Nobody by default: then nothing leaves the machine."""

    completion: Literal["none", "openai", "scripted"] = Field(
        "none", description="The language model for summaries, questions and kinds of documents."
    )
    translation: Literal["none", "openai", "libretranslate", "ctranslate2", "scripted"] = Field(
        "none", description="The translator."
    )
    openai_base_url: WebAddress = Field(
        "https://api.openai.com/v1",
        description="Address of any server that speaks the OpenAI protocol, such as `http://127.0.0.1:11434/v1`.",
    )
    openai_model: str | None = Field(None, description="The model's name there.")
    openai_api_key: Secret | None = Field(None, description="The key for it. Default: none is sent.")
    openai_answers: Literal["schema", "object", "text"] = Field(
        "schema", description="How JSON is asked for, by what the server knows; the answer is checked anyway."
    )
    libretranslate_url: WebAddress | None = Field(None, description="Address of a LibreTranslate server.")
    libretranslate_api_key: Secret | None = Field(None, description="The key for it. Default: none is sent.")
    ctranslate2_models: Path | None = Field(
        None, description="Folder with a CTranslate2 model for each pair of languages: `de-en`, `en-fr`."
    )
    ctranslate2_memory_mib: int = Field(4096, ge=64, description="MiB that a translating process may hold.")
    script: Path | None = Field(None, description="File with the answers of the scripted provider, for tests.")
    portion: int = Field(12_000, ge=500, le=60_000, description="Characters of a document in one request.")
    timeout_s: float = Field(120, gt=0, le=3600, description="Seconds that one request may take.")
    retries: int = Field(3, ge=0, le=20, description="How often a request is sent again after 429, 5xx or silence.")
    longest_wait_s: float = Field(60, ge=0, description="Longest wait before that; `Retry-After` is heeded up to here.")
    max_calls: int = Field(500, ge=1, description="Requests of one job.")
    max_tokens: int = Field(2_000_000, ge=1, description="Tokens that one job may send and get together.")
    max_cost: float | None = Field(None, ge=0, description="What one job may cost by the prices. Default: no limit.")
    price_sent: float = Field(0, ge=0, description="Price of a million tokens sent, in any currency.")
    price_received: float = Field(0, ge=0, description="Price of a million tokens received.")
