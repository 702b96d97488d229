"""Having texts translated, by whomever is configured, and believing only what can be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.core.context import Context
from pdfmill.core.errors import ProviderRefused
from pdfmill.core.provider import TEXTS_CAP, Need, Seat, TranslationRequest
from pdfmill.services.language.answers import ask_for
from pdfmill.services.translation.emphasis import MarkedText, Runs, flattened, mark, with_addresses
from pdfmill.services.translation.protection import Protected
from pdfmill.services.writing.flow import joined_text

_TASK = """You translate text from {source} to {target} (ISO 639-1). The document is a JSON object: "texts" are to be \
translated, each by itself, keeping its number; "before" is what stands before them, for context only. Marks such as \
⟦0⟧ stand for numbers and names, or go in pairs around emphasis: each must come back exactly once, where it belongs in \
your sentence. Translate \
everything else; add nothing, leave nothing out, explain nothing."""

#: Texts that a language model keeps apart.
_MOST_TEXTS = 60

#: Characters of what stands before, for context.
_CONTEXT = 600

#: A translation that is so many times as long as the text, and more, is none.
_LONGEST_RATIO, _LONGEST_EXTRA = 4, 200


class _Translated(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int
    text: str


class _Translations(BaseModel):
    model_config = ConfigDict(extra="forbid")

    translations: list[_Translated] = Field(max_length=1000)


class _Batch(BaseModel):
    before: str
    texts: dict[int, str]


@dataclass(frozen=True)
class Languages:
    """From which into which, ISO 639-1."""

    source: str
    target: str


class TextTranslator:
    """Translates texts by the provider of a context.

    Attributes:
        left: Texts that no believable translation came for; they stay as they are.
        flat: Texts whose translation has lost its emphasis, code and links, since the provider did not keep them apart.
    """

    def __init__(self, languages: Languages, glossary: Mapping[str, str], ctx: Context) -> None:
        self._languages = languages
        self._glossary = glossary
        self._ctx = ctx
        self._seat: Seat = ctx.provider.offer.require(Need.TRANSLATION)
        self._before = ""
        self._known: dict[Runs, Runs] = {}
        self.left: list[str] = []
        self.flat: list[str] = []

    def translate(self, texts: Sequence[Runs]) -> list[Runs]:
        """The texts in the other language, each once; what holds no words comes back as it is.

        Raises:
            ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded, LanguageNotSupported: As the provider.
        """
        wanted = [text for text in dict.fromkeys(texts) if text not in self._known]
        marked = {text: mark(text, self._glossary) for text in wanted}
        self._known |= {
            text: each.restored(each.protected.text) or text
            for text, each in marked.items()
            if not each.protected.has_words
        }
        for batch in self._batches([text for text in wanted if text not in self._known], marked):
            self._translate_batch(batch, marked)
        return [self._known[text] for text in texts]

    def _batches(self, texts: Sequence[Runs], marked: Mapping[Runs, MarkedText]) -> Iterator[list[Runs]]:
        batch: list[Runs] = []
        size = 0
        for text in texts:
            own = len(marked[text].protected.text)
            if batch and (size + own > self._seat.portion or len(batch) >= _MOST_TEXTS):
                yield batch
                batch, size = [], 0
            batch.append(text)
            size += own
        if batch:
            yield batch

    def _translate_batch(self, batch: Sequence[Runs], marked: Mapping[Runs, MarkedText]) -> None:
        """Together first; what cannot be believed then by itself, then without emphasis, and at last in fragments."""
        answers = self._ask([marked[text].protected for text in batch])
        for text, answer in zip(batch, answers, strict=True):
            self._known[text] = self._believed(marked[text], answer) or self._again(text, marked[text])
        self._before = " ".join((self._before, *map(joined_text, batch)))[-_CONTEXT:]

    def _again(self, text: Runs, marked: MarkedText) -> Runs:
        if self._seat.speaks is Need.COMPLETION:
            (answer,) = self._ask([marked.protected])
            if found := self._believed(marked, answer):
                return found
        if marked.looks:
            plain = flattened(text)
            marked = mark(plain, self._glossary)
            (answer,) = self._ask([marked.protected])
            found = self._believed(marked, answer) or self._in_fragments(marked)
            if found:
                self.flat.append(plain[0].text)
                return with_addresses(found, text)
        elif found := self._in_fragments(marked):
            return found
        self.left.append(joined_text(text))
        return text

    def _in_fragments(self, marked: MarkedText) -> Runs | None:
        """The texts between the marks, each by itself; None if there are no marks, or the result is none."""
        masked = marked.protected
        if masked.values:
            fragments = masked.fragments()
            worded = [index for index, each in enumerate(fragments) if any(map(str.isalpha, each))]
            for index, answer in zip(
                worded, self._ask([Protected(fragments[index], ()) for index in worded]), strict=True
            ):
                before, after = _edges(fragments[index])
                fragments[index] = before + (answer or "").strip() + after
            stitched = masked.stitched(fragments)
            if stitched is not None and _is_plausible(masked.text, stitched):
                return (replace(marked.around, text=stitched),)
        return None

    def _believed(self, marked: MarkedText, answer: str | None) -> Runs | None:
        restored = marked.restored(answer.strip()) if answer else None
        whole = marked.protected.restored(marked.protected.text) or ""
        return restored if restored and _is_plausible(whole, joined_text(restored)) else None

    def _ask(self, texts: Sequence[Protected]) -> list[str | None]:
        self._ctx.check()
        if not texts:
            return []
        if self._seat.speaks is Need.COMPLETION:
            return self._ask_model([each.text for each in texts])
        # Models of translation know sentences; what a paragraph is they were never shown.
        split = [each.sentences() for each in texts]
        sentences = [sentence for own in split for sentence in own]
        translated: list[str] = []
        for start in range(0, len(sentences), TEXTS_CAP):
            request = TranslationRequest(
                texts=tuple(sentences[start : start + TEXTS_CAP]),
                source=self._languages.source,
                target=self._languages.target,
            )
            translated += self._ctx.provider.translate(request).texts
        if len(translated) != len(sentences):
            raise ProviderRefused("The translator answered with another number of texts than it was sent.")
        remaining = iter(translated)
        return [" ".join(next(remaining) for _ in own) for own in split]

    def _ask_model(self, texts: Sequence[str]) -> list[str | None]:
        batch = _Batch(before=self._before, texts=dict(enumerate(texts)))
        task = _TASK.format(source=self._languages.source, target=self._languages.target)
        tokens = min(16_000, 500 + sum(map(len, texts)))
        said = ask_for(_Translations, task, batch.model_dump_json(), self._ctx, tokens=tokens).translations
        numbers = [each.number for each in said]
        found = {each.number: each.text for each in said if numbers.count(each.number) == 1}
        return [found.get(number) for number in range(len(texts))]


def _is_plausible(text: str, translated: str) -> bool:
    return bool(translated.strip()) and len(translated) <= _LONGEST_RATIO * len(text) + _LONGEST_EXTRA


def _edges(text: str) -> tuple[str, str]:
    """The white space before and behind a text."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
