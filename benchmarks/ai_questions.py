"""Questions answered without a model: is the sentence that answers among the passages, and is the first one it?

Part of ``make bench-ai``. Questions and the words that answer them are in `questions.toml`: over documents that are set
here, and over two of the corpus and Debian's FAQ (packages ``debian-faq*``, as PDFs) where the folders have them.
Questions that the document does not answer must be refused. Of each document every other question was looked at when
the ranking was made; the others were not.

By the cosine of whole words, as it was before, the first passage answered 17 of the 45 that were looked at and 10 of
the 41 others, one of five 26 and 18; 6 of 24 questions that no document answers were refused.
"""

from __future__ import annotations

import tempfile
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from builders.prose import prose_pdf
from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.services import Services
from pdfmill.services.answering.passages import PassageSearch
from pdfmill.services.language.source import read_source
from pdfmill.services.language.statements import Point

QUESTIONS = Path(__file__).with_name("questions.toml")


@dataclass(frozen=True)
class Answered:
    """What became of a question.

    Attributes:
        is_told: Whether the document answers it.
        place: Of the first passage that has the answer, from 1; 0 if none has.
        count: How many passages there were.
        length: Characters of the first one.
        misplaced: Passages of which a page that is named does not have a word.
    """

    language: str
    question: str
    is_held_out: bool
    is_told: bool
    place: int
    count: int
    length: int
    misplaced: int


def questions(paths: Iterable[Path]) -> list[str]:
    """The lines of the report."""
    known = {path.name: path for path in paths}
    answered: list[Answered] = []
    with tempfile.TemporaryDirectory() as folder:
        for index, document in enumerate(tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["document"]):
            path = _set(document, Path(folder) / f"{index}.pdf") if "text" in document else known.get(document["file"])
            if path is not None:
                answered += _ask(path, document, Context(Path(folder), services=Services()))
    return _report(answered)


def _set(document: dict[str, str], path: Path) -> Path:
    paragraphs = [part.strip() for part in document["text"].split("\n\n") if part.strip()]
    return prose_pdf(path, [part.replace("## ", "# ") for part in paragraphs], title=document["title"])


def _ask(path: Path, document: dict[str, object], ctx: Context) -> Iterable[Answered]:
    source = read_source(InputFile.at(path), None, ctx)
    pages = [_compact(page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(path)]
    asked = document["questions"]
    assert isinstance(asked, list)
    for index, each in enumerate(asked):
        passages = PassageSearch(source, each["ask"]).passages()
        quotes = [_compact(quote) for quote in each["quote"]]
        places = [
            place
            for place, passage in enumerate(passages, start=1)
            if any(quote in _compact(passage.text) for quote in quotes)
        ]
        yield Answered(
            language=str(document["language"]),
            question=each["ask"],
            is_held_out=bool(index % 2),
            is_told=bool(quotes),
            place=places[0] if places else 0,
            count=len(passages),
            length=len(passages[0].text) if passages else 0,
            misplaced=sum(not _stands_there(passage, pages) for passage in passages),
        )


def _stands_there(passage: Point, pages: Sequence[str]) -> bool:
    """Whether the words of a passage stand on the pages that it names, as another reader finds them."""
    text = "".join(pages[number - 1] for number in passage.pages)
    words = [_compact(word) for word in passage.text.split()]
    return sum(word in text for word in words) >= 0.9 * len(words)


def _compact(text: str) -> str:
    """Letters and figures only: readers differ in spaces, hyphens and quotation marks."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _report(answered: Sequence[Answered]) -> list[str]:
    groups: dict[str, list[Answered]] = defaultdict(list)
    for each in answered:
        groups[f"{each.language}, {'not seen before' if each.is_held_out else 'looked at'}"].append(each)
        groups[f"all, {'not seen before' if each.is_held_out else 'looked at'}"].append(each)
    misplaced, passages = sum(each.misplaced for each in answered), sum(each.count for each in answered)
    return [
        "| questions | answered by the document | first passage has it | one of them has it | not told | refused |",
        "|---|---|---|---|---|---|",
        *(_row(name, groups[name]) for name in sorted(groups)),
        "",
        f"{passages} passages, of which {misplaced} name a page that does not have their words; the first ones have "
        f"{sum(each.length for each in answered) / max(sum(each.count > 0 for each in answered), 1):.0f} characters.",
    ]


def _row(name: str, answered: Sequence[Answered]) -> str:
    told = [each for each in answered if each.is_told]
    others = [each for each in answered if not each.is_told]
    first, found = sum(each.place == 1 for each in told), sum(each.place > 0 for each in told)
    return f"| {name} | {len(told)} | {first} | {found} | {len(others)} | {sum(not each.count for each in others)} |"


def missed(answered: Sequence[Answered]) -> list[str]:
    """The questions that were not answered as they should, for whoever works on the ranking."""
    return [
        f"{each.language} {each.question} place {each.place} of {each.count}"
        for each in answered
        if (each.place != 1 if each.is_told else each.count > 0)
    ]
