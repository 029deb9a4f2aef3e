"""Walk it backward, then one step downhill: θ := θ − λ∇L, and what was made of it since.

    descent = SGD(model.parameters(), learning_rate=0.1)
    descent.zero_grad()
    L.backward()
    descent.step()

λ is a number or a schedule, a function of the step number t = 0, 1, 2, …: `inverse_time(1.0, 0.1)`.
The update formulas are those of PyTorch's documentation, in its order of operations; below, g is
the gradient of one parameter (with weight_decay w, first g := g + wθ; AdamW apart) and t counts
steps from 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.optim.schedules import Schedule, constant
from tinygrad_fr.refusals import between, known, positive, refuse
from tinygrad_fr.words import number


class Optimizer:
    """What all share: the parameters, λ(t), the memory of each parameter, and its saving.

    One of your own defines `change`, and names in `remembers` the numbers it keeps per parameter.
    """

    remembers: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float | Callable[[int], float],
        weight_decay: float = 0.0,
    ) -> None:
        self.parameters = list(dict.fromkeys(parameters))  # a shared parameter moves once
        if not self.parameters:
            refuse(
                fr=f"{type(self).__name__} a reçu une liste de paramètres vide : "
                "donnez model.parameters()",
                en=f"{type(self).__name__} was given an empty list of parameters: "
                "give model.parameters()",
            )
        if not callable(learning_rate):
            learning_rate = constant(positive("learning_rate", learning_rate))
        self.schedule = learning_rate
        self.weight_decay = between("weight_decay", weight_decay, 0, math.inf)
        self.steps = 0
        count = len(self.parameters)
        self.memory: dict[str, list[Any]] = {name: [0.0] * count for name in self.remembers}

    @property
    def learning_rate(self) -> float:
        """λ of the step to come."""
        return self.schedule(self.steps)

    def step(self) -> None:
        """Move every parameter once, by its gradient."""
        rate = self.schedule(self.steps)
        self.steps += 1
        decay = self.weight_decay
        for i, p in enumerate(self.parameters):
            g = p.grad + decay * p.data if decay else p.grad
            p.data = p.data - self.change(i, g, rate)

    def change(self, i: int, g: Any, rate: float) -> Any:
        """What is taken from parameter number i, whose gradient is g, at learning rate `rate`."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to 0, because `backward` adds to what is there."""
        for p in self.parameters:
            p.grad = 0

    def observe(self, cost: float) -> None:
        """Tell the schedule the cost: `plateau` wants to know."""
        if isinstance(self.schedule, Schedule):
            self.schedule.observe(cost)

    def state(self) -> dict[str, Any]:
        """What it would need to go on after a break: names, numbers and lists only."""
        return {
            "optimizer": type(self).__name__,
            "steps": self.steps,
            "memory": {name: list(values) for name, values in self.memory.items()},
            "schedule": self.schedule.state() if isinstance(self.schedule, Schedule) else {},
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from `state()`; ValueError, with nothing changed, if it is another optimiser's."""
        mine = self.state()
        memory: dict[str, list[Any]] = {}
        try:
            memory = {name: list(values) for name, values in state["memory"].items()}
            fits = (
                state["optimizer"] == mine["optimizer"]
                and type(state["steps"]) is int
                and memory.keys() == self.memory.keys()
                and all(len(values) == len(self.parameters) for values in memory.values())
                and all(type(x) in (float, int) for values in memory.values() for x in values)
                and state["schedule"].keys() == mine["schedule"].keys()
                and all(type(x) in (float, int) for x in state["schedule"].values())
            )
        except (KeyError, TypeError, AttributeError):
            fits = False
        if not fits:
            found = state.get("optimizer", "?") if isinstance(state, Mapping) else "?"
            refuse(
                fr=f"l’état donné est celui de {found} et ne convient pas à "
                f"{mine['optimizer']} sur {len(self.parameters)} paramètres ; rien n’a changé. "
                "Donnez ce que state() a rendu pour le même modèle",
                en=f"the given state is that of {found} and does not fit "
                f"{mine['optimizer']} on {len(self.parameters)} parameters; nothing was changed. "
                "Give what state() returned for the same model",
            )
        self.steps, self.memory = state["steps"], memory
        if isinstance(self.schedule, Schedule):
            self.schedule.load_state(state["schedule"])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.parameters)} parameters, λ={self.learning_rate:g})"


class SGD(Optimizer):
    """θ := θ − λg: the descent of the course."""

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float | Callable[[int], float] = 0.01,
        *,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)

    def change(self, i: int, g: Any, rate: float) -> Any:
        return rate * g


class Momentum(Optimizer):
    """b := μb + g (b := g at first), θ := θ − λb: a ball that keeps its speed.

    Polyak 1964; in PyTorch's form (SGD with momentum), λ outside b.
    """

    remembers = ("b",)

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float | Callable[[int], float] = 0.01,
        *,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.momentum = between("momentum", momentum, 0, 1)

    def change(self, i: int, g: Any, rate: float) -> Any:
        b = self.memory["b"]
        b[i] = self.momentum * b[i] + g
        return rate * b[i]


class Nesterov(Momentum):
    """b := μb + g, θ := θ − λ(g + μb): the ball looks one step ahead.

    Sutskever, Martens, Dahl & Hinton 2013, "On the importance of initialization and momentum in
    deep learning"; in PyTorch's form (SGD with nesterov=True).
    """

    def change(self, i: int, g: Any, rate: float) -> Any:
        b = self.memory["b"]
        b[i] = self.momentum * b[i] + g
        return rate * (g + self.momentum * b[i])


class AdaGrad(Optimizer):
    """s := s + g², θ := θ − λ g/(√s + ε): much-used parameters slow down.

    Duchi, Hazan & Singer 2011, "Adaptive subgradient methods", in its diagonal form.
    """

    remembers = ("s",)

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float | Callable[[int], float] = 0.01,
        *,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.eps = positive("eps", eps)

    def change(self, i: int, g: Any, rate: float) -> Any:
        s = self.memory["s"]
        s[i] = s[i] + g * g
        return rate * g / (s[i] ** 0.5 + self.eps)


class RMSProp(Optimizer):
    """v := αv + (1 − α)g², θ := θ − λ g/(√v + ε): AdaGrad that forgets.

    Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6.5.
    """

    remembers = ("v",)

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float | Callable[[int], float] = 0.01,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.alpha, self.eps = between("alpha", alpha, 0, 1), positive("eps", eps)

    def change(self, i: int, g: Any, rate: float) -> Any:
        v = self.memory["v"]
        v[i] = self.alpha * v[i] + (1 - self.alpha) * g * g
        return rate * g / (v[i] ** 0.5 + self.eps)


class Adam(Optimizer):
    """m := β₁m + (1 − β₁)g, v := β₂v + (1 − β₂)g², θ := θ − λ m̂/(√v̂ + ε).

    m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) make up for starting at 0.  Kingma & Ba 2015, "Adam: a
    method for stochastic optimization", algorithm 1.
    """

    remembers = ("m", "v")

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float | Callable[[int], float] = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.betas = between("betas[0]", betas[0], 0, 1), between("betas[1]", betas[1], 0, 1)
        self.eps = positive("eps", eps)

    def change(self, i: int, g: Any, rate: float) -> Any:
        beta1, beta2 = self.betas
        m, v = self.memory["m"], self.memory["v"]
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g * g
        m_hat = m[i] / (1 - beta1**self.steps)
        v_hat = v[i] / (1 - beta2**self.steps)
        return rate * m_hat / (v_hat**0.5 + self.eps)


class AdamW(Adam):
    """Adam in which weights decay by themselves: first θ := θ − λwθ, then Adam's step on g alone.

    Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2.
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float | Callable[[int], float] = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, learning_rate, betas=betas, eps=eps)
        self.decoupled = between("weight_decay", weight_decay, 0, math.inf)

    def step(self) -> None:
        kept = 1 - self.learning_rate * self.decoupled
        for p in self.parameters:
            p.data = p.data * kept
        super().step()


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}


def optimizer(
    name: str,
    parameters: Iterable[Value],
    learning_rate: float | Callable[[int], float] | None = None,
    **options: Any,
) -> Optimizer:
    """The optimiser of that name: `optimizer("adam", model.parameters(), 0.01)`."""
    kind: Any = OPTIMIZERS[known("optimizer", name.lower(), OPTIMIZERS)]
    if learning_rate is not None:
        options["learning_rate"] = learning_rate
    return kind(parameters, **options)  # type: ignore[no-any-return]


def clip_gradients(parameters: Iterable[Value], max_norm: float) -> float:
    """Shorten the gradient to length max_norm if it is longer; gives the length it had.

    The length is √Σg² over all parameters, the direction stays.  Pascanu, Mikolov & Bengio 2013,
    "On the difficulty of training recurrent neural networks", algorithm 1.  (PyTorch divides by the
    length + 10⁻⁶.)  Raises ValueError, naming the parameter, for a gradient that is not finite.
    """
    positive("max_norm", max_norm)
    moved = list(dict.fromkeys(parameters))
    for i, p in enumerate(moved, start=1):
        if not math.isfinite(p.grad):
            refuse(
                fr=f"le gradient de {p.label or f'θ_{i}'} est {number(p.grad)} : il n’a pas "
                "de direction à garder. Réduisez le taux d’apprentissage, ou cherchez le nœud "
                "qui déborde",
                en=f"the gradient of {p.label or f'θ_{i}'} is {number(p.grad)}: it has no "
                "direction to keep. Lower the learning rate, or look for the node that overflows",
            )
    length = math.hypot(*(p.grad for p in moved))
    if length > max_norm:
        for p in moved:
            p.grad = p.grad / length * max_norm
    return length
