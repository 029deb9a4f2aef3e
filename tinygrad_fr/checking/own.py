"""Check it: a row of the catalogue, told in the letters and the functions of one exercise.

The rows speak as the course does: a = σ(z), z = w·x + b, e = ŷ − y.  Here each such phrase is said
of the exercise: ∂h/∂s for ∂a/∂z where h = tanh(s).  A phrase that nothing there is stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tinygrad_fr.checking.structure import Structure, row_name, squared
from tinygrad_fr.checking.wording import function, spelled
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import parts


class Own:
    """What the neurons of an exercise, all or those of some layers, are called there.

    own("What is ∂a/∂z?")    "What is ∂h/∂s?"
    """

    def __init__(self, structure: Structure, where: str = "everywhere") -> None:
        self.structure, self.graph = structure, structure.graph
        last = structure.layers
        self.neurons = [
            n
            for n in structure.neurons
            if where == "everywhere" or (n.layer == last) == (where == "output")
        ]

    def __call__(self, text: str) -> str:
        return _PHRASE.sub(lambda found: PHRASES[found[0]](self) or found[0], text)

    def function(self) -> str:
        """The transfer function, where there is but one."""
        names = {function(n.transfer) for n in self.neurons if n.transfer is not None}
        return names.pop() if len(names) == 1 else ""

    def output_of_neuron(self) -> str:
        """a, where all of them share the letter."""
        found = [n.transfer for n in self.neurons if n.transfer is not None]
        return shared(found) if all(v.label for v in found) else ""

    def sum_of_neuron(self) -> str:
        """z, where all of them share it."""
        return shared(n.z for n in self.neurons if n.transfer is not None)

    def transfer_slope(self) -> str:
        """∂a/∂z; of a function without names ∂tanh(u)/∂u."""
        pairs = [(n.transfer, n.z) for n in self.neurons if n.transfer is not None]
        a, z = letters(pairs)
        if a and z and all(v.label for v, _ in pairs):
            return slope(a, z)
        taken, f = {v.label for v in self.graph.nodes}, self.function()
        u = next((u for u in "ust" if u not in taken), "u")
        return f"∂{f}({u})/∂{u}" if f else ""

    def way_back(self) -> str:
        """∂z/∂a: of a layer's sum in an output of the layer before."""
        above = [n for n in self.neurons if n.layer > 1]
        return slope(*letters([(n.z, x) for n in above for _, x in n.weights]))

    def of_bias(self) -> str:
        """∂z/∂b"""
        return slope(*letters([(n.z, b) for n in self.neurons for b in n.biases]))

    def of_weight(self) -> str:
        """∂z/∂w"""
        return slope(*letters([(n.z, w) for n in self.neurons for w, _ in n.weights]))

    def product(self) -> tuple[str, str]:
        """w and x"""
        w, x = letters([pair for n in self.neurons for pair in n.weights])
        return w, x

    def input(self) -> str:
        """x"""
        return self.product()[1]

    def weight(self) -> str:
        """w, the letter of all of them."""
        return shared(w for n in self.neurons for w, _ in n.weights)

    def weight_back(self) -> str:
        """w of the way back: of the layers above the first."""
        return shared(w for n in self.neurons if n.layer > 1 for w, _ in n.weights)

    def bias(self) -> str:
        """b"""
        return letters([(b,) for n in self.neurons for b in n.biases])[0]

    def error(self) -> str:
        """e: what is squared, or stands in |…|, and is no parameter."""
        inside = [squared(v) for v in self.graph.nodes]
        inside += [v.inputs[0] for v in self.graph.nodes if row_name(v) == "abs"]
        errors = [(u,) for u in inside if u is not None and u not in self.structure.known]
        return letters(errors, first=False)[0]

    def output(self) -> str:
        """ŷ"""
        last = [n for n in self.structure.neurons if n.layer == self.structure.layers]
        return letters([(n.transfer or n.z,) for n in last], first=False)[0]

    def target(self) -> str:
        """y: what has a name, is not asked and is below no neuron."""
        below = {u for n in self.structure.neurons for u in self.graph.below(n.z)}
        rest = [v for v in self.graph.leaves if v.label and v not in below]
        found = [(v,) for v in rest if v not in self.structure.known]
        return letters(found, first=False)[0]


def letters(rows: Sequence[tuple[Any, ...]], first: bool = True) -> tuple[str, ...]:
    """The letters for the columns: those that all of each share, else the first row's own.

    "" for what has none: too long a formula; several that share none, unless the `first` is told.

    >>> w1, w2, x1, x2 = (Value(1.0, label=label) for label in ("w1", "w2", "x1", "x2"))
    >>> letters([(w1, x1), (w2, x2)]), letters([(w1, x2)])
    (('w', 'x'), ('w₁', 'x₂'))
    """
    if not rows:
        return ("", "")
    columns = [shared(column) for column in zip(*rows, strict=True)]
    return tuple(columns if all(columns) or not first else (spelled(u, "") for u in rows[0]))


def shared(nodes: Iterable[Any]) -> str:
    """The name of one node, or its formula; the letter that several have in common, else ""."""
    distinct = list(dict.fromkeys(nodes))
    if len(distinct) == 1:
        return spelled(distinct[0], "")
    found = [parts(u.label) if isinstance(u, Value) and u.label else None for u in distinct]
    bases = {letter.base if letter else "" for letter in found}
    return bases.pop() if len(bases) == 1 else ""


def slope(above: str, below: str) -> str:
    """∂above/∂below; "" where one of them has no name."""
    return f"∂{in_brackets(above)}/∂{in_brackets(below)}" if above and below else ""


def of_block(structure: Structure, columns: Sequence[int]) -> str:
    """∂L/∂w of the parameters in these columns, all weights or all biases of some layers.

    By the letter they share; that of one layer has its number where others have the letter too.
    """
    parameters, places = structure.parameters, structure.places
    kind, layer, *_ = places[parameters[columns[0]]]
    alike = [k for k, p in enumerate(parameters) if places.get(p, "?")[0] == kind]
    mine, all_of_them = (shared(parameters[k] for k in found) for found in (columns, alike))
    matrices = any((found := parts(p.label)) is None or found.above for p in parameters)
    letter = kind if matrices or not mine else mine
    whole = len(columns) == len(alike)
    numbered = not whole and (letter == kind or mine == all_of_them)
    return f"∂L/∂{letter}" + (f"^[{layer}]" if numbered else "")


def in_brackets(text: str) -> str:
    """A sum, a product in brackets; a name, a function as it is."""
    depth = 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if depth == 0 and c in " ·/":
            return f"({text})"
    return text


# ── the phrases of the course ────────────────────────────────────────────────────────────────────


def _with(template: str, *found: Callable[[Own], str]) -> Callable[[Own], str]:
    """The template with what is found, in this order; "" where something has no name."""

    def told(own: Own) -> str:
        texts = [f(own) for f in found]
        return template.format(*texts) if all(texts) else ""

    return told


def _of_product(template: str, bias: bool = False) -> Callable[[Own], str]:
    """The template with {w}, {x} and {b}; without + b where there is none."""

    def told(own: Own) -> str:
        w, x = own.product()
        b = own.bias() if bias else ""
        return template.format(w=w, x=x, b=f" + {b}" if b else "") if w and x else ""

    return told


def _factor(own: Own) -> str:
    """The error as a factor, in brackets where it is a sum."""
    return in_brackets(own.error())


def _slope_at(letter: Callable[[Own], str], otherwise: str) -> Callable[[Own], str]:
    """σ′(z), or σ′(a)."""
    return lambda own: f"{f}′({letter(own) or otherwise})" if (f := own.function()) else ""


PHRASES: dict[str, Callable[[Own], str]] = {
    "∂a/∂z": Own.transfer_slope,
    "∂L/∂a": lambda own: slope("L", own.output_of_neuron()),
    "σ′(z)": _slope_at(Own.sum_of_neuron, "z"),
    "σ′(a)": _slope_at(Own.output_of_neuron, "a"),
    "z et a": _with("{} et {}", Own.sum_of_neuron, Own.output_of_neuron),
    "z and a": _with("{} and {}", Own.sum_of_neuron, Own.output_of_neuron),
    "w/Σw": _with("{0}/Σ{0}", Own.weight_back),
    "W oubliée": _with("{} oublié", Own.weight_back),
    "W forgotten": _with("{} forgotten", Own.weight_back),
    "∂L/∂W au lieu de W": _with("∂L/∂{0} au lieu de {0}", Own.weight_back),
    "∂L/∂W instead of W": _with("∂L/∂{0} instead of {0}", Own.weight_back),
    "∂z/∂a": Own.way_back,
    "∂z/∂b": Own.of_bias,
    "∂z/∂w": Own.of_weight,
    "∂(w·x + b)/∂w": _of_product("∂({w}·{x}{b})/∂{w}", bias=True),
    "∂(w·x)/∂w": _of_product("∂({w}·{x})/∂{w}"),
    "∂(wx)/∂w = w": _of_product("∂({w}·{x})/∂{w} = {w}"),
    "ajouté b": _with("ajouté {}", Own.bias),
    "add b": _with("add {}", Own.bias),
    "for σ": lambda own: "",  # of both functions: it stays
    "pour σ": lambda own: "",
    "σ": Own.function,
    "σ′": _with("{}′", Own.function),
    "e": Own.error,
    "(Σ e)": _with("(Σ {})", _factor),
    "(Σ x)": _with("(Σ {})", Own.input),
    "Σ e·x": _with("Σ {}·{}", _factor, Own.input),
    "e·x": _with("{}·{}", _factor, Own.input),
    "mean(x)": _with("mean({})", Own.input),
    "moyenne(x)": _with("moyenne({})", Own.input),
    "mean(e)": _with("mean({})", Own.error),
    "moyenne(e)": _with("moyenne({})", Own.error),
    "|e|": _with("|{}|", Own.error),
    "sign(e)": _with("sign({})", Own.error),
    "signe(e)": _with("signe({})", Own.error),
    "e²": _with("{}²", _factor),
    "½e²": _with("½{}²", _factor),
    "ŷ": Own.output,
    "ŷ − y": _with("{} − {}", Own.output, Own.target),
    "y − ŷ": _with("{} − {}", Own.target, Own.output),
    "ŷ > y": _with("{} > {}", Own.output, Own.target),
    "∂L/∂ŷ": lambda own: slope("L", own.output()),
    "(1 − y)": _with("(1 − {})", Own.target),
}
_PHRASE = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(PHRASES, key=len, reverse=True)))})(?![\w^′])"
)
