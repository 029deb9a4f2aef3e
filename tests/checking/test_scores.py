"""Check it: softmaxes are found however they are written, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.scores import softmaxes
from tinygrad_fr.reading.expression import parse

AT = {"z1": 0.2, "z2": 1.0, "z3": -0.5, "x": 0.4, "y": 1.0}


@pytest.mark.parametrize(
    ("text", "z", "top"),
    [
        ("-log(exp(z2)/(exp(z1)+exp(z2)+exp(z3)))", "z1 z2 z3", "div"),
        ("log(exp(z1)+exp(z2)) - z2", "z1 z2", "sub"),
        ("logsumexp(z1, z2, z3) - z2", "z1 z2 z3", "sub"),
        ("p = softmax(z1, z2, z3); -log(p_2)", "z1 z2 z3", "sub"),
        ("p = softmax(z1, z2); -y*log(p_1) - (1-y)*log(p_2)", "z1 z2", "sub"),
        ("cross_entropy(1, z1, z2, z3)", "z1 z2 z3", "cross_entropy"),
        ("x*log(exp(z1)+exp(z2)+exp(z3))", "z1 z2 z3", "add"),
    ],
)
def test_each_way_of_writing_it(text: str, z: str, top: str) -> None:
    found = softmaxes(Graph(parse(text, AT)))
    assert [" ".join(u.label for u in m.z) for m in found.values()][-1] == z
    assert [getattr(v.op, "name", "") for v in found][-1] == top


@pytest.mark.parametrize("text", ["exp(z1) + z2", "1/(1+exp(-z1))", "exp(z1)*exp(z2)", "z1 + z2"])
def test_sums_of_other_things_are_none(text: str) -> None:
    assert softmaxes(Graph(parse(text, AT))) == {}


def test_two_of_a_batch_end_in_two_places() -> None:
    text = "log(exp(z1)+exp(z2)) - z1 + log(exp(x)+exp(y)) - y"
    assert len(softmaxes(Graph(parse(text, AT)))) == 2
