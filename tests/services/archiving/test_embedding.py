"""Standard fonts that a document only names are embedded, where nothing looks different then."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, pdfa

from missing import not_run
from pdfmill.core.errors import NotArchivable
from pdfmill.engines.liberation import find_liberation
from pdfmill.engines.pdfium import open_drawn, standard_font
from pdfmill.services.archiving.service import ArchivingService

TEXT = "The quick brown fox jumps over 13 lazy dogs."


@pytest.fixture(autouse=True)
def _liberation():
    if find_liberation("Sans", bold=False, italic=False) is None:
        not_run("the Liberation fonts are missing: apt-get install fonts-liberation")


@pytest.fixture
def archive(ctx, tmp_path):
    def archive(text=TEXT, **font):
        source, target = tmp_path / "a.pdf", tmp_path / "archive.pdf"
        with Pdf.new() as pdf:
            page = pdf.add_blank_page(page_size=(595, 842))
            fonts = Dictionary(F=pdf.make_indirect(Dictionary(Type=Name.Font, **font)))
            page.Resources = Dictionary(Font=fonts)
            page.Contents = pdf.make_stream(
                b"BT /F 16 Tf 20 100 Td <" + text.encode("ascii").hex().encode() + b"> Tj ET"
            )
            pdf.save(source)
        return ArchivingService().archive(source, target, ctx), target

    return archive


def font_of(path):
    with pikepdf.open(path) as pdf:
        font = pdf.pages[0].Resources.Font.F
        return str(font.Subtype), str(font.BaseFont), repr(font.Encoding), list(map(float, font.Widths))


@pytest.mark.parametrize(
    ("name", "face"),
    [
        ("Helvetica", "LiberationSans-Regular"),
        ("Helvetica-BoldOblique", "LiberationSans-BoldItalic"),
        ("Arial,Bold", "LiberationSans-Bold"),
        ("ArialMT", "LiberationSans-Regular"),
        ("Arial-BoldItalicMT", "LiberationSans-BoldItalic"),
        ("Times-Roman", "LiberationSerif-Regular"),
        ("TimesNewRomanPS-BoldMT", "LiberationSerif-Bold"),
        ("TimesNewRoman,Italic", "LiberationSerif-Italic"),
    ],
)
def test_a_standard_font_is_embedded_by_one_that_is_as_wide(archive, name, face):
    archived, target = archive(Subtype=Name.Type1, BaseFont=Name(f"/{name}"), Encoding=Name.WinAnsiEncoding)
    assert any("only named" in change for change in archived.changes)
    assert pdfa.validate_written(target, "2b").passed
    assert font_of(target)[:2] == ("/TrueType", f"/{face}")
    with open_drawn(target, [1.0]) as document:
        assert document.text(0).strip() == TEXT


def test_its_letters_keep_their_places(archive):
    _, target = archive("AW", Subtype=Name.Type1, BaseFont=Name.Helvetica)
    widths = font_of(target)[3]
    known = [1000 * standard_font("Helvetica").width(letter) for letter in "AW"]
    assert [widths[0], widths[-1]] == pytest.approx(known, abs=1)


def test_codes_that_stand_for_other_letters_stay_so(archive):
    encoding = Dictionary(Type=Name.Encoding, Differences=Array([65, Name.eacute, Name.ccedilla]))
    _, target = archive("AB", Subtype=Name.Type1, BaseFont=Name("/Times-Roman"), Encoding=encoding)
    with open_drawn(target, [1.0]) as document:
        assert document.text(0).strip() == "\u00e9\u00e7"


def test_a_font_in_which_nothing_is_shown_is_embedded_too(archive):
    archive("", Subtype=Name.Type1, BaseFont=Name.Helvetica)


@pytest.mark.parametrize(
    "font",
    [
        {"Subtype": Name.Type1, "BaseFont": Name.Symbol},
        {"Subtype": Name.Type1, "BaseFont": Name.Courier, "Encoding": Name.WinAnsiEncoding},
        {"Subtype": Name.Type1, "BaseFont": Name("/Helvetica-Condensed"), "Encoding": Name.WinAnsiEncoding},
        {"Subtype": Name.TrueType, "BaseFont": Name.ArialBlack, "Encoding": Name.WinAnsiEncoding},
        {"Subtype": Name.TrueType, "BaseFont": Name.Arial},
        {
            "Subtype": Name.TrueType,
            "BaseFont": Name.Arial,
            "Encoding": Name.WinAnsiEncoding,
            "FirstChar": 32,
            "LastChar": 126,
            "Widths": Array([500] * 95),
        },
        {
            "Subtype": Name.Type1,
            "BaseFont": Name.Helvetica,
            "Encoding": Dictionary(Differences=Array([84, Name("/nosuchglyph")])),
        },
    ],
    ids=["Symbol", "Courier", "condensed", "black", "no encoding", "other widths", "an unknown glyph"],
)
def test_what_would_look_different_is_refused(archive, font):
    with pytest.raises(NotArchivable) as caught:
        archive(**font)
    assert any("not embedded" in reason["detail"] for reason in caught.value.extras["reasons"])
