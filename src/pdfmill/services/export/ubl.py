"""Invoices as OASIS UBL 2.1 Invoice or CreditNote, with the terms of EN 16931 (CEN/TS 16931-3-2)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from pdfmill.core.errors import NotExportable
from pdfmill.engines.lxml import Element, write_xml
from pdfmill.services.export import einvoice
from pdfmill.services.export.einvoice import Adjustment, leaf, node, value
from pdfmill.services.extraction.invoices.model import Invoice, InvoiceLine, Party

_SCHEMAS = "urn:oasis:names:specification:ubl:schema:xsd:"
_PREFIXES = {"cac": f"{_SCHEMAS}CommonAggregateComponents-2", "cbc": f"{_SCHEMAS}CommonBasicComponents-2"}


def write_ubl(invoice: Invoice, path: Path) -> None:
    """Write one invoice.

    Raises:
        NotExportable: It lacks what UBL needs.
    """
    einvoice.refuse_incomplete(invoice)
    if not invoice.lines:
        raise NotExportable("UBL needs at least one line, and none was found. Use --to cii, which can do without.")
    kind = "CreditNote" if value(invoice.type_code) in einvoice.CREDIT_NOTES else "Invoice"
    root = Element(kind, *_Writer(invoice, kind).content())
    write_xml(path, root, namespace=f"{_SCHEMAS}{kind}-2", prefixes=_PREFIXES)


class _Writer:
    def __init__(self, invoice: Invoice, kind: str) -> None:
        self._invoice = invoice
        self._kind = kind
        self._currency = str(value(invoice.currency))
        self._rates = einvoice.line_rates(invoice)

    def content(self) -> Iterator[Element]:
        """The children of the root, in the order of the schema."""
        invoice = self._invoice
        yield from leaf("cbc:CustomizationID", einvoice.GUIDELINE)
        yield from leaf("cbc:ID", value(invoice.invoice_number))
        yield from leaf("cbc:IssueDate", value(invoice.issue_date))
        if self._kind == "Invoice":
            yield from leaf("cbc:DueDate", value(invoice.due_date))
        yield from leaf(f"cbc:{self._kind}TypeCode", value(invoice.type_code) or "380")
        yield from leaf("cbc:Note", value(invoice.note))
        yield from leaf("cbc:DocumentCurrencyCode", self._currency)
        yield from leaf("cbc:BuyerReference", value(invoice.buyer_reference))
        start, end = value(invoice.period_start), value(invoice.period_end)
        yield from node("cac:InvoicePeriod", leaf("cbc:StartDate", start), leaf("cbc:EndDate", end))
        yield from node("cac:OrderReference", leaf("cbc:ID", value(invoice.order_reference)))
        preceding = node("cac:InvoiceDocumentReference", leaf("cbc:ID", value(invoice.preceding_invoice)))
        yield from node("cac:BillingReference", preceding)
        yield from node("cac:AccountingSupplierParty", _party(invoice.seller, None, einvoice.seller_country(invoice)))
        buyer = _party(invoice.buyer, value(invoice.customer_number), einvoice.buyer_country(invoice))
        yield from node("cac:AccountingCustomerParty", buyer)
        country = node("cac:Country", leaf("cbc:IdentificationCode", value(invoice.delivery_country)))
        yield from node(
            "cac:Delivery",
            leaf("cbc:ActualDeliveryDate", value(invoice.delivery_date)),
            node("cac:DeliveryLocation", node("cac:Address", country)),
        )
        yield from self._means()
        yield from node("cac:PaymentTerms", leaf("cbc:Note", value(invoice.payment_terms)))
        for adjustment in einvoice.adjustments(invoice):
            yield from self._adjustment(adjustment)
        yield from self._taxes()
        yield from self._totals()
        for number, line in enumerate(invoice.lines, start=1):
            yield from self._line(number, line)

    def _amount(self, name: str, amount: Decimal | None) -> Iterator[Element]:
        return leaf(f"cbc:{name}", amount, currencyID=self._currency)

    def _means(self) -> Iterator[Element]:
        payment = self._invoice.payment
        branch = node("cac:FinancialInstitutionBranch", leaf("cbc:ID", value(payment.bic)))
        account = list(
            node(
                "cac:PayeeFinancialAccount",
                leaf("cbc:ID", value(payment.iban)),
                leaf("cbc:Name", value(payment.account_name)),
                branch if payment.iban else iter(()),
            )
        )
        debited = node("cac:PayerFinancialAccount", leaf("cbc:ID", value(payment.debited_iban)))
        due = self._invoice.due_date if self._kind == "CreditNote" else None
        details = [*account, *node("cac:PaymentMandate", debited)]
        if details or payment.means_code or payment.reference or due:
            code = value(payment.means_code) or ("58" if account else "1")
            yield from node(
                "cac:PaymentMeans",
                leaf("cbc:PaymentMeansCode", code),
                leaf("cbc:PaymentDueDate", value(due)),
                leaf("cbc:PaymentID", value(payment.reference)),
                iter(details),
            )

    def _adjustment(self, each: Adjustment) -> Iterator[Element]:
        return node(
            "cac:AllowanceCharge",
            leaf("cbc:ChargeIndicator", str(each.is_charge).lower()),
            leaf("cbc:AllowanceChargeReason", each.reason),
            self._amount("Amount", each.amount),
            _category("TaxCategory", each.rate, each.category, None),
        )

    def _taxes(self) -> Iterator[Element]:
        total = value(self._invoice.totals.tax_amount)
        subtotals = [
            subtotal
            for each in einvoice.breakdown(self._invoice)
            for subtotal in node(
                "cac:TaxSubtotal",
                self._amount("TaxableAmount", value(each.taxable_amount)),
                self._amount("TaxAmount", value(each.tax_amount) or Decimal(0)),
                _category(
                    "TaxCategory",
                    einvoice.rate_of(each),
                    einvoice.category(einvoice.rate_of(each), each.category),
                    value(each.exemption_reason),
                ),
            )
        ]
        yield from node("cac:TaxTotal", self._amount("TaxAmount", total or Decimal(0)), iter(subtotals))

    def _totals(self) -> Iterator[Element]:
        totals = self._invoice.totals
        yield from node(
            "cac:LegalMonetaryTotal",
            self._amount("LineExtensionAmount", einvoice.line_sum(self._invoice)),
            self._amount("TaxExclusiveAmount", value(totals.tax_exclusive)),
            self._amount("TaxInclusiveAmount", value(totals.tax_inclusive)),
            self._amount("AllowanceTotalAmount", einvoice.without_sign(totals.allowances)),
            self._amount("ChargeTotalAmount", einvoice.without_sign(totals.charges)),
            self._amount("PrepaidAmount", einvoice.paid_amount(self._invoice)),
            self._amount("PayableRoundingAmount", value(totals.rounding)),
            self._amount("PayableAmount", einvoice.due_amount(self._invoice)),
        )

    def _line(self, number: int, line: InvoiceLine) -> Iterator[Element]:
        quantity, price = einvoice.quantity_and_price(line)
        rate = self._rates[number - 1]
        verb = "Credited" if self._kind == "CreditNote" else "Invoiced"
        yield from node(
            f"cac:{self._kind}Line",
            leaf("cbc:ID", value(line.id) or number),
            leaf(f"cbc:{verb}Quantity", quantity, unitCode=einvoice.unit_code(line)),
            self._amount("LineExtensionAmount", value(line.net_amount)),
            node(
                "cac:Item",
                leaf("cbc:Description", value(line.description)),
                leaf("cbc:Name", value(line.name) or f"Position {number}"),
                node("cac:SellersItemIdentification", leaf("cbc:ID", value(line.seller_item_id))),
                _category("ClassifiedTaxCategory", rate, einvoice.category(rate, line.vat_category), None),
            ),
            node("cac:Price", self._amount("PriceAmount", price)),
        )


def _category(name: str, rate: Decimal, code: str, reason: str | None) -> Iterator[Element]:
    return node(
        f"cac:{name}",
        leaf("cbc:ID", code),
        leaf("cbc:Percent", rate),
        leaf("cbc:TaxExemptionReason", reason),
        node("cac:TaxScheme", leaf("cbc:ID", "VAT")),
    )


def _party(party: Party, number: str | None, country: str | None) -> Iterator[Element]:
    address = einvoice.lines_of(value(party.address), 3)
    street, further = (address[0] if address else None), (address[1] if len(address) > 1 else None)
    rest = node("cac:AddressLine", leaf("cbc:Line", address[2] if len(address) > 2 else None))
    return node(
        "cac:Party",
        node("cac:PartyIdentification", leaf("cbc:ID", number)),
        node("cac:PartyName", leaf("cbc:Name", value(party.trading_name))),
        node(
            "cac:PostalAddress",
            leaf("cbc:StreetName", street),
            leaf("cbc:AdditionalStreetName", further),
            rest,
            node("cac:Country", leaf("cbc:IdentificationCode", country)),
        ),
        _tax_scheme(value(party.vat_id), "VAT"),
        _tax_scheme(value(party.tax_number), "FC"),
        node(
            "cac:PartyLegalEntity",
            leaf("cbc:RegistrationName", value(party.name)),
            leaf("cbc:CompanyID", value(party.legal_id)),
        ),
        node("cac:Contact", leaf("cbc:ElectronicMail", value(party.email))),
    )


def _tax_scheme(number: str | None, scheme: str) -> Iterator[Element]:
    if number:
        yield from node(
            "cac:PartyTaxScheme", leaf("cbc:CompanyID", number), node("cac:TaxScheme", leaf("cbc:ID", scheme))
        )
