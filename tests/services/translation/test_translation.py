"""Translations: all that must not change comes back, in the layout of the document, and nothing is made up."""

import json
import re
import zipfile

import fpdf
import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.pdf import text_pdf
from builders.prose import prose_pdf
from builders.scans import ENGLISH, found_part, scan, scan_pdf
from direct_provider import direct_provider
from language_server import language_server
from missing import not_run
from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import InvalidOptions, LanguageNotSupported, NotExportable, ProviderNotConfigured
from pdfmill.core.language_data import installed_languages
from pdfmill.core.operation import Inputs
from pdfmill.engines.pdfium import open_read
from pdfmill.operations.translate import translate
from pdfmill.services import Services
from pdfmill.services.translation.emphasis import has_look, mark
from pdfmill.services.translation.protection import protect
from pdfmill.services.writing.flow import Span, joined_text

PAGE = [
    "# Rechnung Nr. RE-2024-117",
    "Die Rechnung vom 05.03.2024 beträgt 1.234,50 Euro und ist bis zum 4. April auf das Konto DE89370400440532013000 "
    "zu bezahlen. Fragen an rechnung@beispiel.example oder https://beispiel.example/zahlung richten.",
    "Der Hund jagt die Katze durch den Garten, und die Katze klettert auf den Baum vor dem Haus.",
]
VALUES = ("RE-2024-117", "05.03.2024", "1.234,50", "DE89370400440532013000", "rechnung@beispiel.example")


@pytest.fixture
def document(tmp_path):
    return prose_pdf(tmp_path / "brief.pdf", PAGE)


@pytest.fixture
def server():
    """Turns letters into capitals, and keeps the rest."""
    with language_server() as server:
        server.think = lambda target, text: text.upper()
        yield server


def as_model(change):
    """A language model that answers each text by what ``change`` makes of it."""

    def think(system, document):
        asked = json.loads(re.search(r"\{.*\}", document, re.DOTALL)[0])["texts"]
        return json.dumps({"translations": [{"number": int(key), "text": change(text)} for key, text in asked.items()]})

    return think


@pytest.fixture
def run(ctx, server, document):
    def run(path=document, translator="libretranslate", **options):
        settings = {
            "libretranslate": {"libretranslate_url": server.url},
            "openai": {"openai_base_url": f"{server.url}/v1", "openai_model": "small"},
        }[translator]
        with direct_provider(translation=translator, retries=0, **settings) as provider:
            context = Context(ctx.work_dir, services=Services(), provider=provider)
            return translate.run(Inputs((InputFile.at(path),)), translate.parse_options(options), context)

    return run


def read(path):
    """The text of each page."""
    with pikepdf.open(path) as pdf:
        count = len(pdf.pages)
    with open_read(path, [1.0] * count) as document:
        texts = []
        for index in range(count):
            with document.page(index) as page:
                texts.append(" ".join("".join(page.characters().text).split()))
    return texts


def test_without_a_provider_it_is_refused_with_the_settings(ctx, document):
    with pytest.raises(ProviderNotConfigured, match="PDFMILL_PROVIDER__TRANSLATION"):
        translate.run(Inputs((InputFile.at(document),)), translate.parse_options({}), ctx)


def test_a_pdf_keeps_its_layout_and_loses_its_old_text(run, document):
    outcome = run()
    (text,) = read(outcome.outputs[0].path)
    assert "DER HUND JAGT DIE KATZE" in text
    assert "Der Hund" not in text
    assert all(value in text for value in VALUES)
    assert outcome.result.source == "de"
    assert outcome.result.left == []


def test_a_bilingual_pdf_has_both_side_by_side(run):
    outcome = run(bilingual=True)
    with pikepdf.open(outcome.outputs[0].path) as pdf:
        assert [float(edge) for edge in pdf.pages[0].MediaBox] == [0, 0, 1190, 842]
    (text,) = read(outcome.outputs[0].path)
    assert "Der Hund jagt" in text
    assert "DER HUND JAGT" in text


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_page_is_translated_as_it_is_read(run, document, tmp_path, rotation):
    with pikepdf.open(document) as pdf:
        pdf.pages[0].Rotate = rotation
        page = pdf.pages[0]
        # Turned against it, so that a reader sees the same page.
        width, height = 595, 842
        matrix = {
            0: (1, 0, 0, 1, 0, 0),
            90: (0, 1, -1, 0, height, 0),
            180: (-1, 0, 0, -1, width, height),
            270: (0, -1, 1, 0, 0, width),
        }[rotation]
        if rotation in (90, 270):
            page.MediaBox = [0, 0, height, width]
        page.contents_add(pdf.make_stream(f"q {' '.join(map(str, matrix))} cm\n".encode()), prepend=True)
        page.contents_add(pdf.make_stream(b"\nQ"))
        pdf.save(tmp_path / "turned.pdf")
    (text,) = read(run(tmp_path / "turned.pdf").outputs[0].path)
    assert "DER HUND JAGT DIE KATZE" in text
    assert "Der Hund" not in text


def test_text_in_a_form_that_other_pages_share_is_replaced_on_the_chosen_page_only(run, document, tmp_path):
    with pikepdf.open(document) as pdf:
        form = pdf.make_indirect(pdf.pages[0].as_form_xobject())
        form = pdf.make_indirect(
            pikepdf.Stream(pdf, form.read_bytes(), {k: v for k, v in form.items() if k not in ("/Length", "/Filter")})
        )
        for _ in range(2):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
            page.Contents = pdf.make_stream(b"q /F Do Q")
        del pdf.pages[0]
        pdf.save(tmp_path / "shared.pdf")
    first, second = read(run(tmp_path / "shared.pdf", pages="1").outputs[0].path)
    assert "DER HUND" in first
    assert "Der Hund" not in first
    assert "Der Hund" in second


def test_what_does_not_fit_stands_in_a_note(run, server):
    server.think = lambda target, text: text + " " + "weil das so ist " * ((3 * len(text) + 150) // 16)
    outcome = run()
    assert outcome.result.overflows
    assert "notes" in outcome.warnings[-1]
    texts = read(outcome.outputs[0].path)
    assert len(texts) == outcome.outputs[0].page_count > 1
    assert "[1]" in texts[0]
    note = " ".join(outcome.result.overflows[0].text.split())
    assert note[:40] in texts[-1]


@pytest.mark.parametrize(("target", "word"), [("ar", "كلب"), ("he", "כלב")])
def test_leftward_scripts_are_set_from_right_to_left(run, server, target, word):
    server.think = lambda _, text: re.sub(r"[A-Za-zäöüß]+", word, text)
    (text,) = read(run(target=target).outputs[0].path)
    assert text.count(word) + text.count(word[::-1]) > 20


def test_leftward_text_stands_at_the_right_edge_with_its_markers_beside_it(run, server, tmp_path):
    pdf = fpdf.FPDF(unit="pt", format=(595, 842))
    pdf.add_page()
    pdf.set_font("Helvetica", size=11)
    pdf.set_xy(72, 72)
    pdf.multi_cell(
        400, 15, "Der Hund jagt die Katze durch den Garten, und der Vogel sitzt auf dem Baum. " * 4, align="L"
    )
    for row, text in enumerate(("Die Katze klettert auf den Baum.", "Der Hund bleibt unten.", "Der Vogel fliegt weg.")):
        pdf.text(80, 172 + 16 * row, f"{row + 1}.")
        pdf.text(100, 172 + 16 * row, text)
    pdf.output(tmp_path / "list.pdf")
    server.think = lambda _, text: re.sub(r"[A-Za-zäöüß]+", "כלב", text)
    (output,) = run(tmp_path / "list.pdf", target="he").outputs
    with pypdfium2.PdfDocument(output.path) as made:
        page = made[0].get_textpage()
        boxes = {page.get_text_range(index, 1): page.get_charbox(index) for index in range(page.count_chars())}
        words = [page.get_charbox(index) for index in range(page.count_chars()) if page.get_text_range(index, 1) == "כ"]
    text_right = max(box[2] for box in words)
    for digit in "123":
        left, bottom, right, _ = boxes[digit]
        beside = [box[2] for box in words if abs(box[1] - bottom) < 4]
        assert max(beside) < left < right < text_right + 3
        assert left - max(beside) < 30


def test_what_says_the_same_stays_as_it_was_set(run, server, tmp_path):
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.set_font("Times", "", 12)
    pdf.text(20, 30, "Die Katze klettert auf den Baum vor dem Haus des Nachbarn.")
    pdf.text(20, 60, "4711")
    pdf.output(tmp_path / "figures.pdf")
    (output,) = run(tmp_path / "figures.pdf").outputs
    with pikepdf.open(output.path) as made:
        shown = [
            str(operands[0])
            for operands, operator in pikepdf.parse_content_stream(made.pages[0])
            if operator == pikepdf.Operator("Tj")
        ]
    assert shown == ["4711"]
    assert "DIE KATZE" in read(output.path)[0]


def test_a_translation_has_all_of_its_cell(run, server, tmp_path):
    pdf = fpdf.FPDF(unit="pt", format=(595, 842))
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    with pdf.table(width=450, col_widths=(1, 3)) as table:
        for row in (("Tier", "Was es macht"), ("Hund", "Er jagt die Katze"), ("Katze", "Sie klettert auf den Baum")):
            table.row(row)
    pdf.output(tmp_path / "table.pdf")
    server.think = lambda _, text: f"{text} {text.lower()} noch einmal"
    outcome = run(tmp_path / "table.pdf", source="de")
    assert outcome.result.overflows == []
    with pypdfium2.PdfDocument(outcome.outputs[0].path) as made:
        page = made[0].get_textpage()
        heights = [box[3] - box[1] for box in map(page.get_rect, range(page.count_rects()))]
    assert min(heights) > 0.6 * max(heights)


@pytest.mark.parametrize("bilingual", [False, True])
def test_text_markdown_and_word_hold_the_same(run, bilingual):
    plain, marked, word = (run(to=to, bilingual=bilingual).outputs[0].path for to in ("txt", "md", "docx"))
    with zipfile.ZipFile(word) as archive:
        body = archive.read("word/document.xml").decode()
    for text in (plain.read_text(), marked.read_text(), body):
        assert "DER HUND JAGT DIE KATZE" in text
        assert ("Der Hund jagt" in text) is bilingual
        assert all(value.replace("-", "\\-") in text or value in text for value in VALUES)
    assert bilingual or marked.read_text().splitlines()[2].startswith("# RECHNUNG")


def test_a_glossary_is_kept_to(run):
    text = run(to="txt", glossary=("Hund=Dackel", "Katze=Mieze")).outputs[0].path.read_text()
    assert "DER Dackel JAGT DIE Mieze" in text


def test_a_glossary_without_translations_is_refused():
    with pytest.raises(InvalidOptions, match="term=translation"):
        translate.parse_options({"glossary": ["Hund"]})


def test_a_document_in_that_language_already_is_refused(run):
    with pytest.raises(LanguageNotSupported, match="already"):
        run(target="de")


def test_too_little_text_to_tell_the_language_is_told(run, tmp_path):
    with pytest.raises(LanguageNotSupported, match="source"):
        run(text_pdf(tmp_path / "word.pdf", text="Hi"))


def test_a_translator_that_loses_the_marks_is_given_the_fragments(run, server):
    server.think = lambda target, text: re.sub(r"⟦\d+⟧", "", text).upper()
    text = run(to="txt").outputs[0].path.read_text()
    assert all(value in text for value in VALUES)
    assert "DIE RECHNUNG VOM 05.03.2024 BETRÄGT 1.234,50 EURO" in text


@pytest.mark.parametrize(
    "lie",
    [
        lambda text: re.sub(r"⟦0⟧", "⟦1⟧", text),
        lambda text: text + " ⟦0⟧",
        lambda text: text + " 4711",
        lambda text: text.replace("⟦0⟧", "⟦77⟧"),
        lambda text: "",
        lambda text: text * 50,
        lambda text: re.sub(r"⟦(\d+)⟧", r"\1", text),
    ],
)
@pytest.mark.parametrize("translator", ["openai", "libretranslate"])
def test_a_translation_that_changes_a_figure_is_never_taken(run, server, lie, translator):
    server.think = as_model(lie) if translator == "openai" else lambda target, text: lie(text)
    outcome = run(to="txt", translator=translator)
    text = outcome.outputs[0].path.read_text()
    assert "4711" not in text
    assert "77⟧" not in text
    assert all(text.count(value) == 1 for value in VALUES)


def test_a_model_translates_in_batches_with_what_stands_before(run, server):
    server.think = as_model(str.upper)
    outcome = run(translator="openai", to="txt")
    assert "DER HUND JAGT" in outcome.outputs[0].path.read_text()
    (body,) = server.asked
    assert "RE-2024-117" not in body["messages"][1]["content"]


def test_a_sentence_does_not_end_behind_a_figure_that_was_taken_out():
    masked = protect("Er kommt am 4. April um 8 Uhr. Sie kommt am 5. Mai.", {})
    assert masked.sentences() == ["Er kommt am ⟦0⟧. April um ⟦1⟧ Uhr.", "Sie kommt am ⟦2⟧. Mai."]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(["Wort", "12,50", "a@b.example", "RE-1", "x = y + 2", "⟦3⟧", "https://e.example/1", "."]),
        min_size=1,
    )
)
def test_what_is_taken_out_comes_back(parts):
    text = " ".join(parts)
    masked = protect(text, {})
    assert masked.restored(masked.text) == text.replace("⟦", "[").replace("⟧", "]")
    assert masked.stitched(masked.fragments()) == masked.restored(masked.text)
    assert "".join(" ".join(masked.sentences()).split()) == "".join(masked.text.split())
    assert not masked.values or masked.restored(masked.text.replace("⟦0⟧", "")) is None


MARKED = """# Die *wichtige* Nachricht

Der **große Hund** jagt [die Katze](https://katze.example/haus), und `git push --force` macht das am
5. Mai *nicht* wett.

- Der *alte* Baum steht vor dem **Haus**, und er ist höher als das Dach.

| Tier | Art |
| --- | --- |
| **Hund** | Der Hund läuft [hier](https://hund.example) |
"""


@pytest.fixture
def marked(tmp_path):
    path = tmp_path / "brief.md"
    path.write_text(MARKED)
    return path


@pytest.mark.parametrize("translator", ["openai", "libretranslate"])
def test_emphasis_code_and_links_of_markdown_come_back(run, server, marked, translator):
    if translator == "openai":
        server.think = as_model(str.upper)
    outcome = run(marked, translator=translator)
    text = outcome.outputs[0].path.read_text()
    for part in (
        "# DIE *WICHTIGE* NACHRICHT",
        "DER **GROSSE HUND** JAGT [DIE KATZE](<https://katze.example/haus>), UND `git push --force` MACHT",
        "AM 5. MAI *NICHT* WETT.",
        "- DER *ALTE* BAUM STEHT VOR DEM **HAUS**,",
        "| **HUND** | DER HUND LÄUFT [HIER](<https://hund.example>) |",
    ):
        assert part in text
    assert outcome.warnings == ()


def test_a_word_document_has_emphasis_and_links_as_well(run, marked):
    with zipfile.ZipFile(run(marked, to="docx").outputs[0].path) as archive:
        body = archive.read("word/document.xml").decode()
        assert "https://katze.example/haus" in archive.read("word/_rels/document.xml.rels").decode()
    assert re.search(r"<w:b/>[^/]*<w:bCs/></w:rPr><w:t[^>]*> GROSSE HUND</w:t>", body)
    assert re.search(r'<w:hyperlink r:id="\w+"><w:r><w:t xml:space="preserve"> DIE KATZE', body)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: re.sub(r"⟦\d+⟧", "", text),
        lambda text: re.sub(r"⟦0⟧(.*?)⟦1⟧", r"⟦1⟧\1⟦0⟧", text),
        lambda text: re.sub(r"⟦0⟧(.*?)⟦1⟧", r"⟦0⟧⟦1⟧\1", text),
    ],
)
def test_emphasis_that_a_provider_breaks_is_given_up_and_that_is_said(run, server, marked, spoil):
    server.think = lambda target, text: spoil(text.upper())
    outcome = run(marked)
    text = outcome.outputs[0].path.read_text()
    assert "DER GROSSE HUND JAGT DIE KATZE, UND" in text
    assert "https://katze.example/haus" in text
    assert "without their emphasis" in outcome.warnings[-1]
    assert "⟦" not in text


_WORDS = st.sampled_from(["Hund", "12,50", "die Katze", "RE-1", "läuft."])
_RUNS = st.lists(
    st.builds(
        Span,
        _WORDS,
        bold=st.booleans(),
        monospaced=st.booleans(),
        link=st.sampled_from([None, "https://a.example"]),
    ),
    min_size=1,
    max_size=6,
)


@given(_RUNS)
def test_runs_that_are_marked_come_back_in_their_looks(runs):
    marked = mark(tuple(runs), {})
    found = marked.restored(marked.protected.text)
    letters = [(letter, has_look(run), run.link) for run in runs for letter in run.text if letter != " "]
    assert [(letter, has_look(run), run.link) for run in found for letter in run.text if letter != " "] == letters
    assert joined_text(found) == joined_text(runs)
    if marked.looks:
        number = max(marked.looks)
        assert marked.restored(marked.protected.text.replace(f"⟦{number}⟧", "")) is None


@pytest.mark.parametrize("name", ["brief.md", "brief.txt"])
def test_a_text_comes_back_as_the_kind_that_it_is(run, tmp_path, name):
    path = tmp_path / name
    path.write_text("\n\n".join(PAGE))
    (output,) = run(path).outputs
    assert output.name == name.replace(".", "-en.")
    text = output.path.read_text()
    assert "DER HUND JAGT DIE KATZE" in text
    assert "# RECHNUNG NR. RE-2024-117\n" in text
    assert all(value in text.replace("\\", "") for value in VALUES)


def test_a_text_has_no_layout_to_keep(run, tmp_path):
    (tmp_path / "brief.txt").write_text("\n\n".join(PAGE))
    with pytest.raises(NotExportable, match="docx"):
        run(tmp_path / "brief.txt", to="pdf")


def test_a_scan_is_read_before_it_is_translated(run, tmp_path):
    if not installed_languages():
        not_run("no language for OCR is installed")
    outcome = run(scan_pdf(tmp_path / "scan.pdf", scan()), target="de", to="txt")
    assert found_part(outcome.outputs[0].path.read_text(), [line.upper() for line in ENGLISH]) > 0.9


def test_a_translation_is_set_in_letters_like_those_of_its_text(run, tmp_path):
    pdf = fpdf.FPDF()
    pdf.add_page()
    for row, (family, style) in enumerate([("Times", ""), ("Times", "B"), ("Helvetica", "I")]):
        pdf.set_font(family, style, 12)
        pdf.text(20, 30 + 30 * row, "Die Katze klettert auf den Baum vor dem Haus des Nachbarn.")
    pdf.output(tmp_path / "letters.pdf")
    (output,) = run(tmp_path / "letters.pdf").outputs
    with pikepdf.open(output.path) as made:
        fonts = {str(each.BaseFont) for each in made.objects if "/BaseFont" in _keys(each)}
    for name in ("NotoSerif", "NotoSerifBold", "NotoSansItalic"):
        assert any(font.endswith(name) for font in fonts), fonts


def _keys(value):
    return value.keys() if isinstance(value, pikepdf.Dictionary) else ()
