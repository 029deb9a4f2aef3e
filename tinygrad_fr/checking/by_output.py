"""Check it: the gradient of a step, or of the outputs, handed in for that of the cost.

∂o/∂w in the place of ∂L/∂w: σ′(z)·x, where the cross-entropy of o = σ(z) was to be differentiated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tinygrad_fr.checking.calculus import Array
from tinygrad_fr.checking.own import in_brackets, shared
from tinygrad_fr.checking.wording import spelled
from tinygrad_fr.checking.world import AFTER_BENDS, Told, World
from tinygrad_fr.engine import Value
from tinygrad_fr.words import say

SAME = 1e-9  # relative


def of_a_step(world: World) -> Iterator[Told]:
    """The gradient of each named step through which all of the cost goes; of the last layer."""
    scene, output = world.scenes[0], world.graph.output
    last = [n for n in scene.neurons if n.layer == scene.layers]
    ends = [tuple(n.transfer or n.z for n in last), tuple(n.z for n in last)]
    named = [(v,) for v in world.graph.nodes if v.op is not None and v.label and v is not output]
    for nodes in dict.fromkeys([*named, *ends]):
        if nodes and output not in nodes and _all_goes_through(world, nodes):
            yield _stopped_at(nodes)


def of_a_probability(world: World) -> Iterator[Told]:
    """o(1 − o), the slope of σ, for the slope of a cross-entropy by its own o."""
    row = world.calculus.row
    for o in world.asked:
        users = [v for v, _ in world.graph.users.get(o, ())]
        inside = [o, *(v for v in users if row(v) == "sub" and v.inputs[1] is o)]
        if any(row(v) == "log" for u in inside for v, _ in world.graph.users.get(u, ())):
            yield _as_sigma(o)


def _as_sigma(o: Value) -> Told:
    def words() -> tuple[str, str]:
        letter = spelled(o)
        slope = f"{letter}(1 − {letter})"
        return say(
            fr=f"{slope} est la pente de σ, pas celle du coût par rapport à {letter}",
            en=f"{slope} is the slope of σ, not that of the cost with respect to {letter}",
        ), say(fr="Quelle est la dérivée de ln ?", en="What is the derivative of ln?")

    def vector(w: World) -> Array:
        found, k = w.truth.copy(), w.asked.index(o)
        found[:, k] = w.calculus.value[o] * (1 - w.calculus.value[o])
        return found

    return Told("o(1-o)", "plain", words, vector, AFTER_BENDS)


def _all_goes_through(world: World, nodes: Sequence[Value]) -> bool:
    """Is ∂L/∂θ = Σ ∂L/∂v·∂v/∂θ over these nodes?"""
    import numpy as np

    G, D = world.calculus.G, world.calculus.D
    through = sum(G[v][:, None] * D[v] for v in nodes)
    return bool(np.allclose(through, world.truth, rtol=SAME, atol=0))


def _stopped_at(nodes: Sequence[Value]) -> Told:
    def words() -> tuple[str, str]:
        letter = shared(nodes)
        if not letter:
            return say(
                fr="la dérivée de la sortie, pas celle du coût",
                en="the derivative of the output, not of the cost",
            ), say(fr="Que vaut la dérivée du coût ?", en="What is the derivative of the cost?")
        slope = f"∂L/∂{in_brackets(letter)}"
        return say(
            fr=f"la dérivée de {letter}, pas celle du coût : le facteur {slope} manque",
            en=f"the derivative of {letter}, not of the cost: the factor {slope} is missing",
        ), say(fr=f"Que vaut {slope} ?", en=f"What is {slope}?")

    def vector(w: World) -> Array:
        return sum(w.calculus.D[v] for v in nodes)

    return Told("of a step", "plain", words, vector, AFTER_BENDS)
