"""Sentences end where one stops reading, and nowhere else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.language.sentences import sentence_spans, split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["It works.", "It really does!", "Does it?", "Yes."],
        ["Dr. Smith paid 3.50 to Acme Inc. on Monday.", "He left."],
        ["See Fig. 3 and Eq. 4 of Ray et al. for more.", "The rest is prose."],
        ["Am 3. Mai kam z. B. die Rechnung Nr. 4711 an.", "Sie betrug 3 Mio. Euro."],
        ["J. R. Smith of the U.S. Army wrote it.", "Nobody read it."],
        ["He said “Stop.”", "Then he went."],
        ["Elle coûte 5,20 €.", "Émile la paie."],
        ["First one.", "(It has a bracket.)", "Last one."],
        ["最初の文です。", "次の文です。"],
        ["Это первое предложение.", "Это второе."],
        ["هذه جملة.", "وهذه جملة أخرى."],
    ],
)
def test_a_paragraph_is_taken_apart_as_it_was_put_together(sentences):
    assert split_sentences(" ".join(sentences)) == sentences


@given(st.text(alphabet=st.sampled_from("ab A.B!? \n。1(“”)"), max_size=80))
def test_nothing_is_lost_but_white_space(text):
    spans = sentence_spans(text)
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
