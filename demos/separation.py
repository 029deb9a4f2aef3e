"""Build a graph, walk it backward, downhill: what 0, 2, 3 and 6 + 4 hidden neurons can separate."""

from __future__ import annotations

import math
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from tinygrad_fr.demos import Item, _figures, report, tell
from tinygrad_fr.nn import data, plot
from tinygrad_fr.nn.fit import fit
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.words import percent, say

ITEMS = "C14–C16"
SEEDS = range(10)  # of the weights to start from; the points are always the same 60
Hidden = tuple[int, ...]  # neurons of each hidden layer
POINTS = {
    "clouds": data.clouds(60, seed=1),
    "xor": data.xor(60, noise=0.15, seed=1),
    "circles": data.circles(60, noise=0.05, seed=1),
    "spirals": data.spirals(60, seed=1),
}
CAN: list[tuple[str, Hidden]] = [
    ("clouds", ()),
    ("xor", (2,)),
    ("circles", (3,)),
    ("spirals", (6, 4)),
]
FILMS: dict[str, tuple[str, Hidden]] = {  # of C14, C15, C16
    "separation-line.gif": ("clouds", ()),
    "separation-3.gif": ("circles", (3,)),
    "separation-6-4.gif": ("spirals", (6, 4)),
}
CANNOT: list[tuple[str, Hidden]] = [
    ("xor", ()),
    ("circles", ()),
    ("circles", (2,)),
    ("spirals", (3,)),
]


def title() -> str:
    return say(
        fr="La séparation du plan : aucun neurone caché, 2, 3, 6 + 4",
        en="Separating the plane: no hidden neuron, 2, 3, 6 + 4",
    )


@cache
def trained(points: str, hidden: Hidden, seed: int) -> tuple[MLP, float, plot.Film]:
    """A network trained until every point is on its side, or long enough; the share that is.

    And its film: the weights of an epoch now and then.
    """
    X, y = POINTS[points]
    film = plot.Film(most=24)
    model = MLP(2, [*hidden, 1], activation="tanh", output="sigmoid", seed=seed)

    def right() -> float:
        return [(model(x).data > 0.5) == t for x, t in zip(X, y, strict=True)].count(True) / len(X)

    rate, epochs = (0.05, 150) if points == "spirals" else (0.1, 100)
    fit(
        model,
        X,
        y,
        loss="binary_cross_entropy",
        learning_rate=rate,
        epochs=epochs,
        progress=False,
        engine="scalar",  # every digit the same everywhere
        callbacks=[film, lambda _, history: history.accuracy[-1] == 1 and right() == 1],
    )
    return model, right(), film


def shares(points: str, hidden: Hidden) -> list[float]:
    return [trained(points, hidden, seed)[1] for seed in SEEDS]


def successes(points: str, hidden: Hidden) -> int:
    return shares(points, hidden).count(1)


@cache
def best_line(points: str) -> float:
    """The largest share of the points that a line, any line, has on the right side."""
    return by_every_line(*POINTS[points])


def by_every_line(X: Any, y: Any) -> float:
    """The largest share on the right side of a line, by trying them all; no three points in line.

    Any line can be moved, without passing over a point, until it goes through two of them.  Tilted
    by a hair it has these two on whichever sides one likes; and either side may be class 1.
    """
    most = 0
    for i, j in combinations(range(len(X)), 2):
        (a, b), (c, d) = X[i], X[j]
        agree = sum(
            ((c - a) * (v - b) > (d - b) * (u - a)) == (t == 1)
            for k, ((u, v), t) in enumerate(zip(X, y, strict=True))
            if k not in (i, j)
        )
        most = max(most, agree + 2, len(X) - agree)
    return most / len(X)


def closed(model: Any) -> bool:
    """Whether the side of class 1 is closed: far away, in 720 directions, there is none of it."""
    turns = [math.pi * k / 360 for k in range(720)]
    return all(model([1000 * math.cos(t), 1000 * math.sin(t)]).data < 0.5 for t in turns)


def closures(hidden: Hidden) -> int:
    """How many networks trained on the circles have every point right, in a closed region."""
    found = [trained("circles", hidden, seed) for seed in SEEDS]
    return sum(closed(model) and share == 1 for model, share, _ in found)


def told(points: str, hidden: Hidden) -> str:
    """The points, the network, and how often it succeeded, in the reader's language."""
    known = {
        "clouds": say(fr="nuages", en="clouds"),
        "xor": "XOR",
        "circles": say(fr="cercles", en="circles"),
        "spirals": say(fr="spirales", en="spirals"),
    }
    net = (
        " + ".join(map(str, hidden)) + say(fr=" neurones", en=" neurons")
        if hidden
        else say(fr="une droite", en="a line")
    )
    ok, n = successes(points, hidden), len(SEEDS)
    return say(
        fr=f"{known[points]}, {net} : réussi {ok} fois sur {n}",
        en=f"{known[points]}, {net}: {ok} of {n} starts",
    )


def best(points: str, hidden: Hidden) -> int:
    """The start that ends with the most points on their side."""
    return shares(points, hidden).index(max(shares(points, hidden)))


def longest(points: str, hidden: Hidden) -> plot.Film:
    """Of the starts that end with the most points on their side, the film of the longest."""
    found = [trained(points, hidden, seed)[1:] for seed in SEEDS]
    most = max(share for share, _ in found)
    return max(
        (film for share, film in found if share == most), key=lambda film: film.frames[-1].epoch
    )


def paint(out: Path) -> None:
    """Two pictures: the best start of each network that can, and of each that cannot.

    And the films of how a line, 3 and 6 + 4 neurons found their places.
    """
    for name, cases in (("separation.png", CAN), ("separation-limits.png", CANNOT)):
        panels = [
            (told(*case), trained(*case, best(*case))[0], POINTS[case[0]][0], POINTS[case[0]][1])
            for case in cases
        ]
        _figures.boundaries(panels, out / name)
    for name, case in FILMS.items():
        plot.animate(longest(*case), *POINTS[case[0]], out / name)


def claims() -> dict[str, list[bool]]:
    """What each item says, claim by claim, and whether it holds."""
    lines = [best_line(points) for points in ("xor", "circles")]
    drawn = [max(shares(points, ())) for points in ("xor", "circles")]
    return {
        "C14": [
            successes("clouds", ()) == len(SEEDS),
            *(b < 1 and d <= b for b, d in zip(lines, drawn, strict=True)),
        ],
        "C15": [
            successes("xor", (2,)) > 2,
            successes("circles", (2,)) == 0,
            not any(closed(trained("circles", (2,), s)[0]) for s in SEEDS),
            successes("circles", (3,)) > 3,
            closures((3,)) > 3,
        ],
        "C16": [successes("spirals", (6, 4)) > 3, successes("spirals", (3,)) == 0],
    }


def checks(out: Path) -> list[Item]:
    """The error of an item is the number of its claims that do not hold."""
    paint(out)
    of = f"/{len(SEEDS)}"
    xor, circles = (percent(best_line(points)) for points in ("xor", "circles"))
    two, three = (f"{successes('circles', (n,))}{of}" for n in (2, 3))
    said = {
        "C14": say(
            fr=f"une droite : nuages {successes('clouds', ())}{of} ; "
            f"aucune ne fait mieux que {xor} sur XOR, {circles} sur les cercles",
            en=f"a line: clouds {successes('clouds', ())}{of}; "
            f"none does better than {xor} on XOR, {circles} on circles",
        ),
        "C15": say(
            fr=f"2 neurones : XOR {successes('xor', (2,))}{of}, cercles {two}, jamais fermés ; "
            f"3 : cercles {three}",
            en=f"2 neurons: XOR {successes('xor', (2,))}{of}, circles {two}, never closed; "
            f"3: circles {three}",
        ),
        "C16": say(
            fr=f"6 + 4 neurones : spirales {successes('spirals', (6, 4))}{of} ; "
            f"3 neurones : {successes('spirals', (3,))}{of}",
            en=f"6 + 4 neurons: spirals {successes('spirals', (6, 4))}{of}; "
            f"3 neurons: {successes('spirals', (3,))}{of}",
        ),
    }
    pictures = "separation.png separation-limits.png"
    return [
        Item(n, said[n], held.count(False), 0, f"{film} {pictures}")
        for (n, held), film in zip(claims().items(), FILMS, strict=True)
    ]


def main(out: Path) -> None:
    for case in CAN + CANNOT:
        worst, *_, most = sorted(shares(*case))
        print(
            f"{told(*case):<49}",
            say(
                fr=f"de {percent(worst)} à {percent(most)} des points du bon côté",
                en=f"from {percent(worst)} to {percent(most)} of the points on the right side",
            ),
        )
    tell(
        fr=f"La meilleure de toutes les droites : {percent(best_line('xor'))} sur XOR, "
        f"{percent(best_line('circles'))} sur les cercles.",
        en=f"The best of all lines: {percent(best_line('xor'))} on XOR, "
        f"{percent(best_line('circles'))} on the circles.",
    )
    tell(
        fr="Deux droites coupent le plan en coins ouverts : deux neurones ne ferment jamais "
        "un cercle. Trois droites font un triangle.",
        en="Two lines cut the plane into open corners: two neurons never close a circle. "
        "Three lines make a triangle.",
    )
    report(checks(out), out)


if __name__ == "__main__":
    main(Path("out"))
