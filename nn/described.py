"""Build a graph: a network said in a few words, its examples typed or in a file, and its cost.

found = described(model="2-3-2", seed=3, x="0.8 -1.2", y="0 1")
found.output.backward()         L, the mean over the examples
found.leaves                    its parameters, w_1,1^[1], …; the numbers of the examples, x_1, …
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.data import read_csv
from tinygrad_fr.nn.given import read
from tinygrad_fr.nn.layers import MLP, load
from tinygrad_fr.nn.losses import class_of
from tinygrad_fr.nn.losses import loss as by_name
from tinygrad_fr.reading.number import parse_number
from tinygrad_fr.reading.rows import rows_of
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import say

OUTPUTS = {"cross_entropy": "softmax", "bce_with_logits": "linear", "hinge": "linear"}
MOST = 100_000  # parameters: each is a node of its own


class Described(NamedTuple):
    """A network and what it costs.

    output     L, the mean of the costs of the examples
    leaves     its parameters and the numbers of the examples, by name: x_1, y_1 of one example;
               of several x_2,1, the first number of the second, as the course writes ŷ_ij
    examples   how many there are
    """

    net: MLP
    output: Value
    leaves: dict[str, Value]
    examples: int


def described(
    model: str | None = None,
    weights: str | os.PathLike[str] | None = None,
    *,
    activation: str | None = None,
    output: str | None = None,
    seed: int | None = None,
    loss: str | None = None,
    data: str | os.PathLike[str] | None = None,
    target: str | None = None,
    x: str | None = None,
    y: str | None = None,
    anew: bool = False,
) -> Described:
    """The graph of a network at its examples.

    model    the sizes of its layers, "2-3-2", with `activation` (sigmoid), `output` (sigmoid, or
             what the cost asks for) and `seed` (0) for the weights; or
    weights  a file that `MLP.save` wrote
    loss     a name of `nn.losses`, squared_error if not told
    data     a CSV file of examples, its column `target` (the last, if not told); or
    x, y     typed, a row for each example: "0 1; 1 1"
    anew     of one example: its class is given anew to a program, as a row of data with a single 1

    Raises ValueError in one line for what does not fit together.
    """
    loss = "squared_error" if loss is None else loss
    cost = by_name(loss)
    net = _network(model, weights, activation, output, seed, loss)
    rows, targets = _examples(net, loss, data, target, x, y)
    classes, as_data = loss == "cross_entropy", anew and len(rows) == 1
    if classes and as_data:
        nout = net.layers[-1].shape[1]
        targets = [[int(j == class_of(targets[0], nout, 1)) for j in range(nout)]]
    inputs = [_labelled("x", row, i, len(rows)) for i, row in enumerate(rows, start=1)]
    wanted = [_labelled("y", row, i, len(rows)) for i, row in enumerate(targets, start=1)]
    given = targets if classes and not as_data else [_alone(row) for row in wanted]
    L = cost([net(row) for row in inputs], given)
    named = [*net.parameters(), *(v for row in (*inputs, *wanted) for v in row)]
    return Described(net, L, {v.label: v for v in named}, len(rows))


def _labelled(letter: str, row: Any, example: int, examples: int) -> list[Value]:
    """The numbers of an example as leaves that a picture and a formula can name."""
    numbers = row if isinstance(row, (list, tuple)) else [row]
    if examples == 1:
        names = [f"{letter}_{j}" for j in range(1, len(numbers) + 1)]
    elif len(numbers) == 1:
        names = [f"{letter}_{example}"]
    else:
        names = [f"{letter}_{example},{j}" for j in range(1, len(numbers) + 1)]
    return [Value(number, label=name) for number, name in zip(numbers, names, strict=True)]


def _alone(row: list[Value]) -> Any:
    return row[0] if len(row) == 1 else row


# ── the network ──────────────────────────────────────────────────────────────────────────────────


def _network(
    model: str | None,
    weights: str | os.PathLike[str] | None,
    activation: str | None,
    output: str | None,
    seed: int | None,
    loss: str,
) -> MLP:
    if (model is None) == (weights is None):
        refuse(
            fr="il faut --model 2-3-2 ou --weights modele.json, l’un des deux",
            en="--model 2-3-2 or --weights model.json is needed, one of the two",
        )
    if weights is None:
        nin, *nouts = _sizes(str(model))
        return MLP(
            nin,
            nouts,
            activation="sigmoid" if activation is None else activation,
            output=OUTPUTS.get(loss, "sigmoid") if output is None else output,
            seed=0 if seed is None else seed,
        )
    given = {"--activation": activation, "--output": output, "--seed": seed}
    for option, word in given.items():
        if word is not None:
            refuse(
                fr=f"{option} est en trop : {weights} le dit déjà",
                en=f"{option} is not needed: {weights} already says it",
            )
    return load(weights)


def _sizes(typed: str) -> list[int]:
    """The sizes of the layers, 2-3-2; refuses what is none, and more than anybody could look at."""
    words = re.findall(r"\d+", typed)
    spelled = re.fullmatch(r"\s*\d+(?:\s*[-–x×, ]\s*\d+)+\s*", typed)
    if spelled is None or any(len(word) > 6 or int(word) == 0 for word in words):
        refuse(
            fr=f"--model {typed} : donnez les tailles des couches, 2-3-2 par exemple",
            en=f"--model {typed}: give the sizes of the layers, 2-3-2 for example",
        )
    return hold_sizes(f"--model {typed}", list(map(int, words)))


def hold_sizes(option: str, sizes: list[int]) -> list[int]:
    """The sizes of the layers, unless there are more parameters than a graph of scalars can have.

    Raises ValueError, which says how many there may be.
    """
    count = sum((n + 1) * m for n, m in zip(sizes, sizes[1:], strict=False))
    if count > MOST:
        refuse(
            fr=f"{option} : {count} paramètres, c’est trop pour un graphe dont chaque nombre est "
            f"un nœud ; prenez-en au plus {MOST}",
            en=f"{option}: {count} parameters are too many for a graph in which each number is a "
            f"node; take {MOST} at most",
        )
    return sizes


# ── its examples ─────────────────────────────────────────────────────────────────────────────────


def _examples(
    net: MLP,
    loss: str,
    data: str | os.PathLike[str] | None,
    target: str | None,
    x: str | None,
    y: str | None,
) -> tuple[list[Any], list[Any]]:
    """The examples, read or typed, as many x as y, as wide as the network."""
    typed = x is not None or y is not None
    if typed == (data is not None) or (typed and (x is None or y is None)):
        refuse(
            fr='il faut des exemples : --data points.csv, ou --x "0 1 ; 1 1" avec --y "1 ; 0"',
            en='examples are needed: --data points.csv, or --x "0 1; 1 1" with --y "1; 0"',
        )
    nin, nout = net.layers[0].shape[0], net.layers[-1].shape[1]
    if data is None:
        if target is not None:
            refuse(
                fr="--target va avec --data : c’est une colonne du fichier",
                en="--target goes with --data: it is a column of the file",
            )
        rows = _typed("--x", str(x), nin)
        classes = loss == "cross_entropy" and len(rows) > 1
        return read(net, rows, _typed("--y", str(y), 1 if classes else nout), "--x", "--y")
    found = read_csv(data, target)
    rows, targets = read(net, *found, "--data", "--data")
    if loss != "cross_entropy" and len(found.classes) == nout > 1:
        targets = [[int(k == t) for k in range(nout)] for t in targets]
    return rows, targets


def _typed(name: str, text: str, width: int) -> list[Any]:
    """Rows of numbers; where an example has one number, a row of several is one for each."""
    cells = rows_of(text)
    if width == 1 and len(cells) == 1:
        cells = [[cell] for cell in cells[0]]
    if not cells or len({len(row) for row in cells}) > 1:
        told = _counts(cells)
        refuse(
            fr=f"{name} : une ligne de nombres par exemple, toutes de même longueur ; reçu {told}",
            en=f"{name}: one row of numbers for each example, all of the same length; got {told}",
        )
    return [[_plain(parse_number(cell)) for cell in row] for row in cells]


def _counts(rows: Sequence[Sequence[str]]) -> str:
    counts = ", ".join(str(len(row)) for row in rows)
    return counts or say(fr="rien", en="nothing")


def _plain(x: float) -> int | float:
    return int(x) if x == int(x) else x
