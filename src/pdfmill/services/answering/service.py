"""AnsweringService: a question over a document, answered by its own passages or by a model that cites them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need
from pdfmill.services.answering.passages import PassageSearch
from pdfmill.services.language.answers import ask_for
from pdfmill.services.language.grounding import Struck
from pdfmill.services.language.source import Sentence, SourceText, read_source
from pdfmill.services.language.statements import Point, Statements, believed
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.summary.model import SummaryLength, SummaryStyle, SummaryWish
from pdfmill.services.summary.service import summarize_by_sentences

#: Sentences that a model is shown around each that is near.
_AROUND = 2
#: What says what a document is about.
_SHORT = SummaryWish(SummaryLength.SHORT, SummaryStyle.BULLETS, language=None, focus="")

_TASK = """Answer a question about a document from the numbered sentences below, which were chosen from it. The \
question is: {question}

Answer in the language of the question, in at most five statements; each cites the numbers of the sentences that say \
so. Every number, date, name and code must stand in the sentences cited. If the sentences do not answer the question, \
give no statements."""


@dataclass(frozen=True)
class DocumentAnswer:
    """What was found.

    Attributes:
        passages: Empty if the document does not say.
        absent: Words of the question that stand nowhere in the document.
        is_verbatim: Whether the passages are the document's own sentences.
    """

    source: SourceText
    question: str
    passages: tuple[Point, ...]
    absent: tuple[str, ...]
    is_verbatim: bool
    struck: tuple[Struck, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about what was not read, not found and not believed."""
        found = list(self.source.warnings)
        if not self.passages:
            language = f" in its language ({self.source.language})" if self.source.language else ""
            found.append(
                f"The document does not answer this, or not in these words. Ask in words that it may use{language}."
            )
        if self.absent:
            words = ", ".join(self.absent)
            found.append(
                f"These words of the question stand nowhere in the document, so nothing is said of them: {words}."
            )
        return tuple(found)


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
        search = PassageSearch(source, question)
        if by_model:
            return _by_model(source, question, search.nearness, ctx)
        # A question without any word of its own asks what all of it is about.
        passages = search.passages() if search.asked.words else summarize_by_sentences(source, _SHORT).points
        return DocumentAnswer(source, question, tuple(passages), search.absent, is_verbatim=True)


def _by_model(source: SourceText, question: str, near: npt.NDArray[np.float64], ctx: Context) -> DocumentAnswer:
    shown = _shown(source.sentences, near, ctx.provider.offer.require(Need.COMPLETION).portion)
    document = "\n".join(f"[{each.number}] {each.text}" for each in shown)
    said = ask_for(Statements, _TASK.format(question=question), document, ctx)
    passages, struck = believed(said, shown, source, language=source.language)
    # What a model says is in words of its own: that a word of the question is absent means nothing.
    return DocumentAnswer(source, question, tuple(passages), (), is_verbatim=False, struck=tuple(struck))


def _shown(sentences: Sequence[Sentence], near: npt.NDArray[np.float64], size: int) -> list[Sentence]:
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
