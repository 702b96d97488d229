"""What a rewrite must not lose is told from what it is."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from builders.pdf import add_text_page
from pdfmill.services.compression.inventory import inventory


@pytest.fixture
def pdf():
    """Two pages, a link from the first to the second, an outline item, an attachment, a structure tree."""
    with Pdf.new() as pdf:
        pages = [add_text_page(pdf) for _ in range(2)]
        action = Dictionary(S=Name.GoTo, D=Array([pages[1].obj, Name.Fit]))
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
        pages[0].obj.Annots = Array([pdf.make_indirect(link)])
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Second", 1))
        pdf.attachments["data.xml"] = b"<invoice/>"
        paragraph = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, K=0))
        pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array([paragraph])))
        yield pdf


def _link_elsewhere(pdf):
    pdf.pages[0].Annots[0].A.D[0] = pdf.pages[0].obj


def _other_address(pdf):
    pdf.pages[0].Annots[0].A = Dictionary(S=Name.URI, URI=String("https://example.org"))


def _outline_elsewhere(pdf):
    pdf.Root.Outlines.First.Dest[0] = pdf.pages[0].obj


def _other_bytes(pdf):
    pdf.attachments["data.xml"].get_file().obj.write(b"<invoicE/>")


def _element_lost(pdf):
    del pdf.Root.StructTreeRoot.K[0].S
    pdf.Root.StructTreeRoot.K[0].K = Array()


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (_link_elsewhere, "the targets of links"),
        (_other_address, "the targets of links"),
        (_outline_elsewhere, "the outline"),
        (_other_bytes, "attachments"),
        (_element_lost, "the structure tree"),
    ],
)
def test_a_loss_is_seen_where_counts_are_the_same(pdf, harm, what):
    before = inventory(pdf)
    harm(pdf)
    after = inventory(pdf)
    assert {key for key in before if before[key] != after[key]} == {what}


def test_a_copy_of_a_document_holds_the_same(pdf, tmp_path):
    pdf.save(tmp_path / "copy.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    with Pdf.open(tmp_path / "copy.pdf") as copy:
        assert inventory(copy) == inventory(pdf)


def test_trees_that_run_in_circles_come_to_an_end(pdf):
    tree = pdf.Root.StructTreeRoot
    tree.K[0].K = tree
    pdf.Root.Outlines.First.Next = pdf.Root.Outlines.First
    loop = pdf.make_indirect(Dictionary(S=Name.GoTo))
    loop.Next = loop
    pdf.pages[0].Annots[0].A = loop
    assert inventory(pdf)["the structure tree"].total() == 2
