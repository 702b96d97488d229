"""Many files in one."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.core.documents import InputFile
from pdfmill.core.errors import EmptyInput, ForbiddenContent, WrongInputCount
from pdfmill.services.packing import pack, unique_names, unpack


@pytest.fixture
def archive(tmp_path):
    """Makes an archive of members given by name."""

    def archive(*names):
        path = tmp_path / "in.zip"
        with zipfile.ZipFile(path, "w") as file:
            for name in names:
                file.writestr(name, f"content of {name}")
        return InputFile.at(path)

    return archive


def test_what_is_for_programs_only_is_left_out(archive, ctx):
    given = archive("b/", "b/x.pdf", ".DS_Store", "__MACOSX/._x.pdf", "b/.hidden.pdf", "y.pdf")
    assert [output.name for output in unpack([given], ctx, most=10)] == ["x.pdf", "y.pdf"]


def test_files_and_archives_keep_their_order(archive, ctx, tmp_path):
    (tmp_path / "first.pdf").write_bytes(b"%PDF-1")
    found = unpack([InputFile.at(tmp_path / "first.pdf"), archive("second.pdf")], ctx, most=10)
    assert [output.path.read_bytes() for output in found] == [b"%PDF-1", b"content of second.pdf"]


def test_an_archive_without_files_is_refused(archive, ctx):
    with pytest.raises(EmptyInput):
        unpack([archive("folder/")], ctx, most=10)


def test_too_many_files_are_refused(archive, ctx):
    with pytest.raises(WrongInputCount, match="at most 2"):
        unpack([archive("a", "b", "c")], ctx, most=2)


def test_a_name_that_leads_out_of_the_archive_is_refused(archive, ctx):
    with pytest.raises(ForbiddenContent):
        unpack([archive("../../x.pdf")], ctx, most=10)


def test_packing_and_unpacking_gives_the_same_files(ctx, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"content of {name}")
    pack([("1.pdf", tmp_path / "a"), ("2.pdf", tmp_path / "b")], tmp_path / "out.zip", ctx)
    found = unpack([InputFile.at(tmp_path / "out.zip")], ctx, most=10)
    assert [(each.name, each.path.read_text()) for each in found] == [
        ("1.pdf", "content of a"),
        ("2.pdf", "content of b"),
    ]


@given(st.lists(st.sampled_from(["a.pdf", "A.pdf", "a (2).pdf", "b", "b.PDF", "ß.pdf", "SS.pdf"]), max_size=12))
def test_names_are_told_apart_even_where_case_means_nothing(names):
    unique = unique_names(names)
    assert len({name.casefold() for name in unique}) == len(names)
    assert all(new.startswith(old[:1]) for old, new in zip(names, unique, strict=True))
    assert unique[:1] == names[:1]
