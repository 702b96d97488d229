"""A Word document says what the pages say, as running text that one can go on writing."""

import pikepdf
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Pt

from builders.pdf import text_pdf
from builders.sheet import Sheet, sheets

LOREM = "lorem ipsum dolor sit amet elit sed do"
PROSE = [f"line {number} {LOREM} eiusmod tempor" for number in range(6)]


def texts(document):
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text.strip()]


def elements(document, tag):
    return list(document.element.body.iter(qn(tag)))


def article(sheet):
    sheet.text(72, 80, "A Title", size=24)
    sheet.paragraph(72, 120, PROSE)
    sheet.text(72, 230, "A Section", size=16, look="bold")
    sheet.paragraph(72, 260, PROSE)


def test_lines_become_paragraphs_and_headings_have_styles(word_of):
    document = word_of(article)
    found = [(paragraph.style.name, paragraph.text.split()[0]) for paragraph in document.paragraphs]
    assert found == [("Heading 1", "A"), ("Normal", "line"), ("Heading 2", "A"), ("Normal", "line")]
    assert elements(document, "w:txbxContent") == []
    assert elements(document, "w:framePr") == []


def test_a_word_that_a_lines_end_divides_is_one_word_with_a_soft_hyphen(word_of):
    lines = ["Some text of a paragraph whose words are di-", "vided at the end of lines, more than once, and so", "on."]
    document = word_of(lambda sheet: sheet.paragraph(72, 100, lines))
    (paragraph,) = document.paragraphs
    assert "are divided at the end" in paragraph.text.replace("-", "")
    assert len(elements(document, "w:softHyphen")) == 1


def test_lists_are_lists_and_count_as_the_document_does(word_of):
    def build(sheet):
        sheet.text(72, 100, "\u2022").text(90, 100, "a bullet")
        for row, marker in enumerate(("3.", "4.", "5.")):
            sheet.text(72, 140 + 14 * row, marker).text(90, 140 + 14 * row, f"item {marker}")
        sheet.text(72, 200, "Something between that ends the list for good, as it seems.")
        sheet.text(72, 230, "(a)").text(90, 230, "a letter")

    document = word_of(build)
    numbered = [paragraph for paragraph in document.paragraphs if paragraph._p.pPr.numPr is not None]
    assert [paragraph.text for paragraph in numbered] == ["a bullet", "item 3.", "item 4.", "item 5.", "a letter"]
    numbering = document.part.numbering_part.element
    shown = []
    for paragraph in numbered:
        number = numbering.num_having_numId(paragraph._p.pPr.numPr.numId.val)
        (pattern,) = [
            each
            for each in numbering.findall(qn("w:abstractNum"))
            if each.get(qn("w:abstractNumId")) == str(number.abstractNumId.val)
        ]
        level = pattern.find(qn("w:lvl"))
        start = number.find(qn("w:lvlOverride")).find(qn("w:startOverride")).get(qn("w:val"))
        shown.append((level.find(qn("w:numFmt")).get(qn("w:val")), level.find(qn("w:lvlText")).get(qn("w:val")), start))
    assert shown == [
        ("bullet", "\u2022", "1"),
        ("decimal", "%1.", "3"),
        ("decimal", "%1.", "3"),
        ("decimal", "%1.", "3"),
        ("lowerLetter", "(%1)", "1"),
    ]


def test_a_table_is_a_table_with_merged_cells(word_of):
    def build(sheet):
        sheet.line(72, 300, 372, 300).line(72, 320, 372, 320).line(72, 340, 372, 340)
        sheet.line(72, 300, 72, 340).line(372, 300, 372, 340)
        sheet.line(172, 320, 172, 340).line(272, 320, 272, 340)
        sheet.text(150, 314, "over all columns", look="bold")
        for column, text in enumerate("abc"):
            sheet.text(80 + 100 * column, 334, f"cell {text}")

    (table,) = word_of(build).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["over all columns"] * 3,
        ["cell a", "cell b", "cell c"],
    ]


def test_columns_are_columns_of_a_section(word_of):
    def build(sheet):
        sheet.text(72, 80, "A title that runs over both of the columns of this page", size=16)
        sheet.paragraph(
            72, 120, [f"left {number} {LOREM[:26]}" for number in range(7)] + ["and that was the left one."]
        )
        sheet.paragraph(320, 120, [f"right {number} {LOREM[:26]}" for number in range(8)])

    document = word_of(build)
    counts = [section._sectPr.find(qn("w:cols")).get(qn("w:num")) for section in document.sections]
    assert counts == [None, "2"]
    breaks = [each for each in elements(document, "w:br") if each.get(qn("w:type")) == "column"]
    assert len(breaks) == 1
    assert [text.split()[0] for text in texts(document)] == ["A", "left", "right"]


def test_a_paragraph_that_a_column_cuts_is_one(word_of):
    def build(sheet):
        left = [f"words of the left column {number} and" for number in range(8)]
        sheet.paragraph(72, 120, left)
        sheet.paragraph(320, 120, [f"words of the right column {number} and" for number in range(8)])

    document = word_of(build)
    (text,) = texts(document)
    assert text.startswith("words of the left column 0")
    assert text.endswith("words of the right column 7 and")


def test_each_page_begins_a_page_and_an_empty_one_stays(word_of):
    document = word_of(lambda sheet: sheet.text(72, 100, "first"), lambda sheet: sheet, article)
    breaks = [paragraph.paragraph_format.page_break_before for paragraph in document.paragraphs]
    new_pages = len(document.sections) - 1 + sum(bool(each) for each in breaks)
    assert new_pages == 2


def test_pages_keep_their_size_and_orientation(convert, tmp_path):
    path = tmp_path / "sizes.pdf"
    with pikepdf.Pdf.new() as pdf:
        for width, height in ((595, 842), (842, 595)):
            sheet = Sheet(pdf, width, height)
            sheet.text(72, 100, f"{width} wide")
            sheet.finish()
        pdf.save(path)
    first, second = convert(path).sections
    assert (first.page_width, first.page_height) == (Pt(595), Pt(842))
    assert (second.page_width, second.orientation) == (Pt(842), WD_ORIENT.LANDSCAPE)


def test_running_heads_are_headers_and_page_numbers_are_fields(word_of):
    def build(number):
        def page(sheet):
            sheet.text(72, 40, "Annual Report", size=8).paragraph(72, 120, PROSE)
            sheet.text(290, 810, str(number), size=8)

        return page

    document = word_of(*(build(number) for number in range(7, 12)))
    assert len(document.sections) == 1
    (section,) = document.sections
    assert section.header.paragraphs[0].text == "Annual Report"
    footer = section.footer._element
    assert [each.text.strip() for each in footer.iter(qn("w:instrText"))] == ["PAGE"]
    assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "7"
    assert "Annual Report" not in " ".join(texts(document))


def test_looks_and_links_are_kept(word_of):
    def build(sheet):
        sheet.text(72, 100, "plain words and").text(160, 100, "bold ones", look="bold").text(
            220, 100, "go", look="mono"
        )
        sheet.paragraph(72, 140, PROSE)
        sheet.link(158, 88, 215, 104, "https://example.org/?a=1&b=2")

    document = word_of(build)
    (link,) = elements(document, "w:hyperlink")
    relation = document.part.rels[link.get(qn("r:id"))]
    assert (relation.target_ref, relation.is_external) == ("https://example.org/?a=1&b=2", True)
    assert link.find(qn("w:r")).find(qn("w:rPr")).find(qn("w:b")) is not None
    assert document.paragraphs[0].runs[-1].font.name == "Courier New"


def test_right_to_left_text_is_marked_as_such(word_of):
    lines = ["שלום עולם זה משפט ארוך יותר", "ועוד שורה של טקסט בעברית כאן"]

    def build(sheet):
        for row, line in enumerate(lines):
            sheet.coded(200, 100 + 14 * row, line[::-1])

    document = word_of(build)
    paragraphs = [paragraph for paragraph in document.paragraphs if paragraph.text]
    assert all(paragraph._p.pPr.find(qn("w:bidi")) is not None for paragraph in paragraphs)
    assert elements(document, "w:rtl")


@pytest.mark.parametrize("layout", ["flow", "exact"])
def test_pictures_are_pictures(word_of, layout):
    document = word_of(lambda sheet: sheet.text(72, 60, "A picture").picture(72, 100, 200, 100), layout=layout)
    pictures = [part for part in document.part.package.iter_parts() if "/media/" in part.partname]
    assert len(pictures) == len(elements(document, "w:drawing")) == 1
    extent = elements(document, "wp:extent")[0]
    assert (int(extent.get("cx")), int(extent.get("cy"))) == (Pt(200), Pt(100))


def test_a_page_that_is_only_a_picture_becomes_one(word_of):
    document = word_of(lambda sheet: sheet.picture(0, 0, 595, 842))
    assert len(elements(document, "w:drawing")) == 1


def test_text_across_the_page_stands_turned_at_its_place(word_of):
    def build(sheet):
        sheet.paragraph(72, 120, PROSE)
        sheet.text(30, 500, "a note in the margin", angle=270)

    document = word_of(build)
    (note,) = elements(document, "w:tc")
    assert "".join(each.text for each in note.iter(qn("w:t"))) == "a note in the margin"
    assert [each.get(qn("w:val")) for each in elements(document, "w:textDirection")] == ["btLr"]
    assert elements(document, "w:txbxContent") == []


def test_text_drawn_over_other_text_is_a_label_at_its_place(word_of):
    def build(sheet):
        sheet.paragraph(72, 120, PROSE)
        sheet.text(150, 190, "draft", size=40, angle=315)

    (label,) = elements(word_of(build), "w:txbxContent")
    assert "".join(each.text for each in label.iter(qn("w:t"))) == "draft"


def test_turned_heads_of_columns_stand_turned_in_their_cells(word_of):
    def build(sheet):
        sheet.grid((72, 172, 202, 232), (100, 180, 200, 220))
        sheet.text(76, 114, "Item").text(190, 176, "Apples", angle=270).text(220, 176, "Pears sold", angle=270)
        for row in range(2):
            for column, text in enumerate(("kilograms", "7", "12")):
                sheet.text((76, 176, 206)[column], 194 + 20 * row, text)

    document = word_of(build)
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells] == ["Item", "Apples", "Pears sold"]
    assert [each.get(qn("w:val")) for each in elements(document, "w:textDirection")] == ["btLr", "btLr"]
    assert elements(document, "w:txbxContent") == []


def test_a_page_whose_lines_all_run_upwards_is_turned_upright(word_of):
    def build(sheet):
        for row in range(6):
            sheet.text(100 + 14 * row, 700, PROSE[row], angle=270)

    document = word_of(build)
    (section,) = document.sections
    assert (section.page_width, section.page_height) == (Pt(842), Pt(595))
    assert elements(document, "w:txbxContent") == []
    assert texts(document)[0].startswith("line 0")


def test_what_a_document_says_is_never_markup_and_follows_no_script(word_of):
    def build(sheet):
        sheet.text(72, 100, '</w:t></w:r><w:fldSimple w:instr="DDE"/> & "quoted"')
        sheet.text(72, 130, "click").link(70, 118, 110, 134, "javascript:alert(1)")
        sheet.text(72, 160, "web").link(70, 148, 110, 164, 'https://example.org/"><x')
        sheet.text(72, 190, "file").link(70, 178, 110, 194, "file:///etc/passwd")

    document = word_of(build)
    assert '</w:t></w:r><w:fldSimple w:instr="DDE"/> & "quoted"' in texts(document)[0]
    assert elements(document, "w:fldSimple") == []
    external = [relation.target_ref for relation in document.part.rels.values() if relation.is_external]
    assert external == ['https://example.org/"><x']


def test_characters_that_xml_cannot_hold_are_left_out(word_of):
    document = word_of(lambda sheet: sheet.coded(72, 100, "a\x0cb\ufffec\ud7ffd"))
    assert "d" in texts(document)[0]


def test_pages_are_chosen_in_their_order(convert, tmp_path):
    assert texts(convert(text_pdf(tmp_path / "a.pdf", pages=4), pages="3,1")) == ["Hello 3", "Hello 1"]


def test_two_runs_give_one_file(ctx, tmp_path, convert):
    path = sheets(tmp_path / "a.pdf", article)
    files = []
    for _ in range(2):
        convert(path)
        files.append(ctx.path("document.docx").read_bytes())
    assert files[0] == files[1]


def test_each_block_stands_at_its_place_when_asked_for_exact_looks(word_of):
    document = word_of(article, layout="exact")
    frames = elements(document, "w:framePr")
    assert len(frames) == 4
    lefts = {frame.get(qn("w:x")) for frame in frames}
    assert lefts == {str(72 * 20)}
    heights = [int(frame.get(qn("w:y"))) for frame in frames]
    assert heights == sorted(heights)
    assert [paragraph.style.name for paragraph in document.paragraphs if paragraph.text][:2] == ["Heading 1", "Normal"]
