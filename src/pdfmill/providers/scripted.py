"""Answers read from a file: for tests and for trying things out. It says so wherever it is used."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pdfmill.core.errors import InvalidSettings, ProviderRefused
from pdfmill.core.provider import Answer, Completion, CompletionRequest, Request, Translation
from pdfmill.providers.adapter import Answered


class _Line(BaseModel):
    """What is said when a pattern is found in instructions or document."""

    model_config = ConfigDict(extra="forbid")

    when: str = ""
    answer: str


class Script(BaseModel):
    """The file.

    Attributes:
        completions: The first whose pattern fits is the answer.
        translation: Pattern of a translation, such as ``[{target}] {text}``.
    """

    model_config = ConfigDict(extra="forbid")

    completions: list[_Line] = []
    translation: str = "{text}"


class ScriptedAdapter:
    """Says what the script says."""

    def __init__(self, path: Path) -> None:
        try:
            self._script = Script.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise InvalidSettings(f"PDFMILL_PROVIDER__SCRIPT: {path} cannot be read as a script.") from error

    async def ask(self, request: Request) -> Answered[Answer]:
        """Make one call; see `Adapter`."""
        if isinstance(request, CompletionRequest):
            said = request.instructions + "\n" + request.document
            for line in self._script.completions:
                if re.search(line.when, said):
                    return Answered(Completion(text=line.answer))
            raise ProviderRefused("The script has no answer to this.")
        pattern = self._script.translation
        texts = (pattern.format(source=request.source, target=request.target, text=text) for text in request.texts)
        return Answered(Translation(texts=tuple(texts)))

    async def close(self) -> None:
        """There is nothing to let go of."""
