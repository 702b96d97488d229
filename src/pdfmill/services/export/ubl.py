"""Invoices as OASIS UBL 2.1 Invoice or CreditNote, with the terms of EN 16931 (CEN/TS 16931-3-2)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from pdfmill.core.errors import NotExportable
from pdfmill.engines.lxml import Element, write_xml
from pdfmill.services.export import einvoice
from pdfmill.services.export.einvoice import Adjustment, decimal, value
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


def _basic(name: str, content: object, **attributes: str) -> Iterator[Element]:
    """A component with a text; none where there is nothing to say."""
    if content is None or content == "":
        return
    if isinstance(content, Decimal):
        content = decimal(content)
    elif isinstance(content, datetime.date):
        content = content.isoformat()
    yield Element(f"cbc:{name}", str(content), **attributes)


def _aggregate(name: str, *content: Iterator[Element]) -> Iterator[Element]:
    """A component of others; none where all of these are."""
    children = [each for part in content for each in part]
    if children:
        yield Element(f"cac:{name}", *children)


class _Writer:
    def __init__(self, invoice: Invoice, kind: str) -> None:
        self._invoice = invoice
        self._kind = kind
        self._currency = str(value(invoice.currency))

    def content(self) -> Iterator[Element]:
        """The children of the root, in the order of the schema."""
        invoice = self._invoice
        yield from _basic("CustomizationID", einvoice.GUIDELINE)
        yield from _basic("ID", value(invoice.invoice_number))
        yield from _basic("IssueDate", value(invoice.issue_date))
        if self._kind == "Invoice":
            yield from _basic("DueDate", value(invoice.due_date))
        yield from _basic(f"{self._kind}TypeCode", value(invoice.type_code) or "380")
        yield from _basic("Note", value(invoice.note))
        yield from _basic("DocumentCurrencyCode", self._currency)
        yield from _basic("BuyerReference", value(invoice.buyer_reference))
        start, end = value(invoice.period_start), value(invoice.period_end)
        yield from _aggregate("InvoicePeriod", _basic("StartDate", start), _basic("EndDate", end))
        yield from _aggregate("OrderReference", _basic("ID", value(invoice.order_reference)))
        preceding = _aggregate("InvoiceDocumentReference", _basic("ID", value(invoice.preceding_invoice)))
        yield from _aggregate("BillingReference", preceding)
        yield from _aggregate("AccountingSupplierParty", _party(invoice.seller, None, einvoice.seller_country(invoice)))
        buyer = _party(invoice.buyer, value(invoice.customer_number), einvoice.buyer_country(invoice))
        yield from _aggregate("AccountingCustomerParty", buyer)
        yield from _aggregate("Delivery", _basic("ActualDeliveryDate", value(invoice.delivery_date)))
        yield from self._means()
        yield from _aggregate("PaymentTerms", _basic("Note", value(invoice.payment_terms)))
        for adjustment in einvoice.adjustments(invoice):
            yield from self._adjustment(adjustment)
        yield from self._taxes()
        yield from self._totals()
        for number, line in enumerate(invoice.lines, start=1):
            yield from self._line(number, line)

    def _amount(self, name: str, amount: Decimal | None) -> Iterator[Element]:
        return _basic(name, amount, currencyID=self._currency)

    def _means(self) -> Iterator[Element]:
        payment = self._invoice.payment
        branch = _aggregate("FinancialInstitutionBranch", _basic("ID", value(payment.bic)))
        account = list(
            _aggregate(
                "PayeeFinancialAccount",
                _basic("ID", value(payment.iban)),
                _basic("Name", value(payment.account_name)),
                branch if payment.iban else iter(()),
            )
        )
        debited = _aggregate("PayerFinancialAccount", _basic("ID", value(payment.debited_iban)))
        due = self._invoice.due_date if self._kind == "CreditNote" else None
        details = [*account, *_aggregate("PaymentMandate", debited)]
        if details or payment.means_code or payment.reference or due:
            code = value(payment.means_code) or ("58" if account else "1")
            yield from _aggregate(
                "PaymentMeans",
                _basic("PaymentMeansCode", code),
                _basic("PaymentDueDate", value(due)),
                _basic("PaymentID", value(payment.reference)),
                iter(details),
            )

    def _adjustment(self, each: Adjustment) -> Iterator[Element]:
        return _aggregate(
            "AllowanceCharge",
            _basic("ChargeIndicator", str(each.is_charge).lower()),
            _basic("AllowanceChargeReason", each.reason),
            self._amount("Amount", each.amount),
            _category("TaxCategory", each.rate, each.category, None),
        )

    def _taxes(self) -> Iterator[Element]:
        total = value(self._invoice.totals.tax_amount)
        subtotals = [
            subtotal
            for each in einvoice.breakdown(self._invoice)
            for subtotal in _aggregate(
                "TaxSubtotal",
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
        yield from _aggregate("TaxTotal", self._amount("TaxAmount", total or Decimal(0)), iter(subtotals))

    def _totals(self) -> Iterator[Element]:
        totals = self._invoice.totals
        yield from _aggregate(
            "LegalMonetaryTotal",
            self._amount("LineExtensionAmount", einvoice.line_sum(self._invoice)),
            self._amount("TaxExclusiveAmount", value(totals.tax_exclusive)),
            self._amount("TaxInclusiveAmount", value(totals.tax_inclusive)),
            self._amount("AllowanceTotalAmount", einvoice.without_sign(totals.allowances)),
            self._amount("ChargeTotalAmount", einvoice.without_sign(totals.charges)),
            self._amount("PrepaidAmount", value(totals.prepaid)),
            self._amount("PayableRoundingAmount", value(totals.rounding)),
            self._amount("PayableAmount", einvoice.due_amount(self._invoice)),
        )

    def _line(self, number: int, line: InvoiceLine) -> Iterator[Element]:
        quantity = value(line.quantity)
        rate = einvoice.line_rate(self._invoice, line)
        verb = "Credited" if self._kind == "CreditNote" else "Invoiced"
        amount = value(line.net_amount)
        price = None if quantity is None else value(line.net_price)
        yield from _aggregate(
            f"{self._kind}Line",
            _basic("ID", value(line.id) or number),
            _basic(f"{verb}Quantity", Decimal(1) if quantity is None else quantity, unitCode=einvoice.unit_code(line)),
            self._amount("LineExtensionAmount", amount),
            _aggregate(
                "Item",
                _basic("Description", value(line.description)),
                _basic("Name", value(line.name) or f"Position {number}"),
                _aggregate("SellersItemIdentification", _basic("ID", value(line.seller_item_id))),
                _category("ClassifiedTaxCategory", rate, einvoice.category(rate, line.vat_category), None),
            ),
            _aggregate("Price", self._amount("PriceAmount", amount if price is None else price)),
        )


def _category(name: str, rate: Decimal, code: str, reason: str | None) -> Iterator[Element]:
    return _aggregate(
        name,
        _basic("ID", code),
        _basic("Percent", rate),
        _basic("TaxExemptionReason", reason),
        _aggregate("TaxScheme", _basic("ID", "VAT")),
    )


def _party(party: Party, number: str | None, country: str | None) -> Iterator[Element]:
    address = einvoice.lines_of(value(party.address), 3)
    street, further = (address[0] if address else None), (address[1] if len(address) > 1 else None)
    rest = _aggregate("AddressLine", _basic("Line", address[2] if len(address) > 2 else None))
    return _aggregate(
        "Party",
        _aggregate("PartyIdentification", _basic("ID", number)),
        _aggregate("PartyName", _basic("Name", value(party.trading_name))),
        _aggregate(
            "PostalAddress",
            _basic("StreetName", street),
            _basic("AdditionalStreetName", further),
            rest,
            _aggregate("Country", _basic("IdentificationCode", country)),
        ),
        _tax_scheme(value(party.vat_id), "VAT"),
        _tax_scheme(value(party.tax_number), "FC"),
        _aggregate(
            "PartyLegalEntity",
            _basic("RegistrationName", value(party.name)),
            _basic("CompanyID", value(party.legal_id)),
        ),
        _aggregate("Contact", _basic("ElectronicMail", value(party.email))),
    )


def _tax_scheme(number: str | None, scheme: str) -> Iterator[Element]:
    if number:
        yield from _aggregate(
            "PartyTaxScheme", _basic("CompanyID", number), _aggregate("TaxScheme", _basic("ID", scheme))
        )
