"""Which character codes are shown in which font, anywhere in a document.

What is counted in vain costs a few bytes; what is missed costs a glyph. So wherever readers differ or the document is
unclear, this walk errs towards too much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream

from pdfmill.core.context import Context
from pdfmill.services.compression.fonts.content import INHERITED, FontName, ShownContent, read_content
from pdfmill.services.compression.structure.objects import (
    ObjectId,
    appearance_streams,
    array_items,
    dictionary_values,
    resources_holder,
)

#: Content streams looked at for one document, at most: forms that draw forms multiply.
_MOST_VISITS = 200_000

#: The fonts that may be set when a stream starts; None if that cannot be told.
Inherited = frozenset[ObjectId] | None


@dataclass
class FontUsage:
    """What a document shows in its fonts.

    Attributes:
        fonts: Each font dictionary that resources name.
        codes: Character codes shown in each: one byte for simple fonts, two for composite ones.
        uncertain: Fonts in which more may be shown than ``codes`` tells.
        complete: False if the document was too tangled to be followed; then nothing is certain.
    """

    fonts: dict[ObjectId, Dictionary] = field(default_factory=dict)
    codes: dict[ObjectId, set[int]] = field(default_factory=lambda: defaultdict(set))
    uncertain: set[ObjectId] = field(default_factory=set)
    complete: bool = True


@dataclass(frozen=True)
class _Resources:
    """A resource dictionary and what tells it from others; a direct one is known by the object that holds it."""

    key: ObjectId
    dictionary: Any

    def category(self, name: str) -> Any:
        found = self.dictionary.get(f"/{name}") if isinstance(self.dictionary, Dictionary) else None
        return found if isinstance(found, Dictionary) else Dictionary()


_NO_RESOURCES = _Resources((-1, 0), Dictionary())


def find_usage(pdf: Pdf, objects: Mapping[ObjectId, Any], ctx: Context) -> FontUsage:
    """Follow pages, forms, patterns, soft masks, Type 3 glyphs and annotation appearances, drawn or only there.

    Font dictionaries that stand directly in resources become indirect objects, so that they can be told apart.
    """
    walk = _Walk(pdf, ctx)
    for page in pdf.pages:
        walk.page(page.obj)
    walk.finish()
    # Appearances that scripts show, page templates, forms that only an unused name reaches.
    for each in objects.values():
        walk.leftover(each)
    walk.finish()
    return walk.usage


class _Walk:
    def __init__(self, pdf: Pdf, ctx: Context) -> None:
        self.usage = FontUsage()
        self._pdf, self._ctx = pdf, ctx
        self._waiting: list[tuple[Any, _Resources, Inherited]] = []
        self._visited: set[tuple[ObjectId, ObjectId, Inherited]] = set()
        self._streams: set[ObjectId] = set()
        self._read: dict[ObjectId, ShownContent | None] = {}
        self._registered: set[ObjectId] = set()
        self._named: dict[str, set[ObjectId]] = defaultdict(set)
        self._unresolved: set[str] = set()

    def page(self, page: Dictionary) -> None:
        self._visit(page, _page_resources(page), frozenset())
        for annotation in array_items(page.get(Name.Annots)):
            if isinstance(annotation, Dictionary):
                for form in appearance_streams(annotation.get(Name.AP)):
                    self._visit(form, _own_resources(form, _NO_RESOURCES), frozenset())

    def leftover(self, each: Any) -> None:
        """Visit what may be shown but was not met on the way from the pages."""
        if each.objgen in self._streams:
            return
        if isinstance(each, Stream):
            if each.get(Name.Subtype) == Name.Form or each.get(Name.PatternType) == 1:
                self._visit(each, _own_resources(each, _NO_RESOURCES), None)
        elif isinstance(each, Dictionary):
            if each.get(Name.Type) == Name.Page:
                self.page(each)
            elif each.get(Name.Subtype) == Name.Type3:
                self._glyph_procedures(each, _NO_RESOURCES)

    def finish(self) -> None:
        while self._waiting:
            self._ctx.check()
            self._content(*self._waiting.pop())
        # Readers look names up elsewhere when the resources lack them, and not all in the same place.
        for name in self._unresolved:
            self.usage.uncertain |= self._named[name]

    def _visit(self, content: Any, resources: _Resources, inherited: Inherited) -> None:
        key = (content.objgen, resources.key, inherited)
        if key in self._visited:
            return
        self._visited.add(key)
        self._streams.add(content.objgen)
        if len(self._visited) > _MOST_VISITS:
            self.usage.complete = False
        else:
            self._waiting.append((content, resources, inherited))

    def _content(self, content: Any, resources: _Resources, inherited: Inherited) -> None:
        self._register(resources)
        shown = self._shown(content)
        if shown is None:
            self.usage.uncertain |= {font.objgen for font in self._fonts_of(resources)} | (inherited or set())
            self.usage.complete &= inherited is not None
            return
        for name, strings in shown.strings.items():
            self.usage.complete &= name != INHERITED or inherited is not None
            for font in self._resolve(name, resources, inherited):
                self._show(font, strings, resources)
        objects = resources.category("XObject")
        for name_of_object, names in shown.drawn.items():
            drawn = objects.get(name_of_object)
            if isinstance(drawn, Stream) and drawn.get(Name.Subtype) == Name.Form:
                fonts = frozenset(font for name in names for font in self._resolve(name, resources, inherited))
                known = inherited is not None or INHERITED not in names
                self._visit(drawn, _own_resources(drawn, resources), fonts if known else None)

    def _shown(self, content: Any) -> ShownContent | None:
        if isinstance(content, Stream):  # pages are read once anyway
            if content.objgen not in self._read:
                self._read[content.objgen] = read_content(content)
            return self._read[content.objgen]
        return read_content(Page(content)) if Name.Contents in content else ShownContent()

    def _resolve(self, name: FontName, resources: _Resources, inherited: Inherited) -> set[ObjectId]:
        if name == INHERITED:
            return set(inherited or ())
        category, key = name
        found = resources.category(category).get(key)
        if category == "ExtGState":
            found = _font_of(found)
        elif not isinstance(found, Dictionary):
            self._unresolved.add(key)
        return {found.objgen} if isinstance(found, Dictionary) and found.objgen in self.usage.fonts else set()

    def _show(self, font_id: ObjectId, strings: set[bytes], resources: _Resources) -> None:
        font = self.usage.fonts[font_id]
        subtype = font.get(Name.Subtype)
        if subtype == Name.Type3:
            self._glyph_procedures(font, resources)
        width = 2 if subtype == Name.Type0 else 1
        self.usage.codes[font_id].update(
            int.from_bytes(string[start : start + width])
            for string in strings
            for start in range(0, len(string), width)
        )

    def _glyph_procedures(self, font: Dictionary, caller: _Resources) -> None:
        """The content streams of a Type 3 font; without resources of its own it uses the page's (9.6.4)."""
        resources = _own_resources(font, caller)
        self._streams.add(font.objgen)
        for procedure in dictionary_values(font.get(Name.CharProcs)):
            if isinstance(procedure, Stream):
                self._visit(procedure, resources, None)

    def _register(self, resources: _Resources) -> None:
        """Take note of the fonts of a resource dictionary, and visit what it holds besides XObjects."""
        if resources.key in self._registered:
            return
        self._registered.add(resources.key)
        fonts = resources.category("Font")
        for name in fonts.keys():  # noqa: SIM118 - not a Python mapping
            font = fonts[name]
            if isinstance(font, Dictionary):
                if not font.is_indirect:
                    fonts[name] = font = self._pdf.make_indirect(font)
                self.usage.fonts[font.objgen] = font
                self._named[name].add(font.objgen)
        for state in dictionary_values(resources.category("ExtGState")):
            self._graphics_state(state, resources)
        for pattern in dictionary_values(resources.category("Pattern")):
            if isinstance(pattern, Stream):
                self._visit(pattern, _own_resources(pattern, resources), None)

    def _graphics_state(self, state: Any, resources: _Resources) -> None:
        font = _font_of(state)
        if isinstance(font, Dictionary) and font.is_indirect:
            self.usage.fonts[font.objgen] = font
        mask = state.get(Name.SMask) if isinstance(state, Dictionary) else None
        group = mask.get(Name.G) if isinstance(mask, Dictionary) else None
        if isinstance(group, Stream):
            self._visit(group, _own_resources(group, resources), None)

    def _fonts_of(self, resources: _Resources) -> Iterator[Dictionary]:
        for font in dictionary_values(resources.category("Font")):
            if isinstance(font, Dictionary):
                yield font
        for state in dictionary_values(resources.category("ExtGState")):
            if isinstance(font := _font_of(state), Dictionary):
                yield font


def _font_of(state: Any) -> Any:
    """The font that a graphics state parameter dictionary sets: /Font [font size]."""
    font = state.get(Name.Font) if isinstance(state, Dictionary) else None
    return font[0] if isinstance(font, Array) and len(font) else None


def _own_resources(holder: Any, caller: _Resources) -> _Resources:
    own = holder.get(Name.Resources)
    if not isinstance(own, Dictionary):
        return caller
    return _Resources(own.objgen if own.is_indirect else holder.objgen, own)


def _page_resources(page: Dictionary) -> _Resources:
    holder = resources_holder(page)
    return _NO_RESOURCES if holder is None else _own_resources(holder, _NO_RESOURCES)
