"""From settings to providers."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from pdfmill.config.logging import get_logger
from pdfmill.config.provider import ProviderSettings
from pdfmill.core.errors import InvalidSettings
from pdfmill.core.provider import NOBODY, Need, Offer, Seat
from pdfmill.providers.adapter import Adapter, MakeAdapter
from pdfmill.providers.budget import Budget, Prices
from pdfmill.providers.ctranslate2 import pairs_in
from pdfmill.providers.desk import Desk, Patience

log = get_logger(__name__)

#: The package of each provider that needs one, and the extra that brings it.
_PACKAGES = {"openai": ("openai", "openai"), "ctranslate2": ("ctranslate2", "translate")}


_NO_BUDGET = Budget(calls=0, tokens=0)
_NO_PATIENCE = Patience(timeout_s=1, retries=0, longest_wait_s=0)


@dataclass(frozen=True)
class Providers:
    """The providers of this installation; without settings there are none.

    Attributes:
        offer: Who answers what; the only part of it that jobs are told.
    """

    offer: Offer = NOBODY
    adapters: Mapping[Need, MakeAdapter] = field(default_factory=dict)
    budget: Budget = _NO_BUDGET
    patience: Patience = _NO_PATIENCE

    def desk(self) -> Desk | None:
        """A desk for one job; None where nobody is configured."""
        return Desk(self.offer, self.adapters, self.budget, self.patience) if self.adapters else None


NO_PROVIDERS = Providers()


def open_providers(settings: ProviderSettings) -> Providers:
    """The providers that the settings name. Nothing is connected to yet.

    Raises:
        InvalidSettings: A provider is named without what it needs.
    """
    completion = _seat(settings, settings.completion, Need.COMPLETION)
    translation = _seat(settings, settings.translation, Need.TRANSLATION)
    if "scripted" in (settings.completion, settings.translation):
        log.warning("the scripted provider answers from a file: it is for tests, and knows nothing of any document")
    adapters = {seat.speaks: _maker(settings, seat) for seat in (completion, translation) if seat is not None}
    return Providers(
        Offer(completion=completion, translation=translation),
        adapters,
        Budget(
            settings.max_calls,
            settings.max_tokens,
            settings.max_cost,
            Prices(settings.price_sent, settings.price_received),
        ),
        Patience(settings.timeout_s, settings.retries, settings.longest_wait_s),
    )


def _seat(settings: ProviderSettings, name: str, need: Need) -> Seat | None:
    if name == "none":
        return None
    package, extra = _PACKAGES.get(name, ("", ""))
    if package and importlib.util.find_spec(package) is None:
        raise InvalidSettings(f"The provider {name} needs a package: pip install 'pdfmill[{extra}]'.")
    portion = settings.portion
    match name:
        case "openai":
            _require(settings.openai_model, "OPENAI_MODEL", name)
            return Seat(provider=name, model=settings.openai_model or "", portion=portion)
        case "libretranslate":
            _require(settings.libretranslate_url, "LIBRETRANSLATE_URL", name)
            return Seat(provider=name, speaks=Need.TRANSLATION, portion=portion)
        case "ctranslate2":
            folder = _require(settings.ctranslate2_models, "CTRANSLATE2_MODELS", name)
            return Seat(provider=name, speaks=Need.TRANSLATION, languages=pairs_in(folder), portion=portion)
        case _:
            _require(settings.script, "SCRIPT", name)
            return Seat(provider=name, speaks=need, portion=portion)


def _maker(settings: ProviderSettings, seat: Seat) -> MakeAdapter:
    def make() -> Adapter:
        # Each loads its library, and most processes ask nobody.
        match seat.provider:
            case "openai":
                from pdfmill.providers.openai import OpenAIAdapter

                return OpenAIAdapter(
                    settings.openai_base_url,
                    seat.model,
                    _reveal(settings.openai_api_key),
                    answers=settings.openai_answers,
                    timeout_s=settings.timeout_s,
                )
            case "libretranslate":
                from pdfmill.providers.libretranslate import LibreTranslateAdapter

                assert settings.libretranslate_url is not None
                key = _reveal(settings.libretranslate_api_key)
                return LibreTranslateAdapter(settings.libretranslate_url, key, timeout_s=settings.timeout_s)
            case "ctranslate2":
                from pdfmill.providers.ctranslate2 import CTranslate2Adapter

                assert settings.ctranslate2_models is not None
                return CTranslate2Adapter(settings.ctranslate2_models, memory_mib=settings.ctranslate2_memory_mib)
            case _:
                from pdfmill.providers.scripted import ScriptedAdapter

                assert settings.script is not None
                return ScriptedAdapter(settings.script)

    return make


def _require(value: Path | str | None, setting: str, name: str) -> Path:
    if not value:
        raise InvalidSettings(f"The provider {name} needs PDFMILL_PROVIDER__{setting}.")
    return Path(value)


def _reveal(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
