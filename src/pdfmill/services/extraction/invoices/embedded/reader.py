"""The invoices that a PDF carries as files, and what could not be read of them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

from pdfmill.core.errors import DamagedInput, ForbiddenContent
from pdfmill.core.limits import Limits
from pdfmill.engines.lxml import parse_xml
from pdfmill.engines.pikepdf import embedded_files, open_pdf
from pdfmill.services.extraction.invoices.embedded import cii, ubl
from pdfmill.services.extraction.invoices.embedded.tree import Tree
from pdfmill.services.extraction.invoices.model import Invoice

#: A file of more bytes is no invoice.
_MOST_BYTES = 20 * 1024 * 1024
#: Roots of orders in the same family of formats (Order-X).
_ORDERS = ("SCRDMCCBDACIOMessageStructure", "SCRDMCCBDACIDDMessageStructure", "CrossIndustryOrder", "Order")


@dataclass(frozen=True)
class EmbeddedInvoice:
    """An invoice from an embedded file, and the format that it says it follows."""

    invoice: Invoice
    format: str


@dataclass
class Embedded:
    """What the embedded files of a document hold.

    Attributes:
        is_order: Whether one of them is an order rather than an invoice.
        warnings: Sentences about files that could not be read.
    """

    invoices: list[EmbeddedInvoice] = field(default_factory=list)
    is_order: bool = False
    warnings: list[str] = field(default_factory=list)


def read_embedded(path: Path, limits: Limits) -> Embedded:
    """Read the XML files that a PDF carries.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The PDF cannot be read.
    """
    with open_pdf(path, limits) as pdf:
        files = embedded_files(pdf, ".xml", _MOST_BYTES)
    embedded = Embedded()
    for name, content in files:
        _read(name, content, embedded)
    return embedded


def _read(name: str, content: bytes, embedded: Embedded) -> None:
    shown = name[:60]
    try:
        root = parse_xml(io.BytesIO(content))
    except (DamagedInput, ForbiddenContent) as error:
        what = "has a document type, which may be hostile" if isinstance(error, ForbiddenContent) else "is malformed"
        embedded.warnings.append(f"The embedded file {shown!r} {what}, so the invoice was read from its pages instead.")
        return
    is_cii = cii.is_cii(Tree(root, "cii"))
    tree = Tree(root, "cii" if is_cii else "ubl")
    if is_cii or ubl.is_ubl(tree):
        invoice = cii.read_cii(tree) if is_cii else ubl.read_ubl(tree)
        if invoice.invoice_number is None and invoice.totals.tax_inclusive is None:
            embedded.warnings.append(f"The embedded file {shown!r} names neither a number nor a total, so it was left.")
            return
        standard = cii.format_of(tree) if is_cii else ubl.format_of(tree)
        embedded.invoices.append(EmbeddedInvoice(invoice, standard))
    elif tree.name in _ORDERS:
        embedded.is_order = True
