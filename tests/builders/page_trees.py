"""Page trees that readers of PDF number differently."""

_FONT = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
_KIDS = b"[3 0 R 4 0 R 5 0 R]"


def _page(number, kind=b"/Type/Page"):
    return b"<<%s/Parent 2 0 R/MediaBox[0 0 300 100]/Resources %s/Contents %d 0 R>>" % (kind, _FONT, number + 10)


def _content(number):
    text = b"BT /F 24 Tf 10 40 Td (This is page %d) Tj ET" % (number - 2)
    return b"<</Length %d>>stream\n%s\nendstream" % (len(text), text)


def _file(tree, changed):
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<<" + tree + b">>"}
    objects |= {number: _page(number) for number in (3, 4, 5)}
    objects |= {number + 10: _content(number) for number in (3, 4, 5)}
    objects |= changed
    data, table = bytearray(b"%PDF-1.7\n"), bytearray(b"xref\n0 1\n0000000000 65535 f \n")
    for number, body in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += table + b"trailer\n<</Size 20/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(data)


def _three_pages(tree, **changed):
    return _file(b"/Type/Pages" + tree, {int(name[1:]): body for name, body in changed.items()})


#: Files of the three pages "This is page 1" to 3, by what is wrong with their page trees.
ODD_PAGE_TREES = {
    "a count that is too small": _three_pages(b"/Count 2/Kids" + _KIDS),
    "a count that is too large": _three_pages(b"/Count 9/Kids" + _KIDS),
    "a negative count": _three_pages(b"/Count -3/Kids" + _KIDS),
    "no count": _three_pages(b"/Kids" + _KIDS),
    "no type": _file(b"/Count 3/Kids" + _KIDS, {}),
    "a kid that is null": _three_pages(b"/Count 3/Kids[3 0 R null 4 0 R 5 0 R]"),
    "a kid that is null and counted": _three_pages(b"/Count 4/Kids[3 0 R null 4 0 R 5 0 R]"),
    "a kid that is missing": _three_pages(b"/Count 4/Kids[3 0 R 99 0 R 4 0 R 5 0 R]"),
    "a kid that is a number": _three_pages(b"/Count 3/Kids[3 0 R 7 4 0 R 5 0 R]"),
    "a kid that stands in its place": _three_pages(b"/Count 3/Kids[3 0 R " + _page(4) + b" 5 0 R]"),
    "a page without type": _three_pages(b"/Count 3/Kids" + _KIDS, n4=_page(4, b"")),
    "a page of type Pages": _three_pages(b"/Count 3/Kids" + _KIDS, n4=_page(4, b"/Type/Pages")),
    "an inner count that is too large": _three_pages(
        b"/Kids[6 0 R 5 0 R]", n6=b"<</Type/Pages/Parent 2 0 R/Count 5/Kids[3 0 R 4 0 R]>>"
    ),
    "an inner node without kids": _three_pages(
        b"/Count 3/Kids[6 0 R 3 0 R 4 0 R 5 0 R]", n6=b"<</Type/Pages/Parent 2 0 R/Count 0/Kids[]>>"
    ),
    "a root that is an inner node": _three_pages(
        b"/Count 3/Kids[6 0 R 5 0 R]",
        n1=b"<</Type/Catalog/Pages 6 0 R>>",
        n6=b"<</Type/Pages/Parent 2 0 R/Count 2/Kids[3 0 R 4 0 R]>>",
    ),
    "no table of its objects": _three_pages(b"/Count 3/Kids" + _KIDS).replace(b"xref\n0 1\n", b"x\n"),
}
