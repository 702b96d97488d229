"""Translations as text, Markdown and Word documents; beside the original if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.engines.docx import open_word_document
from pdfmill.services.conversion.word.markup import Format, Look, paragraph, run
from pdfmill.services.conversion.word.text import Linker
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.translation.emphasis import Runs
from pdfmill.services.translation.service import TranslatedDocument
from pdfmill.services.translation.units import Unit, UnitKind
from pdfmill.services.writing.flow import joined_text
from pdfmill.services.writing.markdown import marked_up

#: A face for code that word processors have.
_CODE_FONT = "Courier New"

Pair = tuple[Unit, Runs]


def write_text(document: TranslatedDocument, target: Path, *, beside: bool) -> None:
    """Plain text: a line for each unit, a form feed between pages; beside: the original, a tab, the translation."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for number, (page, texts) in enumerate(zip(document.pages, document.texts, strict=True)):
            file.write("\f" if number else "")
            for unit, text in zip(page.units, texts, strict=True):
                line = f"{unit.marker} {text}" if unit.marker else text
                file.write(f"{unit.text}\t{line}\n" if beside else f"{line}\n\n")


def write_markdown(document: TranslatedDocument, target: Path, *, beside: bool) -> None:
    """Markdown with headings, lists and tables; beside: a table of the original and the translation."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for page, texts in zip(document.pages, document.translations, strict=True):
            file.write(f"<!-- page {page.number} -->\n\n")
            pairs = list(zip(page.units, texts, strict=True))
            if beside:
                file.write(f"| {document.languages.source} | {document.languages.target} |\n| --- | --- |\n")
                file.writelines(f"| {_in_cell(unit.runs)} | {_in_cell(text)} |\n" for unit, text in pairs)
                file.write("\n")
            else:
                file.writelines(f"{part}\n\n" for part in _markdown_parts(pairs))


def _in_cell(runs: Runs) -> str:
    return marked_up(runs).replace("|", "\\|").replace("\n", "<br>")


def _markdown_parts(pairs: list[Pair]) -> Iterator[str]:
    for table, group in groupby(pairs, key=lambda pair: pair[0].cell.table if pair[0].cell else None):
        if table is not None:
            rows = [[_in_cell(text) for text in row] for row in _grid(list(group))]
            lines = ["| " + " | ".join(row) + " |" for row in rows]
            yield "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])
            continue
        for unit, text in group:
            match unit.kind:
                case UnitKind.HEADING:
                    yield "#" * unit.level + " " + marked_up(text)
                case UnitKind.LIST_ITEM:
                    yield "  " * (unit.level - 1) + "- " + marked_up(text)
                case UnitKind.CODE:
                    yield f"```\n{joined_text(text)}\n```"
                case _:
                    yield marked_up(text)


def _grid(pairs: list[Pair]) -> list[list[Runs]]:
    """The texts of a table's cells, row by row."""
    places = [(unit.cell, text) for unit, text in pairs if unit.cell is not None]
    rows = 1 + max(cell.row for cell, _ in places)
    columns = 1 + max(cell.column for cell, _ in places)
    grid: list[list[Runs]] = [[()] * columns for _ in range(rows)]
    for cell, text in places:
        grid[cell.row][cell.column] = text
    return grid


def write_word(document: TranslatedDocument, target: Path, ctx: Context, *, beside: bool) -> None:
    """A Word document with headings, lists and tables; beside: a table of the original and the translation."""
    with open_word_document(target, ctx.path("translation-body.xml")) as word:
        word.describe(document.title)
        for page, texts in zip(document.pages, document.translations, strict=True):
            ctx.check()
            pairs = list(zip(page.units, texts, strict=True))
            if beside:
                word.write(_table([[unit.runs, text] for unit, text in pairs], word.link) if pairs else "")
                word.write(paragraph(Format(), ""))
            else:
                word.write("".join(_word_parts(pairs, word.link)))


def _word_parts(pairs: list[Pair], link: Linker) -> Iterator[str]:
    for table, group in groupby(pairs, key=lambda pair: pair[0].cell.table if pair[0].cell else None):
        if table is not None:
            yield _table(_grid(list(group)), link) + paragraph(Format(), "")
            continue
        for unit, text in group:
            yield _paragraph(text, link, unit)


def _paragraph(runs: Runs, link: Linker, unit: Unit | None = None) -> str:
    leftwards = is_right_to_left(joined_text(runs))
    look = Look(bold=unit is not None and unit.style.bold, leftwards=leftwards)
    style = f"Heading{unit.level}" if unit is not None and unit.kind is UnitKind.HEADING else ""
    indent = 18.0 * unit.level if unit is not None and unit.kind is UnitKind.LIST_ITEM else 0.0
    written = run(f"{unit.marker} ", look, Look()) if unit is not None and unit.marker else ""
    for index, each in enumerate(runs):
        own = replace(look, bold=look.bold or each.bold, italic=each.italic, font=_CODE_FONT if each.monospaced else "")
        inner = run(each.text if each.glued or not index else f" {each.text}", own, Look())
        written += f'<w:hyperlink r:id="{link(each.link)}">{inner}</w:hyperlink>' if each.link else inner
    layout = Format(style=style, leftwards=leftwards, before=6, start=indent)
    return paragraph(layout, written)


def _table(rows: Sequence[Sequence[Runs]], link: Linker) -> str:
    borders = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:color="BFBFBF"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    width = 5000 // max(len(rows[0]), 1)
    grid = f"<w:tblGrid>{'<w:gridCol/>' * len(rows[0])}</w:tblGrid>"
    written = "".join(
        "<w:tr>"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="pct"/></w:tcPr>{_paragraph(text, link)}</w:tc>' for text in row
        )
        + "</w:tr>"
        for row in rows
    )
    properties = f'<w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr>'
    return f"<w:tbl>{properties}{grid}{written}</w:tbl>"
