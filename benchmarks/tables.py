"""What was measured, as tables: on a terminal or in Markdown."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

from turns import MODES
from workloads import workloads

from tinygrad_fr.words import number, say


class Grid(NamedTuple):
    """A table, to be shown on a terminal or written as Markdown."""

    title: str
    header: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        lines = [self.header, ["---", *("--:" for _ in self.header[1:])], *self.rows]
        return (
            f"**{self.title}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
        )

    def show(self) -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table(title=self.title, title_justify="left", title_style="bold")
        for i, column in enumerate(self.header):
            table.add_column(column, justify="right" if i else "left", no_wrap=True)
        for row in self.rows:
            table.add_row(*row)
        Console(width=None if sys.stdout.isatty() else 120).print(table)


Results = dict[str, list[dict[str, Any]]]  # engine → one entry per turn


def timed(results: Results, engine: str, key: str, mode: str) -> Any:
    """The medians over the turns, "RecursionError", or None if never asked."""
    found = [t["times"].get(key, {}).get(mode) for t in results.get(engine, [])]
    found = [x for x in found if x is not None]
    if not found or isinstance(found[0], str):
        return found[0] if found else None
    return [median(column) for column in zip(*found, strict=True)]


def ratios(results: Results, peer: str, key: str, mode: str) -> list[float]:
    """How many times our time for `key` the peer takes, one entry per turn that has both."""
    theirs = "b" if workloads()[key].needs else key
    turns = []
    for a, b in zip(results.get(peer, []), results["ours"], strict=False):
        x, y = a["times"].get(theirs, {}).get(mode), b["times"].get(key, {}).get(mode)
        if isinstance(x, list) and isinstance(y, list):
            turns.append(x[0] / y[0])
    return turns


def cell(x: Any, i: int = 0) -> str:
    if isinstance(x, str):
        return x
    return "–" if x is None or math.isnan(x[i]) else number(round(x[i]), 5)


def times_table(results: Results, peers: list[str], keys: Sequence[str]) -> Grid:
    steps = [
        say(fr="bâtir", en="build"),
        say(fr="retour", en="backward"),
        say(fr="libérer", en="free"),
    ]
    header = [say(fr="programme", en="workload"), "GC", "tinygrad_fr"]
    rows = []
    for key in keys:
        load_ = workloads()[key]
        theirs = "b" if load_.needs else key
        for mode in MODES:
            ours = timed(results, "ours", key, mode)
            if ours is None:
                continue
            row = [load_.name, mode, cell(ours), *(cell(ours, i) for i in (1, 2, 3))]
            for peer in peers:
                factors = ratios(results, peer, key, mode)
                row += [
                    cell(timed(results, peer, theirs, mode)),
                    number(median(factors)) if factors else "–",
                ]
            rows.append(row)
    title = say(
        fr="ns par opération élémentaire : bâtir le graphe et le parcourir en arrière (« on » : "
        "le libérer aussi)",
        en="ns per elementary operation: build the graph and walk it backward (on: free it too)",
    )
    return Grid(title, [*header, *steps, *(h for p in peers for h in (p, "×"))], rows)


MEMORY_GOALS = {"node": 192, "fresh": 376, "dot": 56}


def memory_table(results: Results) -> Grid:
    names = {
        "node": say(fr="opération entre nœuds existants", en="operation between existing nodes"),
        "fresh": say(fr="opération avec un nombre nouveau", en="operation with a fresh number"),
        "dot": say(
            fr="(b) avec dot, par opération élémentaire",
            en="(b) with dot, per elementary operation",
        ),
    }
    found = {name: turns[0]["memory"] for name, turns in results.items() if turns[0]["memory"]}
    rows = []
    for key, name in names.items():
        ours, goal = found["ours"][key], MEMORY_GOALS[key]
        row = [name, number(ours, 4), f"≤ {goal}", tick(ours <= goal)]
        rows.append(
            row
            + [number(found[p][key], 4) if key in found[p] else "–" for p in found if p != "ours"]
        )
    title = say(
        fr="octets que tient le graphe après backward, par opération",
        en="bytes held by the graph after backward, per operation",
    )
    header = ["", "tinygrad_fr", say(fr="but", en="goal"), "", *(p for p in found if p != "ours")]
    return Grid(title, header, rows)


def tick(reached: bool) -> str:
    return "✓" if reached else "✗"
