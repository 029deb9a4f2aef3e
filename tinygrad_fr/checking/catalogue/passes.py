"""Check it: mistakes of the walk itself: what it overwrites, what it leaves over, its order."""

from __future__ import annotations

from typing import Any

from tinygrad_fr.checking.bends import Mistake
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.engine import Value


def not_zeroed(scene: Scene) -> list[Any]:
    """The gradient of the next step added to this one's: no reset between the two."""
    if scene.rate is None:
        return list(scene.truth)
    pairs = zip(scene.parameters, scene.truth, strict=True)
    moved = {p: scene.value(p) - scene.rate * g for p, g in pairs}
    after = scene.structure.at({**scene.point, **moved}, scene.rate)
    return [g + h for g, h in zip(scene.truth, after.truth, strict=True)]


def first_visited(scene: Scene) -> list[Value]:
    """The nodes as a walk without topological order meets them, breadth first; output last."""
    met: dict[Value, None] = {}
    queue = [scene.output]
    while queue:
        v = queue.pop(0)
        if v not in met:
            met[v] = None
            queue += [u for u in v.inputs if isinstance(u, Value)]
    return list(met)[::-1]


ROWS = [
    Mistake(
        "M26c",
        "écraser au lieu de cumuler (= au lieu de +=, à chaque nœud)",
        "overwriting instead of accumulating (= instead of +=, at every node)",
        "Un nœud utilisé deux fois reçoit deux contributions : que devient la première ?",
        "A node used twice receives two contributions: what becomes of the first?",
        overwrite=True,
    ),
    Mistake(
        "M27",
        "gradient non remis à zéro entre deux itérations",
        "gradient not reset to zero between two steps",
        "Que contenait grad avant cette passe ?",
        "What did grad hold before this pass?",
        forward=not_zeroed,
    ),
    Mistake(
        "order",
        "ordre de première visite au lieu de l’ordre topologique",
        "order of first visit instead of topological order",
        "Le gradient d’un nœud était-il complet avant d’être transmis ?",
        "Was the gradient of a node complete before it was handed on?",
        along=first_visited,
    ),
]
