"""Taking text out of pages: of the operators that show text, those go whose text begins inside a given box.

Only the text goes: lines, pictures and colours stay as they are (ISO 32000-1, 9.4: where text is shown follows from the
matrices of the graphics state and the text state).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pikepdf import (
    Array,
    ContentStreamInstruction,
    Dictionary,
    Matrix,
    Name,
    Object,
    Operator,
    Page,
    Pdf,
    Stream,
    parse_content_stream,
    unparse_content_stream,
)

from pdfmill.services.layout.model import Box
from pdfmill.services.placing import placement

_SHOWS = ("Tj", "TJ", "'", '"')
_DEEPEST = 8
#: Points by which text may begin outside of its box.
_SLACK = 1.0


def remove_text(pdf: Pdf, page: Page, boxes: Sequence[Box]) -> None:
    """Remove the text of a page that begins in one of the boxes, given as in `services.layout.model`."""
    matrix, _, height = placement(page)
    shown = Matrix(*matrix).inverse()
    remover = _Remover(pdf, boxes, height)
    page.obj.Resources = own_resources(page.resources)
    instructions = remover.filtered(page.obj, page.obj.Resources, shown, depth=0)
    if remover.removed:
        page.Contents = pdf.make_stream(unparse_content_stream(instructions))


class _Remover:
    """Walks a content stream and the form XObjects in it.

    Attributes:
        removed: How many operators were taken out.
    """

    def __init__(self, pdf: Pdf, boxes: Sequence[Box], height: float) -> None:
        self.removed = 0
        self._pdf = pdf
        self._boxes = boxes
        self._height = height

    def filtered(self, content: Object, resources: Object, matrix: Matrix, *, depth: int) -> list[Any]:
        """The instructions that stay.

        Args:
            matrix: From the stream's user space to the page as shown, origin at the bottom left.
        """
        kept: list[Any] = []
        state = _State(matrix)
        for instruction in parse_content_stream(content):
            name = str(instruction.operator)
            operands = instruction.operands
            if name in _SHOWS:
                if name in ("'", '"'):
                    state.next_line()
                if self._is_inside(state):
                    self.removed += 1
                    kept += _rest_of(name, operands)
                    continue
            elif name == "Do" and depth < _DEEPEST:
                self._descend(operands, resources, state.ctm, depth)
            elif name == "BDC" and len(operands) == 2 and isinstance(operands[1], Dictionary):
                _forget_replacement(operands[1])
            state.follow(name, operands)
            kept.append(instruction)
        return kept

    def _is_inside(self, state: _State) -> bool:
        if not state.is_moved:  # it goes on where the text before it ended, and its fate is the same
            return state.was_inside
        x, y = (state.text @ state.ctm).transform((0, 0))
        top = self._height - y
        state.was_inside = any(
            box.left - _SLACK <= x <= box.right + _SLACK and box.top - _SLACK <= top <= box.bottom + _SLACK
            for box in self._boxes
        )
        state.is_moved = False
        return state.was_inside

    def _descend(self, operands: Any, resources: Object, ctm: Matrix, depth: int) -> None:
        """Replace a form XObject that holds text of the boxes by one without it; other pages keep the old one."""
        forms = resources.get(Name.XObject) if isinstance(resources, Dictionary) else None
        form = forms.get(operands[0]) if isinstance(forms, Dictionary) else None
        if not isinstance(forms, Dictionary) or not isinstance(form, Stream) or form.get(Name.Subtype) != Name.Form:
            return
        own = form.get(Name.Matrix)
        matrix = Matrix(*(float(each) for each in own)) if isinstance(own, Array) and len(own) == 6 else Matrix()
        inner = _Remover(self._pdf, self._boxes, self._height)
        inner_resources = own_resources(form.get(Name.Resources, resources))
        instructions = inner.filtered(form, inner_resources, matrix @ ctm, depth=depth + 1)
        if inner.removed:
            entries = {key: value for key, value in form.items() if key not in ("/Length", "/Filter", "/DecodeParms")}
            copy = Stream(self._pdf, unparse_content_stream(instructions), entries)
            copy.Resources = inner_resources
            forms[operands[0]] = copy
            self.removed += 1


def own_resources(resources: Object) -> Dictionary:
    """Resources whose XObjects can be replaced without a change to whatever shares them."""
    copy = Dictionary(dict(resources.items())) if isinstance(resources, Dictionary) else Dictionary()
    forms = copy.get(Name.XObject)
    copy.XObject = Dictionary(dict(forms.items())) if isinstance(forms, Dictionary) else Dictionary()
    return copy


class _State:
    """The matrices that decide where text is shown."""

    def __init__(self, ctm: Matrix) -> None:
        self.ctm = ctm
        self.text = self._line = Matrix()
        self.is_moved, self.was_inside = True, False
        self._leading = 0.0
        self._stack: list[Matrix] = []

    def follow(self, name: str, operands: Any) -> None:
        """Do what an operator does to the matrices."""
        match name:
            case "q":
                self._stack.append(self.ctm)
            case "Q":
                self.ctm = self._stack.pop() if self._stack else self.ctm
            case "cm" if len(operands) == 6:
                self.ctm = Matrix(*map(float, operands)) @ self.ctm
            case "BT":
                self._set(Matrix())
            case "Tm" if len(operands) == 6:
                self._set(Matrix(*map(float, operands)))
            case "TL" if operands:
                self._leading = float(operands[0])
            case "Td" | "TD" if len(operands) == 2:
                x, y = map(float, operands)
                self._leading = -y if name == "TD" else self._leading
                self._set(Matrix(1, 0, 0, 1, x, y) @ self._line)
            case "T*":
                self.next_line()
            case _:
                pass

    def next_line(self) -> None:
        """Go to the next line."""
        self._set(Matrix(1, 0, 0, 1, 0, -self._leading) @ self._line)

    def _set(self, matrix: Matrix) -> None:
        self.text = self._line = matrix
        self.is_moved = True


def _rest_of(name: str, operands: Any) -> list[Any]:
    """What an operator does besides showing text: the one of two quotes sets spaces, and both begin a new line."""
    if name in ("Tj", "TJ"):
        return []
    found = [ContentStreamInstruction([], Operator("T*"))]
    if name == '"' and len(operands) == 3:
        found.insert(0, ContentStreamInstruction([operands[0]], Operator("Tw")))
        found.insert(1, ContentStreamInstruction([operands[1]], Operator("Tc")))
    return found


def _forget_replacement(properties: Dictionary) -> None:
    """Text that stands for what is shown (14.9.4) would still be the old one."""
    if Name.ActualText in properties:
        del properties[Name.ActualText]
