"""Statements of a language model that cite sentences: what is let through, and what is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.services.language.grounding import Struck, ungrounded
from pdfmill.services.language.source import Sentence, SourceText


class _Statement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=1000)
    sentences: list[int] = Field(max_length=40)


class Statements(BaseModel):
    """The form of such an answer."""

    model_config = ConfigDict(extra="forbid")

    statements: list[_Statement] = Field(max_length=60)


@dataclass(frozen=True)
class Point:
    """A statement, and the sentences that it stands on: itself, if it is one of the document's."""

    text: str
    cited: tuple[Sentence, ...]

    @property
    def pages(self) -> list[int]:
        """The pages of the sentences."""
        return sorted({place.page for sentence in self.cited for place in sentence.places})


def believed(
    said: Statements, shown: Iterable[Sentence], source: SourceText, *, language: str | None
) -> tuple[list[Point], list[Struck]]:
    """The statements that the sentences they cite bear out, and the others.

    Args:
        shown: The sentences that the model saw; it can cite no others.
        language: That of the statements.
    """
    known = {sentence.number: sentence for sentence in shown}
    points, struck = [], []
    for statement in said.statements:
        cited: Sequence[Sentence] = [known[number] for number in dict.fromkeys(statement.sentences) if number in known]
        values = ungrounded(statement.text, cited, source, language=language)
        if cited and not values:
            points.append(Point(" ".join(statement.text.split()), tuple(cited)))
        else:
            struck.append(Struck(statement.text, tuple(values)))
    return points, struck
