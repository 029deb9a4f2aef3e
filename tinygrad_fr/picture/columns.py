"""Draw it: inputs, neurons and weights stand in the order of their numbers, top to bottom.

Graphviz is free to put the boxes of one column in the order with the fewest crossings, except for
those of one family (x₁, x₂; w₁₁⁽¹⁾, w₁₂⁽¹⁾; z₁, z₂): an arrow that is not drawn goes from each to
the next one.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinygrad_fr.formula.names import parts
from tinygrad_fr.picture.arrows import Edge
from tinygrad_fr.picture.labels import Node

Key = tuple[int, ...]  # the numbers of a name, in the order in which they count


def columns(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[str, int]:
    """How far from the last box each stands, in arrows: as near to it as what it feeds allows."""
    found = {node.id: 0 for node in nodes}
    feeds: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in edges:
        feeds[edge.src].append(edge.dst)
    for node in reversed(nodes):
        found[node.id] = max((found[dst] + 1 for dst in feeds[node.id]), default=0)
    return found


def families(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[list[str]]:
    """The boxes of one column and one family, by their numbers; only where there are several.

    A family is a letter with its layer, x or w⁽¹⁾, or all that was named by the picture itself, or
    the groups of one layer.
    """
    at = columns(nodes, edges)
    found: dict[tuple[object, ...], list[tuple[Key, str]]] = {}
    for i, node in enumerate(nodes):
        family, key = _family(node)
        found.setdefault((at[node.id], *family), []).append(((*key, i), node.id))
    return [[name for _, name in sorted(kin)] for kin in found.values() if len(kin) > 1]


def _family(node: Node) -> tuple[tuple[object, ...], Key]:
    """What a box is one of, and where it stands among these."""
    if node.kind == "group":
        *outer, (word, _) = node.scope
        return (tuple(outer), word), ()
    label = node.value.label if node.value is not None else ""
    letter = parts(label) if label else None
    if letter is None or not letter.below:
        return ("", label), ()
    numbers = letter.below.split(",")
    if not all(number.isdecimal() for number in numbers):
        return (letter.base, letter.above, letter.primes, letter.below), ()
    indices = tuple(map(int, numbers))
    if node.kind == "parameter" and letter.above:  # w₁₁ w₁₂ b₁ w₂₁ w₂₂ b₂
        neuron, *others = indices
        return ("", letter.above), (neuron, not others, *others)
    return (letter.base, letter.above, letter.primes, letter.hat), indices
