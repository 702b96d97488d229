"""AnsweringService: a question over a document, answered by its own passages or by a model that cites them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need
from pdfmill.services.language.answers import ask_for
from pdfmill.services.language.grounding import Struck
from pdfmill.services.language.source import Sentence, SourceText, read_source
from pdfmill.services.language.statements import Point, Statements, believed
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.summary.ranking import similarities

#: Points that answer without a model, and sentences that a model is shown around each that is near.
_PASSAGES = 5
_AROUND = 2
#: What a passage must have in common with a question.
_LEAST = 0.05

_TASK = """Answer a question about a document from the numbered sentences below, which were chosen from it. The \
question is: {question}

Answer in the language of the question, in at most five statements; each cites the numbers of the sentences that say \
so. Every number, date, name and code must stand in the sentences cited. If the sentences do not answer the question, \
give no statements."""


@dataclass(frozen=True)
class DocumentAnswer:
    """What was found; ``passages`` is empty if the document does not say."""

    source: SourceText
    passages: tuple[Point, ...]
    struck: tuple[Struck, ...] = ()


class AnsweringService:
    """Answers questions."""

    def answer(
        self,
        file: InputFile,
        question: str,
        pages: PageRanges | None,
        ctx: Context,
        *,
        by_model: bool,
        recognise: Recognise | None = None,
    ) -> DocumentAnswer:
        """Answer a question over a document.

        Args:
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            NoText: There is nothing to read.
            UnknownEncoding: A text file is in another encoding.
            ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded: Of the language model.
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages, InvalidPageRange: As the layout service.
            Cancelled, DeadlineExceeded: As the context says.
        """
        source = read_source(file, pages, ctx.stage("reading", share=0.8), recognise)
        ctx.stage("answering", share=0.1)
        near = similarities([each.text for each in source.sentences], question)
        if by_model:
            return _by_model(source, question, near, ctx)
        best = [int(index) for index in np.argsort(-near, kind="stable")[:_PASSAGES] if near[index] >= _LEAST]
        return DocumentAnswer(source, tuple(Point(source.sentences[i].text, (source.sentences[i],)) for i in best))


def _by_model(source: SourceText, question: str, near: np.ndarray, ctx: Context) -> DocumentAnswer:
    shown = _shown(source.sentences, near, ctx.provider.offer.require(Need.COMPLETION).portion)
    document = "\n".join(f"[{each.number}] {each.text}" for each in shown)
    said = ask_for(Statements, _TASK.format(question=question), document, ctx)
    passages, struck = believed(said, shown, source, language=source.language)
    return DocumentAnswer(source, tuple(passages), tuple(struck))


def _shown(sentences: Sequence[Sentence], near: np.ndarray, size: int) -> list[Sentence]:
    """The sentences nearest to the question with those around them, as many as one request holds, in reading order."""
    chosen: set[int] = set()
    length = 0
    for best in np.argsort(-near, kind="stable"):
        for index in range(max(0, best - _AROUND), min(len(sentences), best + _AROUND + 1)):
            if index not in chosen:
                length += len(sentences[index].text) + 12
                if length > size:
                    return [sentences[each] for each in sorted(chosen)]
                chosen.add(index)
    return [sentences[each] for each in sorted(chosen)]
