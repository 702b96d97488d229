"""The words of a question find their sentence, whatever their endings; what is not told is not answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.core.documents import InputFile
from pdfmill.services.answering.passages import PassageSearch
from pdfmill.services.answering.questions import Wanted, asked_by
from pdfmill.services.language.source import read_source

ENGLISH = """# House rules

The shop on the ground floor opens at nine and closes at six. Dogs may only be kept if the neighbours agree.

## Payments

The tenant pays 850 EUR for the flat each month. Heating is settled once a year by the landlord, Otto Brandt.

## May I paint the walls?

Yes. White and light colours need no permission from anybody at all. Dark colours do.
"""
GERMAN = """# Satzung

Der Verein fördert die Pflege alter Obstsorten. Die Kündigungsfrist beträgt sechs Wochen zum Ende des Jahres.
Schülerinnen zahlen die Hälfte des Jahresbeitrags. Über die Aufnahme neuer Mitglieder entscheidet der Vorstand.
"""
RUSSIAN = """Библиотека открыта с десяти до семи, кроме понедельника. Словари и атласы выдают только в читальный зал.
Потерянную книгу заменяют такой же. За каждый день просрочки читатель платит три рубля.
"""
JAPANESE = "図書館は月曜日に休みます。本は五冊まで借りられます。電話はロビーで使ってください。\n"


@pytest.fixture
def search(ctx, tmp_path):
    def search(text, question):
        path = tmp_path / "document.md"
        path.write_text(text, encoding="utf-8")
        return PassageSearch(read_source(InputFile.at(path), None, ctx), question)

    return search


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (ENGLISH, "When is the shop open?", "opens at nine"),
        (ENGLISH, "Can I keep a dog?", "Dogs may only be kept"),
        (ENGLISH, "How much does a tenant pay?", "850 EUR"),
        (ENGLISH, "Who settles the heating?", "Otto Brandt"),
        (ENGLISH, "Is light colour permitted when I paint a wall?", "White and light colours"),
        (GERMAN, "Welche Frist gilt bei Kündigungen?", "sechs Wochen"),
        (GERMAN, "Was zahlt eine Schülerin?", "die Hälfte"),
        (GERMAN, "Wer hat über neue Mitglieder zu entscheiden?", "der Vorstand"),
        (GERMAN, "Welche Obstsorte wird gefordert?", "alter Obstsorten"),
        (RUSSIAN, "Когда открывается библиотека?", "с десяти до семи"),
        (RUSSIAN, "Что будет, если я потерял книгу?", "заменяют такой же"),
        (JAPANESE, "本は何冊借りられますか", "五冊まで"),
    ],
)
def test_the_first_passage_answers(search, text, question, answer):
    assert answer in search(text, question).passages()[0].text


@pytest.mark.parametrize(
    ("text", "question", "absent"),
    [
        (ENGLISH, "Is there an elevator?", ("elevator",)),
        (ENGLISH, "Who insures the furniture?", ("insures", "furniture")),
        (GERMAN, "Welche Bank führt das Konto?", ("bank", "führt", "konto")),
        (RUSSIAN, "Как зовут директора?", ("зовут", "директора")),
    ],
)
def test_what_is_not_told_is_not_answered_and_the_words_are_named(search, text, question, absent):
    found = search(text, question)
    assert found.passages() == []
    assert found.absent == absent


def test_a_short_sentence_is_shown_with_the_one_behind_it(search):
    passage = search(ENGLISH, "May the walls be painted?").passages()[0]
    assert passage.text.startswith("Yes. White and light colours")
    assert passage.cited[0].text == "Yes."


def test_no_sentence_is_shown_twice(search):
    cited = [each.number for passage in search(ENGLISH, "walls colours").passages() for each in passage.cited]
    assert len(cited) == len(set(cited))


@pytest.mark.parametrize(
    ("question", "language", "words", "wanted"),
    [
        ("How much is the rent?", "en", ("rent",), Wanted.FIGURE),
        ("Wann beginnt die Lesung?", "de", ("beginnt", "lesung"), Wanted.DATE),
        ("Qui préside ?", "fr", ("préside",), Wanted.NAME),
        ("What is this document about?", "en", (), Wanted.ANYTHING),
        ("Worum geht es in diesem Text?", "de", (), Wanted.ANYTHING),
        ("How do I set the paper size?", "en", ("set", "paper", "size"), Wanted.ANYTHING),
        ("¿Quién llamó?", None, ("llamó",), Wanted.NAME),
    ],
)
def test_what_a_question_asks_for(question, language, words, wanted):
    asked = asked_by(question, language)
    assert (asked.words, asked.wanted) == (words, wanted)


@given(st.text(max_size=200), st.sampled_from(["en", "de", "zz", None]))
def test_any_question_can_be_read(question, language):
    assert all(word == word.casefold() for word in asked_by(question, language).words)
