"""OASIS UBL 2.1 Invoice and CreditNote, as Peppol and XRechnung use them (EN 16931-3-2)."""

from __future__ import annotations

from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.embedded.tree import Tree
from pdfmill.services.extraction.invoices.model import Invoice, InvoiceLine, Party, Payment, Totals, VatBreakdown

_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
_MEANS = "PaymentMeans"
_ACCOUNT = f"{_MEANS}/PayeeFinancialAccount"
_TOTAL = "LegalMonetaryTotal"


def is_ubl(root: Tree) -> bool:
    return root.name in ("Invoice", "CreditNote") and root.namespace.startswith(_NAMESPACE)


def format_of(root: Tree) -> str:
    """The customization that the document says it follows."""
    return f"UBL {root.raw('CustomizationID')}".strip()


def read_ubl(root: Tree) -> Invoice:
    """The invoice or credit note that a UBL document holds."""
    currency = root.raw("DocumentCurrencyCode")
    totals = [each for each in root.all("TaxTotal") if _is_in(each, currency)]
    return Invoice(
        invoice_number=root.text("ID"),
        issue_date=root.date("IssueDate"),
        type_code=root.text("InvoiceTypeCode|CreditNoteTypeCode"),
        note=root.joined("Note"),
        currency=root.text("DocumentCurrencyCode"),
        due_date=root.date("DueDate") or root.date(f"{_MEANS}/PaymentDueDate"),
        delivery_date=root.date("Delivery/ActualDeliveryDate"),
        delivery_country=root.text("Delivery/DeliveryLocation/Address/Country/IdentificationCode"),
        period_start=root.date("InvoicePeriod/StartDate"),
        period_end=root.date("InvoicePeriod/EndDate"),
        buyer_reference=root.text("BuyerReference"),
        order_reference=root.text("OrderReference/ID"),
        preceding_invoice=root.text("BillingReference/InvoiceDocumentReference/ID"),
        customer_number=root.text("AccountingCustomerParty/Party/PartyIdentification/ID"),
        payment_terms=root.joined("PaymentTerms/Note"),
        seller=_party(root.first("AccountingSupplierParty/Party")),
        buyer=_party(root.first("AccountingCustomerParty/Party")),
        payment=Payment(
            means_code=root.text(f"{_MEANS}/PaymentMeansCode"),
            reference=root.text(f"{_MEANS}/PaymentID"),
            iban=root.text(f"{_ACCOUNT}/ID"),
            account_name=root.text(f"{_ACCOUNT}/Name"),
            debited_iban=root.text(f"{_MEANS}/PaymentMandate/PayerFinancialAccount/ID"),
            bic=root.text(f"{_ACCOUNT}/FinancialInstitutionBranch/ID"),
        ),
        totals=_totals(root, totals),
        vat_breakdown=[_tax(tax) for total in totals for tax in total.all("TaxSubtotal")],
        lines=[_line(line) for line in root.all("InvoiceLine|CreditNoteLine")],
    )


def _is_in(total: Tree, currency: str) -> bool:
    amount = total.first("TaxAmount")
    return amount is not None and amount.attribute("currencyID") in (currency, "")


def _totals(root: Tree, taxes: list[Tree]) -> Totals:
    return Totals(
        line_net_sum=root.amount(f"{_TOTAL}/LineExtensionAmount"),
        allowances=root.amount(f"{_TOTAL}/AllowanceTotalAmount"),
        charges=root.amount(f"{_TOTAL}/ChargeTotalAmount"),
        tax_exclusive=root.amount(f"{_TOTAL}/TaxExclusiveAmount"),
        tax_amount=taxes[0].amount("TaxAmount") if taxes else None,
        tax_inclusive=root.amount(f"{_TOTAL}/TaxInclusiveAmount"),
        prepaid=root.amount(f"{_TOTAL}/PrepaidAmount"),
        rounding=root.amount(f"{_TOTAL}/PayableRoundingAmount"),
        amount_due=root.amount(f"{_TOTAL}/PayableAmount"),
    )


def _party(party: Tree | None) -> Party:
    if party is None:
        return Party()
    schemes: dict[str, Found[str] | None] = {}
    for scheme in party.all("PartyTaxScheme"):
        schemes.setdefault(scheme.raw("TaxScheme/ID") or "VAT", scheme.text("CompanyID"))
    vat_id = schemes.pop("VAT", None)
    address = "PostalAddress"
    return Party(
        name=party.text("PartyLegalEntity/RegistrationName") or party.text("PartyName/Name"),
        trading_name=party.text("PartyName/Name"),
        legal_id=party.text("PartyLegalEntity/CompanyID"),
        vat_id=vat_id,
        tax_number=next(iter(schemes.values()), None),
        address=party.joined(
            f"{address}/StreetName",
            f"{address}/AdditionalStreetName",
            f"{address}/AddressLine/Line",
            f"{address}/PostalZone",
            f"{address}/CityName",
        ),
        country=party.text(f"{address}/Country/IdentificationCode"),
        email=party.text("Contact/ElectronicMail"),
    )


def _tax(tax: Tree) -> VatBreakdown:
    return VatBreakdown(
        taxable_amount=tax.amount("TaxableAmount"),
        tax_amount=tax.amount("TaxAmount"),
        category=tax.text("TaxCategory/ID"),
        rate=tax.amount("TaxCategory/Percent"),
        exemption_reason=tax.text("TaxCategory/TaxExemptionReason"),
    )


def _line(line: Tree) -> InvoiceLine:
    quantity = line.first("InvoicedQuantity|CreditedQuantity")
    unit = quantity.attribute("unitCode") if quantity is not None else ""
    return InvoiceLine(
        id=line.text("ID"),
        name=line.text("Item/Name"),
        description=line.text("Item/Description"),
        seller_item_id=line.text("Item/SellersItemIdentification/ID"),
        quantity=line.amount("InvoicedQuantity|CreditedQuantity"),
        unit=Found(value=unit, raw=unit, source="xml", confidence=1.0, rule="ubl:unitCode", evidence=[])
        if unit
        else None,
        net_price=line.amount("Price/PriceAmount"),
        vat_category=line.text("Item/ClassifiedTaxCategory/ID"),
        vat_rate=line.amount("Item/ClassifiedTaxCategory/Percent"),
        net_amount=line.amount("LineExtensionAmount"),
    )
