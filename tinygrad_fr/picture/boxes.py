"""Draw it: the nodes of a graph gathered into boxes, at one level of detail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import Op, scalar_product
from tinygrad_fr.picture.gathered import Gathered, cuts, leaf_kind
from tinygrad_fr.places import Scope

FEW = 6  # leaves used alike that have boxes of their own; more share one


@dataclass(slots=True, eq=False)
class Box:
    """Nodes that are shown as one.

    members   in the order of the graph
    kind      one     an operation (and what stands inside it), or a leaf
              group   what was built in one scope
              leaves  many leaves that are used alike
              folded  what is left out
    scope     where it was built; empty for leaves and folded
    """

    members: list[Value]
    kind: str = "one"
    scope: Scope = ()


def is_sum(op: Op | str | None) -> bool:
    """Whether a row adds its inputs up."""
    return isinstance(op, Op) and op.kind == "sum"


def inside_sums(graph: Gathered) -> dict[Value, Value]:
    """Unnamed sums (and scalar products) used once, by a sum of the same scope: by which one.

    It is the outermost sum, however long the chain.
    """
    owner: dict[Value, Value] = {}
    for v in graph.nodes:
        if is_sum(v.op):
            for u in graph.inputs[v]:
                added = is_sum(u.op) or u.op is scalar_product
                if added and not u.label and graph.uses[u] == 1 and u.scope == v.scope:
                    owner[u] = v
    for v in reversed(graph.nodes):
        if v in owner:
            owner[v] = owner.get(owner[v], owner[v])
    return owner


def gathered(
    graph: Gathered, level: str, inside: Mapping[Value, Value], opened: Collection[Scope]
) -> list[Box]:
    """Boxes in the order of their last members.

    inside   what stands inside a sum, from `inside_sums`
    opened   groups that are shown one level finer
    """
    keys: dict[Value, Any] = {  # what a box is known by: its scope, or its one node
        v: _group(v, level, opened) or v for v in graph.nodes if v not in inside
    }
    if level != "operation":
        _join_leaves(graph, inside, keys)
    boxes: dict[Any, Box] = {}
    for v in graph.nodes:
        top = inside.get(v, v)
        key = keys[top]
        box = boxes.pop(key, None) or _begun(key, top)
        box.members.append(v)
        boxes[key] = box
    return list(boxes.values())


def _begun(key: Any, top: Value) -> Box:
    """An empty box for the nodes of this key."""
    if not isinstance(key, tuple):
        return Box([], "one", top.scope)
    return Box([], "leaves") if key[0] is None else Box([], "group", key)


def _group(v: Value, level: str, opened: Collection[Scope]) -> Scope | None:
    """The scope that v's box stands for at this level; None if v has a box of its own."""
    if level not in ("neuron", "layer") or not v.scope:
        return None
    found = cuts(v.scope)
    depth = len(found) - 1 if level == "neuron" else 0
    while depth < len(found) and found[depth] in opened:
        depth += 1
    return found[depth] if depth < len(found) else None


def _join_leaves(graph: Gathered, inside: Mapping[Value, Value], keys: dict[Value, Any]) -> None:
    """Parameters and numbers of one group only live in it; many leaves used alike, together."""
    users: dict[Value, dict[Any, None]] = {}
    for v in graph.nodes:
        for u in graph.inputs[v]:
            if u.op is None:
                users.setdefault(u, {})[keys[inside.get(v, v)]] = None
    alike: dict[Any, list[Value]] = {}
    for v in [v for v in graph.nodes if v.op is None and keys[v] is v]:
        used = tuple(users.get(v, ()))
        by_groups = bool(used) and all(isinstance(key, tuple) for key in used)
        if len(used) == 1 and by_groups and leaf_kind(v) != "data":
            keys[v] = used[0]
        elif len(used) == 1 or by_groups:
            alike.setdefault((None, leaf_kind(v), *used), []).append(v)
    for key, together in alike.items():
        if len(together) > FEW:
            keys.update(dict.fromkeys(together, key))
