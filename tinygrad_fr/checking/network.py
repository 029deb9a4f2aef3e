"""Check it: a network that is described, 2-3-2, and its dW1, db1, … worked out by hand.

report, output, leaves = check_network({"W1": "0.1 0.2; …"}, model="2-3-2", seed=3,
                                       x="0 1; 1 1", y="1 0; 0 1")
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tinygrad_fr.checking.answered import COMPUTED, TYPED, Array, with_shapes
from tinygrad_fr.checking.compare import compare
from tinygrad_fr.checking.cost import ACCEPT
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import DOUBLES, Number, as_typed
from tinygrad_fr.checking.lab import slope_of
from tinygrad_fr.checking.listed import rows_of, typed_array
from tinygrad_fr.checking.model import LARGE, check_sample
from tinygrad_fr.checking.report import Report
from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.walk import chain_rule

FILES = (".json", ".npz")


def check_network(
    answers: Mapping[str, Any] | str | os.PathLike[str],
    *,
    model: str | None = None,
    activation: str = "sigmoid",
    output: str = "sigmoid",
    seed: int = 0,
    weights: str | os.PathLike[str] | None = None,
    loss: str = "squared_error",
    data: str | os.PathLike[str] | None = None,
    target: str | None = None,
    x: str | None = None,
    y: str | None = None,
    rate: Any = None,
    accept: Iterable[str] = (),
) -> tuple[Report, Value, dict[str, Value]]:
    """Check dW1, db1, …; gives the report, the cost and its parameters by name.

    answers  {"W1": "0.1 0.2; 0.3 0.4", "b1": …}, typed or as arrays, or a .json or .npz file of
             them; W1 is (neurons, inputs), and dW1 is a name for it too; a parameter by its own
             name, w_1,2^[1], as well
    model    the sizes of its layers, 2-3-2, with `activation`, `output` and `seed` for the weights;
             or weights, a file that `model.save` wrote
    loss     a name of `nn.losses`
    data     a CSV file of examples, its column `target` (the last, if not told); or x and y typed,
             a row for each example: "0 1; 1 1"

    Raises ValueError in one line for what does not fit together.
    """
    accepted = [known("accept", key, ACCEPT) for key in accept]
    net = _model(model, weights, activation, output, seed)
    rows, targets = _examples(net, data, target, x, y)
    from tinygrad_fr.nn.losses import loss as by_name

    cost = by_name(loss)([net(row) for row in rows], targets)
    graph = Graph(cost)
    leaves = {p.label or f"p{i}": p for i, p in enumerate(net.parameters(), start=1)}
    hands, arrays = _hands(net, _read(answers), leaves, graph, len(rows))
    if not hands:
        report = Report([])
    elif len(hands) > LARGE:
        groups = [[p for p in layer.parameters() if p in hands] for layer in net.layers]
        report = check_sample(graph, hands, [g for g in groups if g], rate, seed, accepted)
    else:
        report = compare(graph, hands, 0, rate, None, 0, accepted)
    return with_shapes(report, arrays, len(rows)), cost, leaves


# ── the network and its examples ─────────────────────────────────────────────────────────────────


def _model(
    sizes: str | None,
    weights: str | os.PathLike[str] | None,
    activation: str,
    output: str,
    seed: int,
) -> Any:
    from tinygrad_fr.nn.layers import MLP, load

    if (sizes is None) == (weights is None):
        refuse(
            fr="il faut --model 2-3-2 ou --weights modele.json, l’un des deux",
            en="--model 2-3-2 or --weights model.json is needed, one of the two",
        )
    if weights is not None:
        return load(weights)
    layers = re.fullmatch(r"\d+(?:[-–x, ]+\d+)+", str(sizes).strip())
    if layers is None or "0" in (numbers := re.findall(r"\d+", layers[0])):
        refuse(
            fr=f"--model {sizes} : donnez les tailles des couches, 2-3-2 par exemple",
            en=f"--model {sizes}: give the sizes of the layers, 2-3-2 for example",
        )
    nin, *nouts = map(int, numbers)
    return MLP(nin, nouts, activation=activation, output=output, seed=seed)


def _examples(
    net: Any,
    data: str | os.PathLike[str] | None,
    target: str | None,
    x: str | None,
    y: str | None,
) -> tuple[list[Any], list[Any]]:
    """The examples, read or typed, as many x as y, as wide as the network."""
    from tinygrad_fr.nn.data import read_csv
    from tinygrad_fr.nn.given import read

    typed = x is not None and y is not None
    if typed == (data is not None) or (data is not None and (x is not None or y is not None)):
        refuse(
            fr='il faut des exemples : --data points.csv, ou --x "0 1 ; 1 1" avec --y "1 ; 0"',
            en='examples are needed: --data points.csv, or --x "0 1; 1 1" with --y "1; 0"',
        )
    if data is not None:
        rows, targets = read_csv(data, target)[:2]
        return read(net, list(rows), list(targets), "--data", "--data")
    rows = _typed_rows("--x", str(x), net.layers[0].shape[0])
    targets = _typed_rows("--y", str(y), net.layers[-1].shape[1])
    if all(len(row) == 1 for row in targets):
        targets = [row[0] for row in targets]
    return read(net, rows, targets, "--x", "--y")


def _typed_rows(name: str, text: str, width: int) -> list[Any]:
    """Rows of numbers; for a network of one input, one row of them is a number for each example."""
    cells = rows_of(text)
    if width == 1 and len(cells) == 1:
        cells = [[cell] for cell in cells[0]]
    if not cells or len({len(row) for row in cells}) > 1:
        refuse(
            fr=f"{name} : une ligne par exemple, toutes de la même longueur, reçu {text!r}",
            en=f"{name}: one row for each example, all of one length, got {text!r}",
        )
    return [[_plain(as_typed(cell).value) for cell in row] for row in cells]


def _plain(x: Any) -> int | float:
    return int(x) if x == int(x) else float(x)


# ── the answers ──────────────────────────────────────────────────────────────────────────────────


def _read(answers: Mapping[str, Any] | str | os.PathLike[str]) -> dict[str, Any]:
    """Arrays by name: of Numbers where they were typed, of floats where they were computed."""
    import numpy as np

    if isinstance(answers, (str, os.PathLike)):
        answers = _from_file(os.fspath(answers))
    out: dict[str, Any] = {}
    for name, given in answers.items():
        if isinstance(given, str):
            out[name] = typed_array(name, given)
            continue
        a = np.array(given, dtype=object)
        for place in np.ndindex(a.shape):
            cell = a[place]
            a[place] = as_typed(cell) if isinstance(cell, str) else _computed(name, cell)
        out[name] = a
    return out


def _computed(name: str, x: Any) -> Number:
    try:
        x = float(x)
    except (TypeError, ValueError):
        x = float("nan")
    if x - x != 0:
        refuse(
            fr=f"{name} : un nombre fini est attendu à chaque place",
            en=f"{name}: a finite number is expected in every place",
        )
    return Number(x, abs(x) * DOUBLES)


def _from_file(path: str) -> dict[str, Any]:
    """{"W1": [[0.1, 0.2], …], "b1": …} of a .json file, numbers as typed, or of an .npz file."""
    import numpy as np

    suffix = Path(path).suffix.lower()
    if suffix not in FILES or not Path(path).is_file():
        refuse(
            fr=f"{path} : donnez un fichier .json ou .npz qui existe",
            en=f"{path}: give a .json or .npz file that exists",
        )
    try:
        if suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        content = json.loads(Path(path).read_bytes(), parse_float=str, parse_int=str)
    except (ValueError, OSError, EOFError) as error:
        refuse(fr=f"{path} : fichier illisible ({error})", en=f"{path}: unreadable file ({error})")
    if not isinstance(content, dict):
        refuse(
            fr=f"{path} : il faut un objet {{W1: [[…]], b1: […]}}",
            en=f"{path}: an object {{W1: [[…]], b1: […]}} is needed",
        )
    return content


def _hands(
    net: Any,
    answers: Mapping[str, Any],
    leaves: Mapping[str, Value],
    graph: Graph,
    examples: int,
) -> tuple[dict[Value, Number], list[Array]]:
    """The number answered for each parameter, and the arrays they came in."""
    import numpy as np

    arrived = chain_rule(graph.output, along=graph.nodes)
    whole = {
        f"{name}{n}": np.array(values, dtype=object)
        for n, layer in enumerate(net.layers, start=1)
        for name, values in (
            ("W", [neuron.w for neuron in layer.neurons]),
            ("b", [neuron.b for neuron in layer.neurons]),
        )
    }
    names = {p: name for name, p in leaves.items()}
    hands: dict[Value, Number] = {}
    arrays: list[Array] = []
    for name, given in answers.items():
        if name in leaves and given.size == 1:
            hands[leaves[name]] = given.ravel()[0]
            continue
        parameter = slope_of(name, whole)
        if parameter is None:
            told = ", ".join(whole)
            refuse(
                fr=f"« {name} » n’est pas un paramètre de ce réseau ; il y a {told}",
                en=f"'{name}' is no parameter of this network; there is {told}",
            )
        nodes = whole[parameter]
        truth = np.array([float(arrived.get(p, 0)) for p in nodes.ravel()]).reshape(nodes.shape)
        labels = [names[p] for p in nodes.ravel()]
        typed = any(x.tolerance > 1e-9 * abs(x.value) for x in given.ravel())
        near = TYPED if typed else COMPUTED
        array = Array.of(parameter, given, truth, labels, examples, near)
        arrays.append(array)
        if array.mend is not None:
            hands |= dict(zip(nodes.ravel(), array.mended.ravel(), strict=True))
    return hands, arrays
