"""A summary by a language model: first of each portion of the document, then of these; every statement is checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdfmill.core.context import Context
from pdfmill.core.errors import ProviderRefused
from pdfmill.core.provider import Need
from pdfmill.services.language.answers import ask_for
from pdfmill.services.language.grounding import Struck
from pdfmill.services.language.source import Sentence, SourceText
from pdfmill.services.language.statements import Point, Statements, believed
from pdfmill.services.summary.model import Summary, SummaryStyle, SummaryWish

#: Characters of a sentence that is sent: a longer one is no sentence.
_SENTENCE_CAP = 1500

_TASK = """You summarize a document. Below are {what}. Write at most {count} statements that together say what \
matters most, in {language}, each of one sentence of at most 40 words. {style} Each statement cites the numbers of \
the sentences it stands on. Every number, date, name and code in a statement must stand in the sentences it cites, \
exactly; leave out what you are not sure of. Add nothing that is not in the text.{focus}"""

_STYLES = {
    SummaryStyle.PARAGRAPH: "The statements are read one after the other as one paragraph.",
    SummaryStyle.BULLETS: "Each statement stands by itself.",
    SummaryStyle.EXECUTIVE: "Write for somebody who has to decide: outcomes, amounts, dates, risks, what is asked for.",
}


def summarize_by_model(source: SourceText, wish: SummaryWish, ctx: Context) -> Summary:
    """The summary; statements that say what their sentences do not are taken out and listed.

    Raises:
        ProviderRefused: Nothing that the model said can be believed, or it did not answer in the right form.
        ProviderNotConfigured, ProviderUnavailable, ProviderBudgetExceeded: As the provider.
    """
    portions = list(_portions(source.sentences, ctx.provider.offer.require(Need.COMPLETION).portion))
    language = wish.language or source.language
    check = _Check(source, language)
    points: list[Point] = []
    for done, portion in enumerate(portions):
        ctx.advance(done, len(portions) + 1, unit="sections", message=_title_of(source, portion))
        numbered = "\n".join(f"[{each.number}] {each.text[:_SENTENCE_CAP]}" for each in portion)
        points += check.believed(_ask("numbered sentences of a part of it", numbered, wish, language, ctx), portion)
    while len(portions) > 1 and len(points) > wish.length.points:
        ctx.advance(len(portions), len(portions) + 1, unit="sections", message="putting them together")
        fewer = _reduce(points, check, wish, language, ctx)
        if not fewer or len(fewer) >= len(points):
            break
        points = fewer
    ctx.advance(1, 1)
    if not points:
        raise ProviderRefused(
            "Nothing that the language model said stands in the document, so nothing is left of its summary. Try "
            "another model, or leave `method` to `local`.",
            struck=[{"text": each.text, "values": list(each.values)} for each in check.struck[:20]],
        )
    warnings = source.warnings
    if check.struck:
        many = "statements were" if len(check.struck) > 1 else "statement was"
        warnings += (f"{len(check.struck)} {many} taken out, because the cited text does not say so; see `struck`.",)
    points = points[: wish.length.points]
    return Summary(source, wish.style, tuple(points), False, language, tuple(check.struck), warnings)


class _Check:
    """Lets through what stands in the cited sentences, and keeps a list of the rest."""

    def __init__(self, source: SourceText, language: str | None) -> None:
        self._source = source
        self._language = language
        self.struck: list[Struck] = []

    def believed(self, said: Statements, shown: Sequence[Sentence]) -> list[Point]:
        points, struck = believed(said, shown, self._source, language=self._language)
        self.struck += struck
        return points


def _reduce(
    points: Sequence[Point], check: _Check, wish: SummaryWish, language: str | None, ctx: Context
) -> list[Point]:
    """Fewer statements from those of all portions, as many at once as one request holds."""
    portion = ctx.provider.offer.require(Need.COMPLETION).portion
    fewer: list[Point] = []
    for group in _groups(points, portion):
        lines = [f"[{', '.join(str(each.number) for each in point.cited)}] {point.text}" for point in group]
        what = "statements from its parts, each behind the numbers of its sentences"
        shown = [sentence for point in group for sentence in point.cited]
        fewer += check.believed(_ask(what, "\n".join(lines), wish, language, ctx), shown)
    return fewer


def _ask(what: str, document: str, wish: SummaryWish, language: str | None, ctx: Context) -> Statements:
    focus = f" What is wanted most is: {wish.focus}" if wish.focus else ""
    instructions = _TASK.format(
        what=what,
        count=wish.length.points,
        language=f"the language with the code {language}" if language else "the language of the text",
        style=_STYLES[wish.style],
        focus=focus,
    )
    return ask_for(Statements, instructions, document, ctx)


def _portions(sentences: Sequence[Sentence], size: int) -> Iterator[list[Sentence]]:
    """Sentences that one request holds; a new section begins a new portion where the present one is half full."""
    portion: list[Sentence] = []
    length = 0
    for sentence in sentences:
        own = min(len(sentence.text), _SENTENCE_CAP) + 12
        is_new_section = bool(portion) and sentence.section != portion[-1].section
        if portion and (length + own > size or (is_new_section and length > size / 2)):
            yield portion
            portion, length = [], 0
        portion.append(sentence)
        length += own
    if portion:
        yield portion


def _groups(points: Sequence[Point], size: int) -> Iterator[list[Point]]:
    group: list[Point] = []
    length = 0
    for point in points:
        own = len(point.text) + 8 * len(point.cited) + 4
        if group and length + own > size:
            yield group
            group, length = [], 0
        group.append(point)
        length += own
    yield group


def _title_of(source: SourceText, portion: Sequence[Sentence]) -> str:
    return source.sections[portion[0].section][:100] or f"page {portion[0].page}"
