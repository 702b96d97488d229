"""Invoices as UN/CEFACT Cross Industry Invoice D16B, as Factur-X has it (CEN/TS 16931-3-3)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from pdfmill.engines.lxml import Element, write_xml
from pdfmill.services.export import einvoice
from pdfmill.services.export.einvoice import Adjustment, leaf, node, value
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


def _date(name: str, day: datetime.date | None) -> Iterator[Element]:
    if day is not None:
        yield Element(f"ram:{name}", Element("udt:DateTimeString", f"{day:%Y%m%d}", format="102"))


class _Writer:
    def __init__(self, invoice: Invoice) -> None:
        self._invoice = invoice
        self._currency = str(value(invoice.currency))
        self._rates = einvoice.line_rates(invoice)

    def content(self) -> Iterator[Element]:
        """The three parts of the document."""
        invoice = self._invoice
        guideline = einvoice.GUIDELINE if invoice.lines else _WITHOUT_LINES
        parameter = node("ram:GuidelineSpecifiedDocumentContextParameter", leaf("ram:ID", guideline))
        yield from node("rsm:ExchangedDocumentContext", parameter)
        yield from node(
            "rsm:ExchangedDocument",
            leaf("ram:ID", value(invoice.invoice_number)),
            leaf("ram:TypeCode", value(invoice.type_code) or "380"),
            _date("IssueDateTime", value(invoice.issue_date)),
            node("ram:IncludedNote", leaf("ram:Content", value(invoice.note))),
        )
        lines = (each for number, line in enumerate(invoice.lines, start=1) for each in self._line(number, line))
        delivered = _date("OccurrenceDateTime", value(invoice.delivery_date))
        country = leaf("ram:CountryID", value(invoice.delivery_country))
        delivery = Element(
            "ram:ApplicableHeaderTradeDelivery",
            *node("ram:ShipToTradeParty", node("ram:PostalTradeAddress", country)),
            *node("ram:ActualDeliverySupplyChainEvent", delivered),
        )
        yield from node(
            "rsm:SupplyChainTradeTransaction",
            lines,
            self._agreement(),
            iter((delivery,)),
            self._settlement(),
        )

    def _agreement(self) -> Iterator[Element]:
        invoice = self._invoice
        order = leaf("ram:IssuerAssignedID", value(invoice.order_reference))
        return node(
            "ram:ApplicableHeaderTradeAgreement",
            leaf("ram:BuyerReference", value(invoice.buyer_reference)),
            _party("SellerTradeParty", invoice.seller, None, einvoice.seller_country(invoice)),
            _party("BuyerTradeParty", invoice.buyer, value(invoice.customer_number), einvoice.buyer_country(invoice)),
            node("ram:BuyerOrderReferencedDocument", order),
        )

    def _settlement(self) -> Iterator[Element]:
        invoice = self._invoice
        start = _date("StartDateTime", value(invoice.period_start))
        end = _date("EndDateTime", value(invoice.period_end))
        return node(
            "ram:ApplicableHeaderTradeSettlement",
            leaf("ram:PaymentReference", value(invoice.payment.reference)),
            leaf("ram:InvoiceCurrencyCode", self._currency),
            self._means(),
            (each for tax in einvoice.breakdown(invoice) for each in _tax(tax)),
            node("ram:BillingSpecifiedPeriod", start, end),
            (each for adjustment in einvoice.adjustments(invoice) for each in _adjustment(adjustment)),
            node(
                "ram:SpecifiedTradePaymentTerms",
                leaf("ram:Description", value(invoice.payment_terms)),
                _date("DueDateDateTime", value(invoice.due_date)),
            ),
            self._totals(),
            node("ram:InvoiceReferencedDocument", leaf("ram:IssuerAssignedID", value(invoice.preceding_invoice))),
        )

    def _means(self) -> Iterator[Element]:
        payment = self._invoice.payment
        debtor = list(node("ram:PayerPartyDebtorFinancialAccount", leaf("ram:IBANID", value(payment.debited_iban))))
        creditor = list(
            node(
                "ram:PayeePartyCreditorFinancialAccount",
                leaf("ram:IBANID", value(payment.iban)),
                leaf("ram:AccountName", value(payment.account_name)),
            )
        )
        bank = node("ram:PayeeSpecifiedCreditorFinancialInstitution", leaf("ram:BICID", value(payment.bic)))
        if debtor or creditor or payment.means_code:
            yield from node(
                "ram:SpecifiedTradeSettlementPaymentMeans",
                leaf("ram:TypeCode", value(payment.means_code) or ("58" if creditor else "59")),
                iter(debtor),
                iter(creditor),
                bank if payment.iban and self._invoice.lines else iter(()),  # no BIC in the profile without lines
            )

    def _totals(self) -> Iterator[Element]:
        totals = self._invoice.totals
        return node(
            "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
            leaf("ram:LineTotalAmount", einvoice.line_sum(self._invoice)),
            leaf("ram:ChargeTotalAmount", einvoice.without_sign(totals.charges)),
            leaf("ram:AllowanceTotalAmount", einvoice.without_sign(totals.allowances)),
            leaf("ram:TaxBasisTotalAmount", value(totals.tax_exclusive)),
            leaf("ram:TaxTotalAmount", value(totals.tax_amount) or Decimal(0), currencyID=self._currency),
            leaf("ram:RoundingAmount", value(totals.rounding)),
            leaf("ram:GrandTotalAmount", value(totals.tax_inclusive)),
            leaf("ram:TotalPrepaidAmount", einvoice.paid_amount(self._invoice)),
            leaf("ram:DuePayableAmount", einvoice.due_amount(self._invoice)),
        )

    def _line(self, number: int, line: InvoiceLine) -> Iterator[Element]:
        quantity, price = einvoice.quantity_and_price(line)
        charge = leaf("ram:ChargeAmount", price)
        rate = self._rates[number - 1]
        billed = leaf("ram:BilledQuantity", quantity, unitCode=einvoice.unit_code(line))
        return node(
            "ram:IncludedSupplyChainTradeLineItem",
            node("ram:AssociatedDocumentLineDocument", leaf("ram:LineID", value(line.id) or number)),
            node(
                "ram:SpecifiedTradeProduct",
                leaf("ram:SellerAssignedID", value(line.seller_item_id)),
                leaf("ram:Name", value(line.name) or f"Position {number}"),
                leaf("ram:Description", value(line.description)),
            ),
            node("ram:SpecifiedLineTradeAgreement", node("ram:NetPriceProductTradePrice", charge)),
            node("ram:SpecifiedLineTradeDelivery", billed),
            node(
                "ram:SpecifiedLineTradeSettlement",
                node(
                    "ram:ApplicableTradeTax",
                    leaf("ram:TypeCode", "VAT"),
                    leaf("ram:CategoryCode", einvoice.category(rate, line.vat_category)),
                    leaf("ram:RateApplicablePercent", rate),
                ),
                node(
                    "ram:SpecifiedTradeSettlementLineMonetarySummation",
                    leaf("ram:LineTotalAmount", value(line.net_amount)),
                ),
            ),
        )


def _adjustment(each: Adjustment) -> Iterator[Element]:
    return node(
        "ram:SpecifiedTradeAllowanceCharge",
        node("ram:ChargeIndicator", iter((Element("udt:Indicator", str(each.is_charge).lower()),))),
        leaf("ram:ActualAmount", each.amount),
        leaf("ram:Reason", each.reason),
        node(
            "ram:CategoryTradeTax",
            leaf("ram:TypeCode", "VAT"),
            leaf("ram:CategoryCode", each.category),
            leaf("ram:RateApplicablePercent", each.rate),
        ),
    )


def _tax(each: VatBreakdown) -> Iterator[Element]:
    rate = einvoice.rate_of(each)
    return node(
        "ram:ApplicableTradeTax",
        leaf("ram:CalculatedAmount", value(each.tax_amount) or Decimal(0)),
        leaf("ram:TypeCode", "VAT"),
        leaf("ram:ExemptionReason", value(each.exemption_reason)),
        leaf("ram:BasisAmount", value(each.taxable_amount)),
        leaf("ram:CategoryCode", einvoice.category(rate, each.category)),
        leaf("ram:RateApplicablePercent", rate),
    )


def _party(name: str, party: Party, number: str | None, country: str | None) -> Iterator[Element]:
    address = einvoice.lines_of(value(party.address), 3)
    lines = (
        each
        for tag, line in zip(("LineOne", "LineTwo", "LineThree"), address, strict=False)
        for each in leaf(f"ram:{tag}", line)
    )
    email = node("ram:EmailURIUniversalCommunication", leaf("ram:URIID", value(party.email)))
    return node(
        f"ram:{name}",
        leaf("ram:ID", number),
        leaf("ram:Name", value(party.name)),
        node(
            "ram:SpecifiedLegalOrganization",
            leaf("ram:ID", value(party.legal_id)),
            leaf("ram:TradingBusinessName", value(party.trading_name)),
        ),
        node("ram:DefinedTradeContact", email),
        # The schema allows no address without its country.
        node("ram:PostalTradeAddress", lines, leaf("ram:CountryID", country)) if country else iter(()),
        node("ram:SpecifiedTaxRegistration", leaf("ram:ID", value(party.tax_number), schemeID="FC")),
        node("ram:SpecifiedTaxRegistration", leaf("ram:ID", value(party.vat_id), schemeID="VA")),
    )
