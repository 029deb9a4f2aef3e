"""How well `check` tells what is wrong in backpropagation written in matrices, in several hands.

    python benchmarks/backprops.py                 40 wrong functions of each hand, on its net
    python benchmarks/backprops.py --each 200 --seed 1
    python benchmarks/backprops.py --show          those that are not told by their line, too

Right functions, written in four ways for four nets, have one token changed: a name for another of
the same function, a sign, a number, an axis; or one left out: .T, a factor, a term.  A comment says
which line of the program each line is (`# D2`; `# Z*` in a loop over layers).  Where NumPy stops,
the report is its line; of the others so many are counted.  One is told by its
line where the report shows that line written otherwise; as another line, where it shows others that
give the same numbers; by a name, where it has one without a line.  What gives the right numbers at
five random points is no mistake and is left out.
"""

from __future__ import annotations

import argparse
import ast
import io
import random
import re
import sys
import time
import tokenize
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nn import MLP, losses  # noqa: E402
from tinygrad_fr import Report, Value, check, to_numpy, use  # noqa: E402
from tinygrad_fr.program.program import Program  # noqa: E402

LIKE_THE_PROGRAM = """
def backprop(W1, b1, W2, b2, X, Y):
    m = len(X)                                      # -
    Z1 = X @ W1.T + b1                              # Z1
    A1 = np.tanh(Z1)                                # A1
    Z2 = A1 @ W2.T + b2                             # Z2
    D2 = 2 * (Z2 - Y)                               # D2
    dW2 = D2.T @ A1 / m                             # dW2
    db2 = D2.sum(0) / m                             # db2
    D1 = (D2 @ W2) * (1 - A1**2)                    # D1
    dW1 = D1.T @ X / m                              # dW1
    db1 = D1.sum(0) / m                             # db1
    return dW1, db1, dW2, db2                       # -
"""
IN_COLUMNS = """
def backprop(W1, b1, W2, b2, X, Y):
    m = X.shape[0]                                  # -
    A0 = X.T                                        # -
    T = Y.T                                         # -
    Z1 = np.dot(W1, A0) + b1.reshape(-1, 1)         # Z1
    A1 = np.maximum(0, Z1)                          # A1
    Z2 = np.dot(W2, A1) + b2.reshape(-1, 1)         # Z2
    E = np.exp(Z2 - np.max(Z2, axis=0, keepdims=True))  # D2
    P = E / np.sum(E, axis=0, keepdims=True)        # D2
    dZ2 = P - T                                     # D2
    dW2 = 1 / m * np.dot(dZ2, A1.T)                 # dW2
    db2 = 1 / m * np.sum(dZ2, axis=1)               # db2
    dZ1 = np.dot(W2.T, dZ2) * (Z1 > 0)              # D1
    dW1 = 1 / m * np.dot(dZ1, A0.T)                 # dW1
    db1 = 1 / m * np.sum(dZ1, axis=1)               # db1
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}  # -
"""
EXAMPLE_BY_EXAMPLE = """
def backprop(W1, b1, W2, b2, X, Y):
    dW1, db1 = np.zeros_like(W1), np.zeros_like(b1)  # -
    dW2, db2 = np.zeros_like(W2), np.zeros_like(b2)  # -
    for x, y in zip(X, Y):                          # -
        h = 1 / (1 + np.exp(-(W1 @ x + b1)))        # Z1 A1
        p = 1 / (1 + np.exp(-(W2 @ h + b2)))        # Z2 A2 D2
        e = 2 * (p - y) * p * (1 - p)               # D2
        g = W2.T @ e * h * (1 - h)                  # D1
        dW2 += np.outer(e, h)                       # dW2
        db2 += e                                    # db2
        dW1 += np.outer(g, x)                       # dW1
        db1 += g                                    # db1
    return dW1 / len(X), db1 / len(X), dW2 / len(X), db2 / len(X)  # dW1 db1 dW2 db2
"""
LAYER_BY_LAYER = """
def backprop(W1, b1, W2, b2, W3, b3, X, Y):
    Ws, bs, A = [W1, W2, W3], [b1, b2, b3], [X]     # -
    for W, b in zip(Ws, bs):                        # -
        Z = A[-1] @ W.T + b                         # Z*
        A.append(np.tanh(Z) if W is not W3 else Z)  # A* Z*
    grads = []                                      # -
    S = 1 / (1 + np.exp(-A[3]))                     # D3
    delta = (S - Y) / len(X)                        # D3 dW* db*
    for i in (2, 1, 0):                             # -
        grads = [delta.T @ A[i], delta.sum(axis=0)] + grads  # dW* db*
        back = delta @ Ws[i]                        # D*
        delta = back * (1 - A[i] * A[i])            # D*
    return grads                                    # -
"""


class Hand(NamedTuple):
    """A right function in one way of writing, and the net that it is for."""

    name: str
    source: str
    widths: tuple[int, ...]
    hidden: str
    output: str
    cost: Callable[..., Value]
    labels: str  # "numbers", "classes" or "bits"


HANDS = [
    Hand(
        "like the program, tanh 2-4-3", LIKE_THE_PROGRAM, (2, 4, 3), "tanh", "linear",
        losses.squared_error, "numbers",
    ),
    Hand(
        "in columns, ReLU 3-5-4 softmax", IN_COLUMNS, (3, 5, 4), "relu", "linear",
        losses.cross_entropy, "classes",
    ),
    Hand(
        "example by example, σ 2-3-3-σ", EXAMPLE_BY_EXAMPLE, (2, 3, 3), "sigmoid", "sigmoid",
        losses.squared_error, "numbers",
    ),
    Hand(
        "layer by layer, tanh 2-4-3-1 σ", LAYER_BY_LAYER, (2, 4, 3, 1), "tanh", "linear",
        losses.bce_with_logits, "bits",
    ),
]  # fmt: skip
EXAMPLES = 6
TOLD = [
    "by its line", "as another line", "by a name", "another cost", "shape or NaN", "stopped",
    "a place", "nothing", "accepted", "traceback",
]  # fmt: skip


# ── the nets and their data ──────────────────────────────────────────────────────────────────────


def made(hand: Hand, seed: int) -> tuple[Program, list[Any]]:
    model = MLP(
        hand.widths[0], [*hand.widths[1:]], activation=hand.hidden, output=hand.output, seed=seed
    )
    rng = np.random.default_rng(seed)
    for p in model.parameters():
        p.data += float(rng.normal()) / 4
    x = [Value(0.5, label=f"x_{i}") for i in range(hand.widths[0])]
    y = [Value(float(i == 0), label=f"y_{i}") for i in range(hand.widths[-1])]
    program = to_numpy(hand.cost([model(x)], [y]), [x, y], model.parameters())
    X, n = rng.normal(size=(EXAMPLES, hand.widths[0])), hand.widths[-1]
    labels = {
        "numbers": lambda: rng.uniform(size=(EXAMPLES, n)),
        "classes": lambda: np.eye(n)[rng.integers(0, n, EXAMPLES)],
        "bits": lambda: rng.integers(0, 2, (EXAMPLES, n)).astype(float),
    }
    return program, [X, labels[hand.labels]()]


def function(source: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"np": np}
    exec(source, space)
    return space["backprop"]  # type: ignore[no-any-return]


# ── one token changed ────────────────────────────────────────────────────────────────────────────

SIGNS = ["+", "-", "*", "/", "@"]
NUMBERS = ["0", "1", "2"]


def changed(source: str) -> Iterator[tuple[str, int]]:
    """Every function with one token changed or left out, and the line of it."""
    lines = source.splitlines()
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    names = {t.string for t in tokens if t.type == tokenize.NAME} & names_of(source)
    for i, token in enumerate(tokens[:-2]):
        row, start = token.start[0] - 1, token.start[1]
        if row < 2 or tagged(lines[row]) == []:
            continue
        end = token.end[1]
        for old, new in others(tokens, i, names):
            end = start + len(old)
            if lines[row][start:end] == old:
                line = lines[row][:start] + new + lines[row][end:]
                wrong = "\n".join([*lines[:row], line, *lines[row + 1 :], ""])
                if is_python(wrong):
                    yield wrong, row


def is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def others(tokens: Sequence[Any], i: int, names: set[str]) -> Iterator[tuple[str, str]]:
    """What may stand in the place of a token."""
    token, text = tokens[i], tokens[i].string
    if token.type == tokenize.NAME and text in names and tokens[i + 1].string != "=":
        yield from ((text, other) for other in sorted(names - {text}))
    if text in SIGNS:
        yield from ((text, other) for other in SIGNS if other != text)
    if token.type == tokenize.NUMBER and text in NUMBERS:
        yield from ((text, other) for other in NUMBERS if other != text)
    if text == "." and tokens[i + 1].string == "T":
        yield ".T", ""
    if token.line[token.start[1] :].startswith("/ m"):
        yield "/ m", ""
    if found := re.match(r"\*\* ?2|[*+-] [\w.]+(\[\w\])?|\* \(.*?\)", token.line[token.start[1] :]):
        yield found[0], ""


def names_of(source: str) -> set[str]:
    """The arrays of a function: its parameters and what it assigns; not m, nor a loop's list."""
    head = re.findall(r"\w+", source.split("(", 1)[1].split(")", 1)[0])
    assigned = re.findall(r"^ +(\w+) \+?= ", source, re.MULTILINE)
    return {*head, *assigned} - {"m", "grads", "A"}


def tagged(line: str) -> list[str]:
    """The lines of the program that a line stands for."""
    return [tag for tag in line.partition("#")[2].split() if tag != "-"]


# ── what the report says of it ───────────────────────────────────────────────────────────────────


def right_everywhere(hand: Hand, given: Callable[..., Any]) -> bool:
    for seed in range(50, 55):
        program, data = made(hand, seed)
        try:
            with np.errstate(all="ignore"):
                if not check(program, *data, hand=given).ok:
                    return False
        except (ValueError, TypeError):
            return False
    return True


def told(report: Report, tags: Sequence[str]) -> str:
    """Which of TOLD it is."""
    if report.ok:
        return "accepted"
    found = report.diagnosis
    if found is not None and found.kind == "named":
        lines = re.findall(r"(\w+) = [^;]*? instead of ", "; ".join(found.names))
        if not lines:
            return "by a name"
        patterns = [tag.replace("*", r"\d") for tag in tags]
        own = all(any(re.fullmatch(p, line) for p in patterns) for line in lines)
        return "by its line" if own else "as another line"
    if report.cost:
        return "another cost"
    if report.notes:
        return "shape or NaN"
    return "a place" if found is not None and found.place else "nothing"


def judged(hand: Hand, source: str, row: int, seed: int) -> str:
    program, data = made(hand, seed)
    given = function(source)
    try:
        with np.errstate(all="ignore"), use("en"):
            report = check(program, *data, hand=given)
    except (ValueError, TypeError):
        return "stopped"
    except Exception:
        return "traceback"
    kind = told(report, tagged(source.splitlines()[row]))
    return "" if kind == "accepted" and right_everywhere(hand, given) else kind


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=40, help="wrong functions of each hand")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SyntaxWarning)  # 1 (1 + x) is wrong, and no tuple
    total: Counter[str] = Counter()
    begun = time.perf_counter()
    for hand in HANDS:
        program, data = made(hand, options.seed)
        assert check(program, *data, hand=function(hand.source)).ok, hand.name
        wrong = sorted(set(changed(hand.source)))
        random.Random(options.seed).shuffle(wrong)
        counts: Counter[str] = Counter()
        for source, row in wrong:
            kind = judged(hand, source, row, options.seed)
            counts[kind or "right after all"] += 1
            if sum(counts[k] for k in TOLD if k != "stopped") >= options.each:
                break
            if options.show and kind not in ("", "by its line", "stopped"):
                print(f"  {kind:16} {' '.join(source.splitlines()[row].split())}")
        total += counts
        print(f"{hand.name}: {shown(counts)}")
    print(f"all: {shown(total)}; {time.perf_counter() - begun:.0f} s")


def shown(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[k]} {k}" for k in [*TOLD, "right after all"] if counts[k])


if __name__ == "__main__":
    main()
