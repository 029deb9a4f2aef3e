"""Build a graph, walk it backward: what one operation costs, beside micrograd and PyTorch scalars.

    python benchmarks/eager.py [--quick] [--peers micrograd,torch] [--only b,c4] [--huge]
                               [--markdown FILE]

The workloads are written once; each engine brings its leaf and nothing else.  One elementary
operation is one +, −, ×, ÷, power, negation or ReLU *as written*, whatever an engine makes of it; a
scalar product of n terms with its bias is 2n of them.  Times are the process's own where the system
counts them finely.  Values and gradients are compared between the engines before they race.

Engines take turns, each in a process of its own (A B A B …), so that one's garbage is never
another's; figures are medians over the turns, ratios medians of the ratios within a turn.
Python's collector of cycles is, in three ways:

    on      as users run it: steps one after another; the mean of build + backward + free
    clean   on, with a collection (not timed) before every step; the median of build + backward
    off     switched off while a step runs, a collection (not timed) before; the same
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engines import load, machine
from tables import Results, memory_table, times_table
from turns import huge, turn
from workloads import workloads

from tinygrad_fr.words import number, say


def ask(*arguments: str) -> Any:
    """The answer of a worker: this file, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def disagreements(results: Results) -> list[str]:
    """Where an engine's value or gradients are not the others': the race would be worth nothing."""
    first: dict[str, tuple[str, list[float]]] = {}
    wrong = []
    for name, turns in results.items():
        for key, found in turns[0]["checks"].items():
            same = "b" if key.startswith("b") else key
            by, expected = first.setdefault(same, (name, found))
            if not all(
                math.isclose(x, y, rel_tol=1e-9) for x, y in zip(found, expected, strict=True)
            ):
                wrong.append(f"{name} {key}: {found} ≠ {expected} ({by})")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        allow_abbrev=False, description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--quick", action="store_true", help="two short turns, nothing of 10⁶, no clean"
    )
    parser.add_argument(
        "--peers", default="micrograd,torch", help="which peers, with commas; '' for none"
    )
    parser.add_argument(
        "--only", default="", help="workloads, with commas: " + " ".join(workloads())
    )
    parser.add_argument("--huge", action="store_true", help="also a chain of 10⁷ (2 GB)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there too")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--first", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    keys = (
        args.only.split(",")
        if args.only
        else [k for k, w in workloads().items() if not (w.heavy and args.quick)]
    )
    unknown = [k for k in keys if k not in workloads()]
    asked = [p for p in args.peers.split(",") if p]
    unknown += [p for p in asked if p not in ("micrograd", "torch")]
    if unknown:
        parser.error(
            say(
                fr=f"inconnu : {', '.join(unknown)}. Programmes : {', '.join(workloads())} ; "
                "pairs : micrograd, torch",
                en=f"unknown: {', '.join(unknown)}. Workloads: {', '.join(workloads())}; peers: "
                "micrograd, torch",
            )
        )
    plan = "quick" if args.quick else "full"
    if args.worker:
        print(
            json.dumps(
                huge() if args.worker == "huge" else turn(args.worker, keys, plan, args.first)
            )
        )
        return 0
    began = perf_counter()
    peers = [p for p in asked if load(p) is not None]
    for p in asked:
        if p not in peers:
            print(
                say(
                    fr=f"{p} n’est pas installé : rien ne lui est comparé (pip install {p})",
                    en=f"{p} is not installed: nothing is compared with it (pip install {p})",
                ),
                flush=True,
            )
    results: Results = {name: [] for name in ("ours", *peers)}
    for i in range(2 if args.quick else 3):
        for name in results:
            print(f"{i + 1} {name}", end=" … ", file=sys.stderr, flush=True)
            extra = [*(["--quick"] if args.quick else []), *(["--first"] if i == 0 else [])]
            results[name].append(ask("--worker", name, "--only", ",".join(keys), *extra))
    print(file=sys.stderr)
    grids = [
        times_table(results, peers, keys),
        memory_table(results),
    ]
    lines = [machine()]
    if args.huge:
        found = {k: number(v) for k, v in ask("--worker", "huge").items()}
        lines.append(
            say(
                fr=f"chaîne de 10⁷, ramasse-miettes actif : bâtie en {found['build']} s, "
                "parcourue en arrière en "
                f"{found['backward']} s, libérée en {found['free']} s ; "
                f"{found['gigabytes']} Go au plus",
                en=f"chain of 10⁷, collector on: built in {found['build']} s, walked backward in "
                f"{found['backward']} s, freed in {found['free']} s; "
                f"{found['gigabytes']} GB at most",
            )
        )
    for grid in grids:
        grid.show()
    wrong = disagreements(results)
    print(*lines, *wrong, sep="\n")
    print(say(fr=f"en {perf_counter() - began:.0f} s", en=f"in {perf_counter() - began:.0f} s"))
    if args.markdown:
        args.markdown.write_text(
            "\n".join([*(g.markdown() for g in grids), *lines, ""]), encoding="utf-8"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
