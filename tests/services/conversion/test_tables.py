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


LOOKS = (
    ("Date", "Amount", "Part"),
    ("17.03.2024", "1.234,50 €", "12,5 %"),
    ("1.4.24", "(7,00)", "-3 %"),
    ("2024-12-31", "EUR 1234,5", "17. März 2024"),
    ("31.02.2024", "+49 30 123", "-cmd|' /C calc'!A0"),
)


def test_dates_currencies_and_shares_are_cells_that_look_as_in_the_document(ctx, tmp_path):
    source = sheets(tmp_path / "a.pdf", lambda sheet: ruled(sheet, LOOKS))
    path = TableService().write(source, TableFormat.XLSX, None, ctx).path
    found, shown = cells(path), looks(path)
    assert {name: found[name] for name in ("A2", "A3", "A4", "C4")} == {
        "A2": 45368,
        "A3": 45383,
        "A4": 45657,
        "C4": 45368,
    }
    assert [shown[name] for name in ("A2", "A3", "A4", "C4")] == ["dd.mm.yyyy", "d.m.yy", "yyyy-mm-dd", "d mmm yyyy"]
    assert [found[name] for name in ("B2", "B3", "B4", "C2", "C3")] == [1234.5, -7, 1234.5, 0.125, -0.03]
    assert [shown[name] for name in ("B2", "B3", "B4", "C2", "C3")] == [
        '#,##0.00" €"',
        "0.00;(0.00)",
        '"EUR "0.0',
        "0.0%",
        "0%",
    ]
    assert [found[name] for name in ("A5", "B5", "C5")] == list(LOOKS[4])


def looks(path):
    """The number formats of a sheet's cells."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as archive:
        styles = etree.fromstring(archive.read("xl/styles.xml"))
        page = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    codes = {each.get("numFmtId"): each.get("formatCode") for each in styles.iterfind(".//m:numFmt", space)}
    codes |= {"1": "0", "2": "0.00", "9": "0%", "10": "0.00%"}  # those that every workbook has
    used = [codes.get(each.get("numFmtId")) for each in styles.iterfind(".//m:cellXfs/m:xf", space)]
    return {cell.get("r"): used[int(cell.get("s", 0))] for cell in page.iterfind(".//m:c", space)}


def test_a_table_that_a_page_cuts_is_one_sheet_with_one_head(ctx, tmp_path):
    def build(first):
        def page(sheet):
            sheet.grid([72, 172, 272], [50 + 19 * each for each in range(39)])
            for row in range(38):
                texts = ("Number", "Price") if row == 0 else (str(first + row), f"{first + row},50")
                for column, text in enumerate(texts):
                    sheet.text(76 + 100 * column, 63 + 19 * row, text)

        return page

    source = sheets(tmp_path / "a.pdf", build(0), build(37), build(74))
    written = TableService().write(source, TableFormat.XLSX, None, ctx)
    assert (written.table_count, written.joined) == (1, 1)
    found = cells(written.path)
    assert [found[f"A{row}"] for row in (1, 2, 38, 39, 112)] == ["Number", 1, 37, 38, 111]
    assert "A113" not in found


def test_tables_of_equal_heads_that_no_page_cuts_stay_apart(ctx, tmp_path):
    written = TableService().write(sheets(tmp_path / "a.pdf", ruled, ruled), TableFormat.CSV, None, ctx)
    assert (written.table_count, written.joined) == (2, 0)


def test_merged_cells_are_merged(ctx, tmp_path):
    def build(sheet):
        for y in (72, 92, 112, 132):
            sheet.line(72, y, 272, y)
        for x in (72, 272):
            sheet.line(x, 72, x, 132)
        sheet.line(172, 92, 172, 132)
        sheet.text(76, 86, "Head over both")
        for row in range(2):
            for column in range(2):
                sheet.text(76 + 100 * column, 106 + 20 * row, f"{row + 1}{column}")

    path = TableService().write(sheets(tmp_path / "a.pdf", build), TableFormat.XLSX, None, ctx).path
    with zipfile.ZipFile(path) as archive:
        assert b'<mergeCell ref="A1:B1"/>' in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_document_without_tables_is_refused(ctx, tmp_path, table_format):
    with pytest.raises(NoTables, match="convert the document to text"):
        TableService().write(text_pdf(tmp_path / "a.pdf"), table_format, None, ctx)


def test_a_scan_is_refused_with_a_word_on_ocr(ctx, tmp_path):
    with pytest.raises(NoTables, match="OCR"):
        TableService().write(
            sheets(tmp_path / "a.pdf", lambda s: s.picture(0, 0, 595, 842)), TableFormat.CSV, None, ctx
        )
