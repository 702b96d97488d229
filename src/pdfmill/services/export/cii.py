"""Invoices as UN/CEFACT Cross Industry Invoice D16B, as Factur-X has it (CEN/TS 16931-3-3)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from pdfmill.engines.lxml import Element, write_xml
from pdfmill.services.export import einvoice
from pdfmill.services.export.einvoice import Adjustment, decimal, value
from pdfmill.services.extraction.invoices.model import Invoice, InvoiceLine, Party, VatBreakdown

_STANDARD = "urn:un:unece:uncefact:data:standard:"
_PREFIXES = {
    "rsm": f"{_STANDARD}CrossIndustryInvoice:100",
    "ram": f"{_STANDARD}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_STANDARD}UnqualifiedDataType:100",
}
#: The profile of Factur-X without lines.
_WITHOUT_LINES = "urn:factur-x.eu:1p0:basicwl"


def write_cii(invoice: Invoice, path: Path) -> None:
    """Write one invoice.

    Raises:
        NotExportable: It lacks what CII needs.
    """
    einvoice.refuse_incomplete(invoice)
    root = Element("rsm:CrossIndustryInvoice", *_Writer(invoice).content())
    write_xml(path, root, prefixes=_PREFIXES)


def _leaf(name: str, content: object, **attributes: str) -> Iterator[Element]:
    """An element with a text; none where there is nothing to say."""
    if content is None or content == "":
        return
    yield Element(f"ram:{name}", decimal(content) if isinstance(content, Decimal) else str(content), **attributes)


def _node(name: str, *content: Iterator[Element], prefix: str = "ram") -> Iterator[Element]:
    """An element of others; none where all of these are."""
    children = [each for part in content for each in part]
    if children:
        yield Element(f"{prefix}:{name}", *children)


def _date(name: str, day: datetime.date | None) -> Iterator[Element]:
    if day is not None:
        yield Element(f"ram:{name}", Element("udt:DateTimeString", f"{day:%Y%m%d}", format="102"))


class _Writer:
    def __init__(self, invoice: Invoice) -> None:
        self._invoice = invoice
        self._currency = str(value(invoice.currency))

    def content(self) -> Iterator[Element]:
        """The three parts of the document."""
        invoice = self._invoice
        guideline = einvoice.GUIDELINE if invoice.lines else _WITHOUT_LINES
        parameter = _node("GuidelineSpecifiedDocumentContextParameter", _leaf("ID", guideline))
        yield from _node("ExchangedDocumentContext", parameter, prefix="rsm")
        yield from _node(
            "ExchangedDocument",
            _leaf("ID", value(invoice.invoice_number)),
            _leaf("TypeCode", value(invoice.type_code) or "380"),
            _date("IssueDateTime", value(invoice.issue_date)),
            _node("IncludedNote", _leaf("Content", value(invoice.note))),
            prefix="rsm",
        )
        lines = (each for number, line in enumerate(invoice.lines, start=1) for each in self._line(number, line))
        delivered = _date("OccurrenceDateTime", value(invoice.delivery_date))
        delivery = Element("ram:ApplicableHeaderTradeDelivery", *_node("ActualDeliverySupplyChainEvent", delivered))
        yield from _node(
            "SupplyChainTradeTransaction",
            lines,
            self._agreement(),
            iter((delivery,)),
            self._settlement(),
            prefix="rsm",
        )

    def _agreement(self) -> Iterator[Element]:
        invoice = self._invoice
        order = _leaf("IssuerAssignedID", value(invoice.order_reference))
        return _node(
            "ApplicableHeaderTradeAgreement",
            _leaf("BuyerReference", value(invoice.buyer_reference)),
            _party("SellerTradeParty", invoice.seller, None, einvoice.seller_country(invoice)),
            _party("BuyerTradeParty", invoice.buyer, value(invoice.customer_number), einvoice.buyer_country(invoice)),
            _node("BuyerOrderReferencedDocument", order),
        )

    def _settlement(self) -> Iterator[Element]:
        invoice = self._invoice
        start = _date("StartDateTime", value(invoice.period_start))
        end = _date("EndDateTime", value(invoice.period_end))
        return _node(
            "ApplicableHeaderTradeSettlement",
            _leaf("PaymentReference", value(invoice.payment.reference)),
            _leaf("InvoiceCurrencyCode", self._currency),
            self._means(),
            (each for tax in einvoice.breakdown(invoice) for each in _tax(tax)),
            _node("BillingSpecifiedPeriod", start, end),
            (each for adjustment in einvoice.adjustments(invoice) for each in _adjustment(adjustment)),
            _node(
                "SpecifiedTradePaymentTerms",
                _leaf("Description", value(invoice.payment_terms)),
                _date("DueDateDateTime", value(invoice.due_date)),
            ),
            self._totals(),
            _node("InvoiceReferencedDocument", _leaf("IssuerAssignedID", value(invoice.preceding_invoice))),
        )

    def _means(self) -> Iterator[Element]:
        payment = self._invoice.payment
        debtor = list(_node("PayerPartyDebtorFinancialAccount", _leaf("IBANID", value(payment.debited_iban))))
        creditor = list(
            _node(
                "PayeePartyCreditorFinancialAccount",
                _leaf("IBANID", value(payment.iban)),
                _leaf("AccountName", value(payment.account_name)),
            )
        )
        bank = _node("PayeeSpecifiedCreditorFinancialInstitution", _leaf("BICID", value(payment.bic)))
        if debtor or creditor or payment.means_code:
            yield from _node(
                "SpecifiedTradeSettlementPaymentMeans",
                _leaf("TypeCode", value(payment.means_code) or ("58" if creditor else "59")),
                iter(debtor),
                iter(creditor),
                bank if payment.iban and self._invoice.lines else iter(()),  # no BIC in the profile without lines
            )

    def _totals(self) -> Iterator[Element]:
        totals = self._invoice.totals
        return _node(
            "SpecifiedTradeSettlementHeaderMonetarySummation",
            _leaf("LineTotalAmount", einvoice.line_sum(self._invoice)),
            _leaf("ChargeTotalAmount", einvoice.without_sign(totals.charges)),
            _leaf("AllowanceTotalAmount", einvoice.without_sign(totals.allowances)),
            _leaf("TaxBasisTotalAmount", value(totals.tax_exclusive)),
            _leaf("TaxTotalAmount", value(totals.tax_amount) or Decimal(0), currencyID=self._currency),
            _leaf("RoundingAmount", value(totals.rounding)),
            _leaf("GrandTotalAmount", value(totals.tax_inclusive)),
            _leaf("TotalPrepaidAmount", value(totals.prepaid)),
            _leaf("DuePayableAmount", einvoice.due_amount(self._invoice)),
        )

    def _line(self, number: int, line: InvoiceLine) -> Iterator[Element]:
        quantity, amount = value(line.quantity), value(line.net_amount)
        price = None if quantity is None else value(line.net_price)
        charge = _leaf("ChargeAmount", amount if price is None else price)
        rate = einvoice.line_rate(self._invoice, line)
        billed = _leaf(
            "BilledQuantity", Decimal(1) if quantity is None else quantity, unitCode=einvoice.unit_code(line)
        )
        return _node(
            "IncludedSupplyChainTradeLineItem",
            _node("AssociatedDocumentLineDocument", _leaf("LineID", value(line.id) or number)),
            _node(
                "SpecifiedTradeProduct",
                _leaf("SellerAssignedID", value(line.seller_item_id)),
                _leaf("Name", value(line.name) or f"Position {number}"),
                _leaf("Description", value(line.description)),
            ),
            _node("SpecifiedLineTradeAgreement", _node("NetPriceProductTradePrice", charge)),
            _node("SpecifiedLineTradeDelivery", billed),
            _node(
                "SpecifiedLineTradeSettlement",
                _node(
                    "ApplicableTradeTax",
                    _leaf("TypeCode", "VAT"),
                    _leaf("CategoryCode", einvoice.category(rate, line.vat_category)),
                    _leaf("RateApplicablePercent", rate),
                ),
                _node("SpecifiedTradeSettlementLineMonetarySummation", _leaf("LineTotalAmount", amount)),
            ),
        )


def _adjustment(each: Adjustment) -> Iterator[Element]:
    return _node(
        "SpecifiedTradeAllowanceCharge",
        _node("ChargeIndicator", iter((Element("udt:Indicator", str(each.is_charge).lower()),))),
        _leaf("ActualAmount", each.amount),
        _leaf("Reason", each.reason),
        _node(
            "CategoryTradeTax",
            _leaf("TypeCode", "VAT"),
            _leaf("CategoryCode", each.category),
            _leaf("RateApplicablePercent", each.rate),
        ),
    )


def _tax(each: VatBreakdown) -> Iterator[Element]:
    rate = einvoice.rate_of(each)
    return _node(
        "ApplicableTradeTax",
        _leaf("CalculatedAmount", value(each.tax_amount) or Decimal(0)),
        _leaf("TypeCode", "VAT"),
        _leaf("ExemptionReason", value(each.exemption_reason)),
        _leaf("BasisAmount", value(each.taxable_amount)),
        _leaf("CategoryCode", einvoice.category(rate, each.category)),
        _leaf("RateApplicablePercent", rate),
    )


def _party(name: str, party: Party, number: str | None, country: str | None) -> Iterator[Element]:
    address = einvoice.lines_of(value(party.address), 3)
    lines = (
        each
        for tag, line in zip(("LineOne", "LineTwo", "LineThree"), address, strict=False)
        for each in _leaf(tag, line)
    )
    email = _node("EmailURIUniversalCommunication", _leaf("URIID", value(party.email)))
    return _node(
        name,
        _leaf("ID", number),
        _leaf("Name", value(party.name)),
        _node(
            "SpecifiedLegalOrganization",
            _leaf("ID", value(party.legal_id)),
            _leaf("TradingBusinessName", value(party.trading_name)),
        ),
        _node("DefinedTradeContact", email),
        # The schema allows no address without its country.
        _node("PostalTradeAddress", lines, _leaf("CountryID", country)) if country else iter(()),
        _node("SpecifiedTaxRegistration", _leaf("ID", value(party.tax_number), schemeID="FC")),
        _node("SpecifiedTaxRegistration", _leaf("ID", value(party.vat_id), schemeID="VA")),
    )
