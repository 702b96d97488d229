"""Type 1 charstrings as Type 2 charstrings (Adobe Type 1 Font Format, chapters 6 and 8; Technical Note 5177)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from fontTools.cffLib.specializer import commandsToProgram, specializeCommands
from fontTools.misc.psCharStrings import T1CharString

from pdfmill.engines.fonttools.names import STANDARD_ENCODING

#: Nested subroutine calls, as both charstring formats allow.
_DEEPEST = 10

#: Operators of one glyph, at most; subroutines that call one another could run for ever.
_MOST_OPERATORS = 100_000

#: Stem hints of one glyph (Technical Note 5177, appendix B), and those that fit on the stack of one operator.
_MOST_STEMS = 96
_MOST_STEMS_AT_ONCE = 22

#: Widths that mark the lower or left, and the upper or right, edge of a stem that has no other edge.
_GHOST_WIDTHS = (-20, -21)

#: The precision of a fixed-point number in a Type 2 charstring.
_FRACTION = 65536

Stem = tuple[str, float, float]
Command = tuple[str, list[Any]]


@dataclass
class Glyph:
    """What a Type 1 charstring says.

    Attributes:
        width: Advance width in glyph space.
        path: ``("move" | "line" | "curve", absolute points)`` and ``("hints", stems in force from here on)``.
    """

    width: float = 0
    path: list[tuple[str, Any]] = field(default_factory=list)


def interpret(name: str, charstrings: Mapping[str, T1CharString], subrs: Mapping[int, T1CharString]) -> Glyph:
    """Run the charstring of a glyph.

    Raises:
        ValueError, LookupError: It is damaged, or does what a Type 2 charstring cannot.
    """
    interpreter = _Interpreter(charstrings, subrs)
    interpreter.glyph(name, 0, 0)
    return Glyph(interpreter.width, interpreter.path)


class _Interpreter:
    def __init__(self, charstrings: Mapping[str, T1CharString], subrs: Mapping[int, T1CharString]) -> None:
        self.width: float = 0
        self.path: list[tuple[str, Any]] = []
        self._charstrings, self._subrs = charstrings, subrs
        self._stack: list[float] = []
        self._returned: list[float] = []
        self._x: float = 0
        self._y: float = 0
        self._bearing: tuple[float, float] = (0, 0)
        self._flex: list[tuple[float, float]] | None = None
        self._stems: frozenset[Stem] = frozenset()
        self._operators = 0

    def glyph(self, name: str, x: float, y: float) -> None:
        """Draw a glyph with its origin there."""
        self._stack, self._origin = [], (x, y)
        self._stems = frozenset()
        self.path.append(("hints", self._stems))
        self._execute(self._charstrings[name], 0)

    def _execute(self, charstring: T1CharString, depth: int) -> bool:
        """Run one charstring; True when the glyph has ended."""
        if depth > _DEEPEST:
            raise ValueError("subroutines are nested too deeply")
        index = 0
        while True:
            token, is_operator, index = charstring.getToken(index)
            if token is None or token == "return":  # noqa: S105 - an operator
                return False
            if not is_operator:
                self._stack.append(token)
                continue
            self._operators += 1
            if self._operators > _MOST_OPERATORS:
                raise ValueError("a charstring does not end")
            if token == "endchar":  # noqa: S105
                return True
            if token == "callsubr":  # noqa: S105
                if self._execute(self._subrs[int(self._stack.pop())], depth + 1):
                    return True
            elif token == "seac":  # noqa: S105
                self._accented(*self._stack[-5:])
                return True
            else:
                self._operate(token)

    def _operate(self, operator: str) -> None:
        """Operators on the stack's top leave the rest of it; all others clear it."""
        if operator == "div":
            divisor = self._stack.pop()
            self._stack.append(self._stack.pop() / divisor)
        elif operator == "callothersubr":
            self._other_subroutine()
        elif operator == "pop":
            self._stack.append(self._returned.pop())
        else:
            arguments, self._stack = self._stack, []
            getattr(self, f"_op_{operator}")(*arguments)

    def _accented(self, accent_bearing: float, dx: float, dy: float, base: float, accent: float) -> None:
        """An accented character: the accent is placed by its bearing, not its origin."""
        x, y = self._origin
        bearing, width = self._bearing[0] - x, self.width
        self.glyph(STANDARD_ENCODING[int(base)], x, y)
        self.glyph(STANDARD_ENCODING[int(accent)], x + bearing + dx - accent_bearing, y + dy)
        self.width = width

    def _other_subroutine(self) -> None:
        number, count = int(self._stack.pop()), int(self._stack.pop())
        arguments = [self._stack.pop() for _ in range(count)]  # the last one first
        self._returned = []
        if number == 1:
            self._flex = []
        elif number == 2 and self._flex is not None:
            self._flex.append((self._x, self._y))
        elif number == 0 and self._flex is not None:
            self._end_flex()
            self._returned = [arguments[0], arguments[1]]  # y lies above x until the two pops turn them
        elif number == 3:
            self._stems = frozenset()
            self._returned = arguments[:1]
        elif number in (12, 13):  # counter control, a hint that Type 2 tells otherwise
            self._stack = []
        else:
            raise ValueError(f"other subroutine {number}")

    def _end_flex(self) -> None:
        """Seven points: a reference point, which draws nothing, and two curves."""
        if self._flex is None or len(self._flex) != 7:
            raise ValueError("a flex of another number of points than seven")
        points, self._flex = self._flex[1:], None
        self._draw("curve", points[:3])
        self._draw("curve", points[3:])

    def _draw(self, kind: str, points: list[tuple[float, float]]) -> None:
        if kind != "move" and not any(each == "move" for each, _ in self.path):
            raise ValueError("a path without a start")
        self.path.append((kind, points))

    def _move(self, dx: float, dy: float) -> None:
        self._x += dx
        self._y += dy
        if self._flex is None:
            self._draw("move", [(self._x, self._y)])

    def _line(self, dx: float, dy: float) -> None:
        self._x += dx
        self._y += dy
        self._draw("line", [(self._x, self._y)])

    def _stem(self, direction: str, edge: float, width: float) -> None:
        if width < 0 and width not in _GHOST_WIDTHS:
            edge, width = edge + width, -width
        edge += self._bearing[0] if direction == "v" else self._bearing[1]
        self._stems |= {(direction, edge, width)}
        self.path.append(("hints", self._stems))

    # The operators, by their names in the specification.

    def _op_hsbw(self, bearing: float, width: float) -> None:
        self._op_sbw(bearing, 0, width, 0)

    def _op_sbw(self, bearing_x: float, bearing_y: float, width: float, height: float) -> None:
        if height:
            raise ValueError("a vertical advance width")
        self._bearing = (self._origin[0] + bearing_x, self._origin[1] + bearing_y)
        self._x, self._y = self._bearing
        self.width = width

    def _op_closepath(self, *_: float) -> None:
        """Type 2 closes each path by itself."""

    def _op_dotsection(self, *_: float) -> None:
        """A hint of times past."""

    def _op_setcurrentpoint(self, *_: float) -> None:
        """Stands after flex only, and names the point where its second curve has ended."""

    def _op_rmoveto(self, dx: float, dy: float) -> None:
        self._move(dx, dy)

    def _op_hmoveto(self, dx: float) -> None:
        self._move(dx, 0)

    def _op_vmoveto(self, dy: float) -> None:
        self._move(0, dy)

    def _op_rlineto(self, dx: float, dy: float) -> None:
        self._line(dx, dy)

    def _op_hlineto(self, dx: float) -> None:
        self._line(dx, 0)

    def _op_vlineto(self, dy: float) -> None:
        self._line(0, dy)

    def _op_rrcurveto(self, *deltas: float) -> None:
        if len(deltas) != 6:
            raise ValueError("a curve of another number of points than three")
        points = []
        for dx, dy in zip(deltas[::2], deltas[1::2], strict=True):
            self._x += dx
            self._y += dy
            points.append((self._x, self._y))
        self._draw("curve", points)

    def _op_hvcurveto(self, dx1: float, dx2: float, dy2: float, dy3: float) -> None:
        self._op_rrcurveto(dx1, 0, dx2, dy2, 0, dy3)

    def _op_vhcurveto(self, dy1: float, dx2: float, dy2: float, dx3: float) -> None:
        self._op_rrcurveto(0, dy1, dx2, dy2, dx3, 0)

    def _op_hstem(self, edge: float, width: float) -> None:
        self._stem("h", edge, width)

    def _op_vstem(self, edge: float, width: float) -> None:
        self._stem("v", edge, width)

    def _op_hstem3(self, *stems: float) -> None:
        for edge, width in zip(stems[::2], stems[1::2], strict=True):
            self._stem("h", edge, width)

    def _op_vstem3(self, *stems: float) -> None:
        for edge, width in zip(stems[::2], stems[1::2], strict=True):
            self._stem("v", edge, width)


def type2_program(glyph: Glyph, default_width: float, nominal_width: float) -> list[Any]:
    """The glyph as a Type 2 charstring in fontTools' form, without subroutines."""
    hints = _settled_hints(glyph.path)
    stems = sorted(frozenset().union(*(argument for kind, argument in hints if kind == "hints")))
    masked = _needs_masks(hints, stems)
    commands: list[Command] = []
    if glyph.width != default_width:
        commands.append(("", [_represented(glyph.width - nominal_width)]))
    commands += _stem_commands(stems, masked=masked)
    commands += _path_commands(hints, stems, masked=masked)
    commands.append(("endchar", []))
    program: list[Any] = commandsToProgram(commands)
    return program


def _settled_hints(path: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The path with hints only where they change and something is drawn under them; none if there are too many."""
    drawn: list[tuple[str, Any]] = []
    waiting: frozenset[Stem] = frozenset()
    in_force: frozenset[Stem] | None = None
    for kind, argument in path:
        if kind == "hints":
            waiting = argument
            continue
        if waiting != in_force:
            drawn.append(("hints", waiting))
            in_force = waiting
        drawn.append((kind, argument))
    stems: set[Stem] = set().union(*(argument for kind, argument in drawn if kind == "hints"))
    counts = [sum(stem[0] == direction for stem in stems) for direction in "hv"]
    if len(stems) > _MOST_STEMS or max(counts) > _MOST_STEMS_AT_ONCE:
        return [each for each in drawn if each[0] != "hints"]
    return drawn


def _needs_masks(path: list[tuple[str, Any]], stems: list[Stem]) -> bool:
    """Masks tell which hints are in force where they change, or where stems overlap."""
    changes = sum(kind == "hints" for kind, _ in path) > 1
    overlap = any(
        lower[0] == upper[0] and max(lower[1], lower[1] + lower[2]) > min(upper[1], upper[1] + upper[2])
        for lower, upper in pairwise(stems)
    )
    return bool(stems) and (changes or overlap)


def _stem_commands(stems: list[Stem], *, masked: bool) -> list[Command]:
    commands: list[Command] = []
    for direction in "hv":
        edges: list[float] = []
        previous: float = 0
        for _, edge, width in (stem for stem in stems if stem[0] == direction):
            edges += [_represented(edge - previous), _represented(width)]
            previous = edge + width
        if edges:
            commands.append((f"{direction}stem" + ("hm" if masked else ""), edges))
    return commands


def _path_commands(path: list[tuple[str, Any]], stems: list[Stem], *, masked: bool) -> list[Command]:
    commands: list[Command] = []
    x: float = 0
    y: float = 0
    for kind, argument in path:
        if kind == "hints":
            if masked:
                commands += [("hintmask", []), ("", [_mask(argument, stems)])]
            continue
        deltas: list[float] = []
        for to_x, to_y in argument:
            # Each delta is taken from where the rounded ones before it have led, so that rounding does not add up.
            dx, dy = _represented(to_x - x), _represented(to_y - y)
            deltas += [dx, dy]
            x, y = x + dx, y + dy
        commands.append(({"move": "rmoveto", "line": "rlineto", "curve": "rrcurveto"}[kind], deltas))
    specialized: list[Command] = specializeCommands(commands, preserveTopology=True)
    return specialized


def _mask(in_force: frozenset[Stem], stems: list[Stem]) -> bytes:
    bits = "".join("1" if stem in in_force else "0" for stem in stems)
    size = -(-len(stems) // 8)
    return int(bits.ljust(size * 8, "0"), 2).to_bytes(size, "big")


def _represented(value: float) -> float:
    """The nearest number that a charstring can hold."""
    rounded = round(value * _FRACTION) / _FRACTION
    return int(rounded) if rounded.is_integer() else rounded
