"""SummaryService: what a document says, in a few sentences that show where they come from."""

from __future__ import annotations

import re

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.pages import PageRanges
from pdfmill.services.language.source import Sentence, SourceText, read_source
from pdfmill.services.language.statements import Point
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.summary.by_model import summarize_by_model
from pdfmill.services.summary.model import Summary, SummaryWish
from pdfmill.services.summary.ranking import choose
from pdfmill.services.summary.weights import topic_of, weights_of

#: Characters that a sentence of a summary has: what is shorter says little, what is longer is no sentence.
_SHORTEST, _LONGEST = 40, 400
#: What stands below a picture or above a table.
_CAPTION = re.compile(
    r"(fig(ure)?|table|tab|listing|abb(ildung)?|tabelle|tableau|figura|tabla|tabella)\.?\s*[\dIVX]+\s*[.:–—-]",
    re.IGNORECASE,
)
#: Part of its characters that are letters or spaces: what has fewer is a formula or a row of figures.
_LETTERS = 0.75


class SummaryService:
    """Summarizes documents."""

    def summarize(
        self,
        file: InputFile,
        wish: SummaryWish,
        pages: PageRanges | None,
        ctx: Context,
        *,
        by_model: bool,
        recognise: Recognise | None = None,
    ) -> Summary:
        """Summarize the document.

        Args:
            by_model: Whether a language model writes it; otherwise it is made of the document's own sentences.
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            NoText: There is nothing to read.
            UnknownEncoding: A text file is in another encoding.
            ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded: Of the language model.
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages, InvalidPageRange: As the layout service.
            Cancelled, DeadlineExceeded: As the context says.
        """
        source = read_source(file, pages, ctx.stage("reading", share=0.4 if by_model else 0.85), recognise)
        if by_model:
            return summarize_by_model(source, wish, ctx.stage("summarizing", share=0.5))
        ctx.stage("summarizing", share=0.1)
        return summarize_by_sentences(source, wish)


def summarize_by_sentences(source: SourceText, wish: SummaryWish) -> Summary:
    """The sentences that say most, word for word, in their order."""
    candidates = [each for each in source.sentences if _says_something(each)] or [
        each for each in source.sentences if each.is_prose
    ]
    candidates = candidates or source.sentences
    chosen = choose(
        [each.text for each in candidates],
        wish.length.points,
        focus=wish.focus,
        topic=topic_of(source),
        weights=weights_of(candidates, source),
    )
    warnings = list(source.warnings)
    if wish.language and wish.language != source.language:
        warnings.append(
            f"The summary is in the document's own language ({source.language or 'unknown'}), since it is made of its "
            "sentences; a language model is needed to write in another one."
        )
    return Summary(
        source=source,
        style=wish.style,
        points=tuple(Point(candidates[index].text, (candidates[index],)) for index in chosen),
        is_verbatim=True,
        language=source.language,
        warnings=tuple(warnings),
    )


def _says_something(sentence: Sentence) -> bool:
    text = sentence.text
    letters = sum(character.isalpha() or character == " " for character in text)
    shortest = _SHORTEST if text.isascii() or " " in text else _SHORTEST // 3
    if text.endswith(":") or _CAPTION.match(text):  # it only announces what follows, or speaks of a picture
        return False
    return sentence.is_prose and shortest <= len(text) <= _LONGEST and letters >= _LETTERS * len(text)
