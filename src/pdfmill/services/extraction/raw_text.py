"""The text of pages as their content streams have it: PDFium's own, and hardly dearer than that."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import ReadPage
from pdfmill.services.layout.lines import join
from pdfmill.services.layout.model import Line, TextQuality
from pdfmill.services.layout.opening import open_pages
from pdfmill.services.layout.quality import is_sparse, quality_of
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.layout.words import LINE_END_HYPHENS, Layer, written
from pdfmill.services.writing.flow import at_line_end

#: A word that PDFium takes for divided, its rest, which follows at once, and what parts that from the next word.
_DIVIDED = re.compile(rf"(?<!\S)([^\s{LINE_END_HYPHENS}]*+[{LINE_END_HYPHENS}]\S*+)( ?)")
_HYPHEN = re.compile(f"[{LINE_END_HYPHENS}]")
#: Control characters, PDFium's hyphens among them; line feeds and tabs are text.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe]")


@dataclass(frozen=True)
class RawPage:
    """What stands on a page, line by line, in the order of its content stream.

    Attributes:
        text: As one writes it, with a line feed at its end.
        quality: What it is worth.
        words: How many there are.
        characters: How many there are, without spaces.
    """

    text: str = field(repr=False)
    quality: TextQuality
    words: int
    characters: int


def extract_raw_text(
    source: Path,
    target: Path,
    pages: PageRanges | None,
    ctx: Context,
    *,
    dehyphenate: bool,
    recognise: Recognise | None,
) -> tuple[str, list[tuple[int, RawPage]]]:
    """Write the text of a document to ``target``, in UTF-8, with a form feed between pages.

    Returns:
        The document's title; the pages by their numbers, with their text as it was written.

    Raises:
        As `pdfmill.services.extraction.text.TextExtractionService.extract`.
    """
    reading = ctx.stage("reading", share=0.2 if recognise else 1.0)
    with open_pages(source, pages, ctx) as opened:
        found: dict[int, RawPage] = {}
        for done, index in enumerate(opened.indices, start=1):
            with opened.document.page(index) as page:
                found[index] = _read(page, dehyphenate=dehyphenate)
            ctx.meter.pages += 1
            ctx.meter.characters += len(found[index].text)
            reading.advance(done, len(opened.indices), unit="pages")
        unreadable = sorted(index for index, page in found.items() if page.quality.needs_ocr)
        if recognise is not None and unreadable:
            layers = recognise(opened.path, opened.user_units, unreadable, ctx.stage("recognising", share=1.0))
            found |= {index: _recognised(layer, dehyphenate=dehyphenate) for index, layer in layers.items()}
        written_pages = [(index + 1, found[index]) for index in opened.indices]
        target.write_text("\f".join(page.text for _, page in written_pages), encoding="utf-8", newline="\n")
        return opened.document.title, written_pages


def _read(page: ReadPage, *, dehyphenate: bool) -> RawPage:
    words = page.text.split()
    characters = sum(map(len, words))
    quality = quality_of(page, words, page.pictures() if is_sparse(characters) else ())
    lines = page.text.replace("\r\n", "\n").rstrip() + "\n"
    text = _as_written(lines, dehyphenate=dehyphenate)
    return RawPage(text, quality, len(words), characters) if text is lines else _counted(text, quality)


def _recognised(layer: Layer, *, dehyphenate: bool) -> RawPage:
    text = "\n".join(line.text for line in join([Line.of(layer.words)])) + "\n"
    return _counted(_as_written(text, dehyphenate=dehyphenate), TextQuality.RECOGNISED)


def _counted(text: str, quality: TextQuality) -> RawPage:
    words = text.split()
    return RawPage(text, quality, len(words), sum(map(len, words)))


def _as_written(text: str, *, dehyphenate: bool) -> str:
    """Lines as one writes them; themselves if that changes nothing."""

    def put_together(divided: re.Match[str]) -> str:
        text, *rests = _HYPHEN.split(divided[1])
        lines, is_glued = [], False
        for rest in rests:
            before, is_glued = at_line_end(f"{text}-", rest) if dehyphenate else (f"{text}-", False)
            if is_glued:
                text = before + rest
            else:
                lines.append(before)
                text = rest
        return "\n".join([*lines, text]) + ("\n" if is_glued and divided[2] else divided[2])

    if _CONTROL.search(text):
        lines = [_DIVIDED.sub(put_together, line) if _HYPHEN.search(line) else line for line in text.split("\n")]
        text = _CONTROL.sub("", "\n".join(lines))
    return written(text)
