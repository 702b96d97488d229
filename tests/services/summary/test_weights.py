"""What sentences are worth for where they stand and how they speak."""

import pytest

from pdfmill.services.language.source import Place, Sentence, SourceText
from pdfmill.services.layout.model import Box
from pdfmill.services.summary.weights import topic_of, weights_of

PLACE = (Place(1, Box(0, 0, 1, 1)),)


def source_of(*sections, text="The pump was measured twice, at noon and at night.", title=""):
    sentences = [Sentence(number, text, PLACE, number, is_prose=True) for number in range(1, len(sections) + 1)]
    return SourceText(title=title, sentences=sentences, sections=["", *sections])


def test_the_beginning_counts_more_than_the_end():
    source = source_of(*["Pumps"] * 20)
    weights = weights_of(source.sentences, source)
    assert sorted(weights, reverse=True) == list(weights)
    assert weights[-1] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("heading", ["6. Conclusion", "VII Discussion", "Zusammenfassung", "4 Conclusión", "Résumé"])
def test_what_says_once_more_what_all_says_counts_more(heading):
    plain, closing = source_of(*["Pumps"] * 9), source_of(*["Pumps"] * 8, heading)
    assert weights_of(closing.sentences, closing)[-1] > 1.5 * weights_of(plain.sentences, plain)[-1]


@pytest.mark.parametrize("text", ["In this paper, we propose a pump.", "Dieser Bericht zeigt, wie Pumpen altern."])
def test_a_text_that_speaks_of_itself_counts_more(text):
    plain, speaking = source_of("Pumps"), source_of("Pumps", text=text)
    assert weights_of(speaking.sentences, speaking)[0] > 1.5 * weights_of(plain.sentences, plain)[0]


def test_a_document_without_a_title_is_about_its_first_headings():
    assert topic_of(source_of("Pumps", "Valves", "Pipes")) == "Pumps Valves"
    assert topic_of(source_of("Pumps", title="On water")) == "On water"
