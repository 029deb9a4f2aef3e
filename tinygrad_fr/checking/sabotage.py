"""Check it, the other way round: let `backward` walk with one rule bent, and see what breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.bend import sweeping
from tinygrad_fr.checking.bends import Bent, Mistake
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.structure import Scene, Structure
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.refusals import did_you_mean, known, refuse

PLACES = ("everywhere", "output", "hidden")


@dataclass(slots=True)
class Sabotage:
    """What a sabotaged walk did.

    broken   the nodes whose gradient the bend changed first: all that they feed is right
    arrived  ∂L/∂v as the last bent walk gave it, leaves included: what a leaf's grad held before
             that pass is no part of it
    truth    the same by the chain rule
    """

    mistake: Mistake
    broken: list[Value] = field(default_factory=list)
    arrived: dict[Value, Any] = field(default_factory=dict)
    truth: dict[Value, Any] = field(default_factory=dict)

    def walk(self, scene: Scene, where: str) -> None:
        """Walk back over the scene both ways, and note where they part."""
        straight, crooked = Bent(scene), Bent(scene, self.mistake, where)
        answer = crooked.answer
        if self.mistake.factors is not None:
            factor = next(iter(self.mistake.factors(scene)), 1)
            answer = [factor * g for g in answer]
        self.truth = {v: straight.at(v) for v in scene.nodes}
        self.arrived = {v: crooked.at(v) for v in scene.nodes}
        wrong_before = {v for v in scene.nodes if self.arrived[v] != self.truth[v]}
        self.arrived.update(zip(scene.parameters, answer, strict=True))
        for v in (*scene.graph.leaves, *(v for v in scene.nodes if v.op is not None)):
            users = scene.users.get(v, [])
            changed = self.arrived[v] != self.truth[v]
            if changed and not any(user in wrong_before for user, _ in users):
                self.broken.append(v)


_laboratory: ContextVar[Sabotage | None] = ContextVar("laboratory", default=None)


def laboratory() -> Sabotage | None:
    """The sabotage in whose block we are, in this thread; None outside.

    Whoever shows gradients there compares `arrived` with `truth`, not the grad of the leaves, which
    may hold an earlier pass too.
    """
    return _laboratory.get()


def find(name: str) -> Mistake:
    """The mistake of that number ("M9") or name, in French or English.

    Raises ValueError with the nearest name otherwise, with the list where none is near.
    """
    wanted = re.sub(r"\s+", " ", name.strip().lower())
    spoken: dict[str, Mistake] = {}
    for m in CATALOGUE.values():
        for text in (m.key, m.fr, m.en, m.fr.split(" (")[0], m.en.split(" (")[0]):
            spoken.setdefault(text.lower(), m)
    if wanted in spoken:
        return spoken[wanted]
    hint, listed = did_you_mean(wanted, spoken), ", ".join(CATALOGUE)
    refuse(
        fr=f"erreur inconnue : « {name} »." + (hint or f" Choisissez parmi : {listed}"),
        en=f"unknown mistake: '{name}'." + (hint or f" Choose one of: {listed}"),
    )


@contextmanager
def sabotage(name: str, where: str | None = None) -> Iterator[Sabotage]:
    """Bend one rule of `backward` inside the block, in this thread only.

        with sabotage("overwriting instead of accumulating") as lab:
            L.backward()
            draw(L)
        lab.broken      # the nodes whose gradient the bend changed first

    where is "output", "hidden" or "everywhere"; without it, where the mistake is usually made.
    Draw inside the block too: the picture then sets the right gradient beside each wrong one.
    Parameters are the leaves that `is_parameter` finds (all leaves if there is none).
    """
    lab = Sabotage(find(name))
    place = lab.mistake.places[0] if where is None else known("where", where, PLACES)

    def bent(nodes: Sequence[Value]) -> None:
        graph = Graph(nodes[-1])
        named = [v for v in graph.leaves if is_parameter(v)]
        lab.walk(Structure(graph, named or graph.leaves).at(), place)
        for v in graph.nodes:
            g = lab.arrived[v]
            v.grad = v.grad + g if v.op is None else g

    token = _laboratory.set(lab)
    try:
        with sweeping(bent):
            yield lab
    finally:
        _laboratory.reset(token)
