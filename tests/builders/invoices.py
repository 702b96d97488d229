"""Invoices set by hand, in the words of ten languages and in several layouts, and the XML that they may carry."""

import dataclasses
import datetime
from dataclasses import dataclass, field
from decimal import Decimal

import pikepdf

from builders.sheet import sheets


@dataclass(frozen=True)
class Words:
    """What a language calls things, and how it writes numbers and dates."""

    title: str
    number: str
    date: str
    due: str
    buyer: str
    headings: tuple[str, str, str, str]
    net: str
    tax: str
    gross: str
    vat_id: str
    day: str = "%d.%m.%Y"
    marks: str = ".,"
    sign: str = "{} €"
    credit: str = ""


LANGUAGES = {
    "en": Words("Invoice", "Invoice no.", "Invoice date", "Due date", "Bill to",
                ("Description", "Qty", "Unit price", "Amount"), "Subtotal", "VAT", "Total due", "VAT no.",
                "%d %B %Y", ",.",
                "£{}", "Credit note"),
    "de": Words("Rechnung", "Rechnungsnummer", "Rechnungsdatum", "Fällig am", "Rechnungsempfänger",
                ("Bezeichnung", "Menge", "Einzelpreis", "Gesamtpreis"), "Nettobetrag", "MwSt.", "Rechnungsbetrag",
                "USt-IdNr.", credit="Gutschrift"),
    "fr": Words("Facture", "Facture n°", "Date de facture", "Date d'échéance", "Facturé à",
                ("Désignation", "Quantité", "Prix unitaire", "Montant HT"), "Total HT", "TVA", "Total TTC", "N° TVA",
                "%d/%m/%Y", " ,", credit="Avoir"),
    "nl": Words("Factuur", "Factuurnummer", "Factuurdatum", "Vervaldatum", "Factuuradres",
                ("Omschrijving", "Aantal", "Prijs", "Bedrag"), "Subtotaal", "BTW", "Totaal te betalen", "BTW-nummer",
                "%d-%m-%Y",
                sign="€ {}", credit="Creditnota"),
    "es": Words("Factura", "Nº factura", "Fecha de factura", "Fecha de vencimiento", "Facturar a",
                ("Concepto", "Cantidad", "Precio", "Importe"), "Base imponible", "IVA", "Total factura", "CIF",
                "%d/%m/%Y",
                credit="Factura rectificativa"),
    "it": Words("Fattura", "Fattura n.", "Data fattura", "Scadenza", "Spett.le",
                ("Descrizione", "Quantità", "Prezzo", "Importo"), "Imponibile", "IVA", "Totale fattura", "P.IVA",
                "%d/%m/%Y",
                credit="Nota di credito"),
    "pt": Words("Fatura", "Fatura n.º", "Data da fatura", "Data de vencimento", "Faturar a",
                ("Descrição", "Quantidade", "Preço", "Valor"), "Total ilíquido", "IVA", "Total a pagar", "NIF",
                "%d-%m-%Y",
                credit="Nota de crédito"),
    "pl": Words("Faktura VAT", "Nr faktury", "Data wystawienia", "Termin platnosci", "Nabywca",
                ("Nazwa", "Ilosc", "Cena netto", "Wartosc netto"), "Razem netto", "Kwota VAT", "Razem brutto", "NIP",
                "%Y-%m-%d",
                " ,", "{} PLN", "Faktura korygujaca"),
    "sv": Words("Faktura", "Fakturanummer", "Fakturadatum", "Förfallodatum", "Fakturaadress",
                ("Benämning", "Antal", "Pris", "Belopp"), "Summa exkl. moms", "Moms", "Att betala", "Momsreg.nr",
                "%Y-%m-%d",
                " ,", "{} kr", "Kreditfaktura"),
    "da": Words("Faktura", "Fakturanr.", "Fakturadato", "Forfaldsdato", "Faktureres til",
                ("Beskrivelse", "Antal", "Pris", "Beløb"), "Subtotal", "Moms", "Total DKK", "CVR-nr.", "%d-%m-%Y",
                sign="{} kr.", credit="Kreditnota"),
}  # fmt: skip

CURRENCIES = {"en": "GBP", "pl": "PLN", "sv": "SEK", "da": "DKK"}


@dataclass(frozen=True)
class Sold:
    name: str
    quantity: Decimal
    price: Decimal
    more: tuple[str, ...] = ()

    @property
    def amount(self):
        return self.quantity * self.price


@dataclass(frozen=True)
class Bill:
    """An invoice as it is meant."""

    language: str = "en"
    number: str = "R-2024-0815"
    date: datetime.date = datetime.date(2024, 3, 25)
    due: datetime.date = datetime.date(2024, 4, 24)
    seller: str = "Nordwind Handel GmbH"
    buyer: str = "Blumen Meier KG"
    rate: Decimal = Decimal(20)
    sold: tuple[Sold, ...] = field(
        default=(
            Sold("Garden chair, folding", Decimal(4), Decimal("39.90")),
            Sold("Table top", Decimal(1), Decimal("1249.00"), ("oak, oiled", "made to measure")),
            Sold("Delivery", Decimal(2), Decimal("12.50")),
        )
    )
    credit: bool = False
    iban: str = "DE89 3704 0044 0532 0130 00"
    vat_id: str = "DE136695976"
    code: str | None = None
    places: int = 2

    @property
    def words(self):
        return LANGUAGES[self.language]

    @property
    def currency(self):
        return self.code or CURRENCIES.get(self.language, "EUR")

    @property
    def net(self):
        return sum((each.amount for each in self.sold), Decimal(0))

    @property
    def tax(self):
        return (self.net * self.rate / 100).quantize(Decimal(1).scaleb(-self.places))

    @property
    def gross(self):
        return self.net + self.tax

    def money(self, amount, *, bare=False):
        group, mark = self.words.marks
        text = f"{amount:,.{self.places}f}".replace(",", "\0").replace(".", mark).replace("\0", group)
        sign = f"{{}} {self.code}" if self.code else self.words.sign
        return text if bare else sign.format(text)

    def day(self, date):
        return date.strftime(self.words.day)

    def but(self, **changes):
        return dataclasses.replace(self, **changes)


def right(sheet, x, y, text, size=10, look=""):
    """A text that ends at x: Helvetica's digits are 0.556 em wide, and most letters of an amount are digits."""
    narrow = sum(character in ".,' :" for character in text)
    sheet.text(x - size * (0.556 * (len(text) - narrow) + 0.278 * narrow), y, text, size, look)


def letter(bill):
    """A letter: sender above the address, a title, a table, totals below, the bank at the foot."""

    def build(sheet):
        words = bill.words
        sheet.text(60, 90, f"{bill.seller} | Hafenstr. 7 | 20457 Hamburg", 7)
        for row, line in enumerate((bill.buyer, "Marktplatz 3", "80331 München")):
            sheet.text(60, 110 + 14 * row, line)
        for row, (label, value) in enumerate(_details(bill)):
            sheet.text(350, 110 + 14 * row, f"{label}:" if row % 2 else label)
            sheet.text(470, 110 + 14 * row, value)
        sheet.text(60, 220, words.credit if bill.credit else words.title, 16, "bold")
        y = _table(sheet, bill, 250)
        _totals(sheet, bill, y + 12)
        sheet.text(60, 800, f"IBAN {bill.iban}", 8)
        sheet.text(300, 800, f"{words.vat_id} {bill.vat_id}", 8)

    return build


def form(bill):
    """A form: title with number, seller at the top, the buyer under a label, values below their labels."""

    def build(sheet):
        words = bill.words
        sheet.text(60, 60, bill.seller, 14, "bold")
        sheet.text(60, 76, "Hafenstr. 7, 20457 Hamburg", 9)
        sheet.text(60, 88, f"{words.vat_id}: {bill.vat_id}", 9)
        sheet.text(60, 130, words.credit if bill.credit else words.title, 18, "bold")
        for column, (label, value) in enumerate(_details(bill)):
            sheet.text(60 + 150 * column, 160, label, 9, "bold")
            sheet.text(60 + 150 * column, 174, value, 9)
        sheet.text(60, 205, words.buyer, 9, "bold")
        for row, line in enumerate((bill.buyer, "Marktplatz 3", "80331 München")):
            sheet.text(60, 219 + 13 * row, line)
        y = _table(sheet, bill, 290)
        _totals(sheet, bill, y + 12)
        sheet.text(60, 780, f"IBAN: {bill.iban}", 8)

    return build


LAYOUTS = {"letter": letter, "form": form}


def _details(bill):
    words = bill.words
    return ((words.number, bill.number), (words.date, bill.day(bill.date)), (words.due, bill.day(bill.due)))


def _table(sheet, bill, y):
    heading = bill.words.headings
    sheet.text(60, y, heading[0], 10, "bold")
    for x, text in zip((340, 430, 535), heading[1:], strict=True):
        right(sheet, x, y, text, 10, "bold")
    for each in bill.sold:
        y += 16
        sheet.text(60, y, each.name)
        right(sheet, 340, y, f"{each.quantity}")
        right(sheet, 430, y, bill.money(each.price, bare=True))
        right(sheet, 535, y, bill.money(each.amount, bare=True))
        for line in each.more:
            y += 12
            sheet.text(60, y, line, 9)
    return y


def _totals(sheet, bill, y):
    words = bill.words
    rows = ((words.net, bill.net), (f"{words.tax} {bill.rate}%", bill.tax), (words.gross, bill.gross))
    for row, (label, amount) in enumerate(rows):
        sheet.text(330, y + 10 + 15 * row, label, 10, "bold" if row == 2 else "")
        right(sheet, 535, y + 10 + 15 * row, bill.money(amount))


def invoice_pdf(path, bill=None, layout="letter", xml=None, name="factur-x.xml"):
    """An invoice of one page, which may carry XML."""
    bill = bill or Bill()
    sheets(path, LAYOUTS[layout](bill))
    return path if xml is None else carrying(path, xml, name)


def carrying(path, xml, name="factur-x.xml"):
    """The same document with an attached file."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, xml, filename=name)
        pdf.save(path)
    return path


def cii(bill, *, gross=None, old=False):
    """CII as Factur-X has it, or as ZUGFeRD 1.0 had it; ``gross`` may lie."""
    document, trade = ("HeaderExchangedDocument", "SpecifiedSupplyChainTradeTransaction") if old else (
        "ExchangedDocument", "SupplyChainTradeTransaction")  # fmt: skip
    kind = "ApplicableSupplyChainTrade" if old else "ApplicableHeaderTrade"
    line_kind = "SpecifiedSupplyChainTrade" if old else "SpecifiedLineTrade"
    sums = "" if old else "Header"
    line_sums = "" if old else "Line"
    root = "CrossIndustryDocument" if old else "CrossIndustryInvoice"
    space = "urn:ferd:CrossIndustryDocument:invoice:1p0" if old else (
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100")  # fmt: skip
    lines = "".join(
        f"""<IncludedSupplyChainTradeLineItem>
        <AssociatedDocumentLineDocument><LineID>{number}</LineID></AssociatedDocumentLineDocument>
        <SpecifiedTradeProduct><Name>{each.name}</Name></SpecifiedTradeProduct>
        <{line_kind}Agreement><NetPriceProductTradePrice><ChargeAmount>{each.price}</ChargeAmount>
        </NetPriceProductTradePrice></{line_kind}Agreement>
        <{line_kind}Delivery><BilledQuantity unitCode="C62">{each.quantity}</BilledQuantity></{line_kind}Delivery>
        <{line_kind}Settlement><SpecifiedTradeSettlement{line_sums}MonetarySummation>
        <LineTotalAmount>{each.amount}</LineTotalAmount></SpecifiedTradeSettlement{line_sums}MonetarySummation>
        </{line_kind}Settlement></IncludedSupplyChainTradeLineItem>"""
        for number, each in enumerate(bill.sold, start=1)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><rsm:{root} xmlns:rsm="{space}">
    <ExchangedDocumentContext><GuidelineSpecifiedDocumentContextParameter><ID>urn:cen.eu:en16931:2017</ID>
    </GuidelineSpecifiedDocumentContextParameter></ExchangedDocumentContext>
    <{document}><ID>{bill.number}</ID><TypeCode>{381 if bill.credit else 380}</TypeCode>
    <IssueDateTime><DateTimeString format="102">{bill.date:%Y%m%d}</DateTimeString></IssueDateTime></{document}>
    <{trade}>{lines if not old else ""}
    <{kind}Agreement><SellerTradeParty><Name>{bill.seller}</Name><SpecifiedTaxRegistration>
    <ID schemeID="VA">{bill.vat_id}</ID></SpecifiedTaxRegistration></SellerTradeParty>
    <BuyerTradeParty><Name>{bill.buyer}</Name></BuyerTradeParty></{kind}Agreement>
    <{kind}Settlement><InvoiceCurrencyCode>{bill.currency}</InvoiceCurrencyCode>
    <SpecifiedTradePaymentTerms><DueDateDateTime><DateTimeString format="102">{bill.due:%Y%m%d}</DateTimeString>
    </DueDateDateTime></SpecifiedTradePaymentTerms>
    <SpecifiedTradeSettlement{sums}MonetarySummation><LineTotalAmount>{bill.net}</LineTotalAmount>
    <TaxBasisTotalAmount>{bill.net}</TaxBasisTotalAmount><TaxTotalAmount>{bill.tax}</TaxTotalAmount>
    <GrandTotalAmount>{gross or bill.gross}</GrandTotalAmount><DuePayableAmount>{gross or bill.gross}</DuePayableAmount>
    </SpecifiedTradeSettlement{sums}MonetarySummation></{kind}Settlement>{lines if old else ""}</{trade}></rsm:{root}>
    """.encode()


def ubl(bill):
    """UBL, as an Invoice or a CreditNote."""
    kind, verb = ("CreditNote", "Credited") if bill.credit else ("Invoice", "Invoiced")
    lines = "".join(
        f"""<a:{kind}Line><b:ID>{number}</b:ID><b:{verb}Quantity unitCode="H87">{each.quantity}</b:{verb}Quantity>
        <b:LineExtensionAmount>{each.amount}</b:LineExtensionAmount><a:Item><b:Name>{each.name}</b:Name></a:Item>
        <a:Price><b:PriceAmount>{each.price}</b:PriceAmount></a:Price></a:{kind}Line>"""
        for number, each in enumerate(bill.sold, start=1)
    )
    schemas = "urn:oasis:names:specification:ubl:schema:xsd:"
    return f"""<u:{kind} xmlns:u="{schemas}{kind}-2" xmlns:a="{schemas}CommonAggregateComponents-2"
    xmlns:b="{schemas}CommonBasicComponents-2"><b:ID>{bill.number}</b:ID><b:IssueDate>{bill.date}</b:IssueDate>
    <b:{kind}TypeCode>{381 if bill.credit else 380}</b:{kind}TypeCode>
    <b:DocumentCurrencyCode>{bill.currency}</b:DocumentCurrencyCode>
    <a:AccountingSupplierParty><a:Party><a:PartyTaxScheme><b:CompanyID>{bill.vat_id}</b:CompanyID>
    <a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme>
    <a:PartyLegalEntity><b:RegistrationName>{bill.seller}</b:RegistrationName></a:PartyLegalEntity></a:Party>
    </a:AccountingSupplierParty><a:AccountingCustomerParty><a:Party><a:PartyLegalEntity>
    <b:RegistrationName>{bill.buyer}</b:RegistrationName></a:PartyLegalEntity></a:Party></a:AccountingCustomerParty>
    <a:TaxTotal><b:TaxAmount currencyID="{bill.currency}">{bill.tax}</b:TaxAmount></a:TaxTotal>
    <a:LegalMonetaryTotal><b:LineExtensionAmount>{bill.net}</b:LineExtensionAmount>
    <b:TaxExclusiveAmount>{bill.net}</b:TaxExclusiveAmount><b:TaxInclusiveAmount>{bill.gross}</b:TaxInclusiveAmount>
    <b:PayableAmount>{bill.gross}</b:PayableAmount></a:LegalMonetaryTotal>{lines}</u:{kind}>""".encode()
