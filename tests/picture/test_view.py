"""Draw it: boxes and arrows before they are drawn, at every level of detail."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest

from tests.picture.graphs import arrows, by_name, mlp, named, neuron
from tinygrad_fr.checking.sabotage import sabotage
from tinygrad_fr.demos.sabotage import network as demo_network
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import cross_entropy, dot
from tinygrad_fr.picture.dot import to_dot
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.picture.graph import leaf_kind
from tinygrad_fr.picture.levels import LEVELS, READABLE
from tinygrad_fr.picture.names import shown_name
from tinygrad_fr.picture.view import View, view
from tinygrad_fr.places import scope
from tinygrad_fr.walk import chain_rule, order
from tinygrad_fr.words import use

# ── the numbers of the chain rule ──


def test_every_arrow_carries_formula_number_and_contribution() -> None:
    seen = view(neuron(steps=True))
    joined = arrows(seen)
    (sigma,) = joined["z", "a"]
    assert sigma.formula == "a(1−a)"
    a = by_name(seen)["a"]
    assert sigma.local == pytest.approx(a.data * (1 - a.data))
    assert sigma.contribution == pytest.approx(by_name(seen)["z"].grad)
    (square,) = joined["e", "L"]
    assert (square.formula, square.gradient) == ("2e", 1)
    (product,) = joined["w₁", "u₁"]
    assert (product.formula, product.local) == ("x₁", 1.5)
    assert not any(node.sum for node in seen.nodes)  # nothing is used twice


def test_contributions_of_the_arrows_add_up_to_the_gradient() -> None:
    for level in LEVELS:
        seen = view(mlp(2, 3, 2), level=level)
        sums: dict[str, float] = {}
        for edge in seen.edges:
            if not edge.several:
                sums[edge.src] = sums.get(edge.src, 0.0) + edge.contribution
        for node in seen.nodes:
            if node.id in sums and not isinstance(node.grad, tuple) and node.grad is not None:
                assert sums[node.id] == pytest.approx(node.grad, rel=1e-9), (level, node.name)


def test_the_local_derivative_through_a_neuron() -> None:
    seen = view(neuron(steps=True), level="neuron")
    (edge,) = arrows(seen)["x₁", "a"]
    a = by_name(seen)["a"]
    assert edge.formula == "a(1−a)·w₁"
    assert edge.local == pytest.approx(a.data * (1 - a.data) * 0.5)
    assert edge.contribution == pytest.approx(a.grad * edge.local)
    assert a.expression == "σ(w₁·x₁ + w₂·x₂ + b)"
    assert [name for name, _, _ in a.parameters] == ["w₁", "w₂", "b"]
    assert a.title == "neuron 1"


def test_parallel_arrows_are_kept() -> None:
    (x,) = named(x=3.0)
    cost = x * x
    cost.backward()
    seen = view(cost)
    assert [(e.position, e.formula, e.contribution) for e in seen.edges] == [
        (0, "x", 3.0),
        (1, "x", 3.0),
    ]
    assert by_name(seen)["x"].sum == "∂L/∂x = 1·3 + 1·3 = 6"


def test_the_sum_at_a_shared_node() -> None:
    (a,) = named(a=3.0)
    b = a + a
    b.label = "b"
    c = b + b
    c.label = "c"
    c.backward()
    names = by_name(view(c))
    assert names["b"].sum == "∂c/∂b = 1·1 + 1·1 = 2"
    assert names["a"].sum == "∂c/∂a = 2·1 + 2·1 = 4"
    assert names["c"].sum == ""


def test_a_gradient_that_was_there_before_is_said() -> None:
    (x,) = named(x=3.0)
    cost = x * x
    cost.backward()
    cost.backward()
    assert by_name(view(cost))["x"].sum == "∂L/∂x = 1·3 + 1·3 + 6 [already there] = 12"
    x.grad = 0
    assert by_name(view(cost))["x"].sum == "∂L/∂x = 0 (set to zero)"
    for bad, shown in ((math.nan, "NaN"), (math.inf, "∞")):
        x.grad = bad
        told = f"∂L/∂x = 1·3 + 1·3 + {shown} [already there] = {shown}"
        assert by_name(view(cost))["x"].sum == told


def test_a_nan_that_an_arrow_brings_is_not_said_to_be_elsewhere() -> None:
    x, y = named(x=0.0, y=math.inf)
    u = x * 1
    cost = u + u * y
    cost.backward()
    u.label = "u"
    assert by_name(view(cost, level="operation"))["u"].sum == "∂L/∂u = 1·∞ + 1·1 = ∞"
    y.data = math.nan
    again = u + u * y
    again.backward()
    assert by_name(view(again, level="operation"))["u"].sum == "∂L/∂u = 1·NaN + 1·1 = NaN"


def test_a_part_of_a_graph_says_what_is_not_drawn() -> None:
    (x,) = named(x=3.0)
    inner = x * 2
    inner.label = "z"
    (inner * inner).backward()
    assert view(inner).backward
    assert "already there" not in by_name(view(inner))["z"].sum


def test_no_gradient_before_a_backward_pass() -> None:
    w, x = named(w=2.0, x=3.0)
    seen = view((w * x) ** 2)
    assert not seen.backward
    assert all(node.grad is None and node.sum == "" for node in seen.nodes)
    assert all(edge.contribution is None and edge.gradient is None for edge in seen.edges)
    assert {edge.local for edge in seen.edges} == {2.0, 3.0, 12.0}


def test_the_index_of_a_class_is_no_name() -> None:
    zs = named(z_1=0.0, z_2=0.0)
    cost = cross_entropy(zs, 1)  # softmax is ½, ½: the slopes are ½ − 0 and ½ − 1
    cost.backward()
    seen = view(cost)
    assert by_name(seen)["L"].expression == "cross_entropy(1, z₁, z₂)"
    assert [(edge.formula, edge.local) for edge in seen.edges] == [
        ("exp(z₁ − z₂ − L)", pytest.approx(0.5)),
        ("expm1(−L)", pytest.approx(-0.5)),
    ]


def test_fractions_stay_fractions() -> None:
    x = Value(Fraction(1, 3), label="x")
    cost = x * x
    cost.backward()
    assert by_name(view(cost))["x"].sum == "∂L/∂x = 1·1/3 + 1·1/3 = 2/3"


# ── where an ∞ or a NaN was born ──


def test_a_view_says_where_a_nan_was_born_by_its_own_names() -> None:
    (x,) = named(x=0.0)
    cost = (x**2).sqrt()
    assert view(cost).birth == ""  # before the walk back all is finite
    cost.backward()
    assert view(cost).birth == (
        "∞ is born in ∂L/∂u₁: the slope of √u₁ at u₁ = 0 is ∞; "
        "NaN is born in ∂L/∂x, coming back through u₁ = x²: ∞·0"
    )
    with use("fr"):
        assert view(cost).birth.replace("\u202f", " ") == (
            "∞ naît dans ∂L/∂u₁ : la pente de √u₁ en u₁ = 0 est ∞ ; "
            "NaN naît dans ∂L/∂x, en revenant par u₁ = x² : ∞·0"
        )
    assert view(neuron()).birth == ""


def test_a_node_that_a_view_hides_is_told_by_its_formula() -> None:
    (x,) = named(x=-1000.0)
    with scope("neuron", 1):
        a = 1 / (1 + (-x).exp())
        a.label = "a"
    cost = a * 2
    cost.backward()
    hidden = view(cost, level="neuron")
    assert [n.name for n in hidden.nodes] == ["x", "a", "2", "L"]
    assert hidden.birth.startswith("∞ is born at exp(−x): exp(1000) is beyond the largest float")


def test_what_is_not_shown_is_not_said() -> None:
    (x,) = named(x=3.0)
    with scope("neuron", 1):
        a = x / (1 + Value(1000.0, label="b").exp())  # 3/∞ is 0
        a.label = "a"
    assert "exp(1000)" in view(a * 2, level="operation").birth
    assert [n.data for n in view(a * 2, level="neuron").nodes] == [3, 0, 2, 0]
    assert view(a * 2, level="neuron").birth == ""


# ── names and kinds ──


def test_names_of_unnamed_nodes() -> None:
    w, x, y = named(w=1.0, x=2.0, y=4.0)
    seen = view((w * x - y) ** 2)
    assert [f"{n.name} = {n.expression}" for n in seen.nodes if n.expression] == [
        "u₁ = w·x",
        "u₂ = u₁ − y",
        "L = u₂²",
    ]
    assert seen.root == "L"


def test_the_name_of_the_output_avoids_what_is_taken() -> None:
    (cost,) = named(L=2.0)
    assert view(cost * 2).root == "u₁"


def test_a_derivative_is_never_called_l() -> None:
    w, x = named(w_1=3.0, x=2.0)
    g = gradient(w**3 * x**2, w)  # 3w²·x²
    g.backward()
    seen = view(g)
    assert seen.root == "∂L/∂w₁"
    last = seen.nodes[-1]
    assert (last.name, last.kind, last.data) == ("∂L/∂w₁", "derivative", 108)
    assert "cost" not in to_dot(g) and "derivative" in to_dot(g)
    assert "coût" not in to_dot(g, lang="fr") and "dérivée" in to_dot(g, lang="fr")
    assert "∂²L/∂w₁∂·" in to_dot(g) and "∂∂" not in to_dot(g) and "∂∂" not in draw(g).svg
    again = view(gradient(g, x))
    assert again.root == "∂²L/∂w₁∂x"
    assert [view(v).root for v in (g * 2, x * 2)] == ["u₃", "L"]  # the first L is another one


def test_what_a_leaf_is() -> None:
    assert [leaf_kind(v) for v in named(w_1=1.0, b=1.0, theta=1.0, x=1.0, y_hat=1.0)] == (
        ["parameter"] * 3 + ["data"] * 2
    )
    assert leaf_kind(Value(1.0)) == "number"
    with scope("layer", 1):
        assert leaf_kind(Value(1.0)) == "parameter"
    seen = by_name(view(named(w=1.0)[0] * 3))
    assert [seen[name].kind for name in ("w", "3", "L")] == ["parameter", "number", "cost"]


def test_foreign_nodes_are_shown() -> None:
    x, y = named(x=2.0, y=3.0)
    out = Value(24.0, (x, y), "cube")
    out.label = "o"
    cost = out * x
    cost.backward = lambda: None  # type: ignore[method-assign]
    seen = view(cost)
    assert by_name(seen)["o"].kind == "foreign"
    assert by_name(seen)["o"].expression == "cube(x, y)"
    (edge,) = arrows(seen)["y", "o"]
    assert edge.local is None and edge.formula == ""


def test_awkward_labels_stay_in_one_line() -> None:
    assert shown_name("two\nlines") == "two↵lines"
    assert shown_name("a\x00b\x1b\ud800") == "a\ufffdb\ufffd\ufffd"
    assert len(shown_name("q" * 500)) == 40
    assert shown_name("q" * 500).endswith("…")


def test_decimal_commas_and_lists() -> None:
    x = Value(0.25, label="x")
    with use("fr"):
        seen = view(x.clip(0.5, 0.75))
    assert [n.expression for n in seen.nodes if n.expression] == ["clip(x\u202f; 0,5\u202f; 0,75)"]


# ── levels ──


def test_chains_of_plus_stand_in_one_box() -> None:
    cost = neuron(steps=True)
    merged, raw = view(cost), view(cost, level="operation")
    assert merged.level == "sum" and raw.level == "operation"
    assert by_name(merged)["z"].expression == "u₁ + u₂ + b"
    assert by_name(raw)["z"].expression == "u₃ + b"
    assert len(raw.nodes) == len(merged.nodes) + 1
    assert "12 boxes for 13 nodes" in merged.caption


def test_named_sums_keep_their_boxes() -> None:
    a, b, c = named(a=1.0, b=2.0, c=3.0)
    s = a + b
    s.label = "s"
    assert by_name(view(s + c))["L"].expression == "s + c"
    assert view(s + c).level == "operation"


def test_dot_with_a_bias_is_one_box() -> None:
    w, v, x, y, b = named(w_1=1.0, w_2=2.0, x_1=3.0, x_2=4.0, b=5.0)
    z = dot([w, v], [x, y]) + b
    seen = view(z)
    assert by_name(seen)["L"].expression == "w₁·x₁ + w₂·x₂ + b"
    assert [e.formula for e in seen.edges] == ["x₁", "w₁", "x₂", "w₂", "1"]


def test_three_levels_of_a_network() -> None:
    cost = mlp(2, 3, 2)
    titles = {
        level: [n.title for n in view(cost, level=level).nodes if n.title] for level in LEVELS
    }
    assert titles["sum"] == []
    assert sorted(titles["neuron"]) == [
        f"layer {layer} · neuron {k}"
        for layer, size in ((1, 3), (2, 2))
        for k in range(1, size + 1)
    ]
    assert sorted(titles["layer"]) == ["layer 1", "layer 2"]
    layer = next(n for n in view(cost, level="layer").nodes if n.title == "layer 1")
    assert layer.name == "a₁⁽¹⁾, a₂⁽¹⁾, a₃⁽¹⁾"
    assert layer.expression == "σ(W·x + b)"
    assert len(layer.data) == len(layer.grad) == 3
    assert len(layer.parameters) == 9


@pytest.mark.parametrize("name", ["layer 1", "couche 1", ("layer", 1), (("layer", 1),)])
def test_opening_one_group(name: object) -> None:
    with use("fr" if name == "couche 1" else "en"):
        seen = view(mlp(2, 3, 2), level="layer", open=[name])
    kinds = [n.scope for n in seen.nodes if n.kind == "group"]
    assert sorted(kinds, key=str) == [
        (("layer", 1), ("neuron", 1)),
        (("layer", 1), ("neuron", 2)),
        (("layer", 1), ("neuron", 3)),
        (("layer", 2),),
    ]


def test_opening_a_neuron_shows_its_operations() -> None:
    seen = view(mlp(2, 3, 2), level="neuron", open=["layer 1 neuron 2"])
    assert by_name(seen)["z₂⁽¹⁾"].kind == "inner"
    assert len([n for n in seen.nodes if n.kind == "group"]) == 4


def test_unknown_groups_and_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="no group of that name.*layer 2"):
        view(mlp(2, 3, 2), open=["layer 9"])
    with pytest.raises(ValueError, match="Choose auto, operation"):
        view(Value(1.0), level="all")
    with pytest.raises(TypeError, match="made of a Value"):
        view(3.0)  # type: ignore[arg-type]


def test_the_level_follows_the_size() -> None:
    assert view(mlp(2, 3, 2)).level == "sum"
    neurons = view(mlp(8, 16, 12, 4))
    assert neurons.level == "neuron" and len(neurons.nodes) <= READABLE
    layers = view(mlp(4, 100, 100, 3))
    assert layers.level == "layer"
    assert "one box per layer" in layers.caption


def test_a_batch_at_the_level_of_layers() -> None:
    seen = view(mlp(2, 16, 16, 1, examples=30), level="layer")
    assert len(seen.nodes) < 12
    assert "of the cost are folded" in seen.note
    assert sorted(n.title for n in seen.nodes if n.kind == "group") == [
        "layer 1",
        "layer 2",
        "layer 3",
    ]


def test_without_scopes_there_are_no_groups() -> None:
    (x,) = named(x=1.0)
    seen = view(x * x + x, level="neuron")
    assert seen.level == "operation"
    assert "no neuron or layer" in seen.note


def test_many_leaves_used_alike_share_a_box() -> None:
    ws = [Value(0.1 * i, label=f"w_{i}") for i in range(1, 21)]
    xs = [Value(float(i), label=f"x_{i}") for i in range(1, 21)]
    z = dot(ws, xs)
    z.backward()
    seen = view(z)
    assert [n.name for n in seen.nodes] == ["w₁ … w₂₀", "x₁ … x₂₀", "L"]
    assert seen.nodes[0].parameters[3] == ("w₄", 0.4, 4.0)
    assert seen.nodes[2].expression == "w₁·x₁ + … + w₂₀·x₂₀"
    assert [(e.count, e.several) for e in seen.edges] == [(20, True), (20, True)]
    assert seen.edges[0].contribution == pytest.approx(math.hypot(*range(1, 21)))
    assert len(view(z, level="operation").nodes) == 41


# ── a bent walk ──


def test_inside_a_sabotage_the_right_number_stands_beside_each_wrong_one() -> None:
    w, x, y = named(w=0.5, x=2.0, y=0.25)
    e = w * x - y
    e.label = "e"
    cost = e * e
    with sabotage("overwrite instead of accumulate") as lab:
        cost.backward()
        seen = view(cost, level="operation")
    at = {node.name: node for node in seen.nodes}
    assert lab.broken == [e] and [n.name for n in seen.nodes if n.broken] == ["e"]
    assert (at["e"].grad, at["e"].truth) == (0.75, 1.5)
    assert at["e"].sum == "∂L/∂e = 1·0.75 + 1·0.75 ≠ 0.75"
    assert (at["w"].grad, at["w"].truth, at["w"].broken) == (1.5, 3.0, False)
    assert at["L"].truth is None
    after = view(cost, level="operation")  # outside, nothing is known of the bend
    assert all(node.truth is None and not node.broken for node in after.nodes)


def test_what_an_earlier_pass_left_is_not_taken_for_the_bent_rule() -> None:
    w, x, y = named(w=0.5, x=2.0, y=0.25)
    e = w * x - y
    e.label = "e"
    cost = e * e
    cost.backward()  # e = 0.75: ∂L/∂w = 2·0.75·2 = 3, ∂L/∂x = 0.75, ∂L/∂y = −1.5
    with sabotage("overwrite instead of accumulate"):  # one e of two: the half of each
        cost.backward()
        at = by_name(view(cost, level="operation"))
    assert [name for name, node in at.items() if node.broken] == ["e"]
    assert (at["w"].grad, at["w"].truth) == (3 + 1.5, 3 + 3)
    assert (at["y"].grad, at["y"].truth) == (-1.5 - 0.75, -1.5 - 1.5)
    assert at["w"].sum == "∂L/∂w = 0.75·2 + 3 [already there] = 4.5"
    assert at["e"].sum == "∂L/∂e = 1·0.75 + 1·0.75 ≠ 0.75"

    other = named(v=1.0)[0] * w
    other.backward()
    with sabotage("M9"):  # σ′ forgotten: nothing in this graph has one
        cost.backward()
        assert all(node.truth is None for node in view(cost, level="operation").nodes)


@pytest.mark.parametrize("key", ["M9", "M11", "M14", "M18", "M21", "M26c"])
def test_the_first_wrong_box_is_the_one_the_sabotage_names(key: str) -> None:
    graph = demo_network()
    with sabotage(key) as lab:
        graph.backward()
        seen = view(graph, level="operation")
    assert [n.value for n in seen.nodes if n.broken] == [v for v in order(graph) if v in lab.broken]
    true = chain_rule(graph)
    for node in seen.nodes:
        assert node.value is not None
        shown = node.grad if node.truth is None else node.truth
        assert shown == pytest.approx(true[node.value], rel=1e-12)


# ── what is too large ──


@pytest.mark.parametrize("kind", ["chain", "sum", "wild", "same"])
def test_a_large_graph_loses_its_middle(kind: str) -> None:
    rng = random.Random(3)
    nodes = [Value(rng.random(), label=f"x_{i}") for i in range(6)]
    for _ in range(20_000):
        a, b = (
            (nodes[-1], nodes[-1])
            if kind == "same"
            else (rng.choice(nodes[-9:]), rng.choice(nodes[-9:]))
        )
        nodes.append(
            nodes[-1].tanh()
            if kind == "chain"
            else nodes[-1] + 0.5
            if kind == "sum"
            else rng.choice([a.tanh, lambda a=a, b=b: a + b, lambda a=a, b=b: a - b])()
            if kind == "wild"
            else (a + b) * 0.5
        )
    nodes[-1].backward()
    seen = view(nodes[-1])
    assert len(seen.nodes) <= 40
    assert len(seen.edges) <= 200
    assert sum(node.count for node in seen.nodes) == len({id(v) for v in _below(nodes[-1])})
    if kind != "sum":
        assert "is folded" in seen.note
        assert [n.kind for n in seen.nodes].count("folded") == 1
    assert _acyclic(seen)


def _below(root: Value) -> list[Value]:
    from tinygrad_fr.walk import order

    return order(root)


def _acyclic(seen: View) -> bool:
    users: dict[str, set[str]] = {}
    missing = {node.id: 0 for node in seen.nodes}
    for src, dst in {(edge.src, edge.dst) for edge in seen.edges}:
        users.setdefault(src, set()).add(dst)
        missing[dst] += 1
    ready = [name for name, count in missing.items() if not count]
    for name in ready:
        for user in users.get(name, ()):
            missing[user] -= 1
            if not missing[user]:
                ready.append(user)
    return len(ready) == len(seen.nodes)


def test_a_chain_of_a_hundred_thousand() -> None:
    v = Value(1.0, label="x")
    for _ in range(50_000):
        v = (v * 1.0001).tanh()
    v.backward()
    seen = view(v)
    assert seen.nodes[0].name == "x" and seen.nodes[-1].name == "L"
    assert "of 150,001 nodes" in seen.note  # 50,000 times ×, tanh and the number 1.0001, and x


def test_groups_that_feed_each_other_are_undone() -> None:
    (v,) = named(x=1.0)
    for i in range(400):
        with scope("layer", i % 2):
            v = v.tanh()
    v.backward()
    seen = view(v)
    assert len(seen.nodes) <= 40
    deep = view(v, level="layer")
    assert [n.title for n in deep.nodes if n.kind == "group"] == ["layer 0", "layer 1"]


def test_a_group_with_2_to_the_60_paths() -> None:
    (x,) = named(x=1.0)
    with scope("neuron", 1):
        v = x
        for _ in range(40):
            v = v * v
    v.backward()
    assert len(view(v, level="neuron").nodes) == 2
