"""Equal objects become one; what is told apart by its place does not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from builders.fonts import add_page, embed, form, truetype
from pdfmill.services.compression.structure import merge_duplicates


@pytest.fixture
def pdf():
    with Pdf.new() as pdf:
        yield pdf


def image(pdf, data=b"abc", **entries):
    stream = Stream(pdf, data)
    stream.Type, stream.Subtype, stream.Width, stream.Height = Name.XObject, Name.Image, 1, 1
    for key, value in entries.items():
        stream[f"/{key}"] = value
    return pdf.make_indirect(stream)


def test_equal_images_become_one(pdf, ctx):
    one, two = image(pdf), image(pdf)
    page = add_page(pdf, b"/A Do /B Do", XObject={"/A": one, "/B": two})
    assert merge_duplicates(pdf, ctx) == 1
    assert page.obj.Resources.XObject.A.objgen == page.obj.Resources.XObject.B.objgen


def test_what_becomes_equal_by_merging_is_merged_as_well(pdf, ctx):
    chains = []
    for _ in range(2):
        last = image(pdf)
        for _ in range(40):
            last = form(pdf, b"/X Do", XObject={"/X": last})
        chains.append(last)
    page = add_page(pdf, b"/A Do /B Do", XObject={"/A": chains[0], "/B": chains[1]})
    assert merge_duplicates(pdf, ctx) == 41
    assert page.obj.Resources.XObject.A.objgen == page.obj.Resources.XObject.B.objgen


def test_soft_masks_are_compared_with_their_images(pdf, ctx):
    objects = {
        f"/X{number}": image(pdf, SMask=image(pdf, mask)) for number, mask in enumerate((b"one", b"one", b"two"))
    }
    page = add_page(pdf, b"", XObject=objects)
    assert merge_duplicates(pdf, ctx) == 2  # a mask, then its image
    found = page.obj.Resources.XObject
    assert found.X0.objgen == found.X1.objgen != found.X2.objgen


def test_equal_fonts_become_one_with_all_their_parts(pdf, ctx):
    program = truetype()  # made once: a font holds the second in which it was made
    fonts = [embed(pdf, program, "/FontFile2") for _ in range(3)]
    for font in fonts:
        font.Widths = pdf.make_indirect(font.Widths)
    page = add_page(pdf, b"", Font={f"/F{number}": font for number, font in enumerate(fonts)})
    assert merge_duplicates(pdf, ctx) == 2 * 4  # program, descriptor, widths, font
    assert len({page.obj.Resources.Font[f"/F{number}"].objgen for number in range(3)}) == 1


def test_pages_annotations_structure_and_metadata_stay_as_many_as_they_are(pdf, ctx):
    for _ in range(2):
        page = add_page(pdf, b"")
        page.obj.Annots = Array([pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Text))])
        page.obj.Metadata = pdf.make_stream(b"<xmp/>", Type=Name.Metadata)
        page.obj.Element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P))
        page.obj.Tagged = image(pdf, b"tagged", StructParent=3)
    merge_duplicates(pdf, ctx)
    one, two = (page.obj for page in pdf.pages)
    assert one.objgen != two.objgen
    for key in ("/Metadata", "/Element", "/Tagged"):
        assert one[key].objgen != two[key].objgen
    assert one.Annots[0].objgen != two.Annots[0].objgen


def test_streams_that_refer_to_themselves_come_to_an_end(pdf, ctx):
    streams = [form(pdf, b"/X Do") for _ in range(2)]
    for stream in streams:
        stream.Resources = Dictionary(XObject=Dictionary(X=stream))
    add_page(pdf, b"", XObject={"/A": streams[0], "/B": streams[1]})
    assert merge_duplicates(pdf, ctx) == 0


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b"]), st.integers(0, 20)), max_size=12))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_twice_changes_nothing_more(ctx, recipe):
    """Each stream may refer to an earlier one, so that any graph without circles can arise."""
    with Pdf.new() as pdf:
        streams = [image(pdf)]
        for data, target in recipe:
            streams.append(image(pdf, data, SMask=streams[target % len(streams)]))
        page = add_page(pdf, b"", XObject={f"/X{number}": stream for number, stream in enumerate(streams)})
        meaning = [_meaning(page.obj.Resources.XObject[f"/X{number}"]) for number in range(len(streams))]
        merge_duplicates(pdf, ctx)
        assert merge_duplicates(pdf, ctx) == 0
        left = [page.obj.Resources.XObject[f"/X{number}"] for number in range(len(streams))]
        assert [_meaning(stream) for stream in left] == meaning
        assert len({stream.objgen for stream in left}) == len(set(meaning))


def _meaning(stream):
    mask = stream.get("/SMask")
    return (stream.read_bytes(), None if mask is None else _meaning(mask))
