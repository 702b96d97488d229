"""Font programs, and PDF files that embed them."""

import io

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.eexec import encrypt
from fontTools.misc.psCharStrings import T1CharString, T2CharString
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from pikepdf import Array, Dictionary, Name, Stream

LETTERS = [chr(code) for code in range(ord("A"), ord("Z") + 1)] + [chr(code) for code in range(ord("a"), ord("z") + 1)]


def glyph_order(count=200):
    """The letters by name, then glyphs without a name anybody knows."""
    return [".notdef", *LETTERS, *(f"extra{number}" for number in range(count - len(LETTERS) - 1))]


def truetype(count=200, *, symbolic=False, composite=True):
    """A TrueType font of boxes, each of its own height; glyph ``Z`` is made of ``A`` and ``B``.

    Symbolic: a (3, 0) subtable at 0xF000 and a (1, 0) subtable of format 0, as symbol fonts have.
    """
    order = glyph_order(count)
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(letter): letter for letter in LETTERS})
    glyphs = {}
    for number, name in enumerate(order):
        pen = TTGlyphPen(glyphs)
        if name == "Z" and composite:
            pen.addComponent("A", (1, 0, 0, 1, 0, 0))
            pen.addComponent("B", (1, 0, 0, 1, 300, 0))
        else:
            _box(pen, number)
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (500 + number, 50) for number, name in enumerate(order)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=not symbolic)
    if symbolic:
        letters = {ord(letter): letter for letter in LETTERS}
        builder.font["cmap"].tables = [
            _subtable(4, 3, 0, {0xF000 + code: name for code, name in letters.items()}),
            _subtable(0, 1, 0, letters),
        ]
    return _saved(builder.font)


def opentype(count=120):
    """The same as OpenType with CFF outlines, wrapped."""
    return _saved(_cff_builder(count).font)


def cff(count=120, encoding=None):
    """The same as bare CFF; ``encoding``: glyph names by code."""
    font = _cff_builder(count).font
    if encoding is not None:
        font["CFF "].cff.topDictIndex[0].Encoding = [encoding.get(code, ".notdef") for code in range(256)]
    return font["CFF "].compile(font)


def type1(charstrings=None, *, subrs=None, encoding=None, form="binary", length_iv=4):
    """A Type 1 font of charstring programs, by default boxes with hints for every letter.

    Args:
        form: ``binary``, ``hex`` or ``pfb``.
    """
    programs = charstrings or {name: type1_box(number) for number, name in enumerate([".notdef", *LETTERS])}
    entries = "StandardEncoding def"
    if encoding is not None:
        puts = "\n".join(f"dup {code} /{name} put" for code, name in encoding.items())
        entries = f"256 array\n0 1 255 {{1 index exch /.notdef put}} for\n{puts}\nreadonly def"
    clear = (
        "%!PS-AdobeFont-1.0: Boxes\n11 dict begin\n/FontType 1 def\n/FontMatrix [0.001 0 0 0.001 0 0] readonly def\n"
        f"/FontBBox {{0 -200 1000 800}} readonly def\n/PaintType 0 def\n/Encoding {entries}\ncurrentfile eexec\n"
    ).encode()
    private = f"dup /Private 8 dict dup begin\n/lenIV {length_iv} def\n/BlueValues [-10 0 700 710] def\n".encode()
    private += b"/StdHW [40] def\n/BlueScale 0.039 def\n"
    private += f"/Subrs {len(subrs or ())} array\n".encode()
    for number, program in enumerate(subrs or ()):
        private += _entry(f"dup {number}", program, length_iv, " NP\n")
    private += f"2 index /CharStrings {len(programs)} dict dup begin\n".encode()
    for name, program in programs.items():
        private += _entry(f"/{name}", program, length_iv, " ND\n")
    private += b"end\nend\nmark currentfile closefile\n"
    cipher, _ = encrypt(b"init" + private, 55665)
    if form == "pfb":
        return b"".join(b"\x80" + bytes([kind]) + len(part).to_bytes(4, "little") + part for kind, part in
                        ((1, clear), (2, cipher))) + b"\x80\x03"  # fmt: skip
    return clear + (cipher.hex().encode() if form == "hex" else cipher)


def type1_box(number):
    """A charstring program: a box as high as its number, with a stem hint on each side."""
    height = 100 + 3 * number
    return [50, 500 + number, "hsbw", 0, height, "hstem", 0, 300, "vstem", 0, "hmoveto",
            300, "hlineto", height, "vlineto", -300, "hlineto", "closepath", "endchar"]  # fmt: skip


def embed(pdf, program, key, *, base_font="/Boxes", **entries):
    """A simple font with an embedded program; returns the font."""
    stream = pdf.make_indirect(Stream(pdf, program))
    if key == "/FontFile3":
        stream.Subtype = Name("/Type1C")
    stream.Length1 = len(program)
    descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name(base_font), Flags=32)
    descriptor[key] = stream
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType if key == "/FontFile2" else Name.Type1,
        BaseFont=Name(base_font),
        FirstChar=0,
        LastChar=255,
        Widths=Array([500] * 256),
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    for name, value in entries.items():
        font[f"/{name}"] = value
    return pdf.make_indirect(font)


def embed_composite(pdf, program, key, *, encoding="/Identity-H", subtype="/CIDFontType2", **entries):
    """A composite font with an embedded program; returns the font."""
    stream = pdf.make_indirect(Stream(pdf, program))
    if key == "/FontFile3":
        stream.Subtype = Name("/CIDFontType0C")
    descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name("/Boxes"), Flags=4)
    descriptor[key] = stream
    cid_font = Dictionary(
        Type=Name.Font,
        Subtype=Name(subtype),
        BaseFont=Name("/Boxes"),
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    for name, value in entries.items():
        cid_font[f"/{name}"] = value
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/Boxes"),
            Encoding=Name(encoding),
            DescendantFonts=Array([pdf.make_indirect(cid_font)]),
        )
    )


def add_page(pdf, content, **resources):
    """A page of that content stream, with ``Font={"/F1": font}`` and the like as resources; returns the page."""
    page = pdf.add_blank_page(page_size=(300, 200))
    page.obj.Resources = Dictionary({f"/{category}": Dictionary(entries) for category, entries in resources.items()})
    page.obj.Contents = pdf.make_stream(content)
    return page


def form(pdf, content, **resources):
    """A form XObject; without ``resources`` it has none of its own."""
    stream = pdf.make_stream(content)
    stream.Type, stream.Subtype, stream.BBox = Name.XObject, Name.Form, Array([0, 0, 300, 200])
    if resources:
        stream.Resources = Dictionary({f"/{kind}": Dictionary(entries) for kind, entries in resources.items()})
    return stream


def _box(pen, number):
    pen.moveTo((50, 0))
    pen.lineTo((350, 0))
    pen.lineTo((350, 100 + 3 * number))
    pen.lineTo((50, 100 + 3 * number))
    pen.closePath()


def _cff_builder(count):
    order = glyph_order(count)
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(letter): letter for letter in LETTERS})
    charstrings = {
        name: T2CharString(
            program=[
                500 + number,
                50,
                "hmoveto",
                300,
                "hlineto",
                100 + 3 * number,
                "vlineto",
                -300,
                "hlineto",
                "endchar",
            ]
        )
        for number, name in enumerate(order)
    }
    builder.setupCFF("Boxes", {}, charstrings, {"defaultWidthX": 0, "nominalWidthX": 0})
    builder.setupHorizontalMetrics({name: (500 + number, 50) for number, name in enumerate(order)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost()
    return builder


def _subtable(form, platform, encoding, cmap):
    subtable = CmapSubtable.newSubtable(form)
    subtable.platformID, subtable.platEncID, subtable.language, subtable.cmap = platform, encoding, 0, cmap
    return subtable


def _entry(key, program, length_iv, end):
    charstring = T1CharString(program=list(program))
    charstring.compile()
    data = charstring.bytecode
    if length_iv >= 0:
        data, _ = encrypt(b"\0" * length_iv + data, 4330)
    return f"{key} {len(data)} RD ".encode() + data + end.encode()


def _saved(font):
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()
