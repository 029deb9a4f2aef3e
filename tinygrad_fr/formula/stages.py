"""Write it as a formula: where a derivation begins a new line, how its lines are called.

A graph is cut where names are: at the output, at labelled nodes, at nodes with several consumers,
before and behind a transfer function, at a node that its own slope mentions, and where a line would
become too long.  `Stages` finds these nodes, names them, and writes the slope of every node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import count
from typing import Any

from tinygrad_fr.engine import Value, as_leaf
from tinygrad_fr.formula.constants import exactly, is_number
from tinygrad_fr.formula.names import parts, pretty
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.formula.product import (
    PARAMETER,
    SLOPE,
    TRANSFER,
    VALUE,
    Factor,
    Product,
    Ref,
    Sum,
    Way,
    Writing,
    spell,
)
from tinygrad_fr.formula.symbol import Symbol
from tinygrad_fr.formula.taught import PART, Taught
from tinygrad_fr.gradient import table_rule
from tinygrad_fr.likeness import number_of
from tinygrad_fr.ops import Op, div, mul, neg, power, ratio, scaled_power, sub
from tinygrad_fr.walk import chain_rule, order

LONGEST = 300  # characters of one line


def is_transfer(v: Value) -> bool:
    """v = f(z) with a function f that a neuron may end with."""
    return isinstance(v.op, Op) and v.op.kind == "transfer"


class Stages:
    """The graph of an output, cut into lines.

    nodes      every node, in order           uses      how many times each is an input
    names      the label of every stage: of the lines and of the leaves
    wanted     what the derivation leads to, in order; onward: the nodes on the way there
    gradients  ∂output/∂v of every node that is cut, and of what is wanted: sums of products
    """

    def __init__(self, output: Value, wrt: Iterable[Value] | None, notation: str) -> None:
        wanted = None if wrt is None else list(wrt)
        self.taught = Taught(output, wanted or ())
        self.output, self.notation = self.taught.output, notation
        self.nodes = order(self.output)
        leaves = [v for v in self.nodes if v.op is None and not v.constant]
        parameters = [v for v in leaves if is_parameter(v)]
        renewed = self.taught.new
        if wanted is not None:
            wanted = [renewed.get(v, v) for v in wanted]
        self.wanted = dict.fromkeys(wanted if wanted is not None else parameters or leaves)
        self.uses = Counter(u for v in self.nodes for u in v.inputs if isinstance(u, Value))
        self.users: dict[Value, list[Value]] = {}
        for v in self.nodes:
            for u in v.inputs:
                if isinstance(u, Value):
                    self.users.setdefault(u, []).append(v)
        self._entries: dict[Value, list[Any]] = {}
        self._way()
        self.inside = set(self.nodes)
        self.transfers = {v.inputs[0]: v for v in self.nodes if is_transfer(v)}
        self.turned: dict[Value, Value] = {}
        self.slopes = {v: self._slopes(v) for v in self.nodes if v.op is not None}
        self.parts, self.scores = self.taught.parts, self.taught.scores
        self.inside.update(self.taught.made)
        self.forward = [u for v in self.nodes for u in self.taught.before(v)]
        self._name()
        self.deltas: dict[Value, str] = self._deltas() if notation == "delta" else {}
        self.gradients = self._gradients()

    def depths(self) -> dict[Value, int]:
        """Which layer a node is in, from 1 for the last: one more at each a that a weight meets."""
        found: dict[Value, tuple[int, bool]] = {self.output: (1, False)}
        for v in reversed(self.nodes):
            layer, weighted = found[v]
            if is_transfer(v) and weighted:
                layer, weighted = layer + 1, False
            found[v] = layer, weighted
            meets = any(isinstance(u, Value) and u.op is None and is_parameter(u) for u in v.inputs)
            for u in v.inputs:
                if isinstance(u, Value):
                    found[u] = max(found.get(u, (0, False)), (layer, weighted or meets))
        return {v: layer for v, (layer, _) in found.items()}

    def _way(self) -> None:
        reached: set[Any] = set(self.wanted)
        self.onward: set[Value] = set()
        for v in self.nodes:
            if not reached.isdisjoint(v.inputs):
                reached.add(v)
                self.onward.add(v)
        self.reached = reached

    # ── names ──

    def _name(self) -> None:
        self.names: dict[Value, str] = {}
        self._last: Counter[str] = Counter()  # the last number given to a letter
        self._texts: dict[Value, Symbol] = {}
        taken: set[str] = set()
        for v in self.nodes:
            if v.label and pretty(v.label) not in taken:
                self.names[v] = v.label
                taken.add(pretty(v.label))
        self.taken = taken
        if self.output not in self.names:
            self.names[self.output] = self._fresh("L")
        self._name_parts()
        summed = [z for z in (*self.transfers, *self.scores) if z.op is not None]
        before = [z for z in dict.fromkeys(summed) if z not in self.names]
        after = [
            *filter(is_transfer, self.nodes),
            *(v for v in self.taught.made if v not in self.parts),
        ]
        behind = [v for v in after if v not in self.names]
        for letter, group in (("z", before), ("a", behind)):
            for v in group:
                self.names[v] = self._like_its_z(v) or self._fresh(letter, len(group) > 1)
        way = Writing(graph=self.inside)
        for v in self.nodes:
            if v in self.names or (v.op is None and v not in self.wanted):
                continue
            told = v in self.wanted or v in self.taught.costs or self.uses[v] > 1
            if told or self._own(v) or self._long(v, way):
                self.names[v] = self._fresh("u", True)

    def _name_parts(self) -> None:
        """p₁, p₂, … for the outputs of a softmax, by their numbers where those are free."""
        groups: dict[Any, list[Value]] = {}
        for v, part in self.parts.items():
            if v not in self.names:
                groups.setdefault(part.scores, []).append(v)
        for group in groups.values():
            own = {v: f"p_{self.parts[v].k + 1}" for v in group}
            free = self.taken.isdisjoint(map(pretty, own.values()))
            for v in sorted(group, key=lambda v: self.parts[v].k):
                self.names[v] = own[v] if free else self._fresh("p", True)
                self.taken.add(pretty(self.names[v]))

    def _like_its_z(self, a: Value) -> str:
        """a_1^[2] for what is made from z_1^[2], where that is free; else ""."""
        letter = parts(self.names.get(a.inputs[0], "")) if a not in self.scores else None
        if letter is None or letter.base != "z" or not (letter.below or letter.above):
            return ""
        above = f"^[{letter.above}]" if letter.above else ""
        name = f"a_{letter.below}{above}" if letter.below else f"a{above}"
        if pretty(name) in self.taken:
            return ""
        self.taken.add(pretty(name))
        return name

    def _fresh(self, letter: str, numbered: bool = False) -> str:
        """A name that is not in use; numbered from 1 where there are several."""
        if not numbered and pretty(letter) not in self.taken:
            self.taken.add(pretty(letter))
            return letter
        tried = ((i, f"{letter}_{i}") for i in count(self._last[letter] + 1))
        self._last[letter], name = next(x for x in tried if pretty(x[1]) not in self.taken)
        self.taken.add(pretty(name))
        return name

    def _own(self, v: Value) -> bool:
        """Whether the slope of v mentions v itself, as σ′ = y(1 − y) does."""
        return any(v in below(d, self.inside) for d in self.slopes[v] if isinstance(d, Value))

    def _long(self, v: Value, way: Writing) -> bool:
        """Whether the line of v would be too long; what its inputs became is known."""

        def at(u: Any) -> Any:
            if u in self.names:
                return Symbol(pretty(self.names[u]))
            return None if u is v else self._texts.get(u)

        self._texts[v] = self.spelled(v, way, at)
        return len(self._texts[v].text) > LONGEST

    def _deltas(self) -> dict[Value, str]:
        """δ for ∂L/∂z, with the indices of z."""
        found: dict[Value, str] = {}
        for v in self.nodes:
            letter = parts(self.names.get(v, ""))
            is_sum = v in self.transfers or v in self.scores
            if v.op is None or not (is_sum or (letter and letter.base == "z")):
                continue
            below = f"_{letter.below}" if letter and letter.below else ""
            above = f"^[{letter.above}]" if letter and letter.above else ""
            name = f"delta{below}{above}"
            if pretty(name) in self.taken:
                name = self._fresh("delta", True)
            self.taken.add(pretty(name))
            found[v] = name
        return found

    def spelled(self, v: Value, way: Way, at: Callable[[Any], Any]) -> Any:
        """What v is made from, its inputs by their names."""
        cost = self.taught.costs.get(v)
        if cost is not None:
            return spell(cost, at, way)
        return way.row(v, [spell(u, at, way) for u in v.inputs])

    # ── slopes ──

    def _slopes(self, v: Value) -> list[Any]:
        """∂v/∂u for each input, as nodes of a slope or numbers; None where nothing is wanted."""
        row = table_rule(v)
        wanted = [v in self.onward and u in self.reached for u in v.inputs]
        if is_transfer(v):
            wanted[0] = True
        found = row.local_derivatives(self.entries(v), v, wanted, taught=True)
        return [self.taught.settled(d, v, self.inside) for d in found]

    def entries(self, v: Value) -> list[Any]:
        """The inputs of v, its plain numbers as constants: 1/3 is a third, and no float."""
        if v not in self._entries:
            few = isinstance(v.op, Op) and v.op.arity is not None
            self._entries[v] = [
                as_leaf(u) if few and not isinstance(u, Value) else u for u in v.inputs
            ]
        return self._entries[v]

    def written(self, v: Value, i: int) -> Product:
        """The slope of v for its input number i, as a product."""
        if is_transfer(v) and i == 0:
            return Product(Fraction(1), (Factor(TRANSFER, Ref("′", v)),))
        d, u = self.slopes[v][i], v.inputs[i]
        if v.op is PART and d.op is mul:  # p(1 − p), as σ′ stands
            return Product(Fraction(1), (Factor(TRANSFER, d),))
        beside_a_leaf = u.op is None and is_number(d) and any(d is x for x in self.entries(v))
        if beside_a_leaf and number_of(d) != 1:
            return Product(Fraction(1), (Factor(VALUE, d),))
        return self.apart(d)

    def apart(self, d: Any) -> Product:
        """A slope taken apart: its numbers, its factors in the order of their ranks."""
        number, factors = Fraction(1), list[Factor]()
        todo: list[tuple[Any, bool]] = [(d, False)]
        while todo:
            x, under = todo.pop()
            exact = exactly(x)
            if exact is not None and (exact or not under):
                number = number / exact if under else number * exact
            elif is_number(x) or x in self.inside:
                factors.append(Factor(self._rank(x), x, under))
            elif x.op is mul:
                todo += [(u, under) for u in reversed(x.inputs)]
            elif x.op is neg:
                number = -number
                todo.append((x.inputs[0], under))
            elif x.op in (div, ratio):
                todo += [(x.inputs[1], not under), (x.inputs[0], under)]
            elif x.op is scaled_power and not under:
                todo += [(self._raised(x), False), (x.inputs[0], False)]
            else:
                factors.append(Factor(SLOPE, x, under))
        return Product(Fraction(1)) * self._oriented(number, factors)

    def _raised(self, x: Value) -> Any:
        """The aᵇ of c·aᵇ."""
        base, exponent = x.inputs[1:]
        plain = exactly(exponent)
        return base if plain == 1 else 1 if plain == 0 else power(base, exponent)

    def _rank(self, x: Any) -> int:
        if isinstance(x, Value) and x.op is None and (x in self.wanted or is_parameter(x)):
            return PARAMETER
        return VALUE if not isinstance(x, Value) or x.op is None or x in self.names else SLOPE

    def _oriented(self, number: Fraction, factors: list[Factor]) -> Product:
        """−c·(u − v) is c·(v − u); a prediction stands before a datum."""
        for i, f in enumerate(factors):
            x = f.what
            if (
                not isinstance(x, Value)
                or x.op is not sub
                or x in self.names
                or is_number(x.inputs[0])
            ):
                continue
            u, v = x.inputs
            first, second = self._datum(u), self._datum(v)
            if first and not second or (first == second and number < 0):
                if x not in self.turned:
                    self.turned[x] = sub(v, u)
                factors[i] = Factor(f.rank, self.turned[x], f.under)
                number = -number
        return Product(number, tuple(factors))

    def _datum(self, u: Any) -> bool:
        return not isinstance(u, Value) or (u.op is None and not is_parameter(u))

    # ── the walk back ──

    def is_cut(self, v: Value) -> bool:
        """Whether ∂L/∂v has a line of its own."""
        if v in self.wanted:
            return True
        if v not in self.names or v is self.output or (v in self.taught.costs and not v.label):
            return False
        if self.notation == "delta":
            return v not in self.parts and not (is_transfer(v) and v.inputs[0] in self.names)
        alone = v in self.transfers and self.uses[v] == 1
        return self.notation == "neutral" or not alone

    def _gradients(self) -> dict[Value, Sum]:
        def slopes(v: Value) -> list[Any]:
            return [
                (v, self.written(v, i)) if u in self.reached else None
                for i, u in enumerate(v.inputs)
            ]

        def times(parts: list[Sum], step: tuple[Value, Product]) -> list[Sum]:
            v, d = step
            return [(arrived_at(v) if self.is_cut(v) else in_order(parts)) * d]

        def plus(before: list[Sum], part: list[Sum]) -> list[Sum]:
            before += part  # added up at the end: a leaf of a large network is used very often
            return before

        def in_order(parts: list[Sum]) -> Sum:
            return Sum.of(reversed(parts))

        found: dict[Value, list[Sum]] = chain_rule(
            self.output,
            slopes,
            start=[Sum((Product(Fraction(1)),))],
            along=self.nodes,
            through=self.onward.__contains__,
            times=times,
            plus=plus,
        )
        cut = (v for v in found if v is not self.output and self.is_cut(v))
        kept = {v: in_order(found[v]) for v in cut}
        return kept | {v: Sum(()) for v in self.wanted if v not in kept and v is not self.output}

    def layer(self, v: Value) -> str:
        """The layer of a node, after its label; "" where it has none."""
        name = parts(self.names.get(v, ""))
        return name.above if name else ""


def arrived_at(v: Value) -> Sum:
    """∂L/∂v by its name."""
    return Sum((Product(Fraction(1), (Factor(0, Ref("∂", v)),)),))


def below(d: Any, stop: Callable[[Any], bool] | set[Value]) -> set[Any]:
    """The nodes of the graph that a slope mentions."""
    found: set[Any] = set()
    todo = [d]
    while todo:
        x = todo.pop()
        if x in stop:  # type: ignore[operator]
            found.add(x)
        elif isinstance(x, Value):
            todo += x.inputs
    return found
