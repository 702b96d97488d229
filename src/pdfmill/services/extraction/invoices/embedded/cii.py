"""UN/CEFACT Cross Industry Invoice, as Factur-X, ZUGFeRD 1.0 to 2.4 and XRechnung use it (EN 16931-3-3)."""

from __future__ import annotations

import datetime

from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.embedded.tree import Tree
from pdfmill.services.extraction.invoices.model import (
    CashDiscount,
    Invoice,
    InvoiceLine,
    Party,
    Payment,
    Totals,
    VatBreakdown,
)

ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")

_DOCUMENT = "ExchangedDocument|HeaderExchangedDocument"
_TRADE = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_AGREEMENT = f"{_TRADE}/ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_DELIVERY = f"{_TRADE}/ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery"
_SETTLEMENT = f"{_TRADE}/ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMMATION = f"{_SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_MEANS = f"{_SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans"
_ACCOUNT = f"{_MEANS}/PayeePartyCreditorFinancialAccount"
_TERMS = f"{_SETTLEMENT}/SpecifiedTradePaymentTerms"
_REFERENCE = "IssuerAssignedID|ID"
_LINE_AGREEMENT = "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement"
_LINE_DELIVERY = "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery"
_LINE_SETTLEMENT = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
_LINE_SUMMATION = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_LINES = f"{_TRADE}/IncludedSupplyChainTradeLineItem"
_LINE_NOTE = "AssociatedDocumentLineDocument/IncludedNote/Content"
_RATE = "RateApplicablePercent|ApplicablePercent"


def is_cii(root: Tree) -> bool:
    return root.name in ROOTS


def format_of(root: Tree) -> str:
    """The guideline that the document says it follows."""
    context = "ExchangedDocumentContext|SpecifiedExchangedDocumentContext"
    return f"CII {root.raw(f'{context}/GuidelineSpecifiedDocumentContextParameter/ID')}".strip()


def read_cii(root: Tree) -> Invoice:
    """The invoice that a CII document holds."""
    return Invoice(
        invoice_number=root.text(f"{_DOCUMENT}/ID"),
        issue_date=root.date(f"{_DOCUMENT}/IssueDateTime/DateTimeString|DateTime"),
        type_code=root.text(f"{_DOCUMENT}/TypeCode"),
        # ZUGFeRD 1.0 puts text between lines as lines of their own; what has no amount stays as a note.
        note=root.joined(f"{_DOCUMENT}/IncludedNote/Content", f"{_LINES}/{_LINE_NOTE}"),
        currency=root.text(f"{_SETTLEMENT}/InvoiceCurrencyCode"),
        due_date=root.date(f"{_TERMS}/DueDateDateTime/DateTimeString|DateTime"),
        delivery_date=root.date(
            f"{_DELIVERY}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString|DateTime"
        ),
        delivery_country=root.text(f"{_DELIVERY}/ShipToTradeParty/PostalTradeAddress/CountryID"),
        period_start=root.date(f"{_SETTLEMENT}/BillingSpecifiedPeriod/StartDateTime/DateTimeString|DateTime"),
        period_end=root.date(f"{_SETTLEMENT}/BillingSpecifiedPeriod/EndDateTime/DateTimeString|DateTime"),
        buyer_reference=root.text(f"{_AGREEMENT}/BuyerReference"),
        order_reference=root.text(f"{_AGREEMENT}/BuyerOrderReferencedDocument/{_REFERENCE}"),
        preceding_invoice=root.text(f"{_SETTLEMENT}/InvoiceReferencedDocument/{_REFERENCE}"),
        customer_number=root.text(f"{_AGREEMENT}/BuyerTradeParty/ID"),
        payment_terms=root.joined(f"{_TERMS}/Description"),
        seller=_party(root.first(f"{_AGREEMENT}/SellerTradeParty")),
        buyer=_party(root.first(f"{_AGREEMENT}/BuyerTradeParty")),
        payment=Payment(
            means_code=root.text(f"{_MEANS}/TypeCode"),
            reference=root.text(f"{_SETTLEMENT}/PaymentReference"),
            iban=root.text(f"{_ACCOUNT}/IBANID"),
            account_name=root.text(f"{_ACCOUNT}/AccountName"),
            debited_iban=root.text(f"{_MEANS}/PayerPartyDebtorFinancialAccount/IBANID"),
            bic=root.text(f"{_MEANS}/PayeeSpecifiedCreditorFinancialInstitution/BICID"),
        ),
        totals=_totals(root),
        vat_breakdown=[_tax(tax) for tax in root.all(f"{_SETTLEMENT}/ApplicableTradeTax")],
        lines=[line for line in map(_line, root.all(_LINES)) if line.net_amount or line.quantity],
        cash_discounts=[_discount(terms) for terms in root.all(f"{_TERMS}/ApplicableTradePaymentDiscountTerms")],
    )


def _totals(root: Tree) -> Totals:
    currency = root.raw(f"{_SETTLEMENT}/InvoiceCurrencyCode")
    summation = root.first(_SUMMATION)
    if summation is None:
        return Totals()
    taxes = list(summation.all("TaxTotalAmount"))
    # BT-111 is the same in the currency of the tax office.
    own = next((tax for tax in taxes if tax.attribute("currencyID") in (currency, "")), next(iter(taxes), None))
    tax = None if own is None else own.amount("")
    return Totals(
        line_net_sum=summation.amount("LineTotalAmount"),
        allowances=summation.amount("AllowanceTotalAmount"),
        charges=summation.amount("ChargeTotalAmount"),
        tax_exclusive=summation.amount("TaxBasisTotalAmount"),
        tax_amount=tax,
        tax_inclusive=summation.amount("GrandTotalAmount"),
        prepaid=summation.amount("TotalPrepaidAmount"),
        rounding=summation.amount("RoundingAmount"),
        amount_due=summation.amount("DuePayableAmount"),
    )


def _party(party: Tree | None) -> Party:
    if party is None:
        return Party()
    address = "PostalTradeAddress"
    registrations = {each.first("ID"): each for each in party.all("SpecifiedTaxRegistration")}
    ids: dict[str, Found[str] | None] = {}
    for number, registration in registrations.items():
        if number is not None:
            ids.setdefault(number.attribute("schemeID"), registration.text("ID"))
    return Party(
        name=party.text("Name"),
        trading_name=party.text("SpecifiedLegalOrganization/TradingBusinessName"),
        legal_id=party.text("SpecifiedLegalOrganization/ID"),
        vat_id=ids.get("VA"),
        tax_number=ids.get("FC"),
        address=party.joined(
            f"{address}/LineOne",
            f"{address}/LineTwo",
            f"{address}/LineThree",
            f"{address}/PostcodeCode",
            f"{address}/CityName",
        ),
        country=party.text(f"{address}/CountryID"),
        email=party.text("DefinedTradeContact/EmailURIUniversalCommunication/URIID|CompleteNumber"),
    )


def _tax(tax: Tree) -> VatBreakdown:
    return VatBreakdown(
        taxable_amount=tax.amount("BasisAmount"),
        tax_amount=tax.amount("CalculatedAmount"),
        category=tax.text("CategoryCode"),
        rate=tax.amount(_RATE),
        exemption_reason=tax.text("ExemptionReason"),
    )


def _line(line: Tree) -> InvoiceLine:
    product = "SpecifiedTradeProduct"
    quantity = line.first(f"{_LINE_DELIVERY}/BilledQuantity")
    unit = quantity.attribute("unitCode") if quantity is not None else ""
    tax = f"{_LINE_SETTLEMENT}/ApplicableTradeTax"
    return InvoiceLine(
        id=line.text("AssociatedDocumentLineDocument/LineID"),
        name=line.text(f"{product}/Name") or line.text(_LINE_NOTE),
        description=line.text(f"{product}/Description"),
        seller_item_id=line.text(f"{product}/SellerAssignedID"),
        quantity=line.amount(f"{_LINE_DELIVERY}/BilledQuantity"),
        unit=_code(unit, "unitCode"),
        net_price=line.amount(f"{_LINE_AGREEMENT}/NetPriceProductTradePrice/ChargeAmount"),
        vat_category=line.text(f"{tax}/CategoryCode"),
        vat_rate=line.amount(f"{tax}/{_RATE}"),
        net_amount=line.amount(f"{_LINE_SETTLEMENT}/{_LINE_SUMMATION}/LineTotalAmount"),
    )


def _discount(terms: Tree) -> CashDiscount:
    basis = terms.date("BasisDateTime/DateTimeString|DateTime")
    period = terms.first("BasisPeriodMeasure")
    last = None
    if basis is not None and period is not None and period.attribute("unitCode") in ("DAY", ""):
        days = period.amount("")
        if days is not None:
            last = basis.model_copy(update={"value": basis.value + datetime.timedelta(days=int(days.value))})
    return CashDiscount(date=last, percent=terms.amount("CalculationPercent"))


def _code(value: str, name: str) -> Found[str] | None:
    if not value:
        return None
    return Found(value=value, raw=value, source="xml", confidence=1.0, rule=f"cii:{name}", evidence=[])
