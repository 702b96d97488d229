"""What a file is by its content, and what it may be called."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.core.documents import MediaType, safe_name, sniff


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"%PDF-1.7\n", MediaType.PDF),
        (b"junk\n" * 100 + b"%PDF-1.4", MediaType.PDF),
        (b"x" * 1024 + b"%PDF-1.4", MediaType.PDF),
        (b"x" * 1025 + b"%PDF-1.4", MediaType.TEXT),
        ("Größe".encode(), MediaType.TEXT),
        ("Größe".encode("latin-1"), MediaType.TEXT),
        ("Größe".encode("utf-16"), MediaType.TEXT),
        (b"# Title\n\fSecond page\r\n", MediaType.TEXT),
        (b"Dear\x00Sir", MediaType.UNKNOWN),
        (b"{\\rtf1 Dear Sir}", MediaType.UNKNOWN),
        (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
        (b"\xff\xd8\xff\xe0", MediaType.JPEG),
        (b"PK\x03\x04 %PDF-1.4", MediaType.ZIP),
        (b"MZ\x90\x00 %PDF-1.4", MediaType.UNKNOWN),
        (b"<html>%PDF-1.4", MediaType.HTML),
        (b"\xef\xbb\xbf\r\n <html>%PDF-1.4", MediaType.HTML),
        (b"<p>%PDF-1.4", MediaType.UNKNOWN),
        (b"\n<!-- a page -->\n<!-- of ours --> <!DOCTYPE html>", MediaType.HTML),
        (b"<SCRIPT>alert(1)</SCRIPT>", MediaType.HTML),
        (b"<?xml version='1.0'?><note/>", MediaType.XML),
        (b"<svg viewBox='0 0 1 1'/>", MediaType.XML),
        (b"<rsm:Invoice id='1' xmlns:rsm='urn:x'>", MediaType.XML),
        (b"<!DOCTYPE note SYSTEM 'x'>", MediaType.XML),
        (b"<3 is what I wrote.", MediaType.TEXT),
        (b"<otto@example.com> wrote:", MediaType.TEXT),
        (b"< 5 % of all", MediaType.TEXT),
        (b'<p align="center">\n\n# Title', MediaType.TEXT),
        (b"<!-- draft -->\n# Title", MediaType.TEXT),
        (b"<html-less text>", MediaType.TEXT),
        (b"<\x00p", MediaType.UNKNOWN),
        (b"<!---->" * 146 + b"<", MediaType.TEXT),  # each way to part the comments would take a lifetime
        (b"GIF89a%PDF-1.4", MediaType.UNKNOWN),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", MediaType.WEBP),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", MediaType.HEIC),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", MediaType.HEIC),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", MediaType.UNKNOWN),
        (b"\0\0\0\x14ftypmp42\0\0\0\0mp42" + b"heic", MediaType.UNKNOWN),
        (b"", MediaType.UNKNOWN),
    ],
)
def test_content_decides_what_a_file_is(head, expected):
    assert sniff(head) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Böse Datei.pdf", "Böse Datei.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("\u202egnp.pdf", "gnp.pdf"),
        ("", "document.pdf"),
        (None, "document.pdf"),
        ("..", "document.pdf"),
        ("-rf.pdf", "rf.pdf"),
        (". -a.pdf", "a.pdf"),
        ("請求書.pdf", "請求書.pdf"),
    ],
)
def test_a_name_keeps_its_words_and_loses_its_tricks(given, expected):
    assert safe_name(given) == expected


@given(st.text(max_size=400))
def test_any_name_becomes_a_safe_one(text):
    name = safe_name(text)
    assert name
    assert len(name.encode()) <= 200
    assert "/" not in name
    assert not {unicodedata.category(character) for character in name} & {"Cc", "Cf", "Zl", "Zp"}
    assert safe_name(name) == name
