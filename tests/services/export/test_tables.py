"""What is written as a table is read back by others as it was, and nothing of it runs."""

import csv
import datetime
import zipfile
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pdfmill.services.export.csv import harmless, write_csv
from pdfmill.services.export.tables import Sheet
from pdfmill.services.export.xlsx import write_xlsx

_SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
days = st.dates(min_value=datetime.date(1900, 3, 1), max_value=datetime.date(2100, 1, 1))
texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("Cc", "Cs")), max_size=30)
rows = st.lists(st.tuples(days, amounts, texts, st.booleans()), max_size=6)
_COLUMNS = ("day", "amount", "text", "flag")


@settings(deadline=None, max_examples=50)
@given(rows=rows)
def test_csv_keeps_every_date_amount_and_text(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write_csv(Sheet("rows", _COLUMNS, rows), path)
    with path.open(encoding="utf-8", newline="") as file:
        heading, *read = csv.reader(file)
    assert tuple(heading) == _COLUMNS
    assert [(datetime.date.fromisoformat(day), Decimal(amount)) for day, amount, _, _ in read] == [r[:2] for r in rows]
    assert [text for _, _, text, _ in read] == [harmless(row[2]) for row in rows]


@settings(deadline=None, max_examples=50)
@given(text=st.sampled_from("=+-@\t\r＝＋－＠").flatmap(lambda first: texts.map(lambda rest: first + rest)))
def test_no_text_begins_as_a_formula_does(text):
    assert harmless(text) == f"'{text}"


def test_negative_amounts_are_numbers_and_no_formulas(tmp_path):
    write_csv(Sheet("rows", ("a", "b", "=c"), [(Decimal("-1.50"), "-1.50", "x")]), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"a,b,'=c\r\n-1.50,'-1.50,x\r\n"


@settings(deadline=None, max_examples=50)
@given(rows=rows)
def test_a_workbook_keeps_every_date_amount_and_text(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("xlsx") / "a.xlsx"
    write_xlsx([Sheet("rows", _COLUMNS, rows)], path)
    read = _cells(path)
    assert read[0] == list(_COLUMNS)
    for (day, amount, text, flag), cells in zip(rows, read[1:], strict=True):
        assert datetime.date(1899, 12, 30) + datetime.timedelta(days=int(cells[0])) == day
        assert Decimal(repr(cells[1])).quantize(Decimal("0.01")) == amount
        assert cells[2] == text
        assert cells[3] == flag


def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_a_text(tmp_path):
    write_xlsx([Sheet("rows", ("a",), [(Decimal("12345678901234567.89"),)])], tmp_path / "a.xlsx")
    assert _cells(tmp_path / "a.xlsx")[1] == ["12345678901234567.89"]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx([Sheet("rows", ("a",), [("=1+1",), (datetime.date(2024, 5, 2),)])], tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def _cells(path):
    """Rows of the first sheet, by the file format's own definition; no cell is a formula."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        shared = []
        if "xl/sharedStrings.xml" in names:
            shared = etree.fromstring(archive.read("xl/sharedStrings.xml")).findall("m:si", _SPACE)
        page = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    assert page.findall(".//m:f", _SPACE) == []
    return [[_value(cell, shared) for cell in row] for row in page.iterfind(".//m:row", _SPACE)]


def _value(cell, shared):
    value = cell.findtext("m:v", namespaces=_SPACE)
    match cell.get("t"):
        case "s":
            return "".join(shared[int(value)].itertext())
        case "b":
            return value == "1"
        case _:
            return "" if value is None else float(value)
