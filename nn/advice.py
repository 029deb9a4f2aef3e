"""Downhill, but not far: what a training has not learnt, and what to try.

advice(job)     "Not learned yet: the answer is always no, …  Try columns near 0: (age − 40)/12, …"
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from tinygrad_fr.nn.arrays import decided, outputs, shares
from tinygrad_fr.nn.divergence import LARGE
from tinygrad_fr.nn.run import Job
from tinygrad_fr.words import number, percent, say

HALF = 0.5  # of what always answering the mean costs: beyond, a quantity is not learnt
MOST = 3  # things to try, and columns that are named


def advice(job: Job) -> str:
    """What is not learnt yet and what to try, in a line; "" where enough is.

    Classes: fewer than nine examples in ten are right, or all have the same answer.  A quantity:
    the squared error is more than half of what it is where the mean is always answered.
    """
    lacking = _of_classes(job) if job.task.classes else _of_a_quantity(job)
    if not lacking:
        return ""
    found = [*_another_target(job), *_columns_near_0(job), *_more(job)][:MOST]
    return say(
        fr=f"Pas encore appris : {lacking}. Essayez {', ou '.join(found)}.",
        en=f"Not learned yet: {lacking}. Try {', or '.join(found)}.",
    )


# ── what is lacking ──────────────────────────────────────────────────────────────────────────────


def _of_classes(job: Job) -> str:
    share, starts = percent(job.start.accuracy or 0.0), len(job.starts)
    p, cut = shares(job.model, outputs(job.model, job.task.X))
    answers = set(decided(p, cut))
    if len(answers) == 1:
        always = job.task.classes[answers.pop()]
        return say(
            fr=f"la réponse est toujours {always}, juste pour {share} des exemples",
            en=f"the answer is always {always}, right for {share} of the examples",
        )
    if not job.short:
        return ""
    return say(
        fr=f"{share} d’exemples justes, départs essayés : {starts}",
        en=f"{share} of the examples right, starts tried: {starts}",
    )


def _of_a_quantity(job: Job) -> str:
    mean, spread, cost = fmean(job.task.y), _spread(job.task.y), job.parts()[0].cost
    if job.task.loss != "squared_error" or cost <= HALF * spread * spread:
        return ""
    paid, always, least = number(cost), number(mean), number(spread * spread)
    return say(
        fr=f"le coût est {paid}, et répondre toujours la moyenne, {always}, coûterait {least}",
        en=f"the cost is {paid}, and always answering the mean, {always}, would cost {least}",
    )


# ── what to try, the likeliest help first ────────────────────────────────────────────────────────


def _another_target(job: Job) -> list[str]:
    """Where the target has a class for every other example: it may be a name, a number of order."""
    task, count = job.task, len(job.task.classes)
    if 2 * count <= len(task.X):
        return []
    return [
        say(
            fr=f"une autre cible avec --target ({task.target} a {count} classes pour "
            f"{len(task.X)} exemples)",
            en=f"another target with --target ({task.target} has {count} classes for "
            f"{len(task.X)} examples)",
        )
    ]


def _columns_near_0(job: Job) -> list[str]:
    """The columns with numbers beyond ±10, and how each comes near to 0: so tanh can see them."""
    task = job.task
    columns = dict(zip(task.names, zip(*task.X, strict=True), strict=True))
    if not task.classes:
        columns[task.target] = tuple(task.y)
    far = [_near_0(name, xs) for name, xs in columns.items() if max(map(abs, xs)) > LARGE]
    if not far:
        return []
    named = ", ".join(far[:MOST]) + (", …" if len(far) > MOST else "")
    return [say(fr=f"des colonnes proches de 0 : {named}", en=f"columns near 0: {named}")]


def _near_0(name: str, xs: Sequence[float]) -> str:
    """(age − 40)/12 for age: less the mean, divided by the standard deviation, both rounded."""
    mean, spread = fmean(xs), _spread(xs)
    unit = 10.0 ** math.floor(math.log10(spread)) if spread else abs(mean)
    middle, by = round(mean / unit) * unit, number(float(f"{spread:.2g}"))
    moved = f"{name} {'−' if middle > 0 else '+'} {number(abs(middle))}" if middle else name
    if not spread:
        return moved
    return (f"({moved})" if middle else moved) + (f"/({by})" if "×" in by else f"/{by}")


def _spread(xs: Sequence[float]) -> float:
    """The standard deviation √(Σ(x − mean)²/n); no square leaves the finite on the way."""
    mean = fmean(xs)
    return math.hypot(*(x - mean for x in xs)) / math.sqrt(len(xs))


def _more(job: Job) -> list[str]:
    """A hidden layer where there is none; else more steps, larger ones, more neurons."""
    if not job.recipe.hidden:
        return [say(fr="une couche cachée (--hidden 4)", en="a hidden layer (--hidden 4)")]
    hidden = " ".join(str(2 * n) for n in job.recipe.hidden)
    rate = f"{10 * job.recipe.rate(job.model):g}"
    rate = say(fr=rate.replace(".", ","), en=rate)
    more, faster = f"--epochs {5 * job.epochs}", f"--learning-rate {rate}"
    return [
        say(fr=f"un apprentissage plus long ({more})", en=f"a longer training ({more})"),
        say(fr=f"de plus grands pas ({faster})", en=f"larger steps ({faster})"),
        say(fr=f"plus de neurones (--hidden {hidden})", en=f"more neurons (--hidden {hidden})"),
    ]
