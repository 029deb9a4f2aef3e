"""Put it in order, walk it backward: a first tour of the chain rule, and why the order matters."""

from __future__ import annotations

from pathlib import Path

from tinygrad_fr.demos import Item, worst
from tinygrad_fr.draw import draw
from tinygrad_fr.engine import Value
from tinygrad_fr.words import number, say

ITEMS = "C8"


def title() -> str:
    return say(fr="La règle de la chaîne, et pourquoi l’ordre compte", en="The chain rule, and why the order matters")


def square() -> tuple[Value, Value]:
    """L = (w·x − y)², its steps named."""
    w, x, y = Value(1.0, label="w"), Value(2.0, label="x"), Value(4.0, label="y")
    u = w * x
    u.label = "u"
    e = u - y
    e.label = "e"
    return e**2, w


def twice() -> tuple[Value, Value]:
    """b = a + a; c = b + b: every node is used twice, so c = 4a."""
    a = Value(3.0, label="a")
    b = a + a
    b.label = "b"
    c = b + b
    c.label = "c"
    return c, a


def naive(v: Value, arriving: float = 1.0) -> None:
    """The walk as one first thinks of it: hand the gradient on at once, whenever one arrives."""
    v.grad += arriving
    for u, slope in zip(v._inputs, v._partials, strict=True):
        naive(u, v.grad * slope)  # v.grad may not be complete yet, and is handed on again later


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    L, w = square()
    L.backward()
    draw(L, out / "chain-rule.svg")
    c, a = twice()
    c.backward()
    draw(c, out / "chain-order.svg")
    pairs = [(w.grad, 2 * (1.0 * 2.0 - 4.0) * 2.0), (a.grad, 4.0)]
    checked = say(fr="∂L/∂w par la chaîne, et un nœud utilisé deux fois", en="∂L/∂w along the chain, and a node used twice")
    return [Item("C8", checked, worst(pairs), 0, "chain-rule.svg")]


def main(out: Path) -> None:
    L, w = square()
    L.backward()
    print("L = (w·x − y)²,  w = 1, x = 2, y = 4")
    e, u = L._prev[0], L._prev[0]._prev[0]
    print(f"  ∂L/∂e = 2e = {number(e.grad)}   ∂e/∂u = 1   ∂u/∂w = x = 2")
    print(f"  ∂L/∂w = {number(e.grad)}·1·2 = {number(w.grad)}   (∂L/∂u = {number(u.grad)})")
    c, a = twice()
    naive(c)
    wrong = a.grad
    c, a = twice()
    c.backward()
    print(say(fr="b = a + a ; c = b + b, donc c = 4a et ∂c/∂a = 4.", en="b = a + a; c = b + b, so c = 4a and ∂c/∂a = 4."))
    print(say(
        fr=f"Récursion naïve : {number(wrong)}. Ordre topologique : {number(a.grad)}. "
        "Un nœud ne transmet son gradient que lorsqu’il est complet.",
        en=f"Naive recursion: {number(wrong)}. Topological order: {number(a.grad)}. "
        "A node hands its gradient on only when it is complete.",
    ))  # fmt: skip
    checks(out)
    print(say(fr=f"Images : {out}", en=f"Pictures: {out}"))


if __name__ == "__main__":
    main(Path("out"))
