"""Summaries: sentences of the document with their places, or what a language model says and the document bears out."""

import json
import re

import pikepdf
import pytest

import language_server as moods
from builders.pdf import add_image, photo, text_pdf
from builders.prose import prose_pdf
from builders.scans import found_part, scan, scan_pdf
from direct_provider import direct_provider
from language_server import language_server
from missing import not_run
from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import NoText, ProviderRefused
from pdfmill.core.language_data import installed_languages
from pdfmill.core.operation import Inputs
from pdfmill.operations.summarize import summarize
from pdfmill.services import Services
from pdfmill.services.summary.ranking import choose

FIRST = [
    "# Storage of grain",
    "Grain is stored in silos, because silos keep rain and mice away from the grain.",
    "The silo of the village was built in 1987 by Otto Brandt and holds 4,200 tonnes of grain.",
    "Mice eat grain. A farmer who has no silo loses a part of the grain to mice each winter.",
]
SECOND = [
    "# Weather",
    "Rain was heavy in March 2024, and the river rose by 3.5 metres within two days.",
    "Nobody in the village was hurt, but the silo was closed until the rain had stopped.",
]


@pytest.fixture
def document(tmp_path):
    return prose_pdf(tmp_path / "grain.pdf", FIRST, SECOND)


@pytest.fixture
def run(ctx, document):
    def run(path=document, provider=None, **options):
        context = Context(ctx.work_dir, services=Services(), provider=provider)
        return summarize.run(Inputs((InputFile.at(path),)), summarize.parse_options(options), context)

    return run


@pytest.fixture
def server():
    with language_server() as server:
        yield server


@pytest.fixture
def model(server):
    with direct_provider(
        completion="openai", openai_base_url=f"{server.url}/v1", openai_model="small", retries=0
    ) as provider:
        yield provider


def statements(*pairs):
    return json.dumps({"statements": [{"text": text, "sentences": numbers} for text, numbers in pairs]})


def numbers_in(document):
    """The numbered sentences that a model is shown."""
    return {int(number): text for number, text in re.findall(r"^\[(\d+)\] (.*)$", document, re.MULTILINE)}


def test_local_sentences_are_the_documents_own_with_page_and_box(run):
    outcome = run(to="json", length="short")
    text = " ".join(FIRST + SECOND)
    points = json.loads(outcome.outputs[0].path.read_text())["points"]
    assert len(points) == 3
    for point in points:
        assert point["text"] in text
        for place in point["sentences"][0]["places"]:
            left, top, right, bottom = place["box"]
            assert 70 < left < right < 480
            assert 60 < top < bottom < 400
    assert outcome.result.method == "local"
    assert outcome.result.providers == ()


def test_a_sentence_across_a_page_break_has_a_place_on_both(run, tmp_path):
    path = prose_pdf(
        tmp_path / "two.pdf",
        ["The long sentence about the old harbour begins here and"],
        ["goes on over there until it comes to its end at last."],
    )
    result = run(path).result
    assert [(point.text, point.pages) for point in result.points] == [
        (
            "The long sentence about the old harbour begins here and goes on over there until it comes to its end "
            "at last.",
            [1, 2],
        )
    ]


def test_focus_brings_forward_what_is_asked_about(run):
    (point,) = [
        point.text for point in run(length="short", focus="river metres rain").result.points if "river" in point.text
    ]
    assert "3.5 metres" in point


def test_pages_are_chosen(run):
    assert {page for point in run(pages="2").result.points for page in point.pages} == {2}


def test_another_language_cannot_be_had_without_a_model(run):
    assert any("language model is needed" in warning for warning in run(language="de").warnings)


def test_the_pdf_has_the_summary_in_front_and_links_to_the_sentences(run):
    outcome = run(to="pdf", style="executive")
    (output,) = outcome.outputs
    with pikepdf.open(output.path) as pdf:
        assert len(pdf.pages) == output.page_count == 3
        links = [annotation.Dest for annotation in pdf.pages[0].Annots]
        targets = {link[0].objgen for link in links}
        assert targets == {page.obj.objgen for page in list(pdf.pages)[1:]}
        assert "/A" not in pdf.pages[0].Annots[0]
        x, y = float(links[0][2]), float(links[0][3])
        assert 30 < x < 100
        assert 600 < y < 842


def test_a_picture_of_text_says_that_ocr_comes_first(run, tmp_path):
    with pikepdf.Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary())
        page.Contents = pdf.make_stream(b"")
        add_image(pdf, page, photo(300, 300), inches=(8.5, 11))
        pdf.save(tmp_path / "scan.pdf")
    with pytest.raises(NoText, match="OCR") as caught:
        run(tmp_path / "scan.pdf")
    assert caught.value.extras["needs_ocr"] == "1"


def test_a_document_of_one_word_is_summarized_by_it(run, tmp_path):
    assert run(text_pdf(tmp_path / "word.pdf", text="Hello")).result.points[0].text == "Hello 1"


def test_a_model_is_believed_what_its_sentences_bear_out(run, server, model):
    server.think = lambda system, document: statements(
        ("The silo holds 4,200 tonnes.", [2]), ("It opened in 1987.", [2])
    )
    outcome = run(provider=model)
    assert [(point.text, point.pages, point.sentences) for point in outcome.result.points] == [
        ("The silo holds 4,200 tonnes.", [1], [2]),
        ("It opened in 1987.", [1], [2]),
    ]
    assert outcome.result.struck == []


@pytest.mark.parametrize(
    ("said", "cited", "why"),
    [
        ("The silo holds 4,300 tonnes.", [2], ["4,300"]),
        ("The silo was built in 1978.", [2], ["1978"]),
        ("The river rose in April 2024.", [5], ["April 2024"]),
        ("It was built by Karl Brandt.", [2], ["Karl"]),
        ("The silo holds 4,200 tonnes.", [1], ["4,200"]),
        ("The silo holds 4,200 tonnes.", [], ["4,200"]),
        ("It is good.", [999], []),
    ],
)
def test_what_a_model_makes_up_is_struck_and_listed(run, server, model, said, cited, why):
    server.think = lambda system, document: statements((said, cited), ("Silos keep rain away.", [1]))
    outcome = run(provider=model)
    assert [point.text for point in outcome.result.points] == ["Silos keep rain away."]
    assert [(each.text, each.values) for each in outcome.result.struck] == [(said, why)]
    assert "taken out" in outcome.warnings[-1]


def test_a_model_that_only_lies_leaves_no_summary(run, server, model):
    server.think = lambda system, document: statements(("All 77 were lost.", [1]))
    with pytest.raises(ProviderRefused, match="Nothing"):
        run(provider=model)


def test_broken_json_is_sent_back_once(run, server, model):
    server.moods = [moods.says("I think that"), moods.says(statements(("Silos keep rain away.", [1])))]
    assert len(run(provider=model).result.points) == 1
    first, second = server.asked
    assert len(second["messages"]) == len(first["messages"]) + 2
    assert second["messages"][2]["content"] == "I think that"


def test_broken_json_twice_is_the_end(run, server, model):
    server.moods = [moods.says("no")] * 2
    with pytest.raises(ProviderRefused, match="form"):
        run(provider=model)


def test_a_long_document_is_summarized_in_portions_and_these_again(ctx, server, tmp_path):
    pages = [
        [f"Sentence {index} of page {page} says that box {page}{index} is blue." for index in range(20)]
        for page in range(1, 5)
    ]
    path = prose_pdf(tmp_path / "long.pdf", *pages)

    def think(system, document):
        shown = {} if "statements from its parts" in system else numbers_in(document)
        if not shown:  # statements of the parts, behind the numbers that they cite
            lines = [re.match(r"\[(\d+)[^]]*\] (.*)", line) for line in document.splitlines()]
            return statements(*[(line[2], [int(line[1])]) for line in lines if line][:3])
        return statements(*((text, [number]) for number, text in list(shown.items())[:4]))

    server.think = think
    with direct_provider(
        completion="openai", openai_base_url=f"{server.url}/v1", openai_model="small", portion=1500
    ) as provider:
        context = Context(ctx.work_dir, services=Services(), provider=provider)
        outcome = summarize.run(Inputs((InputFile.at(path),)), summarize.parse_options({"length": "short"}), context)
    assert len(server.asked) > 3
    assert 1 <= len(outcome.result.points) <= 3
    assert outcome.result.struck == []


def test_the_same_sentence_is_not_chosen_twice():
    texts = ["Apples are red fruit.", "Apples are red fruit.", "Bananas are yellow fruit.", "Cars need red fuel."] * 3
    chosen = [texts[index] for index in choose(texts, 3)]
    assert len(set(chosen)) == 3


def test_as_many_sentences_as_there_are():
    assert choose(["a b c."], 6) == [0]


def test_a_text_is_summarized_with_the_lines_it_stands_on(run, tmp_path):
    path = tmp_path / "grain.md"
    path.write_text("\n\n".join([*FIRST, *SECOND]))
    outcome = run(path, to="json", length="short")
    points = json.loads(outcome.outputs[0].path.read_text())["points"]
    rows = path.read_text().split("\n")
    for sentence in (sentence for point in points for sentence in point["sentences"]):
        left, top, right, _ = sentence["places"][0]["box"]
        assert rows[int(top)][int(left) : int(right)] == sentence["text"]
    assert {point["section"] for point in points} <= {"Storage of grain", "Weather"}


def test_the_pages_of_a_texts_summary_are_all_there_is(run, tmp_path):
    path = tmp_path / "grain.txt"
    path.write_text("\n\n".join(FIRST))
    (output,) = run(path, to="pdf").outputs
    with pikepdf.open(output.path) as pdf:
        assert (len(pdf.pages), output.page_count) == (1, 1)
        assert "/Annots" not in pdf.pages[0]


def test_a_scan_is_read_before_it_is_summarized(run, tmp_path):
    if not installed_languages():
        not_run("no language for OCR is installed")
    outcome = run(scan_pdf(tmp_path / "scan.pdf", scan()))
    assert found_part(" ".join(point.text for point in outcome.result.points)) > 0.5
    assert outcome.result.needs_ocr is None
    with pytest.raises(NoText, match="ocr on auto"):
        run(tmp_path / "scan.pdf", ocr="off")
