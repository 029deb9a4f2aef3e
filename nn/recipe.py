"""Build a graph, walk it backward, downhill: all that one may choose of a training, in one place.

recipe = Recipe("moons", hidden=(6, 4), l2=0.001, seed=7)
task = recipe.task()                    what is to be learnt
model = recipe.network(task)            what learns it
recipe.fit(model, task, epochs=100)     the history
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tinygrad_fr.nn import losses, optim
from tinygrad_fr.nn.engines import ENGINES
from tinygrad_fr.nn.fit import fit
from tinygrad_fr.nn.history import History
from tinygrad_fr.nn.layers import ACTIVATIONS, MLP
from tinygrad_fr.nn.penalised import Penalised
from tinygrad_fr.nn.task import Task
from tinygrad_fr.refusals import known
from tinygrad_fr.words import number, say

BOLDER = 0.01  # λ of Adam for the small networks of a course, ten times its author's


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is learnt, by which network, how; every choice as it may be typed.

    source … validation  what is learnt: see `Task`
    hidden               neurons of each hidden layer, from the inputs on
    activation, dropout  of the hidden layers
    l2, l1               added to the cost: l2·Σθ² + l1·Σ|θ|
    learning_rate        λ; unless told 0.01 for adam and adamw, else the optimiser's own
    decay                d of λ/(1 + d·t), t the steps made
    clip                 the longest a gradient may be
    batch_size           examples per step
    engine               what makes the steps: "auto", or one of `compiled.ENGINES`
    restarts             how often it may begin anew, see `Job.train`
    seed                 of the points, of those kept apart, of the weights and of the order
    """

    source: str
    target: str | None = None
    inputs: Sequence[str] = ()
    encoding: str | None = None
    points: int = 200
    loss: str | None = None
    validation: float | None = None
    hidden: Sequence[int] = ()
    activation: str = "tanh"
    dropout: float = 0.0
    l2: float = 0.0
    l1: float = 0.0
    optimizer: str = "adam"
    learning_rate: float | None = None
    decay: float = 0.0
    clip: float | None = None
    batch_size: int = 20
    engine: str = "auto"
    restarts: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        known("--activation", self.activation, ACTIVATIONS)
        known("--optimizer", self.optimizer, optim.OPTIMIZERS)
        known("--engine", self.engine, ENGINES)

    def task(self) -> Task:
        """What is to be learnt."""
        return Task(
            self.source,
            self.target,
            inputs=self.inputs,
            encoding=self.encoding,
            points=self.points,
            loss=self.loss,
            validation=self.validation,
            seed=self.seed,
        )

    def network(self, task: Task, start: int = 0) -> MLP:
        """A network that fits the task, with the weights of start 0, 1, 2, …"""
        return MLP(
            len(task.names),
            [*self.hidden, task.outputs],
            activation=self.activation,
            output=task.output,
            dropout=self.dropout,
            seed=self.seed + start,
        )

    def fit(
        self,
        model: MLP,
        task: Task,
        epochs: int,
        *,
        checkpoint: Path | None = None,
        resume: bool = False,
        callbacks: Iterable[Callable[..., Any]] = (),
        progress: Any = True,
    ) -> History:
        """Train the model on the task: what `fit` gives and raises."""
        cost: losses.Loss = losses.loss(task.loss)
        if self.l2 or self.l1:
            cost = Penalised(cost, model.parameters(), self.l2, self.l1)
        rate, engine = self.rate(model), cast(Any, self.engine)
        return fit(
            model,
            task.X,
            task.y,
            loss=cost,
            optimizer=self.optimizer,
            learning_rate=optim.inverse_time(rate, self.decay) if self.decay else rate,
            epochs=epochs,
            batch_size=self.batch_size,
            seed=self.seed,
            validation=task.tests,
            clip=self.clip,
            checkpoint=checkpoint,
            resume=resume,
            callbacks=callbacks,
            progress=progress,
            engine=engine,
        )

    def told(self, task: Task, model: MLP) -> str:
        """How it learns, in a line: what stands below its pictures."""
        rate = f"λ = {number(self.rate(model))}"
        if self.decay:
            rate += f"/(1 + {number(self.decay)}·t)"
        cost = task.loss
        cost += f" + {number(self.l2)}·Σθ²" if self.l2 else ""
        cost += f" + {number(self.l1)}·Σ|θ|" if self.l1 else ""
        size = min(self.batch_size, len(task.X))
        parts = [self.optimizer, rate, cost]
        parts += [f"dropout {number(self.dropout)}"] if self.dropout else []
        parts += [f"clip {number(self.clip)}"] if self.clip else []
        parts.append(say(fr=f"{size} exemples par pas", en=f"{size} examples per step"))
        parts.append(say(fr=f"graine de départ {self.seed}", en=f"random seed {self.seed}"))
        return say(fr=" ; ", en="; ").join(parts)

    def rate(self, model: MLP) -> float:
        """λ of the first step."""
        if self.learning_rate is None and self.optimizer in ("adam", "adamw"):
            return BOLDER
        return optim.optimizer(self.optimizer, model.parameters(), self.learning_rate).learning_rate
