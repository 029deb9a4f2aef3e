"""Check it: one rule of the walk back bent, which is what a mistake made by hand comes to.

A student's wrong gradient is nearly always the right walk with one rule bent: a derivative
forgotten, a path left out, a weight for an input.  So each row of the catalogue is a `Mistake` that
bends one thing, and `Bent` walks with it.

    w    the walk so far           g    the gradient arriving at the step's node
    s    a step of it              d    the slope of the step, as the chain rule has it
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.checking.structure import Scene, Step, row_name
from tinygrad_fr.engine import Value
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import say

Share = tuple[Step, Any]  # what one step brought to a parameter


class Bent:
    """One walk back over a scene, with a mistake or with none.

    arrived  what arrived at each node
    shares   for each parameter, the steps that reached it, each with its contribution
    answer   the gradient of every parameter, in order
    """

    def __init__(
        self, scene: Scene, mistake: Mistake | None = None, where: str = "everywhere"
    ) -> None:
        self.scene, self.mistake, self.where = scene, mistake, where
        self.shares: dict[Value, list[Share]] = {p: [] for p in scene.parameters}
        self.arrived: dict[Value, Any] = {}
        along = mistake.along(scene) if mistake and mistake.along else scene.nodes
        plus = _replaced if mistake and mistake.overwrite else operator.add
        self.arrived = chain_rule(
            scene.output, scene.steps.__getitem__, along=along, times=self._follow, plus=plus
        )
        self.answer = [self.at(p) for p in scene.parameters]
        if mistake is None:
            return
        if mistake.forward is not None:
            self.answer = mistake.forward(scene)
        if mistake.gather is not None:
            self.answer = [mistake.gather(scene, self.shares[p][::-1]) for p in scene.parameters]
        if mistake.answer is not None:
            self.answer = mistake.answer(scene, self.answer)

    def at(self, v: Value | None) -> Any:
        """∂L/∂v as this walk has it: complete once the walk has come past v."""
        return self.arrived.get(v, 0) if v is not None else 0

    def _follow(self, g: Any, step: Step) -> Any:
        """What the step hands on of the gradient g that arrived at its node."""
        self.arrived[step.node] = g
        d, part = self.scene.slopes[step.node][step.i], None
        if self.mistake is not None and self.mistake.bend is not None and self._concerned(step):
            part = self.mistake.bend(self, step, g, d)
        if part is None:
            part = g * d
        if step.source in self.shares:
            self.shares[step.source].append((step, part))
        return part

    def _concerned(self, step: Step) -> bool:
        """Is the mistake made in this layer?"""
        if self.where == "everywhere" or step.neuron is None:
            return True
        return (step.neuron.layer == self.scene.layers) == (self.where == "output")


def _replaced(before: Any, now: Any) -> Any:
    """= in the place of +=."""
    return now


Bend = Callable[[Bent, Step, Any, Any], Any]  # (w, s, g, d) -> contribution; None: the right one


def bent_answer(scene: Scene, mistake: Mistake, where: str = "everywhere") -> list[Any]:
    """The gradient of every parameter, in order, that the mistake leads to."""
    return Bent(scene, mistake, where).answer


@dataclass(frozen=True, slots=True)
class Mistake:
    """One known mistake: its number in the list, its name, a hint, and what it bends.

    factors     constants by which the whole answer is multiplied
    bend        another contribution for a step (None: the right one)
    gather      another way of putting together the contributions of the examples
    answer      the finished answer transformed
    forward     another answer altogether, from a bent forward pass
    along       another order of the walk
    overwrite   = in place of +=
    places      where it can happen: "everywhere", "output", "hidden"
    """

    key: str
    fr: str
    en: str
    hint_fr: str
    hint_en: str
    factors: Callable[[Scene], Iterable[Any]] | None = None
    bend: Bend | None = None
    gather: Callable[[Scene, list[Share]], Any] | None = None
    answer: Callable[[Scene, list[Any]], list[Any]] | None = None
    forward: Callable[[Scene], list[Any]] | None = None
    along: Callable[[Scene], list[Value]] | None = None
    overwrite: bool = False
    places: tuple[str, ...] = ("everywhere",)

    @property
    def name(self) -> str:
        return say(fr=self.fr, en=self.en)

    @property
    def hint(self) -> str:
        return say(fr=self.hint_fr, en=self.hint_en)


# ── the words in which rows of the catalogue are written ─────────────────────────────────────────

EACH_LAYER = ("output", "hidden", "everywhere")


def on(role: str, contribution: Bend) -> Bend:
    """A bend of the steps of one role only."""

    def bend(w: Bent, s: Step, g: Any, d: Any) -> Any:
        return contribution(w, s, g, d) if s.role == role else None

    return bend


def on_row(names: set[str], contribution: Bend) -> Bend:
    """A bend of the steps through some operations, wherever they stand."""

    def bend(w: Bent, s: Step, g: Any, d: Any) -> Any:
        return contribution(w, s, g, d) if row_name(s.node) in names else None

    return bend


def input_number(w: Bent, s: Step) -> Any:
    """The number that the step's input holds: z where s goes from a = f(z) to z."""
    return w.scene.value(s.source)
