"""TableService: the tables of a document as CSV files or as a workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.errors import NoTables
from pdfmill.core.pages import PageRanges
from pdfmill.engines.xlsxwriter import Sheet, Workbook, open_workbook
from pdfmill.services.conversion.continued import placed_tables
from pdfmill.services.conversion.dates import Date
from pdfmill.services.conversion.hand import Hand, number_format
from pdfmill.services.export.csv import harmless
from pdfmill.services.layout.model import Cell, Page, Table
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.layout.service import LayoutDocument, LayoutService
from pdfmill.services.values.numbers import Number


class TableFormat(StrEnum):
    """Kinds of files that tables are written into."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass
class WrittenTables:
    """What was written.

    Attributes:
        path: One CSV file, a zip archive of several, or a workbook with a sheet for each table.
        page_numbers: Pages that were read, in the order of the output.
        needs_ocr: Those of them whose text is absent or garbled, so that tables may be missing.
        joined: Tables that go on over several pages.
    """

    path: Path
    is_archive: bool = False
    page_numbers: list[int] = field(default_factory=list)
    needs_ocr: list[int] = field(default_factory=list)
    table_count: int = 0
    joined: int = 0


@dataclass(frozen=True)
class _Table:
    name: str
    table: Table
    hand: Hand


class TableService:
    """Takes tables out of documents."""

    def write(
        self,
        source: Path,
        table_format: TableFormat,
        pages: PageRanges | None,
        ctx: Context,
        *,
        recognise: Recognise | None = None,
    ) -> WrittenTables:
        """Write all tables of some pages into the work directory.

        Args:
            pages: Those to read, in this order; None for all.
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            NoTables: There is none on these pages.
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            InvalidPageRange: A page lies outside the document.
            Cancelled, DeadlineExceeded: As the context says.
        """
        written = WrittenTables(ctx.path("tables.xlsx"))
        tables = _tables(source, pages, written, recognise, ctx)
        if table_format is TableFormat.XLSX:
            with open_workbook(written.path) as workbook:
                for table in tables:
                    written.table_count += 1
                    _add_sheet(workbook, table)
        else:
            _write_csv(list(tables), written, ctx)
        if not written.table_count:
            raise NoTables(_without_tables(written))
        return written


def _tables(
    source: Path, pages: PageRanges | None, written: WrittenTables, recognise: Recognise | None, ctx: Context
) -> Iterator[_Table]:
    """The tables of a document, each with the hand that wrote it."""
    comparing = ctx.stage("comparing pages", share=0.3 if recognise is None else 0.8)
    with LayoutService().open(source, pages, comparing, recognise) as document:
        hand = Hand()
        for placed in placed_tables(_read(document, written, ctx.stage("tables", share=1.0))):
            written.joined += placed.last_page > placed.first_page
            hand = Hand.of((cell.text for cell in placed.table.cells), hand)
            yield _Table(placed.name, placed.table, hand)


def _read(document: LayoutDocument, written: WrittenTables, ctx: Context) -> Iterator[Page]:
    for done, page_index in enumerate(document.page_indices, start=1):
        page = document.page(page_index)
        written.page_numbers.append(page.number)
        if page.quality.needs_ocr:
            written.needs_ocr.append(page.number)
        yield page
        ctx.advance(done, len(document.page_indices), unit="pages")


def _without_tables(written: WrittenTables) -> str:
    if written.needs_ocr:
        pages = PageRanges.of(written.needs_ocr)
        return f"No table was found. Pages without text that can be read: {pages}. Run OCR on them first."
    return "No table was found on these pages. Choose others, or convert the document to text."


def _write_csv(tables: list[_Table], written: WrittenTables, ctx: Context) -> None:
    written.table_count = len(tables)
    if len(tables) == 1:
        written.path = ctx.path("table.csv")
        written.path.write_text(_csv(tables[0]), encoding="utf-8", newline="")
    elif tables:
        written.path, written.is_archive = ctx.path("tables.zip"), True
        with zipfile.ZipFile(written.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for table in tables:
                archive.writestr(zipfile.ZipInfo(f"{table.name}.csv"), _csv(table), zipfile.ZIP_DEFLATED)


def _csv(table: _Table) -> str:
    """RFC 4180, texts as they stand in the document; an apostrophe keeps them from being run as formulas."""
    buffer = io.StringIO()
    rows = [[_harmless(text, table.hand) for text in row] for row in table.table.grid()]
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _harmless(text: str, hand: Hand) -> str:
    return harmless(text) if hand.read(text) is None else text


def _add_sheet(workbook: Workbook, found: _Table) -> None:
    sheet, table = workbook.add_sheet(found.name), found.table
    widths = [4] * table.column_count
    for cell in table.cells:
        _write_cell(sheet, cell, found.hand)
        if cell.column_span == 1:
            widths[cell.column] = max([widths[cell.column], *(len(line.text) for line in cell.lines)])
    for column, width in enumerate(widths):
        sheet.set_width(column, width)


def _write_cell(sheet: Sheet, cell: Cell, hand: Hand) -> None:
    if cell.row_span > 1 or cell.column_span > 1:
        last = cell.row + cell.row_span - 1, cell.column + cell.column_span - 1
        sheet.merge(cell.row, cell.column, *last)
    bold = bool(cell.lines) and all(line.bold for line in cell.lines)
    match hand.read(cell.text):
        case Number() as number:
            sheet.write_number(cell.row, cell.column, number.value, number_format(number), bold=bold)
        case Date() as date:
            sheet.write_date(cell.row, cell.column, date.value, date.look, bold=bold)
        case None:
            sheet.write_text(cell.row, cell.column, cell.text, bold=bold)
