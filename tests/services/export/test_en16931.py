"""What an electronic invoice lacks is told by the rule that asks for it, and nothing is made up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.export import einvoice
from pdfmill.services.export.en16931 import findings
from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.model import Invoice, InvoiceLine, Party, Totals, VatBreakdown


def found(value):
    return None if value is None else Found(value=value, raw="", source="text", confidence=1.0, rule="", evidence=[])


def money(text):
    return None if text is None else found(Decimal(text))


def line(amount, rate=None, **others):
    return InvoiceLine(net_amount=money(amount), vat_rate=money(rate), **others)


def row(base, tax, rate, **others):
    return VatBreakdown(taxable_amount=money(base), tax_amount=money(tax), rate=money(rate), **others)


def invoice(lines=(), rows=(), **totals):
    party = Party(name=found("Anna & Co."), vat_id=found("DE136695976"), address=found("Weg 1\n80331 München"))
    return Invoice(
        seller=party,
        buyer=party,
        totals=Totals(**{name: money(amount) for name, amount in totals.items()}),
        vat_breakdown=list(rows),
        lines=list(lines),
    )


TWO_RATES = {
    "rows": (row("20.00", "4.00", "20"), row("100.00", "5.50", "5.5")),
    "tax_exclusive": "120.00",
    "tax_amount": "9.50",
    "tax_inclusive": "129.50",
}


def rules(checked, form="cii"):
    return [each.rule for each in findings(checked, form)]


@pytest.mark.parametrize("form", ["ubl", "cii"])
def test_an_invoice_that_adds_up_breaks_no_rule(form):
    assert rules(invoice([line("20.00", "20"), line("100.00", "5.5")], **TWO_RATES), form) == []


def test_rates_that_no_line_states_follow_from_the_bases():
    read = invoice([line("20.00"), line("60.00"), line("40.00")], **TWO_RATES)
    assert einvoice.line_rates(read) == [Decimal("20"), Decimal("5.5"), Decimal("5.5")]
    assert rules(read) == []


def test_rates_that_do_not_follow_are_told_and_only_those():
    rows = (row("20.00", "4.00", "20"), row("20.00", "1.10", "5.5"))
    totals = {"tax_exclusive": "40.00", "tax_amount": "5.10", "tax_inclusive": "45.10"}
    read = invoice([line("20.00"), line("20.00")], rows, **totals)
    assert einvoice.lines_without_rate(read) == [1, 2]
    told = {each.rule: each.reason for each in findings(read, "cii")}
    assert told["BR-CO-04"] == "The VAT rate of line 1, 2 is not stated, and the sums at each rate do not tell it."


@given(
    st.lists(st.tuples(st.decimals("0.01", 999, places=2), st.sampled_from(["0", "7", "19"])), min_size=1, max_size=6)
)
def test_told_rates_always_give_the_bases(sold):
    bases = {}
    for amount, rate in sold:
        bases[rate] = bases.get(rate, Decimal(0)) + amount
    rows = [row(str(base), "0", rate) for rate, base in bases.items()]
    net = str(sum(bases.values()))
    read = invoice([line(str(amount)) for amount, _ in sold], rows, tax_exclusive=net, tax_inclusive=net)
    if not einvoice.lines_without_rate(read):
        rates = [Decimal(rate) for _, rate in sold]
        assert einvoice.line_rates(read) == rates


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"tax_exclusive": "120.01"}, "BR-CO-13"),
        ({"tax_amount": "9.49"}, "BR-CO-14"),
        ({"tax_inclusive": "130.00"}, "BR-CO-15"),
        ({"amount_due": "100.00"}, "BR-CO-16"),
        ({"line_net_sum": "119.00"}, "BR-CO-10"),
    ],
)
def test_a_sum_that_is_not_one_names_its_rule(changed, rule):
    assert rule in rules(invoice([line("20.00", "20"), line("100.00", "5.5")], **TWO_RATES | changed))


@pytest.mark.parametrize("prepaid", ["29.50", "-29.50"])
@pytest.mark.parametrize("due", ["100.00", None])
def test_what_was_paid_explains_what_is_due(prepaid, due):
    totals = TWO_RATES | {"amount_due": due, "prepaid": prepaid}
    assert rules(invoice([line("20.00", "20"), line("100.00", "5.5")], **totals)) == []


@pytest.mark.parametrize(
    ("form", "address", "expected"),
    [
        ("cii", "Weg 1", ["BR-08", "BR-09", "BR-10", "BR-11"]),
        ("cii", None, ["BR-08", "BR-09", "BR-10", "BR-11"]),
        ("ubl", "Weg 1", ["BR-09", "BR-11"]),
        ("ubl", None, ["BR-08", "BR-10"]),
    ],
)
def test_addresses_need_their_countries(form, address, expected):
    party = Party(name=found("Anna & Co."), tax_number=found("12/345"), legal_id=found("HRB 1"), address=found(address))
    read = invoice([line("20.00", "20"), line("100.00", "5.5")], **TWO_RATES)
    assert rules(read.model_copy(update={"seller": party, "buyer": party}), form) == expected


@pytest.mark.parametrize(
    ("party", "rule"),
    [
        (Party(name=found("A"), legal_id=found("HRB 1"), country=found("DE")), "BR-S-02"),
        (Party(name=found("A"), tax_number=found("12/345"), country=found("DE")), "BR-CO-26"),
        (Party(name=found("A"), vat_id=found("29670869006"), country=found("IN")), "BR-CO-09"),
    ],
)
def test_a_seller_needs_identifiers(party, rule):
    read = invoice([line("20.00", "20"), line("100.00", "5.5")], **TWO_RATES)
    assert rule in rules(read.model_copy(update={"seller": party}))


def test_deliveries_to_other_countries_of_the_union_need_more():
    rows = [row("20.00", "0.00", "0", category=found("K"))]
    read = invoice([line("20.00", "0", vat_category=found("K"))], rows, tax_exclusive="20.00", tax_inclusive="20.00")
    assert rules(read) == ["BR-IC-10", "BR-IC-11", "BR-IC-12"]
    delivered = read.model_copy(update={"delivery_country": found("SE")})
    assert rules(delivered) == ["BR-IC-10", "BR-IC-11"]


def test_lines_priced_with_vat_are_told():
    totals = {"tax_exclusive": "100.00", "tax_amount": "19.00", "tax_inclusive": "119.00"}
    assert rules(invoice([line("119.00", "19")], [row("100.00", "19.00", "19")], **totals)) == ["BR-CO-13", "BR-S-08"]


def test_no_price_has_a_sign():
    taken_back = line("-10.00", quantity=money("2"), net_price=money("-5.00"))
    assert einvoice.quantity_and_price(taken_back) == (Decimal("-2"), Decimal("5.00"))
    assert einvoice.quantity_and_price(line("-10.00")) == (Decimal("-1"), Decimal("10.00"))
    assert einvoice.quantity_and_price(line("10.00")) == (Decimal("1"), Decimal("10.00"))


def test_an_allowance_is_parted_by_the_rates_whose_lines_exceed_their_bases():
    lines = [line("22.00", "20"), line("103.00", "5.5")]
    read = invoice(lines, **TWO_RATES | {"allowances": "5.00"})
    parts = [(each.amount, each.rate) for each in einvoice.adjustments(read)]
    assert parts == [(Decimal("2.00"), Decimal("20")), (Decimal("3.00"), Decimal("5.5"))]
    assert rules(read) == []
