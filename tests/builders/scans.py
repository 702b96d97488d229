"""Pictures of text, as scanners make them."""

import io
from functools import cache
from pathlib import Path

import fpdf
import img2pdf
import numpy as np
import ocrmypdf
import pikepdf
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

FONT = Path(ocrmypdf.__file__).parent / "data" / "NotoSans-Regular.ttf"

ENGLISH = (
    "The quick brown fox jumps over the lazy dog while",
    "seven wizards quietly mix a jug of liquid and water.",
    "Every page of this document was printed on paper",
    "before somebody placed it on the glass of a scanner.",
    "Invoices, letters and contracts are kept like this,",
    "and nobody finds a word in them without reading all.",
    "A good machine reads them in the night and remembers",
    "where each of the words stands on each of the pages.",
    "The morning after that, a search takes no time at all,",
    "and the old folders may stay where they always were.",
)
GERMAN = (
    "Die Rechnung für die Lieferung der Möbel liegt bei und",
    "ist innerhalb von vierzehn Tagen ohne Abzug zu zahlen.",
    "Über Änderungen der Öffnungszeiten unterrichten wir Sie",
    "rechtzeitig durch einen Aushang an der Eingangstür.",
    "Bitte überweisen Sie den fälligen Betrag auf das unten",
    "genannte Konto und geben Sie die Rechnungsnummer an.",
)
#: Pixels per inch of the scans.
DPI = 150


@cache
def scan(lines=ENGLISH, *, skew=0.0, turn=0, uneven=False, size=(8.27, 5.5)):
    """Grey samples, height × width: lines of text that slant clockwise, turned clockwise, in even or uneven light."""
    width, height = (round(inches * DPI) for inches in size)
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), round(11 * DPI / 72))
    for number, line in enumerate(lines):
        draw.text((0.9 * DPI, 0.8 * DPI + number * 0.32 * DPI), line, font=font, fill=20)
    pixels = np.asarray(image.rotate(-skew, Image.Resampling.BICUBIC, fillcolor=255))
    if uneven:
        light = np.linspace(1.0, 0.35, width)[None, :] * np.linspace(1.0, 0.8, height)[:, None]
        pixels = (pixels * light).astype(np.uint8)
    return np.ascontiguousarray(np.rot90(pixels, -turn // 90))


def png(pixels, dpi=DPI):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


def scan_pdf(path, *pages):
    """A PDF of which each page is a picture."""
    path.write_bytes(img2pdf.convert([png(page) for page in pages]))
    return path


def scanned(path, source):
    """The pages of a PDF as a scanner makes them: pictures and nothing else."""
    with pypdfium2.PdfDocument(source) as document:
        pages = [page.render(scale=DPI / 72, grayscale=True).to_numpy().squeeze() for page in document]
    return scan_pdf(path, *pages)


def found_part(text, lines=ENGLISH):
    """Which part of the words of some lines a text has."""
    words = " ".join(lines).split()
    found = set(text.split())
    return sum(word in found for word in words) / len(words)


def garbled_pdf(path, lines=ENGLISH):
    """A page of text in a font that does not tell what its glyphs mean: it looks right, and copies as nonsense."""
    pdf = fpdf.FPDF(unit="pt", format="A4")
    pdf.add_font("Text", fname=FONT)
    pdf.set_font("Text", size=11)
    pdf.add_page()
    for number, line in enumerate(lines):
        pdf.text(60, 80 + 20 * number, line)
    with pikepdf.open(io.BytesIO(pdf.output())) as document:
        for each in document.objects:
            if isinstance(each, pikepdf.Dictionary) and pikepdf.Name.ToUnicode in each:
                del each.ToUnicode
        document.save(path)
    return path
