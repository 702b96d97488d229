"""CTranslate2 in a process of its own, with a real model."""

import asyncio
import gc
import os
import time
from pathlib import Path

import pytest

from missing import not_run
from pdfmill.config.provider import ProviderSettings
from pdfmill.core.provider import TranslationRequest
from pdfmill.providers.ctranslate2 import CTranslate2Adapter
from pdfmill.providers.service import open_providers
from pdfmill.worker.box.process_tree import descendants

try:
    from builders.translation_model import build_model
except ImportError as error:  # the extra `translate` is not installed
    _absent = str(error)
    build_model = None


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    if build_model is None:
        not_run(_absent)
    return build_model(tmp_path_factory.mktemp("models"))


@pytest.fixture
def open_desk(models):
    desks = []

    def open_desk(**settings):
        values = {"translation": "ctranslate2", "ctranslate2_models": models, "retries": 0, **settings}
        desks.append(open_providers(ProviderSettings(**values)).desk())
        return desks[-1]

    yield open_desk
    for desk in desks:
        desk.close()


def _processes():
    return [pid for pid in descendants(os.getpid()) if b"ctranslate2_process" in _file(pid, "cmdline")]


def _file(pid, name):
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it has ended
        return b""


def test_the_languages_are_those_that_there_are_models_for(open_desk):
    assert open_desk().offer.translation.languages == ("de-en",)


def test_a_model_translates_and_lets_through_what_it_does_not_know(open_desk, translate):
    said = translate(open_desk(), "Der Hund jagt die Katze und schläft.", "Die Katze heißt Minka")
    assert said["texts"] == ["The dog chases the cat and sleeps.", "The cat heißt Minka"]


def test_a_long_text_is_translated_to_its_end(open_desk, translate):
    (text,) = translate(open_desk(), " ".join(["Der Hund schläft"] * 400))["texts"]
    assert text == " ".join(["The dog sleeps"] * 400)


def test_a_pair_without_a_model_is_told_with_those_that_there_are(open_desk, translate):
    failure = translate(open_desk(), "Hello", source="en", target="de")["failure"]
    assert failure["code"] == "language_not_supported"
    assert "de-en" in failure["detail"]


def test_a_damaged_model_is_no_end_of_the_server(open_desk, translate, tmp_path):
    (tmp_path / "de-en").mkdir()
    (tmp_path / "de-en" / "model.bin").write_bytes(b"rubbish")
    assert translate(open_desk(ctranslate2_models=tmp_path), "Hund")["failure"]["code"] == "provider_unavailable"


def test_the_process_has_no_key_and_ends_with_its_job(open_desk, translate, monkeypatch):
    monkeypatch.setenv("PDFMILL_PROVIDER__OPENAI_API_KEY", "sk-very-private")
    desk = open_desk()
    translate(desk, "Hund")
    (process,) = _processes()
    assert b"PATH" in _file(process, "environ")
    assert b"very-private" not in _file(process, "environ")
    desk.close()
    assert _processes() == []


def test_a_job_that_ends_kills_a_translation_that_runs(open_desk):
    desk = open_desk()
    texts = tuple(" ".join(["Hund jagt Katze"] * 3000) for _ in range(20))
    desk.ask(TranslationRequest(texts=texts[:1], source="de", target="en").model_dump(mode="json"))
    while not _processes():
        time.sleep(0.02)
    time.sleep(1)  # it translates by now
    started = time.monotonic()
    desk.close()
    assert time.monotonic() - started < 2
    assert _processes() == []


@pytest.mark.parametrize("turns", range(12))
def test_a_start_that_is_given_up_leaves_neither_process_nor_pipe(models, turns):
    async def give_up():
        adapter = CTranslate2Adapter(models, memory_mib=1024)
        asking = asyncio.create_task(adapter.ask(TranslationRequest(texts=("eins",), source="de", target="en")))
        for _ in range(turns):  # of the event loop: each stops the start at another point
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await adapter.close()

    asyncio.run(give_up())
    gc.collect()  # what was left open would warn now
    assert _processes() == []
