"""Text, Markdown, HTML and JSON say what the page says, and nothing that it does not."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import jsonschema
import pytest

from pdfmill.services.writing.json import layout_schema
from pdfmill.services.writing.markdown import escaped


def article(sheet):
    sheet.text(72, 80, "A Title", size=24)
    sheet.paragraph(
        72, 120, ["Some words are di-", "vided by the end of a line, well-", "known ones like state-of-the-", "art."]
    )
    sheet.text(72, 200, "\u2022").text(90, 200, "one")
    sheet.text(72, 213, "\u2022").text(90, 213, "two")
    sheet.text(72, 240, "See").text(96, 240, "the manual", look="bold").text(160, 240, "now.")
    sheet.link(94, 228, 156, 244, "https://example.org/a?b=1&c=2")
    sheet.paragraph(72, 280, ["if x:", "    go()"], look="mono")
    sheet.grid((72, 172, 272), (320, 340, 360))
    for row, texts in enumerate((("Key", "a|b"), ("n", "1"))):
        for column, text in enumerate(texts):
            sheet.text(76 + 100 * column, 334 + 20 * row, text, look="" if row else "bold")


def test_plain_text_has_a_line_for_each_paragraph_and_puts_divided_words_together(written):
    assert written("plain", article).split("\n\n") == [
        "A Title",
        "Some words are divided by the end of a line, well-known ones like state-of-the-art.",
        "• one\n• two",
        "See the manual now.",
        "if x:\n    go()",
        "Key\ta|b\nn\t1\n",
    ]


def test_divided_words_are_left_alone_when_asked(written):
    assert "are di- vided" in written("plain", article, dehyphenate=False)


def test_a_form_feed_parts_pages(written):
    pages = [
        lambda sheet: sheet.text(72, 100, "first"),
        lambda sheet: sheet,
        lambda sheet: sheet.text(72, 100, "third"),
    ]
    assert written("plain", *pages) == "first\n\f\n\fthird\n"
    assert written("layout", *pages) == "first\n\f\n\fthird\n"


def test_markdown_has_headings_lists_links_code_and_tables(written):
    assert written("markdown", article) == (
        "<!-- page 1 -->\n\n"
        "# A Title\n\n"
        "Some words are divided by the end of a line, well-known ones like state-of-the-art.\n\n"
        "- one\n- two\n\n"
        "See [**the manual**](<https://example.org/a?b=1&c=2>) now.\n\n"
        "```\nif x:\n    go()\n```\n\n"
        "| Key | a\\|b |\n| --- | --- |\n| n | 1 |\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# not a heading", "\\# not a heading"),
        ("1986. A great year", "1986\\. A great year"),
        ("- 5 degrees", "\\- 5 degrees"),
        ("a * b * c [d](e) <f> `g`", "a \\* b \\* c \\[d\\](e) \\<f> \\`g\\`"),
        ("snake_case and _emphasis_", "snake_case and \\_emphasis\\_"),
        ("AT&T &amp; Sons", "AT&T \\&amp; Sons"),
        ("plain, with (brackets) and 3.5 numbers!", "plain, with (brackets) and 3.5 numbers!"),
    ],
)
def test_markdown_shows_characters_that_mean_something_in_it(text, expected):
    assert escaped(text) == expected


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def _parsed(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def test_html_says_what_things_are(written):
    tags = [tag for tag, _ in _parsed(written("html", article)).seen]
    for tag in ("main", "section", "h1", "p", "ul", "li", "a", "strong", "pre", "code", "table", "tr", "th", "td"):
        assert tag in tags, tag


def test_html_escapes_what_a_document_says_and_follows_no_script(written):
    def build(sheet):
        sheet.text(72, 100, '<script>alert(1)</script> & "quoted"')
        sheet.text(72, 130, "click").link(70, 118, 110, 134, "javascript:alert(1)")
        sheet.text(72, 160, "web").link(70, 148, 110, 164, 'https://example.org/"onclick="x')

    html = written("html", build)
    reader = _parsed(html)
    assert '<script>alert(1)</script> & "quoted"' in reader.text
    assert [tag for tag, _ in reader.seen if tag in ("script", "iframe", "object")] == []
    links = [attributes for tag, attributes in reader.seen if tag == "a"]
    assert links == [{"href": 'https://example.org/"onclick="x', "rel": "noopener noreferrer"}]


def test_html_holds_its_pictures_and_loads_nothing(written):
    html = written("html", lambda sheet: sheet.text(72, 60, "A picture").picture(72, 100, 200, 100))
    (image,) = [attributes for tag, attributes in _parsed(html).seen if tag == "img"]
    kind, _, data = image["src"].partition(";base64,")
    assert kind in ("data:image/png", "data:image/jpeg")
    assert base64.b64decode(data).startswith((b"\x89PNG", b"\xff\xd8"))
    assert re.findall(r'(?:src|href)="(?!data:)', html) == []


def test_the_policy_of_an_html_file_allows_its_own_style_and_nothing_else(written):
    html = written("html", article)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    allowed = re.search(r"style-src 'sha256-([^']+)'", html)[1]
    assert base64.b64decode(allowed) == hashlib.sha256(style.encode()).digest()
    assert "default-src 'none'" in html
    assert " style=" not in html


def test_json_is_what_its_schema_says_and_says_where_everything_is(written):
    document = json.loads(written("json", article))
    jsonschema.validate(document, layout_schema())
    assert "top left" in document["boxes"]
    (page,) = document["pages"]
    assert (page["number"], page["width"], page["quality"]) == (1, 595.0, "good")
    word = page["blocks"][0]["lines"][0]["words"][1]
    assert word["text"] == "Title"
    assert document["styles"][word["style"]]["size"] == 24.0
    assert [block["kind"] for block in page["blocks"]] == [
        "heading",
        "paragraph",
        "list_item",
        "list_item",
        "paragraph",
        "paragraph",
        "table",
    ]


def test_layout_text_keeps_columns_below_one_another(written):
    def build(sheet):
        for row, (name, price) in enumerate((("Apples", "3.50"), ("Pears and plums", "11.00"), ("Figs", "0.25"))):
            sheet.text(72, 100 + 14 * row, name).text(300, 100 + 14 * row, price)

    lines = written("layout", build).splitlines()
    assert len({line.index(price) for line, price in zip(lines, ("3.50", "11.00", "0.25"), strict=True)}) == 1


def test_running_heads_are_left_out_unless_asked_for(written):
    def build(number):
        return lambda sheet: sheet.text(72, 40, "Annual Report", size=8).text(72, 200, f"text of page {number}")

    pages = [build(number) for number in range(4)]
    assert "Annual" not in written("plain", *pages)
    assert "Annual" not in written("markdown", *pages)
    assert written("plain", *pages, running_lines=True).count("Annual Report") == 4
    assert written("html", *pages, running_lines=True).count("<header>Annual Report</header>") == 4
    assert written("layout", *pages).count("Annual Report") == 4
