"""Text files as pages: what one reads of them, and where it stands, in characters and lines."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.core.errors import InvalidPageRange, TooManyPages, UnknownEncoding
from pdfmill.core.limits import Limits
from pdfmill.core.pages import PageRanges
from pdfmill.services.layout.model import Heading, ListItem, Paragraph, Table
from pdfmill.services.layout.text_files import read_text_file
from pdfmill.services.writing.flow import code_text, is_code, lines_of

MARKDOWN = """\
# Storage of *grain*

Grain is stored in **silos**, because
[silos](https://silo.example) keep `mice` away.

- wheat
  1. winter wheat
- rye

| grain | tonnes |
| ----- | ------ |
| wheat | 4,200  |

```python
if silo:
    fill(silo)
```
"""


@pytest.fixture
def read(tmp_path):
    def read(text, name="a.txt", **limits):
        path = tmp_path / "0"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_text_file(path, name, Limits(**limits))

    return read


def words_of(pages):
    return [word for page in pages for block in page.blocks for line in lines_of(block) for word in line.words]


def test_markdown_is_read_as_what_it_says(read):
    (page,) = read(MARKDOWN, "grain.md")
    heading, paragraph, wheat, winter, rye, table, code = page.blocks
    assert isinstance(heading, Heading)
    assert (heading.level, heading.lines[0].text) == (1, "Storage of grain")
    assert isinstance(paragraph, Paragraph)
    expected = ["Grain is stored in silos, because", "silos keep mice away."]
    assert [line.text for line in paragraph.lines] == expected
    assert all(isinstance(item, ListItem) for item in (wheat, winter, rye))
    assert [(item.marker, item.level) for item in (wheat, winter, rye)] == [("•", 1), ("1.", 2), ("•", 1)]
    assert isinstance(table, Table)
    assert table.grid() == [["grain", "tonnes"], ["wheat", "4,200"]]
    assert is_code(code)
    assert code_text(code.lines) == "if silo:\n    fill(silo)"


def test_each_word_tells_its_line_and_column(read):
    (page,) = read(MARKDOWN, "grain.md")
    silos = next(word for word in words_of([page]) if word.text == "silos")
    assert silos.box == (1, 3, 6, 4)


def test_plain_text_has_paragraphs_items_and_pages(read):
    first, second = read("One line\ngoes on.\n\nNext.\n- an item\n- another\n\fSecond page.")
    assert [block.kind for block in first.blocks] == ["paragraph", "paragraph", "list_item", "list_item"]
    assert [block.lines[0].text for block in second.blocks] == ["Second page."]
    assert (first.number, second.number) == (1, 2)


def test_lines_that_are_not_broken_are_paragraphs_each(read):
    (page,) = read(f"{'A long line. ' * 30}\nA short one.\n")
    assert len(page.blocks) == 2


def test_a_byte_order_mark_is_no_text(read):
    assert words_of(read(b"\xef\xbb\xbfHello"))[0].text == "Hello"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_refused_with_what_to_do(read, encoding):
    with pytest.raises(UnknownEncoding, match="iconv"):
        read("Größe".encode(encoding))


def test_form_feeds_are_counted_as_pages(read):
    with pytest.raises(TooManyPages):
        read("a\fb\fc", max_pages=2)


def test_a_page_that_is_not_there_is_told(read):
    with pytest.raises(InvalidPageRange):
        PageRanges.parse("3").resolve(len(read("a\fb")))


@given(st.text(st.sampled_from(string.ascii_letters + "0123456789 .,\n\f-*#|`>äß\u4e2d"), max_size=200))
def test_no_word_of_a_plain_text_is_lost(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("text") / "0"
    path.write_text(text, encoding="utf-8")
    pages = read_text_file(path, "a.txt", Limits())
    # Markers of list items stand apart from their lines.
    markers = [block.marker for page in pages for block in page.blocks if isinstance(block, ListItem)]
    assert sorted([*(word.text for word in words_of(pages)), *markers]) == sorted(text.split())
    read_text_file(path, "a.md", Limits())


def test_words_of_markdown_have_their_looks_and_links(read):
    text = "Grain is **stored** in [*old* silos](https://silo.example), `not` in<br>barns."
    words = [word for line in read(text, "a.md")[0].blocks[0].lines for word in line.words]
    assert [word.text for word in words if word.style.bold] == ["stored"]
    assert [word.text for word in words if word.style.italic] == ["old"]
    assert [word.text for word in words if word.style.monospaced] == ["not"]
    assert [word.text for word in words if word.link == "https://silo.example"] == ["old", "silos,"]
    assert [word.text for word in words][-2:] == ["in", "barns."]
