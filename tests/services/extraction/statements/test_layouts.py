"""Whatever the layout, the entries are those of the account, and the balances prove it."""

import datetime
from decimal import Decimal

import pytest

from builders.statement import account, money, save, width
from builders.statement_layouts import LAYOUTS, OTHER_DECIMALS, in_currency
from services.extraction.statements.conftest import booked, statuses

every_layout = pytest.mark.parametrize("make", LAYOUTS.values(), ids=LAYOUTS)


@every_layout
@pytest.mark.parametrize(
    ("seed", "start", "count", "days"),
    [
        (1, datetime.date(2024, 5, 2), 14, 3),
        (2, datetime.date(2023, 12, 20), 16, 3),
        (3, datetime.date(2024, 9, 3), 45, 1),
    ],
    ids=["a month", "over the new year", "several pages"],
)
def test_every_entry_is_found_and_reconciled(extract, tmp_path, make, seed, start, count, days):
    told = account(seed, count, start=start, days=days, opening="90000" if count > 40 else None)
    file = extract(make(told).save(tmp_path / "statement.pdf"))
    assert booked(file.statements) == told.truth()
    assert statuses(file) == ["exact"]
    result = file.statements[0].reconciliation
    assert (result.opening, result.closing, result.difference) == (told.opening, told.closing, 0)
    assert result.opening + result.sum_credits + result.sum_debits == result.closing


@every_layout
def test_two_accounts_in_one_file_are_two_statements(extract, tmp_path, make):
    first, second = account(5, 9), account(6, 7, number="99887766")
    file = extract(save(tmp_path / "both.pdf", [make(first), make(second)]))
    assert statuses(file) == ["exact", "exact"]
    assert [booked([statement]) for statement in file.statements] == [first.truth(), second.truth()]
    assert [statement.account.other_id.value for statement in file.statements] == ["12345678", "99887766"]


@pytest.mark.parametrize(
    "name", ["unsigned_amounts", "danish_points", "uk_paid_out_paid_in", "us_sections", "card_with_sections"]
)
def test_two_months_of_one_account_are_two_statements(extract, tmp_path, name):
    march = account(7, 9, start=datetime.date(2024, 3, 2))
    april = account(8, 7, start=datetime.date(2024, 4, 2), opening=march.closing)
    file = extract(save(tmp_path / "both.pdf", [LAYOUTS[name](march), LAYOUTS[name](april)]))
    assert statuses(file) == ["exact", "exact"]
    assert [booked([statement]) for statement in file.statements] == [march.truth(), april.truth()]


def test_a_page_that_is_shown_turned_is_read_alike_and_its_boxes_lie_on_the_page_as_shown(extract, tmp_path):
    told = account(1, 9)
    upright = extract(LAYOUTS["danish_points"](told).save(tmp_path / "upright.pdf")).statements[0]
    turned = extract(LAYOUTS["danish_points"](told).save(tmp_path / "turned.pdf", rotate=90)).statements[0]
    assert booked([turned]) == told.truth()
    left, top, right, bottom = upright.entries[0].boxes["amount"][0]
    assert turned.entries[0].boxes["amount"][0] == pytest.approx((842 - bottom, left, 842 - top, right), abs=0.1)


def test_entries_come_in_order_of_time_even_when_the_newest_is_printed_first(extract, tmp_path):
    told = account(1, 12)
    (statement,) = extract(LAYOUTS["spanish_newest_first"](told).save(tmp_path / "a.pdf")).statements
    assert [entry.amount for entry in statement.entries] == [each.amount for each in told.bookings]
    assert [entry.running_balance for entry in statement.entries] == [each.balance for each in told.bookings]


def test_lines_below_an_entry_belong_to_its_description(extract, tmp_path):
    (statement,) = extract(LAYOUTS["german_day_once"](account(1, 8)).save(tmp_path / "a.pdf")).statements
    assert all(entry.description.endswith("EREF+2024-55 MREF+12 vom 01.02.2024") for entry in statement.entries)


def test_cheque_numbers_and_value_dates_have_fields_of_their_own(extract, tmp_path):
    told = account(1, 8)
    (statement,) = extract(LAYOUTS["indian_columns"](told).save(tmp_path / "a.pdf")).statements
    assert [entry.reference for entry in statement.entries] == [str(100000 + index) for index in range(8)]
    assert [entry.value_date for entry in statement.entries] == [each.day for each in told.bookings]


def test_a_card_counts_what_is_owed_and_the_owner_sees_it_as_a_debit(extract, tmp_path):
    (statement,) = extract(LAYOUTS["card_with_sections"](account(1, 12)).save(tmp_path / "a.pdf")).statements
    assert statement.account.kind == "credit_card"
    assert {(entry.amount > 0, entry.credit_debit) for entry in statement.entries} == {(True, "DBIT"), (False, "CRDT")}


def test_facts_about_the_account_have_their_places(extract, tmp_path):
    told = account(1, 8, iban="DE89370400440532013000")
    (statement,) = extract(LAYOUTS["without_heading"](told).save(tmp_path / "a.pdf")).statements
    facts = statement.account
    assert (facts.iban.value, facts.other_id.value) == ("DE89370400440532013000", "12345678")
    assert (facts.owner.value, facts.servicer_name.value) == ("Max Mustermann", "Example Bank")
    assert (facts.currency.value, facts.currency.source) == ("EUR", "derived")
    assert (statement.period_from.value, statement.period_to.value) == (told.first, told.last)
    (place,) = facts.iban.evidence
    assert place.page == 1
    assert place.box[0] == pytest.approx(360 + width("IBAN: ", 9), abs=1.5)


def test_every_value_stands_where_its_box_says(extract, words_of, tmp_path):
    path = LAYOUTS["german_day_once"](account(1, 30)).save(tmp_path / "a.pdf")
    (statement,) = extract(path).statements
    pages = words_of(path)
    for entry in statement.entries:
        (box,) = entry.boxes["amount"]
        inside = [word.text for word in pages[entry.page - 1].words if _holds(box, word.box)]
        assert inside[0] == money(entry.amount, "de", sign=None)
        assert set(entry.boxes) >= {"booking_date", "value_date", "amount", "description"}


def _holds(outer, inner):
    return outer[0] - 0.1 <= inner[0] and inner[2] <= outer[2] + 0.1 and outer[1] - 0.1 <= inner[1] <= outer[3]


def test_the_same_document_gives_the_same_statements(extract, tmp_path):
    path = LAYOUTS["us_sections"](account(4, 20)).save(tmp_path / "a.pdf")
    assert extract(path).model_dump_json() == extract(path).model_dump_json()


def test_dates_without_a_year_get_it_from_the_period(extract, tmp_path):
    told = account(2, 16, start=datetime.date(2023, 12, 26), days=2)
    (statement,) = extract(LAYOUTS["credits_alone_are_marked"](told).save(tmp_path / "a.pdf")).statements
    assert {entry.booking_date.year for entry in statement.entries} == {2023, 2024}


def test_accounts_that_name_no_period_have_that_of_the_first(extract, tmp_path):
    first, second = account(5, 9), account(6, 7, number="99887766")
    prints = [LAYOUTS["german_newest_first"](each) for each in (first, second)]
    prints[1].head = [[cell for cell in row if "Kontoauszug" not in cell[2]] for row in prints[1].head]
    file = extract(save(tmp_path / "both.pdf", prints))
    assert [booked([statement]) for statement in file.statements] == [first.truth(), second.truth()]
    assert [each.period_to.value for each in file.statements] == [first.last, first.last]


def test_a_statement_without_an_opening_balance_is_derived_at_best(extract, tmp_path):
    told = account(1, 10)
    printed = LAYOUTS["danish_points"](told)
    del printed.rows[0]
    (statement,) = extract(printed.save(tmp_path / "a.pdf")).statements
    assert statement.reconciliation.status == "derived"
    assert statement.reconciliation.reasons == ["The opening balance is not stated."]
    assert statement.needs_review


def test_a_statement_without_entries_is_not_exact(extract, tmp_path):
    told = account(1, 10)
    printed = LAYOUTS["danish_points"](told)
    printed.rows = [printed.rows[0], [(110, "<", "Saldo ultimo"), (550, ">", money(told.opening, "de", sign="> "))]]
    (statement,) = extract(printed.save(tmp_path / "a.pdf")).statements
    assert statement.reconciliation.status == "derived"
    assert (statement.entries, statement.reconciliation.difference) == ([], Decimal(0))


def test_text_that_ocr_laid_under_a_scan_is_read_and_told(extract, tmp_path):
    told = account(1, 9)
    printed = LAYOUTS["danish_points"](told)
    (statement,) = extract(printed.save(tmp_path / "a.pdf", mode=3)).statements
    assert booked([statement]) == told.truth()
    assert "Its text was recognised from pictures." in statement.needs_review
    assert statement.account.other_id.source == "ocr"


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("code", OTHER_DECIMALS)
def test_amounts_have_as_many_decimals_as_their_currency(extract, tmp_path, code, columns):
    told = account(3, 30, places=OTHER_DECIMALS[code][0])
    (statement,) = extract(in_currency(told, code, columns=columns).save(tmp_path / "a.pdf")).statements
    assert booked([statement]) == told.truth()
    assert (statement.account.currency.value, statement.reconciliation.status) == (code, "exact")


def test_a_currency_that_is_only_mentioned_does_not_change_the_decimals(extract, tmp_path):
    told = account(3, 12)
    printed = LAYOUTS["uk_paid_out_paid_in"](told)
    printed.head.append([(40, "<", "Spending abroad, in JPY or KRW, is shown in pounds")])
    (statement,) = extract(printed.save(tmp_path / "a.pdf")).statements
    assert booked([statement]) == told.truth()
