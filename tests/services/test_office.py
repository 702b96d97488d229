"""Nothing hostile passes the gate before Office documents."""

import io
import stat
import zipfile

import pytest

from builders.office import docx
from pdfmill.core.errors import ArchiveTooLarge, DamagedInput, EncryptedInput, ForbiddenContent
from pdfmill.core.limits import Limits
from pdfmill.services.office import inspect_package

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def zipped(content, levels):
    for _ in range(levels):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a", content)
        content = buffer.getvalue()
    return content


def test_an_honest_document_passes_and_its_pictures_from_elsewhere_are_told(tmp_path):
    path = docx(tmp_path / "a.docx", external_picture="http://127.0.0.1:9/x.png")
    assert inspect_package(path, Limits()).external == ("http://127.0.0.1:9/x.png",)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        ({"prolog": LAUGHS}, ForbiddenContent),
        ({"prolog": XXE}, ForbiddenContent),
        ({"members": [("../../x", "x")]}, ForbiddenContent),
        ({"members": [("/etc/x", "x")]}, ForbiddenContent),
        ({"members": [("a\\..\\..\\x", "x")]}, ForbiddenContent),
        ({"members": [("C:x", "x")]}, ForbiddenContent),
        ({"members": [(link("x"), "/etc/passwd")]}, ForbiddenContent),
        ({"members": [("bomb", bytes(60 << 20))]}, ArchiveTooLarge),
        ({"members": [("deep", zipped(b"x", 4))]}, ArchiveTooLarge),
        ({"members": [(f"{number}", "") for number in range(120)]}, ArchiveTooLarge),
        ({"members": [("deep.xml", "<a>" * 300 + "</a>" * 300)]}, DamagedInput),
        ({"members": [("broken.xml", "<a>")]}, DamagedInput),
        ({"members": [("broken.rels", "<a>")]}, DamagedInput),
    ],
)
def test_what_an_attack_needs_is_refused(tmp_path, made, error):
    with pytest.raises(error):
        inspect_package(docx(tmp_path / "a.docx", **made), Limits(max_archive_members=100))


def test_a_document_in_a_document_is_common(tmp_path):
    inspect_package(docx(tmp_path / "a.docx", members=[("embedded.xlsx", zipped(b"x", 1))]), Limits())


def test_two_files_of_one_name_are_refused(tmp_path):
    path = docx(tmp_path / "a.docx")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/document.xml", "other")
    with pytest.raises(ForbiddenContent):
        inspect_package(path, Limits())


def test_a_directory_that_lies_about_sizes_gains_nothing(tmp_path):
    path = docx(tmp_path / "a.docx", members=[("big", bytes(3 << 20))])
    data = path.read_bytes()
    claimed = (3 << 20).to_bytes(4, "little")
    assert claimed in data
    path.write_bytes(data.replace(claimed, (10).to_bytes(4, "little")))
    with pytest.raises(DamagedInput):
        inspect_package(path, Limits())


def test_an_encrypted_member_asks_for_the_password_to_go(tmp_path):
    path = docx(tmp_path / "a.docx")
    data = bytearray(path.read_bytes())
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(EncryptedInput):
        inspect_package(path, Limits())


def test_a_file_that_is_no_archive_is_damaged(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 rubbish")
    with pytest.raises(DamagedInput):
        inspect_package(tmp_path / "a.docx", Limits())
