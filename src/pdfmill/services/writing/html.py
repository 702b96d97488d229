"""HTML: one file that loads nothing, runs nothing, and says what things are and not how they look."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from html import escape

from pdfmill.services.layout.model import Block, Cell, Heading, Line, ListItem, Page, Paragraph, Picture, Table
from pdfmill.services.writing.addresses import is_web_address
from pdfmill.services.writing.flow import Span, code_text, is_code, running_text, spans
from pdfmill.services.writing.manner import Manner

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; color: #222; }
section + section { border-top: 1px solid #ccc; margin-top: 2rem; padding-top: 1rem; }
table { border-collapse: collapse; } td, th { border: 1px solid #bbb; padding: .2rem .5rem; vertical-align: top; }
td, th { white-space: pre-line; text-align: start; } pre { overflow-x: auto; } header, footer { color: #777; }
h4, h5, h6 { font-size: 1rem; }
img { max-width: 100%; height: auto; } figure { margin: 1rem 0; } ul.marked { list-style: none; }
"""

#: The policy allows this style sheet by its hash, pictures that stand in the file itself, and nothing else.
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; img-src data:; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"


class HtmlWriter:
    """Writes semantic HTML.

    Args:
        picture: The image file of a picture on a page, as (media type, bytes); None to leave pictures out.
    """

    def __init__(self, manner: Manner, picture: Callable[[Page, Picture], tuple[str, bytes]] | None) -> None:
        self._manner = manner
        self._picture = picture

    def head(self, title: str, page_count: int) -> str:
        return (
            "<!DOCTYPE html>\n<html>\n<head>\n"
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title) or 'Document'}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        )

    def page(self, page: Page) -> str:
        parts = "\n".join(self._parts(page))
        return f'<section id="page-{page.number}" aria-label="Page {page.number}">\n{parts}\n</section>\n'

    def tail(self) -> str:
        return "</main>\n</body>\n</html>\n"

    def _parts(self, page: Page) -> Iterator[str]:
        if self._manner.running_lines and page.headers:
            yield f"<header>{_broken(page.headers)}</header>"
        items: list[ListItem] = []
        for block in page.blocks:
            if isinstance(block, ListItem):
                items.append(block)
                continue
            if items:
                yield self._list(items)
                items = []
            yield self._block(page, block)
        if items:
            yield self._list(items)
        if self._manner.running_lines and page.footers:
            yield f"<footer>{_broken(page.footers)}</footer>"

    def _block(self, page: Page, block: Block) -> str:
        if is_code(block):
            assert isinstance(block, Paragraph)
            return f"<pre><code>{escape(code_text(block.lines))}</code></pre>"
        match block:
            case Heading():
                text = escape(running_text(block.lines, dehyphenate=self._manner.dehyphenate))
                return f'<h{block.level} dir="auto">{text}</h{block.level}>'
            case Paragraph():
                return f'<p dir="auto">{self._text(block.lines)}</p>'
            case Table():
                return _table(block)
            case Picture():
                return self._figure(page, block)
            case ListItem():
                return self._list([block])

    def _figure(self, page: Page, picture: Picture) -> str:
        if self._picture is None or picture.source == "background":
            return ""
        media_type, data = self._picture(page, picture)
        width, height = round(picture.box.width * 96 / 72), round(picture.box.height * 96 / 72)  # CSS pixels
        words = " ".join(line.text for line in picture.lines) or f"Picture on page {page.number}"
        return (
            f'<figure><img alt="{escape(words)}" width="{width}" height="{height}" '
            f'src="data:{media_type};base64,{base64.b64encode(data).decode()}"></figure>'
        )

    def _list(self, items: list[ListItem]) -> str:
        """Items as lists within lists; bullets are the browser's, numbers those of the document."""
        written: list[str] = []
        open_lists: list[str] = []
        for item in items:
            while len(open_lists) > item.level:
                written.append(f"</li></{open_lists.pop()}>")
            if len(open_lists) == item.level:
                written.append("</li>")
            while len(open_lists) < item.level:
                open_lists.append("ul")
                written.append('<ul class="marked">' if item.ordered else "<ul>")
            marker = f"{escape(item.marker)} " if item.ordered else ""
            written.append(f'<li dir="auto">{marker}{self._text(item.lines)}')
        written += [f"</li></{tag}>" for tag in reversed(open_lists)]
        return "".join(written)

    def _text(self, lines: tuple[Line, ...]) -> str:
        text = ""
        for span in spans(lines, dehyphenate=self._manner.dehyphenate):
            text += ("" if span.glued or not text else " ") + _span(span)
        return text


def _span(span: Span) -> str:
    text = escape(span.text)
    for wanted, tag in ((span.monospaced, "code"), (span.italic, "em"), (span.bold, "strong")):
        if wanted:
            text = f"<{tag}>{text}</{tag}>"
    if span.link and is_web_address(span.link):
        return f'<a href="{escape(span.link)}" rel="noopener noreferrer">{text}</a>'
    return text


def _broken(lines: tuple[Line, ...]) -> str:
    return "<br>".join(escape(line.text) for line in lines)


def _table(table: Table) -> str:
    rows: list[list[str]] = [[] for _ in range(table.row_count)]
    covered = {
        (row, column)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    }
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    for row in range(table.row_count):
        for column in range(table.column_count):
            if cell := cells.get((row, column)):
                rows[row].append(_cell(cell))
            elif (row, column) not in covered:
                rows[row].append("<td></td>")
    return "<table>\n" + "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "\n</table>"


def _cell(cell: Cell) -> str:
    is_head = cell.row == 0 and bool(cell.lines) and all(line.bold for line in cell.lines)
    tag = "th" if is_head else "td"
    spans_over = (("rowspan", cell.row_span), ("colspan", cell.column_span))
    attributes = "".join(f' {name}="{count}"' for name, count in spans_over if count > 1)
    return f'<{tag} dir="auto"{attributes}>{escape(cell.text)}</{tag}>'
