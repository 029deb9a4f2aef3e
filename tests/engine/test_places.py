"""Where a node was built, and what a message calls it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import DomainError
from tinygrad_fr.places import place_words, scope
from tinygrad_fr.words import use


def test_scopes_nest_and_close_on_errors() -> None:
    with scope("layer", 1):
        with pytest.raises(RuntimeError), scope("neuron", 3):
            inside = Value(1.0)
            raise RuntimeError
        beside = Value(1.0)
    assert inside.scope == (("layer", 1), ("neuron", 3))
    assert beside.scope == (("layer", 1),) and Value(1.0).scope == ()


def test_scopes_belong_to_nodes_and_close_on_errors() -> None:
    with scope("layer", 1):
        a = Value(1.0)
        with scope("neuron", 2):
            b = a + 1
        with pytest.raises(ZeroDivisionError), scope("neuron", 3), scope("deep"):
            raise ZeroDivisionError
        c = -a
    assert [v.scope for v in (a, b, b._prev[1], c, a * 2)] == [
        (("layer", 1),),
        (("layer", 1), ("neuron", 2)),
        (("layer", 1), ("neuron", 2)),
        (("layer", 1),),
        (),
    ]


def test_a_generator_that_stops_inside_a_scope_closes_it() -> None:
    def inside() -> Iterator[Value]:
        with scope("layer", 9):
            yield Value(1.0)

    walk = inside()
    assert next(walk).scope == (("layer", 9),)
    walk.close()
    assert Value(1.0).scope == ()


def test_a_domain_error_tells_node_and_place_in_both_languages() -> None:
    w, x = Value(-2.0, label="w"), Value(3.0, label="x")
    for lang, where in (
        ("en", "with a = w·x (layer 1, neuron 3)"),
        ("fr", "avec a = w·x (couche 1, neurone 3)"),
    ):
        with use(lang), scope("layer", 1), scope("neuron", 3), pytest.raises(DomainError) as caught:
            ops.log(w * x)
        assert where in str(caught.value) and caught.value.inputs == (-6.0,)
        assert "ln(a)" in str(caught.value)
    with use("en"):
        assert place_words((("layer", 2), ("own", ""))) == ["layer 2", "own"]
        z = w * x
        z.label = "z"
        for bad, said in (
            (lambda: z.sqrt(), "√z"),
            (lambda: 1 / (x - 3), "1/b, with b = x − 3"),
            (lambda: z**0.5, "z^0.5"),
            (lambda: z % 0, "z mod 0"),
            (lambda: ops.clip(z, 1.0, 0.0), "clip(z, 1, 0)"),
        ):
            with pytest.raises(DomainError) as caught:
                bad()
            assert said in str(caught.value), str(caught.value)


def test_a_domain_error_says_the_place_and_survives_pickling() -> None:
    with use("en"):
        with (
            scope("layer", 1),
            scope("neuron", 3),
            pytest.raises(DomainError, match=r"\(layer 1, neuron 3\)") as caught,
        ):
            Value(1.0, label="u") / 0
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
