"""Public worked exercises: the numbers printed there come out of the graph, digit by digit."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tinygrad_fr import Value, check, cross_entropy, relu, sigmoid, softmax
from tinygrad_fr.checking.typed import check_expression


def printed(found: Iterable[float], numbers: Iterable[float], places: int) -> None:
    """As on the page: to so many decimal places, with a little for who rounded twice."""
    for x, y in zip(found, numbers, strict=True):
        assert abs(x - y) <= 0.6 * 10**-places, (x, y)


def values(**numbers: float) -> dict[str, Value]:
    return {name: Value(x, label=name) for name, x in numbers.items()}


def test_a_step_by_step_example() -> None:
    """mattmazur.com: 2-2-2, σ, ½ of the squares, rate 0.5; eight weights after one step."""
    w = [Value(x) for x in (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)]
    h1 = sigmoid(w[0] * 0.05 + w[1] * 0.10 + 0.35)
    h2 = sigmoid(w[2] * 0.05 + w[3] * 0.10 + 0.35)
    o1 = sigmoid(w[4] * h1 + w[5] * h2 + 0.60)
    o2 = sigmoid(w[6] * h1 + w[7] * h2 + 0.60)
    L = 0.5 * (0.01 - o1) ** 2 + 0.5 * (0.99 - o2) ** 2
    L.backward()
    page = [0.593269992, 0.596884378, 0.75136507, 0.772928465, 0.298371109]
    printed([v.data for v in (h1, h2, o1, o2, L)], page, 8)
    page = [0.149780716, 0.19956143, 0.24975114, 0.29950229]
    page += [0.35891648, 0.408666186, 0.511301270, 0.561370121]
    printed([v.data - 0.5 * v.grad for v in w], page, 8)


def test_an_appendix_of_2011() -> None:
    """A course appendix, "An Example of Back-propagation Algorithm": 3-2-1, rate 0.9."""
    names = "w14 w15 w24 w25 w34 w35 w46 w56 w04 w05 w06".split()
    starts = (0.2, -0.3, 0.4, 0.1, -0.5, 0.2, -0.3, -0.2, -0.4, 0.2, 0.1)
    v = values(**dict(zip(names, starts, strict=True)))
    o4 = sigmoid(v["w14"] * 1.0 + v["w24"] * 0.0 + v["w34"] * 1.0 + v["w04"])
    o5 = sigmoid(v["w15"] * 1.0 + v["w25"] * 0.0 + v["w35"] * 1.0 + v["w05"])
    o6 = sigmoid(v["w46"] * o4 + v["w56"] * o5 + v["w06"])
    (0.5 * (1 - o6) ** 2).backward()
    printed([o.data for o in (o4, o5, o6)], [0.332, 0.525, 0.474], 3)
    page = [0.192, -0.306, 0.4, 0.1, -0.508, 0.194, -0.261, -0.138, -0.408, 0.194, 0.218]
    printed([v[name].data - 0.9 * v[name].grad for name in names], page, 3)


def test_one_unit_that_is_off() -> None:
    """tailvar/theAIE, tae_tiny_backprop_demo: 1-2-1, ReLU, half square."""
    v = values(a=1.0, b=-1.0, c=0.5, d=-0.5, e=2.0, f=-1.0, g=0.1)
    h1, h2 = relu(v["a"] * 2.0 + v["c"]), relu(v["b"] * 2.0 + v["d"])
    out = v["e"] * h1 + v["f"] * h2 + v["g"]
    L = 0.5 * (out - 3) ** 2
    L.backward()
    printed([h1.data, h2.data, out.data, L.data], [2.5, 0, 5.1, 2.205], 12)
    printed([v[k].grad for k in "abcdefg"], [8.4, 0, 4.2, 0, 5.25, 0, 2.1], 12)
    printed([h1.grad, h2.grad], [4.2, -2.1], 12)


def test_two_layers_of_relu_and_a_softmax() -> None:
    """g-eoj/cs231n, two-layer backprop: fifteen gradients to eleven places."""
    A = [[Value(0.18), Value(0.04)], [Value(0.1), Value(0.22)]]
    D = [[Value(0.19), Value(-0.1), Value(0.1)], [Value(-0.02), Value(-0.01), Value(0.04)]]
    c, e = [Value(0.0), Value(0.0)], [Value(0.0), Value(0.0), Value(0.0)]
    x = (16.0, -6.0)
    h = [relu(x[0] * A[0][j] + x[1] * A[1][j] + c[j]) for j in range(2)]
    s = [h[0] * D[0][k] + h[1] * D[1][k] + e[k] for k in range(3)]
    L = cross_entropy(s, 2)
    L.backward()
    printed([*(score.data for score in s), L.data], [0.4332, -0.228, 0.228, 1.051375468504], 12)
    page = [0.978240210068, 0.504998396209, -1.483238606277, 0, 0, 0]
    printed([d.grad for row in D for d in row], page, 11)
    printed([b.grad for b in e], [0.429052723714, 0.221490524653, -0.650543248367], 11)
    printed([a.grad for row in A for a in row], [-0.090933756736, 0, 0.034100158776, 0], 11)
    printed([b.grad for b in c], [-0.005683359796, 0], 11)


def test_a_neuron_that_learns_and() -> None:
    """gthvn1/neurone: un neurone σ, le ET, un exemple à la fois, à seize chiffres."""
    w0, w1, b = 0.5, 0.5, -0.5
    found: list[float] = []
    for x0, x1, target in ((0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)):
        p = [Value(number) for number in (w0, w1, b)]
        (0.5 * (sigmoid(p[0] * x0 + p[1] * x1 + p[2]) - target) ** 2).backward()
        w0, w1, b = (v.data - 0.0001 * v.grad for v in p)
        found += [w0, w1, b]
    page = [0.5, 0.5, -0.5000088723458674, 0.5, 0.4999875000554524, -0.500021372290415]
    page += [0.49998750013357823, 0.4999875000554524, -0.5000338721568367]
    page += [0.4999963729325061, 0.49999637285438026, -0.5000249993579088]
    printed(found, page, 15)


def test_what_a_softmax_of_a_popular_notebook_should_be() -> None:
    """Prakashvanapalli's notebook, 3-3-3-3: its printed softmax does not follow from its scores."""
    A = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.7], [0.4, 0.3, 0.9]]
    B = [[0.2, 0.3, 0.5], [0.3, 0.5, 0.7], [0.6, 0.4, 0.8]]
    C = [[0.1, 0.4, 0.8], [0.3, 0.7, 0.2], [0.5, 0.2, 0.9]]

    def layer(x: list[Value], W: list[list[float]]) -> list[Value]:
        return [x[0] * W[0][k] + x[1] * W[1][k] + x[2] * W[2][k] + 1.0 for k in range(3)]

    h1 = [relu(z) for z in layer([Value(x) for x in (0.1, 0.2, 0.7)], A)]
    h2 = [sigmoid(z) for z in layer(h1, B)]
    printed([h.data for h in h1], [1.35, 1.27, 1.8], 2)
    printed([h.data for h in h2], [0.938, 0.94, 0.98], 2)
    scores = layer([Value(x) for x in (0.938, 0.94, 0.98)], C)
    printed([s.data for s in scores], [1.8658, 2.2292, 2.8204], 4)
    printed([p.data for p in softmax(scores)], [0.1986, 0.2856, 0.5158], 4)


def test_a_solution_with_a_slip_is_flagged() -> None:
    """postnetwork.co: a printed score .185 for .157, and what follows from it."""
    v = values(w7=0.3, w8=-0.1, w9=0.4, w10=0.2, b=0.1)
    a1, a2 = sigmoid(Value(-0.3)), sigmoid(Value(0.0))
    z = [v["w7"] * a1 + v["w9"] * a2 + v["b"], v["w8"] * a1 + v["w10"] * a2 + v["b"]]
    L = cross_entropy(z, 0)
    printed([s.data for s in z], [0.4277, 0.1574], 4)
    printed([*(p.data for p in softmax(z)), L.data], [0.5671, 0.4329, 0.5671], 4)
    page = {"w7": "-0.187", "w9": "-0.2195", "w8": "0.187", "w10": "0.2195"}
    assert check(L, page).exit_status == 1
    right = {"w7": "-0.1842", "w9": "-0.2164", "w8": "0.1842", "w10": "0.2164"}
    assert check(L, right).ok


def test_the_mean_of_four_outputs() -> None:
    """book-ai.org, chapter 8: each slope typed to its own digits."""
    cost = "((y0-1)**2+(y1-1)**2+(y2-0)**2+(y3-1)**2)/4"
    at = {"y0": 0.1, "y1": -0.1, "y2": -0.05, "y3": -0.25}
    page = {"y0": "-0.45", "y1": "-0.55", "y2": "-0.025", "y3": "-0.625"}
    report, L, _ = check_expression(cost, at, numbers=page)
    assert report.ok
    printed([L.data], [0.89625], 12)


@pytest.mark.parametrize("comma", [",", "."])
def test_a_neuron_in_french(comma: str) -> None:
    """sotisai.com: trois entrées, trois poids, un biais, z = 0,72 et a = 0,67."""
    from tinygrad_fr.reading.number import parse_number

    number = lambda text: parse_number(text.replace(".", comma))
    z = sum((Value(number(w)) * number(x) for w, x in (("0.4", "0.5"), ("0.3", "0.8"))), start=0)
    z = z + Value(number("0.9")) * number("0.2") + number("0.1")
    printed([z.data, sigmoid(z).data], [0.72, 0.67], 2)
