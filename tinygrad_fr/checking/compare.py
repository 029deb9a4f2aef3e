"""Check it: the answers for one graph, before the judge, at other points, then named or located."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.diagnose import diagnose
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import Formula, Hand, Number
from tinygrad_fr.checking.judge import Judge
from tinygrad_fr.checking.points import other_points
from tinygrad_fr.checking.recognise import recognised
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.structure import Scene, Structure
from tinygrad_fr.checking.verdict import (
    CONVENTION,
    FLOAT,
    RIGHT,
    WRONG,
    Entry,
    convention,
    digits_lost,
    how_sure,
    judged,
    tried_elsewhere,
)
from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import number, say

FITS = 1e-9  # how near a formula must come to a mistake, relative to its number


def compare(
    output: Value, answers: Any, points: int, rate: Any, digits: int | None, seed: int
) -> Report:
    """The report on answers by leaf or by label; what the arguments mean is told in `check`."""
    graph = Graph.of(output)
    given = _by_leaf(graph, answers)
    parameters, names = list(given), leaf_names(given)
    judge = Judge(graph)
    hands = [Hand.of(answer, judge.exact, digits) for answer in given.values()]
    formulas = all(hand.is_formula for hand in hands)
    places = [judge.point]
    if formulas:
        places += other_points(judge, parameters, points, seed, hands)
    structure = Structure(recognised(graph), parameters)  # the judge keeps it as it was written
    scenes = [structure.at(place, rate) for place in places]
    numbers = [[hand.at(place) for hand in hands] for place in places]
    entries, tolerances = [], []
    for i, (p, hand) in enumerate(zip(parameters, hands, strict=True)):
        autograd = scenes[0].truth[i]
        entry, room = judged(judge, p, names[i], numbers[0][i], autograd, hand.is_formula)
        if formulas:
            elsewhere = [here[i] for here in numbers[1:]]
            tried_elsewhere(entry, elsewhere, [scene.truth[i] for scene in scenes[1:]])
        if entry.verdict == RIGHT and isinstance(hand, Formula):
            entry.remark = entry.remark or digits_lost(hand, graph, entry.truth)
        entries.append(entry)
        tolerances.append(room + FITS * abs(numbers[0][i].value) if hand.is_formula else room)
    report = conclude(entries, scenes, _as_answer(numbers, tolerances))
    if formulas:
        right = {
            entry.name: (p, hand)
            for entry, p, hand in zip(entries, parameters, hands, strict=True)
            if entry.verdict in (RIGHT, FLOAT)
        }
        report.notes += how_sure(output, right, len(places))
    return report


def leaf_names(leaves: Mapping[Value, Any]) -> list[str]:
    """How the leaves are called in the report: by their label, else p1, p2, …"""
    return [p.label or f"p{i}" for i, p in enumerate(leaves, start=1)]


def _as_answer(numbers: Sequence[Sequence[Number]], tolerances: list[Any]) -> Answer:
    rows = [[n.value for n in here] for here in numbers]
    elsewhere = [[FITS * abs(x) for x in row] for row in rows[1:]]
    return Answer(rows, [tolerances, *elsewhere])


def _by_leaf(graph: Graph, answers: Any) -> dict[Value, Any]:
    """The answers by leaf, names resolved; refuses names that are not there."""
    if not isinstance(answers, Mapping) or not answers:
        refuse(
            fr="check(L, {w: …}) attend un dictionnaire : un paramètre, sa dérivée calculée à la "
            "main",
            en="check(L, {w: …}) expects a dictionary: a parameter, its derivative worked out by "
            "hand",
            kind=TypeError,
        )
    labels = {v.label: v for v in graph.leaves if v.label}
    leaves = set(graph.leaves)
    out: dict[Value, Any] = {}
    for key, hand in answers.items():
        leaf = key if isinstance(key, Value) else labels.get(key)
        if leaf is None or leaf not in leaves:
            name = key.label if isinstance(key, Value) else key
            refuse(
                fr=f"« {name} » n’est pas un paramètre de ce graphe ; il y a {', '.join(labels)}",
                en=f"'{name}' is no parameter of this graph; there is {', '.join(labels)}",
            )
        out[leaf] = hand
    return out


def conclude(entries: list[Entry], scenes: Sequence[Scene], answer: Answer) -> Report:
    """All right, right under another convention, or a diagnosis."""
    report = Report(entries)
    if not any(e.verdict == WRONG for e in entries):
        return report
    found = convention(scenes, answer)
    if found is not None:
        keys, factor = found
        names = " ; ".join(CATALOGUE[k].convention for k in keys)
        for e in entries:
            e.verdict = CONVENTION
        here = number(1 / Fraction(factor))
        report.notes.append(
            say(
                fr=f"Juste sous une autre convention : {names} ; ici, multipliez par {here}.",
                en=f"Right under another convention: {names}; here multiply by {here}.",
            )
        )
        return report
    report.diagnosis = diagnose(scenes, answer)
    if "M6" in report.diagnosis.keys and scenes[0].asks_parameters():
        report.notes.append(
            say(
                fr="Avec la mise à jour w := w + λ·g, ce signe serait le bon.",
                en="With the update w := w + λ·g this sign would be right.",
            )
        )
    return report
