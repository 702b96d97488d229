"""PDF files with whatever a test needs in them."""

import io

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image


def photo(width, height, seed=1):
    """A picture with smooth shapes and some grain, as a camera makes: RGB samples, height × width × 3."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    random = np.random.default_rng(seed)
    bands = [
        127
        + 80 * np.sin(columns / width * 9 + band) * np.cos(rows / height * 7 - band)
        + random.normal(0, 4, rows.shape)
        for band in range(3)
    ]
    return np.clip(np.stack(bands, axis=2), 0, 255).astype(np.uint8)


def jpeg(pixels, quality=95):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def add_text_page(pdf, text="Hello", size=(612, 792)):
    """A page with one line of text; returns the page."""
    page = pdf.add_blank_page(page_size=size)
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    page.Resources = Dictionary(Font=Dictionary(F1=font), XObject=Dictionary())
    page.Contents = pdf.make_stream(f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET\n".encode())
    return page


def add_image(pdf, page, pixels, *, inches, encoded=None, **entries):
    """Paint an image of that many inches in the corner of a page; returns the image XObject."""
    height, width = pixels.shape[:2]
    if encoded is None:
        image = pdf.make_stream(pixels.tobytes())
    else:
        image = Stream(pdf, encoded)
        image.Filter = Name.DCTDecode
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Width, image.Height, image.BitsPerComponent = width, height, 8
    image.ColorSpace = Name.DeviceRGB if pixels.ndim == 3 else Name.DeviceGray
    for key, value in entries.items():
        image[f"/{key}"] = value
    image = pdf.make_indirect(image)
    name = f"/Im{len(page.Resources.XObject.keys())}"
    page.Resources.XObject[name] = image
    wide, high = inches[0] * 72, inches[1] * 72
    page.contents_add(f"q {wide} 0 0 {high} 36 36 cm {name} Do Q\n".encode())
    return image


def text_pdf(path, pages=1, text="Hello"):
    """Pages of text."""
    with Pdf.new() as pdf:
        for number in range(pages):
            add_text_page(pdf, f"{text} {number + 1}")
        pdf.save(path)
    return path


def photo_pdf(path, *, pixels=1600, inches=4.0, quality=95):
    """A page with a photo of far more pixels than its size on paper needs."""
    with Pdf.new() as pdf:
        page = add_text_page(pdf)
        picture = photo(pixels, pixels)
        add_image(pdf, page, picture, inches=(inches, inches), encoded=jpeg(picture, quality))
        pdf.save(path)
    return path


def rich_pdf(path, **save):
    """A photo page with everything around it that a rewrite must not lose."""
    with Pdf.new() as pdf:
        page = add_text_page(pdf)
        picture = photo(1200, 1200)
        add_image(pdf, page, picture, inches=(3, 3), encoded=jpeg(picture))
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([72, 690, 200, 720]),
            A=Dictionary(S=Name.URI, URI=String("https://example.org")),
        )
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=String("name"),
                V=String("Ada"),
                Rect=Array([72, 600, 200, 620]),
            )
        )
        page.Annots = Array([pdf.make_indirect(link), field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
        pdf.Root.Lang = String("en")
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array()))
        pdf.attachments["note.txt"] = pikepdf.AttachedFileSpec(pdf, b"attached", filename="note.txt")
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Start", 0))
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = "A title"
        pdf.save(path, **save)
    return path


def signed_pdf(path):
    """A document with a signature field that holds a signature."""
    with Pdf.new() as pdf:
        add_text_page(pdf)
        signature = pdf.make_indirect(
            Dictionary(
                Type=Name.Sig,
                Filter=Name("/Adobe.PPKLite"),
                ByteRange=Array([0, 10, 20, 30]),
                Contents=String(b"\0" * 16),
            )
        )
        field = pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("Signature"), V=signature))
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
        pdf.save(path)
    return path


def encrypted_pdf(path, *, user="secret", owner="owner"):
    return rich_pdf(path, encryption=pikepdf.Encryption(user=user, owner=owner, R=6))


def damaged_pdf(path):
    """Has the header of a PDF and nothing else of one."""
    path.write_bytes(b"%PDF-1.7\n" + b"not a pdf at all\n" * 50)
    return path


def pdf_without_pages(path):
    with Pdf.new() as pdf:
        pdf.save(path)
    return path
