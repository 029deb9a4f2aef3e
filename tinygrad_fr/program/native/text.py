"""Compile it for the processor: LLVM's text, written a line at a time.

    t = Text(width=8)
    a = t.load("%x", place)               "%7", the name of the line's result
    t.loop(0, 16, body, carried=[zero])   a counted loop; what it carries round comes back

Everything is a double or a vector of `width` doubles, one example a lane; a place is an integer, a
constant of the program or a line's result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Place = int | str  # a number known now, or the name of one known later


class Text:
    """A function in the making: its lines, and how wide its vectors are."""

    def __init__(self, width: int, letter: str = "v") -> None:
        self.width, self.count, self.letter = width, 0, letter
        self.lines: list[str] = []
        self.block = "entry"
        self.uses: set[str] = set()  # functions declared elsewhere
        self.head = ""  # the line that defines the function
        self._entry: Text | None = None

    @property
    def vector(self) -> str:
        return f"<{self.width} x double>"

    def fresh(self) -> str:
        self.count += 1
        return f"%{self.letter}{self.count}"

    @property
    def entry(self) -> Text:
        """The lines at the head of the function, for what is the same everywhere in it."""
        if self._entry is None:
            self._entry = Text(self.width, "u")
            self._entry.uses = self.uses
        return self._entry

    def whole(self) -> str:
        """The function, once all its lines are there."""
        head = self._entry.lines if self._entry else []
        return "\n".join([f"{self.head} #0 {{", "entry:", *head, *self.lines, "  ret void", "}"])

    def line(self, text: str) -> str:
        """A line with a result, which is given back."""
        name = self.fresh()
        self.lines.append(f"  {name} = {text}")
        return name

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")
        self.block = name

    # ── numbers ──

    def number(self, x: float, kind: str) -> str:
        """A constant of this kind, to the bit."""
        bits = f"0x{_bits(x):016X}"
        if kind == "double":
            return bits
        return "<" + ", ".join([f"double {bits}"] * self.width) + ">"

    def call(self, name: str, kind: str, *inputs: str) -> str:
        """An operation of LLVM's own, llvm.sqrt, on as many doubles as the kind has."""
        suffix = "f64" if kind == "double" else f"v{self.width}f64"
        full = f"@llvm.{name}.{suffix}"
        self.uses.add(f"declare {kind} {full}({', '.join([kind] * len(inputs))})")
        return self.line(f"call {kind} {full}({', '.join(f'{kind} {x}' for x in inputs)})")

    def fma(self, a: str, b: str, c: str, kind: str) -> str:
        """a·b + c"""
        return self.call("fmuladd", kind, a, b, c)

    def splat(self, x: str) -> str:
        """A double in every lane."""
        one = self.line(f"insertelement {self.vector} poison, double {x}, i32 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.line(f"shufflevector {self.vector} {one}, {self.vector} poison, {zeros}")

    def mixed(self, p: str, q: str, order: Sequence[int]) -> str:
        """The lanes of p, and behind them those of q, in this order."""
        mask = ", ".join(f"i32 {i}" for i in order)
        kind = self.vector
        return self.line(f"shufflevector {kind} {p}, {kind} {q}, <{len(order)} x i32> <{mask}>")

    def lane(self, v: str, i: int) -> str:
        return self.line(f"extractelement {self.vector} {v}, i32 {i}")

    def lanes_summed(self, v: str) -> str:
        """The sum of the lanes of a vector, a double."""
        name = f"@llvm.vector.reduce.fadd.v{self.width}f64"
        self.uses.add(f"declare double {name}(double, {self.vector})")
        zero = self.number(-0.0, "double")
        return self.line(f"call reassoc double {name}(double {zero}, {self.vector} {v})")

    # ── places ──

    def sum(self, *places: Place) -> Place:
        """A place plus a place."""
        known = sum(p for p in places if isinstance(p, int))
        later = [p for p in places if isinstance(p, str)]
        if not later:
            return known
        found = later[0]
        for p in later[1:]:
            found = self.line(f"add nsw i64 {found}, {p}")
        return self.line(f"add nsw i64 {found}, {known}") if known else found

    def times(self, place: Place, n: int) -> Place:
        """A place n times."""
        if isinstance(place, int):
            return place * n
        return 0 if n == 0 else place if n == 1 else self.line(f"mul nsw i64 {place}, {n}")

    def address(self, at: Place, base: str = "%b") -> str:
        return self.line(f"getelementptr double, ptr {base}, i64 {at}")

    def load(self, at: Place, kind: str, base: str = "%b", align: int = 0) -> str:
        size = align or (8 if kind == "double" else 8 * self.width)
        return self.line(f"load {kind}, ptr {self.address(at, base)}, align {size}")

    def store(self, x: str, at: Place, kind: str, base: str = "%b", align: int = 0) -> None:
        size = align or (8 if kind == "double" else 8 * self.width)
        self.lines.append(f"  store {kind} {x}, ptr {self.address(at, base)}, align {size}")

    # ── loops ──

    def turns(self, start: Place, stop: Place, body: Callable[[str], None], by: int = 1) -> None:
        """The body for each i from start, while i < stop; nothing is carried round."""

        def one(i: str, _: list[str]) -> list[str]:
            body(i)
            return []

        self.loop(start, stop, one, by=by)

    def loop(
        self,
        start: Place,
        stop: Place,
        body: Callable[[str, list[str]], Sequence[str]],
        carried: Sequence[str] = (),
        kind: str = "double",
        by: int = 1,
    ) -> list[str]:
        """The body for each i from start, while i < stop: it gets i and what is carried, and gives
        back what is carried on."""
        self.count += 1
        n = self.count
        before, head, inside, after = self.block, f"head{n}", f"body{n}", f"after{n}"
        i, held = f"%i{n}", [f"%c{n}.{k}" for k in range(len(carried))]
        self.lines.append(f"  br label %{head}")
        self.label(head)
        spot = len(self.lines)
        self.lines += [""] * (1 + len(carried))
        self.lines.append(f"  %t{n} = icmp slt i64 {i}, {stop}")
        self.lines.append(f"  br i1 %t{n}, label %{inside}, label %{after}")
        self.label(inside)
        given = list(body(i, held))
        self.lines.append(f"  %n{n} = add nsw i64 {i}, {by}")
        self.lines.append(f"  br label %{head}")
        end = self.block
        self.lines[spot] = f"  {i} = phi i64 [ {start}, %{before} ], [ %n{n}, %{end} ]"
        for k, (name, first, next_) in enumerate(zip(held, carried, given, strict=True), start=1):
            ways = f"[ {first}, %{before} ], [ {next_}, %{end} ]"
            self.lines[spot + k] = f"  {name} = phi {kind} {ways}"
        self.label(after)
        return held


def _bits(x: float) -> int:
    import struct

    return int(struct.unpack("<Q", struct.pack("<d", x))[0])
