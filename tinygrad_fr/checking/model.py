"""Check it: a network, and a backpropagation by hand for it; a sample where it is large."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from tinygrad_fr.checking.another import as_other_cost, other_cost
from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.compare import compare, diagnosed, leaf_names
from tinygrad_fr.checking.cost import versions
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import DOUBLES, Number
from tinygrad_fr.checking.judge import Judge
from tinygrad_fr.checking.recognise import recognised
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.structure import Structure
from tinygrad_fr.checking.verdict import FLOAT, KINK, UNDECIDED, WRONG, Entry, judged
from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import refuse
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import say

LARGE = 500  # parameters; above it the judge sees a sample
SAMPLE = 64  # how many it sees, and of those that disagree with autograd as many again


def check_model(
    model: Any,
    X: Any,
    y: Any,
    loss: Callable[..., Value],
    hand: Callable[..., Any],
    rate: Any = None,
    digits: int | None = None,
    seed: int = 0,
    accept: Collection[str] = (),
) -> Report:
    """The report on `hand(X, y)`: [(dW1, db1), (dW2, db2), …], dW as (neurons, inputs)."""
    output = loss([model(x) for x in X], y)
    given: dict[Value, Number] = {}
    for i, (layer, answer) in enumerate(zip(model.layers, hand(X, y), strict=True), start=1):
        dW = [list(map(float, row)) for row in answer[0]]
        db = list(map(float, answer[1]))
        _check_shape(i, dW, db, len(layer.neurons), len(layer.neurons[0].w))
        for neuron, dw_row, db_k in zip(layer.neurons, dW, db, strict=True):
            given.update(zip(neuron.w, map(_in_doubles, dw_row), strict=True))
            given[neuron.b] = _in_doubles(db_k)
    if len(given) > LARGE:
        groups = [layer.parameters() for layer in model.layers]
        return check_sample(Graph(output), given, groups, rate, seed, accept)
    return compare(output, given, 0, rate, digits, 0, accept)


def _in_doubles(g: float) -> Number:
    return Number(g, abs(g) * DOUBLES)


def _check_shape(i: int, dW: list[list[float]], db: list[float], rows: int, columns: int) -> None:
    """Raise ValueError where dW and db have not the shapes of W and b of layer i."""
    shape = (len(dW), len(dW[0]) if dW else 0)
    if shape == (rows, columns) and len(db) == rows:
        return
    turned = shape == (columns, rows)
    refuse(
        fr=f"dW{i} a la forme {shape}, W{i} a la forme {(rows, columns)}"
        + (" : transposez-la" if turned else f" et db{i} {rows} nombres"),
        en=f"dW{i} has the shape {shape}, W{i} has {(rows, columns)}"
        + (": transpose it" if turned else f" and db{i} {rows} numbers"),
    )


def check_sample(
    graph: Graph,
    given: Mapping[Value, Number],
    groups: Sequence[Sequence[Value]],
    rate: Any,
    seed: int,
    accept: Collection[str],
    most: int = SAMPLE,
    arrays: bool = False,
) -> Report:
    """Every entry against autograd's float; a sample, and what disagrees, before the judge.

    The sample of `most` is drawn with `seed`, as many entries from every group: a layer; an array,
    if `arrays`.  Where more entries disagree with autograd than the judge can see, the others are
    wrong, or undecided if they differ by less than a relative 1e-6, which rounding could explain.
    """
    floats = _floats(graph.output, given)
    names = leaf_names(given)
    hands = list(given.values())
    entries = [Entry(n, h.value, g, FLOAT) for n, h, g in zip(names, hands, floats, strict=True)]
    rooms = [h.tolerance + abs(g) * DOUBLES for h, g in zip(hands, floats, strict=True)]
    differ = [i for i, e in enumerate(entries) if not abs(e.yours - e.truth) <= rooms[i]]
    for i in differ:
        near = abs(entries[i].yours - floats[i]) <= 1e-6 * abs(floats[i])
        entries[i].verdict = UNDECIDED if near else WRONG
    share = -(-most // len(groups))
    sample = _drawn(groups, given, share, seed)
    seen = sorted(sample | set(differ[:most]))
    bent = _judge_some(graph, given, entries, seen)
    if bent:
        report = Report(entries)
    else:
        answer = Answer([[h.value for h in hands]], [rooms])
        report = _concluded(Report(entries), graph, given, floats, answer, rate, accept)
    drawn = _how_drawn(len(groups), share, arrays, seed)
    told = _what_was_sampled(len(entries), len(seen), len(sample), drawn)
    report.notes.insert(0, told)
    if bent:
        report.notes.append(
            say(
                fr=f"Autograd lui-même se trompe pour {bent} des {len(seen)} paramètres jugés : "
                "une règle de dérivation est fausse, et les autres paramètres ne sont pas sûrs.",
                en=f"Autograd itself is wrong at {bent} of the {len(seen)} entries judged: a "
                "derivative rule is wrong, and the other entries are not certain.",
            )
        )
    return report


def _concluded(
    report: Report,
    graph: Graph,
    given: Mapping[Value, Number],
    floats: Sequence[float],
    answer: Answer,
    rate: Any,
    accept: Collection[str],
) -> Report:
    """All right, right for another cost, or a diagnosis."""
    if not any(e.verdict == WRONG for e in report.entries):
        return report
    found = other_cost(versions(graph, given), [floats], answer)
    if found:
        return as_other_cost(report, found, accept, Structure(graph, given))
    structure = Structure(recognised(graph), given)
    return diagnosed(report, [structure.at(rate=rate)], answer)


def _drawn(
    groups: Sequence[Sequence[Value]], given: Iterable[Value], share: int, seed: int
) -> set[int]:
    """The entries drawn with the seed, at most so many from every group."""
    place = {p: i for i, p in enumerate(given)}
    rng = random.Random(seed)
    sample: set[int] = set()
    for group in groups:
        of_group = [place[p] for p in group]
        sample.update(rng.sample(of_group, min(share, len(of_group))))
    return sample


def _judge_some(
    graph: Graph, given: Mapping[Value, Number], entries: list[Entry], seen: Sequence[int]
) -> int:
    """Put the judge's verdict in the place of some entries; gives how often autograd was wrong."""
    parameters = list(given)
    judge = Judge(graph)
    bent = 0
    for i in _shown(seen):
        p, was = parameters[i], entries[i]
        hand = Number(judge.exact(given[p].value), judge.exact(given[p].tolerance))
        entries[i], _ = judged(judge.slope(p), was.name, hand, judge.exact(was.truth), False)
        off = abs(was.truth - entries[i].truth)
        bent += bool(entries[i].verdict != KINK and off > 1e-6 * abs(entries[i].truth))
    return bent


def _floats(output: Value, parameters: Iterable[Value]) -> list[float]:
    """Autograd's gradient in doubles; what `.grad` held is put back."""
    before = [p.grad for p in parameters]
    for p in parameters:
        p.grad = 0.0
    output.backward()
    found = [float(p.grad) for p in parameters]
    for p, g in zip(parameters, before, strict=True):
        p.grad = g
    return found


def _shown(judged: Sequence[int]) -> Iterable[int]:
    """The entries one by one, with a bar on stderr where that is a terminal."""
    with unmoved():
        from rich.console import Console
        from rich.progress import track

    console = Console(stderr=True)
    title = say(fr="le juge, à 50 chiffres", en="the judge, 50 digits")
    return track(judged, title, console=console, transient=True, disable=not console.is_terminal)


def _how_drawn(groups: int, share: int, arrays: bool, seed: int) -> str:
    """(up to 16 per layer, seed 7); of one group no more than the seed."""
    of = say(fr="par tableau", en="per array") if arrays else say(fr="par couche", en="per layer")
    most = say(fr=f"jusqu’à {share} {of}, ", en=f"up to {share} {of}, ") if groups > 1 else ""
    return say(fr=f"tirés au sort ({most}graine {seed})", en=f"drawn at random ({most}seed {seed})")


def _what_was_sampled(entries: int, judged: int, drawn: int, how: str) -> str:
    return say(
        fr=f"{entries} paramètres comparés à autograd en double précision ; {judged} jugés à 50 "
        f"chiffres : {drawn} {how}"
        + (f" et {judged - drawn} en désaccord." if judged > drawn else "."),
        en=f"{entries} entries compared with autograd in double precision; {judged} judged with 50 "
        f"digits: {drawn} {how}"
        + (f" and {judged - drawn} that disagree." if judged > drawn else "."),
    )
