"""Check it: the course's errata, found by the tool, and softmax however it is written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tinygrad_fr import ops
from tinygrad_fr.checking.answer import Answer, same
from tinygrad_fr.checking.candidates import Candidates
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.diagnose import diagnose
from tinygrad_fr.checking.structure import Scene, Structure
from tinygrad_fr.demos import costs
from tinygrad_fr.demos import softmax as demo
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import cross_entropy, exp, log

SCORES = [2.0, 1.0, -0.5]


def test_the_errata_are_named_and_nothing_else() -> None:
    minus, diagonal = demo.errata()
    assert minus.diagnosis is not None and minus.diagnosis.keys == ("minus",)
    assert diagonal.diagnosis is not None and diagonal.diagnosis.keys == ("M28",)
    sign = costs.without_minus().diagnosis
    assert sign is not None and sign.keys[0] == "no minus"


def test_an_item_fails_if_anything_else_is_named() -> None:
    minus, _ = demo.errata()
    assert demo.named(minus, "minus") == 0
    assert demo.named(minus, "M28") != demo.named(minus, "M28")  # NaN: within no tolerance


def test_the_right_gradient_is_right_and_half_of_it_is_neither() -> None:
    zs = demo.scores()
    p = ops.softmax(zs)
    right = {z: q - (k == 0) for k, (z, q) in enumerate(zip(zs, p, strict=True))}
    assert check(cross_entropy(zs, 0), right).ok
    assert not check(cross_entropy(zs, 0), {z: 1.001 * g for z, g in right.items()}).ok


def by_row(zs: Sequence[Value]) -> Value:
    return cross_entropy(zs, 0)


def in_primitives(zs: Sequence[Value]) -> Value:
    powers = [exp(z) for z in zs]
    total = powers[0] + powers[1] + powers[2]
    return -log(powers[0] / total)


def by_logsumexp(zs: Sequence[Value]) -> Value:
    return ops.logsumexp(zs) - zs[0]


def net(cost: object) -> Scene:
    """2-3 with softmax: W, b; one example."""
    x = [0.8, -1.2]
    W = [
        [
            Value(0.31 * (j + 1) - 0.47 * (i + 1) + 0.2 * i * j, label=f"w_{j + 1},{i + 1}")
            for i in range(2)
        ]
        for j in range(3)
    ]
    b = [Value(0.1 * (j + 1), label=f"b_{j + 1}") for j in range(3)]
    zs = [ops.dot(w, x) + c for w, c in zip(W, b, strict=True)]
    parameters = [v for w, c in zip(W, b, strict=True) for v in (*w, c)]
    return Structure.of(cost(zs), parameters).at()  # type: ignore[operator]


@pytest.mark.parametrize("cost", [by_row, in_primitives, by_logsumexp])
def test_however_softmax_is_written_no_mistake_is_named_for_another(cost: object) -> None:
    reference, written = net(by_row), net(cost)
    known, there = Candidates([reference]), Candidates([written])
    seen = 0
    for c in known.singles:
        if c.kind not in ("row", "const"):
            continue
        named = diagnose(written, Answer.of([float(g) for g in c.vector[0]]), there)
        seen += 1
        if named.kind == "named":
            told = [o.vector for o in there.singles if o.told[0].key == named.keys[0]]
            assert {t.key for t in c.told} & set(named.keys) or any(
                same(t, c.vector) for t in told
            ), (c.told[0].key, str(named))
    assert seen >= 10 and set(CATALOGUE) >= {"M28", "M29", "minus"}
