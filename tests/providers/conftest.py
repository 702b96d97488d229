"""Providers as the settings make them, over a real server."""

import select

import pytest

from language_server import language_server
from pdfmill.config.provider import ProviderSettings
from pdfmill.core.provider import CompletionRequest, TranslationRequest
from pdfmill.providers.service import open_providers

KEY = "sk-very-private-0123456789"


@pytest.fixture
def server():
    with language_server() as server:
        yield server


@pytest.fixture
def open_desk(server):
    """Opens a desk; more settings may be given."""
    desks = []

    def open_desk(**settings):
        values = {
            "completion": "openai",
            "translation": "libretranslate",
            "openai_base_url": f"{server.url}/v1",
            "openai_model": "small",
            "openai_api_key": KEY,
            "libretranslate_url": server.url,
            "libretranslate_api_key": KEY,
            "retries": 2,
            "timeout_s": 5,
            **settings,
        }
        desks.append(open_providers(ProviderSettings(**values)).desk())
        return desks[-1]

    yield open_desk
    for desk in desks:
        desk.close()


def wait(desk, seconds=15):
    """The answer, as JSON."""
    import json

    assert select.select([desk], [], [], seconds)[0], "no answer came"
    return json.loads(desk.take_answer())["answer"]


@pytest.fixture
def ask():
    """Asks for a completion and waits; returns the answer."""

    def ask(desk, document="text", **more):
        desk.ask(CompletionRequest(instructions="Do it.", document=document, **more).model_dump(mode="json"))
        return wait(desk)

    return ask


@pytest.fixture
def translate():
    """Asks for a translation and waits; returns the answer."""

    def translate(desk, *texts, source="de", target="en"):
        desk.ask(TranslationRequest(texts=texts, source=source, target=target).model_dump(mode="json"))
        return wait(desk)

    return translate
