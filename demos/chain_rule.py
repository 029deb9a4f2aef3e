"""Put it in order, walk it backward: a first tour of the chain rule, and why the order matters."""

from __future__ import annotations

from pathlib import Path

from tinygrad_fr.demos import Item, _figures, report, tell, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.view import view
from tinygrad_fr.words import number, say

ITEMS = "C8"


def title() -> str:
    return say(
        fr="La règle de la chaîne, et pourquoi l’ordre compte",
        en="The chain rule, and why the order matters",
    )


def square() -> tuple[Value, list[Value]]:
    """L = (w·x − y)², its steps named; and its nodes w, x, y, u, e."""
    w, x, y = Value(1.0, label="w"), Value(2.0, label="x"), Value(4.0, label="y")
    u = w * x
    e = u - y
    u.label, e.label = "u", "e"
    return e**2, [w, x, y, u, e]


def doubled(times: int = 2) -> tuple[Value, Value]:
    """b = a + a; c = b + b; …: every node is used twice: 2^times paths lead from a to the end."""
    a = v = Value(3.0, label="a")
    for k in range(times):
        v = v + v
        v.label = "bc"[k : k + 1]
    return v, a


def naive(v: Value, arriving: float = 1.0) -> None:
    """The walk as one first thinks of it: hand the gradient on at once, whenever one arrives."""
    v.grad += arriving
    for u, slope in zip(v.inputs, v.partials, strict=True):
        naive(u, v.grad * slope)  # v.grad may not be complete yet, and is handed on again later


def checks(out: Path) -> list[Item]:
    L, nodes = square()
    _figures.graph(L, out / "chain-rule.svg")
    c, a = doubled()
    _figures.graph(c, out / "chain-order.svg")
    end, start = doubled(60)
    end.backward()
    found = [*(v.grad for v in nodes), a.grad, start.grad]
    pairs = zip(found, [-8, -4, 4, -4, -4, 4, 2**60], strict=True)
    checked = say(
        fr="la règle de la chaîne : 5 arcs, et un nœud utilisé deux fois",
        en="the chain rule: 5 arrows, and a node used twice",
    )
    return [Item("C8", checked, worst(pairs), 0, "chain-rule.svg chain-order.svg")]


def main(out: Path) -> None:
    L, _ = square()
    L.backward()
    tell(
        fr="L = (w·x − y)², w = 1, x = 2, y = 4 : chaque arc multiplie, de L vers w.",
        en="L = (w·x − y)², w = 1, x = 2, y = 4: every arrow multiplies, from L to w.",
    )
    seen = view(L)
    names = {node.id: node.name for node in seen.nodes}
    for edge in reversed(seen.edges):
        u, v = names[edge.src], names[edge.dst]
        slope = number(edge.local)
        local = slope if edge.formula == slope else f"{edge.formula} = {slope}"
        product = f"{number(edge.gradient)}·({slope}) = {number(edge.contribution)}"
        print(f"  {v} → {u}   ∂{v}/∂{u} = {local:8} ∂L/∂{u} = ∂L/∂{v}·∂{v}/∂{u} = {product}")
    (c, wrong), (d, right) = doubled(), doubled()
    naive(c)
    d.backward()
    tell(
        fr="b = a + a ; c = b + b, donc c = 4a et ∂c/∂a = 4.",
        en="b = a + a; c = b + b, so c = 4a and ∂c/∂a = 4.",
    )
    tell(
        fr=f"Récursion naïve : {number(wrong.grad)} = 1 + 1 + 2 + 2, "
        "le premier 1 de b repart avec le second. Ordre topologique : "
        f"{number(right.grad)} = 2 + 2.",
        en=f"Naive recursion: {number(wrong.grad)} = 1 + 1 + 2 + 2, "
        "b’s first 1 sets off again with the second. Topological order: "
        f"{number(right.grad)} = 2 + 2.",
    )
    report(checks(out), out)
    tell(
        fr="Un nœud ne transmet son gradient qu’une fois complet : 60 doublements, "
        "2⁶⁰ chemins, 61 nœuds visités.",
        en="A node hands its gradient on once, when it is complete: 60 doublings, 2⁶⁰ paths, "
        "61 nodes visited.",
    )


if __name__ == "__main__":
    main(Path("out"))
