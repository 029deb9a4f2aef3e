"""Write it as a formula: the short form of ∂L/∂z, where it is proved: a − y for σ and its cost.

What is tried is c·(a − y): a the output made from z, y a target, 0 or 1, and c the number that fits
the values.  Numbers only propose; a short form stands in a derivation if the proof, which knows no
cost by its name, shows that it is ∂L/∂z at every point.  Of targets that add up to 1, as those of
a softmax do, the proof may use that, and the line says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import meant
from tinygrad_fr.formula.names import parts
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.formula.product import ARRIVED, VALUE, Factor, Product, Ref, Sum
from tinygrad_fr.formula.proof import equal
from tinygrad_fr.formula.stages import Stages
from tinygrad_fr.gradient import gradient
from tinygrad_fr.lists import softmax
from tinygrad_fr.ops import sub
from tinygrad_fr.ops import sum as total
from tinygrad_fr.walk import chain_rule, order

SIMPLE = 1000  # the largest denominator of a number that is tried: 1/N of a mean
TRIED = 4  # proofs for one z
NEAR = 1e-9  # how far rounding may lie beside a number that fits


@dataclass(frozen=True, slots=True)
class Short:
    """c·(a − y), and the targets that add up to 1 if the proof needed it."""

    product: Product
    given: tuple[Value, ...] = ()

    @property
    def what(self) -> Sum:
        return Sum((self.product,))


class ShortForms:
    """The short forms of a graph: of ∂L/∂z, and of what it is a factor of."""

    def __init__(self, stages: Stages, output: Value) -> None:
        """`output` is the graph as it was given; `stages` may have made some of it anew."""
        self.stages, self.output = stages, output
        self.old = {new: v for v, new in stages.taught.new.items()}
        self.nodes = order(output)
        leaves = [v for v in self.nodes if v.op is None and v.label and v in stages.names]
        self.targets = [v for v in leaves if not is_parameter(v)]
        arrived = chain_rule(stages.output)
        self.found: dict[Value, Short] = {}
        for z, a in self._outputs():
            if z in arrived and z in stages.reached:
                short = self._short(z, a, arrived[z])
                if short is not None:
                    self.found[z] = short

    def _outputs(self) -> Iterable[tuple[Value, Value]]:
        """Each z with the output that is made from it."""
        yield from self.stages.transfers.items()
        for p, part in self.stages.parts.items():
            yield part.scores[part.k], p

    def of(self, name: Any, what: Sum) -> Short | None:
        """The short form of a line: of ∂L/∂z, or where ∂L/∂a·σ′(z) are factors of it."""
        if name.node in self.found:
            short = self.found[name.node]
            return short if self._size(short.what) < self._size(what) else None
        if len(what.products) != 1:
            return None
        (product,) = what.products
        for f in product.factors:
            if isinstance(f.what, Ref) and f.what.kind == "′":
                return self._put_in(product, f.what.node)
        return None

    def _size(self, what: Any) -> int:
        """How many names and numbers stand in it."""
        if isinstance(what, Sum):
            return sum(self._size(f.what) for p in what.products for f in p.factors)
        if isinstance(what, Ref):
            return 1 if what.kind == "∂" else self._size(self.stages.slopes[what.node][0])
        if not isinstance(what, Value) or what.op is None or what in self.stages.names:
            return 1
        return sum(map(self._size, what.inputs))

    def _put_in(self, product: Product, a: Value) -> Short | None:
        """The product with c·(a − y) in the place of ∂L/∂a·σ′(z)."""
        z = a.inputs[0]
        short = self.found.get(z)
        pair = [Ref("∂", a), Ref("′", a)]
        rest = [f for f in product.factors if f.what not in pair]
        if short is None or self.stages.uses[z] != 1 or len(rest) != len(product.factors) - 2:
            return None
        found = Product(product.number) * short.product * Product(Fraction(1), tuple(rest))
        return replace(short, product=found)

    # ── one z ──

    def _short(self, z: Value, a: Value, slope: Any) -> Short | None:
        fitting = [(y, _fitting(slope, a.data - getattr(y, "data", y))) for y in self._tried(a)]
        for y, c in [(y, c) for y, c in fitting if c][:TRIED]:
            for given in dict.fromkeys([(), self._adding_up(y)]):
                if self._proved(z, a, y, c, given):
                    return Short(_written(c, a, y), given)
        return None

    def _tried(self, a: Value) -> list[Any]:
        """The targets, those first that have the indices of a, then 1 and 0."""
        own = parts(self.stages.names[a])

        def other(y: Value) -> bool:
            letter = parts(y.label)
            return own is None or letter is None or letter.below != own.below

        return [*sorted(self.targets, key=other), 1, 0]

    def _adding_up(self, y: Any) -> tuple[Value, ...]:
        """The targets of one letter to which y belongs, if they add up to 1; else nothing."""
        letter = parts(getattr(y, "label", ""))
        if letter is None:
            return ()
        family = [v for v in self.targets if _family(v) == (letter.base, letter.above)]
        exact = [meant(v.data) for v in family]
        whole = sum(x for x in exact if isinstance(x, Fraction))
        return tuple(family) if len(family) > 1 and None not in exact and whole == 1 else ()

    def _as_given(self, a: Value) -> Value:
        """An output as the graph has it, or would have it."""
        part = self.stages.parts.get(a)
        if a in self.old or part is None:
            return self.old.get(a, a)
        given: Value = softmax([self.old.get(z, z) for z in part.scores])[part.k]
        return given

    def _proved(self, z: Value, a: Value, y: Any, c: Fraction, given: Sequence[Value]) -> bool:
        """Whether ∂L/∂z is c·(a − y) at every point, and not here only."""
        z, a = self.old.get(z, z), self._as_given(a)
        above = {z}  # what depends on z
        for v in self.nodes:
            if not above.isdisjoint(v.inputs):
                above.add(v)
        new = self.stages.taught.new
        beside = {u for v in above for u in v.inputs if isinstance(u, Value) and v is not z}
        atoms = [u for u in beside - above if new.get(u, u) in self.stages.names]
        known = {}
        if given:
            *others, last = given
            known = {last: 1 - total(others)}
            atoms = [u for u in atoms if u is not last]
        return equal(gradient(self.output, z), Value(c) * (a - y), [z, *atoms], known)


def _fitting(slope: Any, difference: Any) -> Fraction | None:
    """The simple number c with slope = c·difference; None if there is none."""
    if not difference or not slope or slope - slope != 0:
        return None
    c = Fraction(slope / difference).limit_denominator(SIMPLE)
    return c if c and abs(slope - c * difference) <= NEAR * abs(slope) else None


def _written(c: Fraction, a: Value, y: Any) -> Product:
    """c·(a − y)"""
    plain = not isinstance(y, Value) and y == 0
    factor = Factor(VALUE, a) if plain else Factor(ARRIVED, sub(a, y))
    return Product(c, (factor,))


def _family(v: Value) -> tuple[str, str] | None:
    letter = parts(v.label)
    return (letter.base, letter.above) if letter else None
