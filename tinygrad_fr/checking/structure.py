"""Check it: the neurons, layers and steps of a graph, found once; and their numbers at a point.

A `Structure` finds neurons, layers and examples in the graph of a cost, and gives every step of the
walk back its role: a weight met its input, a transfer function, a signal going back through a
weight.  `structure.at(point)` is a `Scene`: the same steps with their slopes.  The catalogue of
mistakes bends these steps; without it they are the chain rule as the course writes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tinygrad_fr.checking.graph import Graph, Point
from tinygrad_fr.checking.terms import written_out
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.ops import TABLE
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import chain_rule

# what neurons end with, where their weights have no usual names: not exp, sin, cos
USUAL = {"sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu"}

# ── what is found ────────────────────────────────────────────────────────────────────────────────


def row_name(v: Any) -> str:
    """The row of the table that made a node; "" for a leaf, a number, a client's own operation."""
    return getattr(v.op, "name", "") if isinstance(v, Value) else ""


def is_transfer(v: Any) -> bool:
    """v = f(z) with a function f that a neuron may end with."""
    return _kind(v) == "transfer"


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
    neuron  the weighted sum it belongs to, if it does
    k       which weight of that neuron: the step goes to it, or to what it multiplies
    """

    node: Value
    i: int
    source: Value
    role: str = "plain"
    neuron: Neuron | None = None
    k: int = 0


Place = tuple[str, int, int, int]  # ("W", layer, neuron, input) or ("b", layer, neuron, 0)


class Structure:
    """The graph of a cost as a student sees it: examples, layers, neurons, weights, biases.

    parameters  the leaves whose gradient is asked, in the order of the answer
    steps       of the walk back: for each node, one for each of its inputs, None for plain numbers
    users       for each node, the (node, input number) that read it
    places      where each parameter stands
    rows        the names of the operations in the graph
    layers, outputs, examples
                how many: layers, neurons of the last, examples of each neuron
    """

    def __init__(self, graph: Graph, parameters: Iterable[Value]) -> None:
        self.graph, self.output, self.nodes = graph, graph.output, graph.nodes
        self.parameters = list(parameters)
        self.known = set(self.parameters)
        self.rows = {row_name(v) for v in self.nodes}
        self.users = graph.users
        self.neurons = self._arranged(self._weighted_sums())
        self._at = {(n.layer, n.place, n.example): n for n in self.neurons}
        self.layers = max((n.layer for n in self.neurons), default=0)
        self.outputs = 1 + max((n.place for n in self.neurons if n.layer == self.layers), default=0)
        self.examples = 1 + max((n.example for n in self.neurons), default=0)
        self.steps = self._found_steps()
        self.places = self._found_places()

    @classmethod
    def of(cls, output: Value | Graph, parameters: Iterable[Value]) -> Structure:
        """The structure of the graph below output, for these parameters."""
        return cls(Graph.of(output), parameters)

    def at(self, point: Point | None = None, rate: Any = None) -> Scene:
        """This structure with its numbers at a point; rate is the step η of the update."""
        return Scene(self, point, rate)

    # ── what can be asked ──

    def neuron(self, layer: int, place: int, example: int) -> Neuron | None:
        return self._at.get((layer, place, example))

    def width(self, layer: int) -> int:
        """How many neurons the layer has; layer 0 is the input."""
        return self._widths.get(layer, 0)

    @cached_property
    def _widths(self) -> dict[int, int]:
        """The number of neurons of each layer."""
        found: dict[int, int] = {}
        for n in self.neurons:
            found[n.layer] = max(found.get(n.layer, 0), 1 + n.place)
            if n.layer == 1:
                found[0] = max(found.get(0, 0), len(n.weights))
        return found

    def squares(self) -> bool:
        """Somewhere in the cost something is squared."""
        return any(squared(v) is not None for v in self.nodes)

    def one_variable(self) -> bool:
        """A function of one variable: no data, no target."""
        return sum(bool(v.label) or v in self.known for v in self.graph.leaves) == 1

    def layered(self) -> bool:
        """Every parameter asked stands in one place of one layer: no recurrence, no tied weight."""
        found: dict[Value, set[tuple[int, int]]] = {}
        for n in self.neurons:
            for p in (*(w for w, _ in n.weights), *n.biases):
                found.setdefault(p, set()).add((n.layer, n.place))
        return all(len(found.get(p, ())) == 1 for p in self.parameters)

    def is_network(self) -> bool:
        """Neurons, and their weights are asked: the course's words for a network are true here."""
        named = any(not p.label or is_parameter(p) for p in self.parameters)
        usual = all(n.transfer is None or row_name(n.transfer) in USUAL for n in self.neurons)
        return bool(self.neurons) and (named or (len(self.parameters) > 1 and usual))

    def asks_parameters(self) -> bool:
        """What is asked are parameters, as far as they have names: a descent would move them."""
        return all(not p.label or is_parameter(p) for p in self.parameters)

    # ── neurons ──

    def products(self, v: Any) -> list[tuple[Value, Any]]:
        """The (weight, partner) pairs that v = Σ w·x multiplies; [] if v is no such product."""
        if not isinstance(v, Value) or v.op not in (TABLE["mul"], TABLE["dot"]):
            return []
        half = len(v.inputs) // 2
        pairs = list(zip(v.inputs[:half], v.inputs[half:], strict=True))
        if v.op is TABLE["mul"]:
            a, b = pairs[0]
            w, x = (a, b) if a in self.known else (b, a)
            weighs = w in self.known and x not in self.known and not _multiple_of_data(w, x)
            return [(w, x)] if weighs else []
        if all(x in self.known and w not in self.known for w, x in pairs):
            pairs = [(x, w) for w, x in pairs]
        return pairs if all(w in self.known for w, _ in pairs) else []

    def terms(self, v: Value) -> list[Any]:
        """The terms of a chain of +, flat."""
        out: list[Any] = []
        stack: list[Any] = [v]
        while stack:
            u = stack.pop()
            if _adds(u):
                stack.extend(reversed(u.inputs))
            else:
                out.append(u)
        return out

    def _weighted_sums(self) -> list[Neuron]:
        """The top of each chain of + over products of one weight and one other."""
        found: dict[Value, Neuron] = {}
        for v in self.nodes:
            pairs = self.products(v)
            if not pairs:
                continue
            top = v
            while len(self.users.get(top, [])) == 1:
                user = self.users[top][0][0]
                if not _adds(user) or not self._is_neuron(user):
                    break
                top = user
            found.setdefault(top, Neuron(top)).weights += pairs
        for neuron in found.values():
            neuron.biases = [u for u in self.terms(neuron.z) if u in self.known]
            users = [user for user, _ in self.users.get(neuron.z, [])]
            neuron.transfer = next(filter(is_transfer, users), None)
        return list(found.values())

    def _is_neuron(self, v: Value) -> bool:
        """Only products w·x, parameters and numbers are added: a neuron, not a sum of costs."""
        return all(
            not isinstance(u, Value) or u.op is None or u in self.known or bool(self.products(u))
            for u in self.terms(v)
        )

    def _arranged(self, neurons: list[Neuron]) -> list[Neuron]:
        """Give each neuron its layer (1 above what it reads), its place and its example."""
        depth: dict[Value, int] = {}
        tops = {n.z: n for n in neurons}
        for v in self.nodes:
            below = max((depth[u] for u in v.inputs if isinstance(u, Value)), default=0)
            depth[v] = below + (1 if v in tops else 0)
            if v in tops:
                tops[v].layer = depth[v]
        places: dict[tuple[int, Value], int] = {}
        counts: dict[tuple[int, Value], int] = {}
        widths: dict[int, int] = {}
        position = {v: i for i, v in enumerate(self.nodes)}
        neurons.sort(key=lambda n: position[n.z])
        repeated = self._are_examples(neurons)
        for n in neurons:
            # the same first weight: the same neuron, of another example
            who = (n.layer, n.weights[0][0] if repeated else n.z)
            if who not in places:
                places[who] = widths.get(n.layer, 0)
                widths[n.layer] = places[who] + 1
            n.place = places[who]
            n.example = counts.get(who, 0)
            counts[who] = n.example + 1
        return neurons

    def _are_examples(self, neurons: list[Neuron]) -> bool:
        """Neurons with the same weights stand in different terms of the cost, on different data.

        If not, a weight is used along two paths of one example: a recurrence, a tied weight.
        """
        layers: dict[Value, set[int]] = {}
        alike: dict[tuple[int, Value], list[Value]] = {}
        for n in neurons:
            for w, _ in n.weights:
                layers.setdefault(w, set()).add(n.layer)
            alike.setdefault((n.layer, n.weights[0][0]), []).append(n.z)
        if any(len(found) > 1 for found in layers.values()):
            return False
        several = [zs for zs in alike.values() if len(zs) > 1]
        if not several:
            return True
        if len({len(zs) for zs in several}) > 1:
            return False
        below = [set(self.graph.below(t)) for *_, t in written_out(self.output)]
        return not any(sum(z in nodes for z in zs) > 1 for zs in several for nodes in below)

    # ── steps ──

    def _found_steps(self) -> dict[Value, list[Step | None]]:
        by_z = {n.z: n for n in self.neurons}
        owner = {v: n for n in self.neurons for v in self.terms(n.z) if isinstance(v, Value)}
        which = {(n.z, w): k for n in self.neurons for k, (w, _) in enumerate(n.weights)}
        steps: dict[Value, list[Step | None]] = {}
        for v in self.nodes:
            multiplies = owner.get(v) if self.products(v) else None
            steps[v] = [
                Step(v, i, u) if isinstance(u, Value) else None for i, u in enumerate(v.inputs)
            ]
            for step in filter(None, steps[v]):
                i, u = step.i, step.source
                if multiplies is not None:
                    step.neuron = multiplies
                    step.role = "weight" if u in self.known else "signal"
                    weight = u if u in self.known else _partner(v, i)
                    step.k = which.get((multiplies.z, weight), 0)
                elif u in self.known and _adds(v):
                    step.neuron = self._neuron_above(v, by_z)
                    step.role = "bias" if step.neuron is not None else "plain"
                elif u in by_z:
                    step.neuron = by_z[u]
                    step.role = "transfer" if step.neuron.transfer is v else "cost"
        return steps

    def _neuron_above(self, v: Value, by_z: dict[Value, Neuron]) -> Neuron | None:
        while v not in by_z:
            users = self.users.get(v, [])
            if len(users) != 1 or not _adds(users[0][0]):
                return None
            v = users[0][0]
        return by_z[v]

    def _found_places(self) -> dict[Value, Place]:
        where: dict[Value, Place] = {}
        for n in self.neurons:
            for k, (w, _) in enumerate(n.weights):
                where.setdefault(w, ("W", n.layer, n.place, k))
            for b in n.biases:
                where.setdefault(b, ("b", n.layer, n.place, 0))
        return where


def _adds(v: Any) -> bool:
    return _kind(v) == "sum"


def _kind(v: Any) -> str:
    return getattr(v.op, "kind", "") if isinstance(v, Value) else ""


def _partner(v: Value, i: int) -> Any:
    """What the input number i of a product, or of a scalar product, is multiplied by."""
    half = len(v.inputs) // 2
    return v.inputs[i - half] if i >= half else v.inputs[i + half]


def _multiple_of_data(x: Value, number: Any) -> bool:
    """2·x of a variable that is no weight, by its name: a multiple, not a weight and its input."""
    plain = not isinstance(number, Value) or (number.op is None and not number.label)
    return plain and bool(x.label) and not is_parameter(x)


def squared(v: Value) -> Value | None:
    """e, where v = e²."""
    a = next(iter(v.inputs), None)
    if not isinstance(a, Value):
        return None
    if v.op is TABLE["square"]:
        return a
    if v.op is TABLE["mul"]:
        return a if a is v.inputs[1] else None
    if v.op is not TABLE["pow"]:
        return None
    b = v.inputs[1]
    two = b.data if isinstance(b, Value) and b.op is None and not b.label else b
    return a if not isinstance(two, Value) and two == 2 else None


# ── at a point ───────────────────────────────────────────────────────────────────────────────────


class Scene(Structure):
    """A structure with its numbers at one point.

    values  of every node
    slopes  the local derivatives of every node, one for each input, None for plain numbers
    truth   the gradient of each parameter, by the chain rule with nothing bent
    rate    the step η of the update, for the mistakes that involve it
    """

    def __init__(self, structure: Structure, point: Point | None = None, rate: Any = None) -> None:
        self.__dict__.update(structure.__dict__)  # found already
        self.structure, self.rate = structure, rate
        self.point = dict(point or {})
        self.values = self.graph.at(self.point)
        self.slopes = {v: self._slopes_of(v) for v in self.nodes if v.op is not None}
        arrived = chain_rule(self.output, self.slopes.__getitem__, along=self.nodes)
        self.truth = [arrived.get(p, 0) for p in self.parameters]

    def value(self, x: Any) -> Any:
        """The number of a node at this point; a plain number is itself."""
        return self.values[x] if isinstance(x, Value) else x

    def _slopes_of(self, v: Value) -> list[Any]:
        numbers, nodes = [], []
        for u in v.inputs:
            numbers.append(self.value(u))
            nodes.append(isinstance(u, Value))
        return rule(v).local_derivatives(numbers, self.values[v], nodes)
