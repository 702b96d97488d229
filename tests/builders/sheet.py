"""PDF pages set by hand: text, lines and pictures where a test wants them, in points from the top left."""

import math

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from builders.pdf import photo

FONTS = {
    "": "Helvetica",
    "bold": "Helvetica-Bold",
    "italic": "Helvetica-Oblique",
    "mono": "Courier",
}


class Sheet:
    """A page under construction; fonts are of the standard 14, or ``coded`` ones that map glyph codes to text."""

    def __init__(self, pdf, width=595, height=842):
        self.pdf, self.width, self.height = pdf, width, height
        self.page = pdf.add_blank_page(page_size=(width, height))
        self.page.Resources = Dictionary(Font=Dictionary(), XObject=Dictionary())
        self._content = []

    def text(self, x, y, text, size=11, look="", angle=0, mode=0):
        """A line whose baseline begins at x, y; ``angle`` turns it clockwise."""
        font = self._font(
            f"F{look}",
            lambda: Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/" + FONTS[look]), Encoding=Name.WinAnsiEncoding
            ),
        )
        escaped = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        return self._show(font, b"(" + escaped + b")", x, y, size, angle, mode)

    def coded(self, x, y, text, size=11, *, mapped=True):
        """A line in a composite font whose codes are those of the characters; without ``mapped`` it does not say so."""
        to_unicode = _EVERYTHING if mapped else None
        font = self._font(f"C{mapped}", lambda: _composite_font(self.pdf, to_unicode))
        return self._show(font, f"<{text.encode('utf-16-be').hex()}>".encode(), x, y, size, 0, 0)

    def paragraph(self, x, y, lines, size=11, leading=1.2, look=""):
        """Lines below one another; returns the baseline of the next."""
        for line in lines:
            self.text(x, y, line, size, look)
            y += size * leading
        return y

    def line(self, x0, y0, x1, y1):
        self._content.append(f"{x0} {self.height - y0} m {x1} {self.height - y1} l S".encode())
        return self

    def grid(self, xs, ys):
        """A ruled grid."""
        for x in xs:
            self.line(x, ys[0], x, ys[-1])
        for y in ys:
            self.line(xs[0], y, xs[-1], y)
        return self

    def picture(self, x, y, width, height, pixels=None):
        samples = photo(40, 40) if pixels is None else pixels
        image = self.pdf.make_stream(samples.tobytes())
        image.Type, image.Subtype, image.BitsPerComponent = Name.XObject, Name.Image, 8
        image.Width, image.Height, image.ColorSpace = samples.shape[1], samples.shape[0], Name.DeviceRGB
        name = f"/I{len(self.page.Resources.XObject.keys())}"
        self.page.Resources.XObject[name] = self.pdf.make_indirect(image)
        self._content.append(f"q {width} 0 0 {height} {x} {self.height - y - height} cm {name} Do Q".encode())
        return self

    def link(self, left, top, right, bottom, uri):
        annotation = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([left, self.height - bottom, right, self.height - top]),
            A=Dictionary(S=Name.URI, URI=String(uri)),
        )
        annotations = self.page.get("/Annots", Array([]))
        annotations.append(self.pdf.make_indirect(annotation))
        self.page.Annots = annotations
        return self

    def marked(self, tag, mark, add):
        """What ``add`` puts on the page, as marked content of a structure type."""
        self._content.append(f"/{tag} <</MCID {mark}>> BDC".encode())
        add(self)
        self._content.append(b"EMC")
        return self

    def finish(self):
        self.page.Contents = self.pdf.make_stream(b"\n".join(self._content))

    def _font(self, name, make):
        fonts = self.page.Resources.Font
        if f"/{name}" not in fonts:
            fonts[f"/{name}"] = self.pdf.make_indirect(make())
        return name

    def _show(self, font, shown, x, y, size, angle, mode):
        turn = math.radians(-angle)
        a, b = math.cos(turn), math.sin(turn)
        matrix = f"{a:.5f} {b:.5f} {-b:.5f} {a:.5f} {x} {self.height - y}"
        self._content.append(f"BT /{font} {size} Tf {mode} Tr {matrix} Tm ".encode() + shown + b" Tj ET")
        return self


#: Every code is its own character, but for the ligature of lam and alef: one glyph for two letters, as fonts have it.
_EVERYTHING = (
    b"3 beginbfrange <0000> <d7ff> <0000> <e000> <fefa> <e000> <fefd> <ffff> <fefd> endbfrange\n"
    b"2 beginbfchar <fefb> <06440627> <fefc> <06440627> endbfchar"
)


def _composite_font(pdf, to_unicode):
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.Helvetica,
        Flags=4,
        FontBBox=Array([0, -200, 1000, 800]),
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=700,
        StemV=80,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.Helvetica,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        DW=600,
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.Helvetica,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
    )
    if to_unicode is not None:
        font.ToUnicode = pdf.make_stream(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /C def /CMapType 2 def\n"
            b"1 begincodespacerange <0000> <ffff> endcodespacerange\n" + to_unicode + b"\nendcmap end end"
        )
    return font


def sheets(path, *build, **save):
    """A document with a page for each function, which gets the page's `Sheet`; returns the path."""
    with Pdf.new() as pdf:
        for each in build:
            sheet = Sheet(pdf)
            each(sheet)
            sheet.finish()
        pdf.save(path, **save)
    return path


def with_outline(path, titles):
    """Add an outline: titles by page index, each with its level from 1."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        with pdf.open_outline() as outline:
            parents = [outline.root]
            for title, page_index, level in titles:
                item = pikepdf.OutlineItem(title, page_index)
                del parents[level:]
                parents[-1].append(item)
                parents.append(item.children)
        pdf.save(path)
    return path
