"""Check it: what the steps of a walk back mean to a student.

A `Scene` finds neurons, layers and examples in the graph of a cost, and gives every step its role:
a weight met its input, a transfer function, a signal going back through a weight.  The catalogue of
mistakes bends these steps; without it they are the chain rule as the course writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.checking.structure import is_parameter
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.replay import replay_all, rule
from tinygrad_fr.walk import order

ADDITIVE = {"add", "sum"}
SMOOTH = {
    "sigmoid",
    "tanh",
    "softplus",
    "logsigmoid",
    "silu",
    "gelu",
    "elu",
    "exp",
    "sin",
    "cos",
    "atan",
    "erf",
    "asinh",
    "relu",
    "leaky_relu",
}


@dataclass(slots=True)
class Neuron:
    """One weighted sum z = Σ w·x + b of one example, found in the graph."""

    z: Value
    weights: list[tuple[Value, Any]] = field(default_factory=list)  # (weight, what it multiplies)
    biases: list[Value] = field(default_factory=list)
    transfer: Value | None = None  # the node a = f(z), if there is one
    layer: int = 1
    place: int = 0  # which neuron of its layer, from 0
    example: int = 0


@dataclass(slots=True)
class Step:
    """One step of the walk back, from `node` to its input number `i`, as a student writes it.

    role    weight: to w, local derivative x · bias: to b · signal: to what w multiplies ·
            transfer: from a = f(z) to z · cost: above the last layer · plain: anything else
    """

    node: Value
    i: int
    source: Value
    local: Any
    role: str = "plain"
    neuron: Neuron | None = None
    k: int = 0  # which weight of the neuron


def recognised(output: Value) -> Value:
    """The same graph with σ(z) in the place of 1/(1 + e^−z), so that its steps have their names.

    The leaves are the same nodes; a graph without that fraction is given back as it is.
    """
    nodes = order(output)
    if not any(_logistic(v) is not None for v in nodes):
        return output
    twins: dict[Value, Value] = {}
    for v in nodes:
        turned = _logistic(v)
        if v.op is None:
            twins[v] = v
        elif turned is not None:
            z = turned._prev[0]
            twins[v] = (
                twins[z].sigmoid() if turned.op is TABLE["neg"] else (-twins[turned]).sigmoid()
            )
        else:
            twins[v] = rule(v)(*(twins[u] if isinstance(u, Value) else u for u in v.inputs))
        if v.op is not None:
            twins[v].scope = v.scope
            if v.label:
                twins[v].label = v.label
    return twins[output]


def _logistic(v: Value) -> Value | None:
    """u, where v = 1/(1 + e^u)."""
    if v.op is not TABLE["div"] or not _is_one(v.inputs[0]):
        return None
    below = v.inputs[1]
    if not isinstance(below, Value) or below.op is not TABLE["add"]:
        return None
    powers = [u for u in below.inputs if isinstance(u, Value) and u.op is TABLE["exp"]]
    ones = [u for u in below.inputs if _is_one(u)]
    inside = powers[0]._prev[0] if powers and ones else None
    return inside if inside is not None and inside.op is not None else None


def _is_one(u: Any) -> bool:
    return (
        bool(u.op is None and not u.label and u.data == 1) if isinstance(u, Value) else bool(u == 1)
    )


class Scene:
    """The graph of a cost as a student sees it: examples, layers, neurons, weights, biases.

    parameters  the leaves whose gradient is asked, in the order of the answer
    point       other numbers for the leaves (Fractions, mpf), as for `replay`
    rate        the step η of the update, for the mistakes that involve it
    """

    def __init__(
        self,
        output: Value,
        parameters: Iterable[Value],
        point: Mapping[Value, Any] | None = None,
        rate: Any = None,
    ) -> None:
        self.output, self.parameters, self.rate = output, list(parameters), rate
        self.point = dict(point or {})
        self.values = replay_all(output, self.point)
        self.nodes = order(output)
        self.known = {id(p) for p in self.parameters}
        self.users: dict[int, list[tuple[Value, int]]] = {}
        for v in self.nodes:
            for i, u in enumerate(v.inputs):
                if isinstance(u, Value):
                    self.users.setdefault(id(u), []).append((v, i))
        self.neurons = self._find_neurons()
        self.layers = max((n.layer for n in self.neurons), default=0)
        self.outputs = 1 + max((n.place for n in self.neurons if n.layer == self.layers), default=0)
        self.examples = 1 + max((n.example for n in self.neurons), default=0)
        self.steps = self._find_steps()
        self.where = self._places()
        self.truth = self._straight()

    def value(self, x: Any) -> Any:
        """The number of a node at this scene's point; a plain number is itself."""
        return self.values[x] if isinstance(x, Value) else x

    def is_parameter(self, u: Any) -> bool:
        return isinstance(u, Value) and id(u) in self.known

    def width(self, layer: int) -> int:
        """How many neurons the layer has; layer 0 is the input."""
        if layer == 0:
            return max((len(n.weights) for n in self.neurons if n.layer == 1), default=0)
        return 1 + max((n.place for n in self.neurons if n.layer == layer), default=-1)

    @staticmethod
    def _multiple(x: Value, number: Any) -> bool:
        """2·x of a variable that is no weight, by its name: a multiple, not a weight and its input."""
        plain = not isinstance(number, Value) or (number.op is None and not number.label)
        return plain and bool(x.label) and not is_parameter(x)

    def squared_errors(self) -> bool:
        """The cost is Σ c·(ŷ − y)²: a constant in front of it is a matter of convention."""
        found, waiting = False, [self.output]
        while waiting:
            v = waiting.pop()
            inside = [u for u in v.inputs if isinstance(u, Value) and (u.op is not None or u.label)]
            base = self._squared(v)
            if base is not None:
                found = (
                    found
                    or base.op is TABLE["sub"]
                    or (base.op is TABLE["add"] and any(u.op is TABLE["neg"] for u in base._prev))
                )
            elif v.op in (TABLE["add"], TABLE["sum"]) or (
                v.op in (TABLE["mul"], TABLE["div"]) and len(inside) == 1
            ):
                waiting += inside
            else:
                return False
        return found

    def alone(self) -> bool:
        """A function of one variable: no data, no target."""
        return sum(v.op is None and (bool(v.label) or id(v) in self.known) for v in self.nodes) == 1

    def parameters_weigh(self) -> bool:
        """What is asked are parameters, by their names: a descent would move them."""
        return all(not p.label or is_parameter(p) for p in self.parameters)

    def squares(self) -> bool:
        """Somewhere in the cost something is squared."""
        return any(self._squared(v) is not None for v in self.nodes)

    @staticmethod
    def _squared(v: Value) -> Value | None:
        """e, where v = e²."""
        a = next(iter(v.inputs), None)
        if v.op is TABLE["square"] and isinstance(a, Value):
            return a
        if v.op in (TABLE["pow"], TABLE["mul"]) and isinstance(a, Value):
            b = v.inputs[1]
            if v.op is TABLE["mul"]:
                return a if a is b else None
            two = b.data if isinstance(b, Value) and b.op is None and not b.label else b
            return a if not isinstance(two, Value) and two == 2 else None
        return None

    def neuron(self, layer: int, place: int, example: int) -> Neuron | None:
        return self._at.get((layer, place, example))

    def _products(self, v: Value) -> list[tuple[Value, Any]]:
        """The (weight, partner) pairs that v = Σ w·x multiplies; [] if v is no such product."""
        if v.op is TABLE["mul"]:
            a, b = v.inputs
            pair = (a, b) if self.is_parameter(a) else (b, a)
            weighs = self.is_parameter(pair[0]) and not self.is_parameter(pair[1])
            return [pair] if weighs and not self._multiple(*pair) else []
        if v.op is TABLE["dot"]:
            inputs = v.inputs
            n = len(inputs) // 2
            pairs = list(zip(inputs[:n], inputs[n:], strict=True))
            if all(self.is_parameter(x) and not self.is_parameter(w) for w, x in pairs):
                pairs = [(x, w) for w, x in pairs]
            return pairs if all(self.is_parameter(w) for w, _ in pairs) else []
        return []

    def _additive(self, v: Value) -> bool:
        return getattr(v.op, "name", "") in ADDITIVE

    def _find_neurons(self) -> list[Neuron]:
        """Weighted sums: the top of each chain of + over products of one weight and one other."""
        found: dict[int, Neuron] = {}
        for v in self.nodes:
            pairs = self._products(v)
            if not pairs:
                continue
            top = v
            while len(self.users.get(id(top), [])) == 1:
                user = self.users[id(top)][0][0]
                if not self._additive(user) or not self._is_sum_of_terms(user):
                    break
                top = user
            neuron = found.setdefault(id(top), Neuron(top))
            neuron.weights += pairs
        for neuron in found.values():
            neuron.biases = [u for u in self._terms(neuron.z) if self.is_parameter(u)]
            users = {id(user): user for user, _ in self.users.get(id(neuron.z), [])}
            names = [u for u in users.values() if getattr(u.op, "name", "") in SMOOTH]
            neuron.transfer = names[0] if names else None
        return self._arrange(list(found.values()))

    def _terms(self, v: Value) -> list[Any]:
        """The terms of a chain of +, flat."""
        out: list[Any] = []
        stack: list[Any] = [v]
        while stack:
            u = stack.pop()
            if isinstance(u, Value) and self._additive(u):
                stack.extend(reversed(u.inputs))
            else:
                out.append(u)
        return out

    def _is_sum_of_terms(self, v: Value) -> bool:
        """Only products w·x, parameters and numbers are added: a neuron, not a sum of costs."""
        return all(
            not isinstance(u, Value)
            or self.is_parameter(u)
            or bool(self._products(u))
            or u.op is None
            for u in self._terms(v)
        )

    def _arrange(self, neurons: list[Neuron]) -> list[Neuron]:
        """Give each neuron its layer (1 above what it reads), its place and its example."""
        depth: dict[int, int] = {}
        tops = {id(n.z): n for n in neurons}
        for v in self.nodes:
            below = max((depth[id(u)] for u in v._prev), default=0)
            depth[id(v)] = below + (1 if id(v) in tops else 0)
            if id(v) in tops:
                tops[id(v)].layer = depth[id(v)]
        places: dict[tuple[int, int], int] = {}
        counts: dict[tuple[int, int], int] = {}
        widths: dict[int, int] = {}
        position = {id(v): i for i, v in enumerate(self.nodes)}
        neurons.sort(key=lambda n: position[id(n.z)])
        for n in neurons:
            who = (n.layer, id(n.weights[0][0]))  # the same first weight: the same neuron
            if who not in places:
                places[who] = widths.get(n.layer, 0)
                widths[n.layer] = places[who] + 1
            n.place = places[who]
            n.example = counts.get(who, 0)
            counts[who] = n.example + 1
        self._at = {(n.layer, n.place, n.example): n for n in neurons}
        return neurons

    def _find_steps(self) -> list[Step]:
        """The walk, last node first, each step with its meaning."""
        of_weight: dict[tuple[int, int], tuple[Neuron, int]] = {}
        by_z = {id(n.z): n for n in self.neurons}
        products: dict[int, Neuron] = {}
        for n in self.neurons:
            for v in self._terms(n.z):
                if isinstance(v, Value):
                    products[id(v)] = n
        for n in self.neurons:
            for k, (w, _) in enumerate(n.weights):
                of_weight[id(n.z), id(w)] = (n, k)
        steps: list[Step] = []
        for v in reversed(self.nodes):
            inputs = v.inputs
            if not inputs:
                continue
            row = rule(v)
            numbers = [self.value(u) for u in inputs]
            local = row.local_derivatives(numbers, self.values[v])
            neuron = products.get(id(v)) if self._products(v) else None
            for i, u in enumerate(inputs):
                if not isinstance(u, Value):
                    continue
                step = Step(v, i, u, local[i])
                if neuron is not None:
                    step.neuron = neuron
                    step.role = "weight" if self.is_parameter(u) else "signal"
                    partner = u if self.is_parameter(u) else self._partner(v, i)
                    step.k = of_weight.get((id(neuron.z), id(partner)), (neuron, 0))[1]
                elif self.is_parameter(u) and self._additive(v):
                    step.neuron = self._neuron_above(v, by_z)
                    step.role = "bias" if step.neuron is not None else "plain"
                elif id(u) in by_z and by_z[id(u)].transfer is v:
                    step.role, step.neuron = "transfer", by_z[id(u)]
                elif id(u) in by_z:
                    step.role, step.neuron = "cost", by_z[id(u)]
                steps.append(step)
        return steps

    def _partner(self, v: Value, i: int) -> Any:
        inputs = v.inputs
        if v.op is TABLE["mul"]:
            return inputs[1 - i]
        half = len(inputs) // 2
        return inputs[i - half] if i >= half else inputs[i + half]

    def _neuron_above(self, v: Value, by_z: Mapping[int, Neuron]) -> Neuron | None:
        while id(v) not in by_z:
            users = self.users.get(id(v), [])
            if len(users) != 1 or not self._additive(users[0][0]):
                return None
            v = users[0][0]
        return by_z[id(v)]

    def _places(self) -> dict[int, tuple[str, int, int, int]]:
        """For each parameter: ("W", layer, neuron, input) or ("b", layer, neuron, 0)."""
        where: dict[int, tuple[str, int, int, int]] = {}
        for n in self.neurons:
            for k, (w, _) in enumerate(n.weights):
                where.setdefault(id(w), ("W", n.layer, n.place, k))
            for b in n.biases:
                where.setdefault(id(b), ("b", n.layer, n.place, 0))
        return where

    def _straight(self) -> list[Any]:
        """The gradient of each parameter, by the chain rule with nothing bent."""
        arrived: dict[int, Any] = {id(self.output): 1}
        for step in self.steps:
            g = arrived.get(id(step.node))
            if g is not None:
                part, u = g * step.local, id(step.source)
                arrived[u] = arrived[u] + part if u in arrived else part
        return [arrived.get(id(p), 0) for p in self.parameters]
