"""Check it, the other way round: bend one rule of the walk on purpose, and see what breaks."""

from __future__ import annotations

from pathlib import Path

from tinygrad_fr.checking.sabotage import find, sabotage
from tinygrad_fr.demos import Item, tell
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import sigmoid
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

ITEMS = "C11"
BENT = ["M26c", "M9", "M11", "M14", "M18", "M21"]


def title() -> str:
    return say(
        fr="Le laboratoire : une règle faussée, et ce qu’elle casse",
        en="The laboratory: one rule bent, and what it breaks",
    )


def network() -> Value:
    """1-1-1, a weight used twice: L = (σ(w₂·σ(w₁·x + b)) − y)² + ⅒·w₁², every step named."""
    x, y = 1.5, 0.25
    w, b, v = Value(0.8, label="w_1"), Value(-0.3, label="b"), Value(1.7, label="w_2")
    z = w * Value(x, label="x") + b
    a = sigmoid(z)
    s = v * a
    out = sigmoid(s)
    e = out - Value(y, label="y")
    for node, name in ((z, "z_1"), (a, "a_1"), (s, "z_2"), (out, "a_2"), (e, "e")):
        node.label = name
    cost: Value = e * e + 0.1 * (w * w)
    return cost


def run(key: str, out: Path | None) -> tuple[list[str], dict[str, tuple[float, float]]]:
    """Where the bend acts first, and {leaf: (bent gradient, true one)} where they differ."""
    straight, bent = network(), network()
    straight.backward()
    with sabotage(key) as lab:
        bent.backward()
        if out is not None:  # inside, the picture sets the right number beside each wrong one
            draw(bent, out / f"sabotage-{key}.svg", level="operation")
    names = [v.label or v._op for v in lab.broken]
    pairs = zip(order(bent), order(straight), strict=True)
    wrong = {
        v.label: (v.grad, t.grad)
        for v, t in pairs
        if v.label in ("w_1", "w_2", "b") and v.grad != t.grad
    }
    return names, wrong


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    silent = sum(not run(key, out)[1] for key in BENT)
    after = network()
    after.backward()
    again = network()
    again.backward()
    left_over = sum(u.grad != v.grad for u, v in zip(order(after), order(again), strict=True))
    seen = say(
        fr="six règles faussées se voient, et rien ne reste faussé après",
        en="six bent rules are seen, and nothing stays bent afterwards",
    )
    return [Item("C11", seen, float(silent + left_over), 0, "sabotage-M26c.svg")]


def main(out: Path) -> None:
    checks(out)
    for key in BENT:
        names, wrong = run(key, None)
        print(f"{find(key).name}")
        print(
            say(fr="   premiers nombres faux :", en="   first wrong numbers:"),
            ", ".join(names) or "—",
        )
        for name, (bad, good) in wrong.items():
            print(
                f"   ∂L/∂{name} = {number(bad)}",
                say(fr=f"au lieu de {number(good)}", en=f"instead of {number(good)}"),
            )
    tell(
        fr="Une seule règle faussée suffit ; les images le marquent d’un ✗, "
        f"le nombre juste à côté du faux : {out}",
        en="One bent rule is enough; the pictures mark it with ✗, "
        f"the right number beside the wrong one: {out}",
    )


if __name__ == "__main__":
    main(Path("out"))
