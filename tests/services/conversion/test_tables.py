"""Tables as CSV and as workbooks: one sheet each, numbers as numbers, and no formula of a stranger."""

import csv
import io
import zipfile

import pytest
from lxml import etree

from builders.pdf import text_pdf
from builders.sheet import sheets
from pdfmill.core.errors import NoTables
from pdfmill.services.conversion.tables import TableFormat, TableService

ROWS = (("Item", "Price", "Share"), ("=1+1", "1.234,50", "12 %"), ("@home", "(7,25)", "3,5 %"))


def ruled(sheet, rows=ROWS):
    sheet.grid(
        [72 + 100 * each for each in range(len(rows[0]) + 1)], [100 + 20 * each for each in range(len(rows) + 1)]
    )
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            sheet.text(76 + 100 * column, 114 + 20 * row, text, look="" if row else "bold")


def cells(path, sheet=1):
    """Values of a sheet by their cells; numbers as such, texts from the shared table."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as archive:
        shared = etree.fromstring(archive.read("xl/sharedStrings.xml")).findall("m:si", space)
        page = etree.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))
    assert page.findall(".//m:f", space) == []
    found = {}
    for cell in page.iterfind(".//m:c", space):
        value = cell.findtext("m:v", namespaces=space)
        if value is not None:
            is_text = cell.get("t") == "s"
            found[cell.get("r")] = "".join(shared[int(value)].itertext()) if is_text else float(value)
    return found


def test_a_workbook_has_numbers_where_the_document_has(ctx, tmp_path):
    written = TableService().write(sheets(tmp_path / "a.pdf", ruled), TableFormat.XLSX, None, ctx)
    found = cells(written.path)
    assert [found[name] for name in ("A1", "A2", "A3")] == ["Item", "=1+1", "@home"]
    assert [found[name] for name in ("B2", "B3", "C2", "C3")] == [1234.5, -7.25, 0.12, 0.035]


def test_each_table_has_a_sheet(ctx, tmp_path):
    written = TableService().write(sheets(tmp_path / "a.pdf", ruled, ruled), TableFormat.XLSX, None, ctx)
    assert written.table_count == 2
    assert cells(written.path, sheet=2)["A1"] == "Item"


def test_csv_has_the_texts_of_the_document_and_nothing_that_runs(ctx, tmp_path):
    written = TableService().write(sheets(tmp_path / "a.pdf", ruled), TableFormat.CSV, None, ctx)
    rows = list(csv.reader(io.StringIO(written.path.read_text())))
    assert rows == [list(ROWS[0]), ["'=1+1", "1.234,50", "12 %"], ["'@home", "(7,25)", "3,5 %"]]


def test_several_tables_come_as_an_archive_of_csv_files(ctx, tmp_path):
    written = TableService().write(sheets(tmp_path / "a.pdf", ruled, ruled), TableFormat.CSV, None, ctx)
    with zipfile.ZipFile(written.path) as archive:
        assert archive.namelist() == ["page 1 table 1.csv", "page 2 table 1.csv"]


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_document_without_tables_is_refused(ctx, tmp_path, table_format):
    with pytest.raises(NoTables, match="convert the document to text"):
        TableService().write(text_pdf(tmp_path / "a.pdf"), table_format, None, ctx)


def test_a_scan_is_refused_with_a_word_on_ocr(ctx, tmp_path):
    with pytest.raises(NoTables, match="OCR"):
        TableService().write(
            sheets(tmp_path / "a.pdf", lambda s: s.picture(0, 0, 595, 842)), TableFormat.CSV, None, ctx
        )
