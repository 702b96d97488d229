"""A provider for operations that run in the test process: a real desk, asked without a sandbox between."""

import json
import select
from contextlib import contextmanager

from pdfmill.config.provider import ProviderSettings
from pdfmill.core.failure import Failure
from pdfmill.core.provider import Completion, Translation
from pdfmill.providers.service import open_providers


class DirectProvider:
    """Waits for what a desk answers."""

    def __init__(self, desk):
        self.offer = desk.offer
        self.desk = desk

    def _ask(self, request):
        self.desk.ask(request.model_dump(mode="json"))
        select.select([self.desk], [], [])
        answer = json.loads(self.desk.take_answer())["answer"]
        if "failure" in answer:
            raise Failure.model_validate(answer["failure"]).to_error()
        return answer

    def complete(self, request):
        return Completion.model_validate(self._ask(request))

    def translate(self, request):
        return Translation.model_validate(self._ask(request))


@contextmanager
def direct_provider(**settings):
    """A provider as the settings make it."""
    desk = open_providers(ProviderSettings(**settings)).desk()
    try:
        yield DirectProvider(desk)
    finally:
        desk.close()
