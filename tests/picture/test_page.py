"""Step through it: the page stands alone, hides its numbers as data, and takes labels for text."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.picture.graphs import mlp, nasty, network, neuron
from tinygrad_fr.demos.backpropagation import X, Y
from tinygrad_fr.demos.backpropagation import network as course_network
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.nn import losses
from tinygrad_fr.nn.described import described
from tinygrad_fr.picture.frames import film
from tinygrad_fr.picture.page import both, page
from tinygrad_fr.reading.expression import read
from tinygrad_fr.words import say, use


def course() -> Value:
    """The course's 2-3-2 net, its targets with their names."""
    x = [Value(v, label=f"x_{i}") for i, v in enumerate(X[0], start=1)]
    y = [Value(v, label=f"y_{i}") for i, v in enumerate(Y[0], start=1)]
    return losses.squared_error([course_network()(x)], [y])


def data_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found is not None
    return json.loads(found[1])  # type: ignore[no-any-return]


class Tags(HTMLParser):
    """The elements of a page, and the text outside of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_of_the_course_s_net_is_small_and_stands_alone() -> None:
    text = page(course())
    assert len(text.encode()) <= 300_000
    tags = Tags()
    tags.feed(text)
    for tag, attributes in tags.seen:
        assert tag not in ("link", "img", "iframe", "object", "base")
        for name in ("src", "href", "xlink:href", "action", "data"):
            assert name not in attributes, (tag, name)
    assert "url(" not in text and "@import" not in text and "fetch(" not in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text and "import(" not in text
    assert text.count("http://www.w3.org/2000/svg") == 1  # a name, in createElementNS
    assert "default-src 'none'" in text


def test_every_step_is_there_with_what_it_fills_and_says() -> None:
    found = film(course())
    frames = data_of(page(course()))["frames"]
    assert len(frames) == len(found.frames)
    for frame, told in zip(found.frames, frames, strict=True):
        assert told["k"] == frame.kind and told["b"] == frame.box
        french, english = told["e"]
        assert french != english
        if frame.kind == "backward":
            assert told["a"] == frame.arrow and told["t"] == pytest.approx(frame.value)
            assert told["w"] and "<munder" in told["m"]


def test_a_softmax_is_a_box_an_output_and_its_lines_come_with_it() -> None:
    """p₁ with ∂p₁/∂z₂ = −p₁·p₂ by its names; the graph's own exp and logsumexp are not shown."""
    found = read("p = softmax(z_1, z_2, z_3); L = -ln(p_1)", {"z_1": 1.0, "z_2": 2.0, "z_3": 3.0})
    data = data_of(page(found.output))
    assert [n["n"] for n in data["nodes"]] == ["z₁", "z₂", "z₃", "p₁", "u₁", "L"]
    lines = data["derivation"]
    assert [line["f"] for line in lines] == [1, 1, 1, 3, 6, 7, 8, 9]
    assert ["".join(re.findall(">([^<]*)<", m)) for m in lines[-1]["m"]] == [
        "∂L∂z3=−∂L∂p1·p1·p3",
        "=p3",
        "=0.665",
    ]
    assert "softmax(z₁, z₂, z₃)₁" in page(found.output)


def test_a_large_graph_is_folded_and_says_so() -> None:
    """The 2-16-16-1 net: a box a layer."""
    typed = described("2-16-16-1", seed=3, x="0.8 -1.2", y="1").output
    said = data_of(page(typed))["frames"][0]["e"]
    assert (
        "Ce graphe de 441 nœuds tient en 8 cases\u202f: une case peut tenir lieu d’une" in said[0]
    )
    assert "This graph of 441 nodes is shown in 8 boxes: a box may stand for a layer" in said[1]
    assert "graph of" not in data_of(page(neuron()))["frames"][0]["e"][1]


@pytest.mark.slow
def test_a_long_derivation_keeps_the_lines_about_a_box() -> None:
    v = Value(0.5, label="x")
    for _ in range(400):
        v = v.tanh()
    data = data_of(page(v))
    assert 20 < len(data["derivation"]) <= len(data["nodes"]) * 2 < 100
    assert all(0 < line["f"] < len(data["frames"]) for line in data["derivation"])


def test_the_derivation_grows_to_what_explain_gives() -> None:
    data = data_of(page(course()))
    lines = data["derivation"]
    derivation = explain(course(), all=True)
    assert len(lines) == len(derivation.lines)
    last = len(data["frames"]) - 1
    known = [line["f"] for line in lines]
    assert all(0 < f <= last for f in known) and len(set(known)) > 20
    forward = [f for f, line in zip(known, derivation.lines, strict=True) if line.kind == "forward"]
    seed = next(i for i, f in enumerate(data["frames"]) if f["k"] == "seed")
    assert max(forward) < seed and forward == sorted(forward)
    assert all(f >= seed for f in known[len(forward) :])
    assert ["Passe avant", "Forward pass"] in [line["h"] for line in lines]


def test_of_many_parameters_the_first_neuron_of_each_layer_is_derived() -> None:
    data = data_of(page(mlp(8, 16, 12, 4)))
    lines = data["derivation"]
    assert 20 < len(lines) < 150
    back = [line for line in lines if line["h"][1].startswith("Backward")]
    shown = "".join(line["m"][0].partition("<mo>=</mo>")[0] for line in back)
    assert "<mn>1,8</mn>" in shown and "<mn>2,8</mn>" not in shown  # ∂L/∂w₁₈, and no ∂L/∂w₂₈


def test_a_line_is_known_when_its_last_contribution_has_arrived() -> None:
    data = data_of(page(course()))
    for line, told in zip(explain(course(), all=True).lines, data["derivation"], strict=True):
        frame = data["frames"][told["f"]]
        if line.kind in ("gradient", "parameter"):
            assert frame["t"] == pytest.approx(line.value, rel=1e-9), line


def test_hostile_labels_come_out_as_text() -> None:
    cost = nasty()
    text = page(cost)
    tags = Tags()
    tags.feed(text)
    assert [tag for tag, _ in tags.seen].count("script") == 2
    assert not [a for _, attributes in tags.seen for a in attributes if a.startswith("on")]
    assert '<b>&"|{}\\N' in tags.text
    nodes = {node["n"] for node in data_of(text)["nodes"]}
    assert '<b>&"|{}\\N' in nodes and "]]>" in nodes
    assert "\x00" not in text and "\x1b" not in text
    text.encode("utf-8")
    titled = page(neuron(), title='</title><script>alert("x")</script>')
    assert "<script>alert" not in titled and "&lt;script&gt;alert" in titled


def test_both_languages_are_in_one_page() -> None:
    with use("fr"):
        french = page(mlp(2, 6, 4, 1))
        assert both(lambda: say(fr="oui", en="yes")) == ["oui", "yes"]
    with use("en"):
        english = page(mlp(2, 6, 4, 1))
    assert '<html lang="fr">' in french and '<html lang="en">' in english
    one, other = data_of(french), data_of(english)
    assert one.pop("lang") == "fr" and other.pop("lang") == "en"
    assert one == other  # numbers have a point in the data, whatever the language
    assert one["words"]["layer 1 · neuron 2"] == ["couche 1 · neurone 2", "layer 1 · neuron 2"]


def test_an_infinity_is_shown_and_said_and_nobody_is_asked_for_it() -> None:
    x = Value(1000.0, label="x")
    text = page(x.exp() - x.exp())
    data = data_of(text)  # JSON knows no NaN: the page would not open
    assert "NaN" in [frame.get("r") for frame in data["frames"]]
    assert "∞ is born" in data["frames"][0]["e"][1] and "∞ naît" in data["frames"][0]["e"][0]
    asked = [frame["t"] for frame in data["frames"] if "t" in frame]
    assert all(math.isfinite(t) for t in asked)
    assert "naît" not in data_of(page(network()))["frames"][0]["e"][0]


def test_a_batch_and_a_saturated_neuron() -> None:
    assert data_of(page(mlp(2, 3, 2, examples=2)))["frames"]
    x = Value(9.0, label="x")
    assert [n["s"] for n in data_of(page(x.sigmoid() * 2))["nodes"]].count(True) == 1
    assert not any(n["s"] for n in data_of(page(network()))["nodes"])
