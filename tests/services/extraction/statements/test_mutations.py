"""A statement that does not add up is never called exact."""

import random
from dataclasses import replace

import pytest

from builders.statement import account, without
from builders.statement_layouts import LAYOUTS
from services.extraction.statements.conftest import booked, statuses

every_layout = pytest.mark.parametrize("make", LAYOUTS.values(), ids=LAYOUTS)
#: What a word that tells a sign may be misprinted as.
_TURNED = {"S": "H", "H": "S", "CR": "DR", "DR": "CR", "C": "D", "D": "C", "Af": "Bij", "Bij": "Af"}


@every_layout
@pytest.mark.parametrize("index", [0, 5, 11])
def test_a_booking_that_is_left_out_is_noticed(extract, tmp_path, make, index):
    file = extract(make(without(account(1, 12), index)).save(tmp_path / "a.pdf"))
    assert "exact" not in statuses(file)
    assert all(statement.needs_review for statement in file.statements)


@every_layout
@pytest.mark.parametrize("sign", [1, -1])
def test_a_section_or_column_that_came_out_empty_is_noticed(extract, tmp_path, make, sign):
    told = account(1, 12)
    lost = [index for index, each in enumerate(told.bookings) if each.amount * sign > 0]
    assert "exact" not in statuses(extract(make(without(told, *lost)).save(tmp_path / "a.pdf")))


@every_layout
def test_an_amount_with_the_wrong_sign_is_noticed(extract, tmp_path, make):
    told = account(1, 12)
    told.bookings[4] = replace(told.bookings[4], amount=-told.bookings[4].amount)
    file = extract(make(told).save(tmp_path / "a.pdf"))
    if make is LAYOUTS["unsigned_amounts"]:  # nothing was printed otherwise, so it is right
        assert booked(file.statements) == account(1, 12).truth()
    else:
        assert "exact" not in statuses(file)


@every_layout
def test_a_changed_digit_or_sign_of_any_amount_or_balance_is_noticed(read, words_of, tmp_path, make):
    pages = words_of(make(account(1, 12)).save(tmp_path / "a.pdf"))
    (statement,) = read(pages).statements
    places = [
        (entry.page, entry.boxes[field][0])
        for entry in statement.entries
        for field in ("amount", "running_balance")
        if field in entry.boxes
    ]
    places += [(balance.evidence[0].page, balance.evidence[0].box) for balance in statement.balances]
    dice = random.Random(make.__name__)
    for _ in range(12):
        page, box = dice.choice(places)
        words = list(pages[page - 1].words)
        inside = [index for index, word in enumerate(words) if _holds(box, word.box) and _misprints(word.text)]
        index = dice.choice(inside)
        changed = dice.choice(sorted(_misprints(words[index].text)))
        words[index] = replace(words[index], text=changed)
        misprinted = [*pages]
        misprinted[page - 1] = replace(pages[page - 1], words=tuple(words))
        assert "exact" not in statuses(read(misprinted)), (box, changed)


def _misprints(text):
    """What a word may look like with one digit or its sign changed."""
    if text in _TURNED:
        return {_TURNED[text]}
    found = {
        text[:place] + digit + text[place + 1 :]
        for place, character in enumerate(text)
        if character.isdigit()
        for digit in "0123456789"
        if digit != character
    }
    if text[0] == "-":
        found.add(text[1:])
    if text[-1] == "-":
        found.add(f"{text[:-1]}+")
    return found


def _holds(outer, inner):
    return outer[0] - 0.1 <= inner[0] and inner[2] <= outer[2] + 0.1 and outer[1] - 0.1 <= inner[1] <= outer[3]


def test_a_wrong_running_balance_names_the_entries_beside_it(read, words_of, tmp_path):
    pages = words_of(LAYOUTS["danish_points"](account(1, 12)).save(tmp_path / "a.pdf"))
    (statement,) = read(pages).statements
    box = statement.entries[5].boxes["running_balance"][0]
    words = tuple(
        replace(word, text="9.999,99") if _holds(box, word.box) and word.text != "-" else word
        for word in pages[0].words
    )
    (statement,) = read([replace(pages[0], words=words)]).statements
    assert statement.reconciliation.status == "failed"
    assert statement.reconciliation.suspect_entries == [6, 7]
    assert all(entry.confidence < 0.5 for entry in statement.entries[5:7])


def test_two_closing_balances_that_differ_are_never_exact(extract, tmp_path):
    told = account(1, 10)
    printed = LAYOUTS["danish_points"](told)
    printed.head.append([(40, "<", "Saldo ultimo: 1,23")])
    (statement,) = extract(printed.save(tmp_path / "a.pdf")).statements
    assert statement.reconciliation.status == "failed"
    assert "The document states different opening or closing balances." in statement.reconciliation.reasons
