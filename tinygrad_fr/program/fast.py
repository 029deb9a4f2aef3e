"""Compile it to run fast: the same program for m examples, as calls of NumPy that write in place.

fast = Fast(Plan(program), 64)    # one function of no arguments, made from our own text
fast.data[0][...] = X.T           # feature-major: a column per example
cost = fast.run()                 # and `slopes` of Plan.theta holds every gradient
print(fast.source)                # W1_b1.dot(X_1, _v0); tanh(_v0, _v1) …

A loop over examples that was written out is the program of one, and brings its data along.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tinygrad_fr.pages import NUMPY_ERF
from tinygrad_fr.program.arrays import SQUARE, Array, Statement, named, spelled, total
from tinygrad_fr.program.calls import Call, Slot, needed, number
from tinygrad_fr.program.emit import SCATTERED, Emitting
from tinygrad_fr.program.rows import example
from tinygrad_fr.program.storage import FULL, IMPORT, homes, stored
from tinygrad_fr.program.theta import Theta, decayed, folds, joined, penalised
from tinygrad_fr.program.written import assigned

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence


class Plan:
    """What is the same for every m: the lines of an example, what is folded, where θ lies.

    count   how many examples there are, where the program brings them along; else 0
    """

    def __init__(self, program: Any) -> None:
        self.program, self.example = program, example(program)
        self.parameters = {x.name: named(x.name, x.shape) for x in self.example.parameters}
        *self.lines, (_, cost) = self.example.forward
        self.cost = self.penalty(cost)
        self.count = len(self.example.tables[0]) if self.example.tables else 0
        backward, _ = self.backward(1)
        self.folds = folds(self.lines, backward, self.parameters)
        self.theta = Theta(program.parameters, self.folds)

    def penalty(self, cost: Any) -> Any:
        """The cost, its c·Σ θ² taken over all of θ at once."""
        cost, rate = penalised(cost, self.parameters)
        size = sum(len(f.values) for f in self.program.parameters)
        return cost + rate * total(SQUARE(named("theta", (size,))), 1)

    def backward(self, m: int) -> tuple[list[Statement], float]:
        """The gradients for m examples without the c·θ that all of them end with, and c."""
        seed = 1 / m if self.program.batched else 1
        return decayed(example(self.program, seed, 1).backward, self.parameters)

    def tables(self, data: Sequence[Any]) -> list[Any]:
        """Data with an example in a row, as `fetch` takes them from: where the data are folded
        with a 1 at the end of each row, else turned round, an example in a column."""
        import numpy as np

        folded = {fold.x for fold in self.folds}
        return [
            np.insert(table, table.shape[1], 1.0, axis=1)
            if x.name in folded
            else np.ascontiguousarray(table.T).reshape(*x.shape, len(table))
            for x, table in zip(self.example.inputs, data, strict=True)
        ]


class Fast:
    """The program for m examples, or for as many as it brings along.

    data      the arrays to be filled before `run`, one row per column, one column per example
    kept      the lines whose results are left in `space` after a run
    run       computes the cost and, in `theta.slopes`, the gradients
    source    the text that runs
    """

    def __init__(
        self, plan: Plan, m: int, gradients: bool = True, kept: Container[str] = ()
    ) -> None:
        self.kept, self.plan, self.m = kept, plan, plan.count or m
        self.sizes: dict[str, tuple[int, ...]] = {}  # of places that results are written to
        self.before: list[str] = []  # the lines that make the arrays, once
        self.fixed: dict[str, str] = {}  # results that are written to a place of their own
        self.page = Emitting(self.m, plan.example.constants)
        self.names_of_leaves()
        self.forward()
        cost = self.page.settled(spelled(self.page, plan.cost))
        if gradients:
            self.backward()
        self.body = self.written(cost)
        self.space: dict[str, Any] = self.made()
        self.run: Callable[[], float] = self.space["run"]
        given = [] if plan.count else plan.example.inputs
        self.data = [self.space[x.name] for x in given]
        self.places = [
            (0, self.space[self.padded[x.name]].T)
            if x.name in self.padded
            else (-1, self.space[x.name])
            for x in given
        ]

    def fetch(self, tables: Sequence[Any], order: Any) -> None:
        """Fill the data with the examples that have these numbers in the tables of the plan."""
        for table, (axis, place) in zip(tables, self.places, strict=True):
            table.take(order, axis, place, "clip")

    # ── leaves ──

    def names_of_leaves(self) -> None:
        known, theta, found = self.page.known, self.plan.theta, self.plan.example
        arrays = {"theta": theta.vector, **theta.views, **found.constants}
        for name, array in arrays.items():
            known[name] = Slot(name, array.shape, False, name)
        self.padded = {fold.x: fold.padded for fold in self.plan.folds}
        self.page.behind = {fold.w: known[fold.both] for fold in self.plan.folds}
        for x in found.inputs:
            self.place(x.name, (*x.shape, self.m), by_rows=True)
            known[x.name] = Slot(x.name, x.shape, True, x.name)

    def place(self, name: str, size: tuple[int, ...], by_rows: bool = False) -> None:
        """An array with this name; where its line is folded, a row of ones lies below it.

        by_rows  there an example lies in one piece: it is fetched so, and BLAS reads it either way
        """
        self.sizes[name] = size
        if name not in self.padded:
            self.before.append(f"{name} = full({size}, 0.0)")
            return
        both, wide = self.padded[name], (size[0] + 1, self.m)
        self.page.known[both] = Slot(both, wide[:1], True, both)
        ones = f"full({wide[::-1]}, 1.0).T" if by_rows else f"full({wide}, 1.0)"
        self.before += [f"{both} = {ones}", f"{name} = {both}[:-1]"]

    # ── lines ──

    def forward(self) -> None:
        folded = {fold.line: fold for fold in self.plan.folds}
        page = self.page
        for name, array in self.plan.lines:
            fold = folded.get(name)
            if fold is not None:
                x, w = page.known[fold.padded], page.known[fold.both]
                ends = named(x.name, x.shape, True), named(w.name, w.shape)
                array = joined([(1, Array("matmul", ends, array.shape, True)), *fold.others])
            slot = page.settled(spelled(page, array))
            if name in self.padded or name in self.kept:
                self.place(name, page.size(array.shape, array.batched))
                slot = self.directed(slot, name)
            page.known[name] = slot

    def backward(self) -> None:
        lines, rate = self.plan.backward(self.m)
        by = {fold.w: fold for fold in self.plan.folds}
        behind = {fold.b for fold in self.plan.folds}
        page, theta = self.page, self.plan.theta
        for name, array in lines:
            p = name[1:]
            if p in behind:
                continue
            if p not in self.plan.parameters:
                page.known[name] = page.settled(spelled(page, array))
                continue
            if p in by:
                fold = by[p]
                x, signal = page.known[fold.padded], array.inputs[0]
                ends = signal, named(x.name, x.shape, True)
                array = Array("outer", ends, (array.shape[0], array.shape[1] + 1))
                p = fold.both
            self.sizes["d" + p] = theta.gradients[p].shape
            self.directed(page.settled(spelled(page, array)), "d" + p, batched=False)
        if rate:
            self.add_decay(rate)

    def add_decay(self, rate: float) -> None:
        """∂L/∂θ += c·θ, all at once."""
        page = self.page
        scaled = page.settled(page.scaled(page.known["theta"], rate))
        inputs = "slopes", scaled.name
        add = Call("add({0}, {1}, {out})", inputs, "slopes", (scaled.base,), None, True)
        page.calls.append(add)
        self.fixed["slopes"] = "slopes"

    def directed(self, x: Any, name: str, batched: bool = True) -> Slot:
        """Let a result be written where `name` lies: by the call that makes it, or copied."""
        calls, size = self.page.calls, self.sizes[name]
        shape = size[:-1] if batched else size
        if not isinstance(x, Slot):
            x = self.page.filled(float(x), shape, batched)
        last = calls[-1] if calls else None
        made = last and last.out == x.name and last.size == size and not last.own
        if not made or x.name in self.fixed:
            copy = self.page.copied(x, size)
            x = Slot(copy, shape, batched, copy)
        found: Slot = x
        self.fixed[found.name] = name
        return found

    # ── text ──

    def written(self, cost: Any) -> str:
        """What makes the arrays and the function, θ and the constants apart: our own text only."""
        page, before = self.page, self.before
        wanted = [cost.base] if isinstance(cost, Slot) else []
        calls = needed(page.calls, [*self.fixed, *wanted])
        fixed = homes(calls, {**{call.out: call.out for call in calls if call.own}, **self.fixed})
        place, sizes = stored(calls, fixed)
        before += page.rooms(sizes)
        before += [f"{name} = {text}" for name, text in page.matrices.items()]
        late: set[str] = set()  # what is made anew at each run
        for call in calls:
            if call.out in place:
                before.append(f"{call.out} = _r{place[call.out]}.reshape({call.size})")
            elif call.own:
                before.append(f"{call.out} = full({call.size}, 0.0)")
            elif call.out not in fixed:
                late.add(call.out)
            elif fixed[call.out] != call.out:
                before.append(f"{call.out} = {fixed[call.out]}")
        inside = self.inside(calls, late)
        text = cost.name if isinstance(cost, Slot) else number(cost)
        run = ["def run():", *("    " + line for line in (*inside, f"return {text}"))]
        return "\n".join([*imported(calls), *before, "", "", *run, ""])

    def inside(self, calls: Sequence[Call], late: set[str]) -> list[str]:
        """The lines of a run; views are cut before it, those of late results in time."""
        views = self.page.views
        used = dict.fromkeys(v for call in calls for v in views_of(call.inputs, views))
        made = {name: f"{name} = {views[name][0]}{views[name][1]}" for name in used}
        for name in used:
            base, cut = views[name]
            if base in late or (cut[1:2] == "r" and self.strided(base)):
                late.add(name)
            else:
                self.before.append(made[name])
        found: list[str] = []
        shown: set[str] = set()
        for call in calls:
            cuts = [v for v in views_of(call.inputs, views) if v in late and v not in shown]
            shown.update(cuts)
            found += [*(made[name] for name in cuts), call.line(call.out in late)]
        return found

    def strided(self, name: str) -> bool:
        """Whether it is a view of θ that does not lie in one piece, or of data by rows: of it,
        NumPy makes copies."""
        while name in self.page.views:
            name = self.page.views[name][0]
        array = self.plan.theta.views.get(name)
        by_rows = {x.name for x in self.plan.example.inputs} & {*self.padded}
        return name in by_rows or (array is not None and not array.flags.c_contiguous)

    def made(self) -> dict[str, Any]:
        """The text, run once: θ is that of the plan, shared by the programs for every m."""
        theta, found = self.plan.theta, self.plan.example
        space = {**theta.space, **found.constants}
        exec(self.body, space)
        for x, table in zip(found.inputs, found.tables, strict=False):
            space[x.name][...] = table.T.reshape(*x.shape, self.m)
        return space

    @property
    def source(self) -> str:
        """A file of its own: fill theta and the data, call `run`, read slopes."""
        found = self.plan.example
        words = {*re.findall(r"\w+", self.body)}
        numbers = [assigned(name, x) for name, x in found.constants.items() if name in words]
        tables = [
            assigned(f"{x.name}[...]", table.T.reshape(*x.shape, self.m))
            for x, table in zip(found.inputs, found.tables, strict=False)
        ]
        head = [IMPORT, FULL, "", *self.plan.theta.lines, *numbers]
        return "\n".join([*head, self.body, *tables])


def imported(calls: Sequence[Call]) -> list[str]:
    """The words that come from NumPy, and those that it lacks, defined."""
    words = {word[0] for call in calls if (word := re.match(r"[a-z]\w*", call.text))}
    plain = sorted(words - {"np", "erf", "scattered"})
    found = [f"from numpy import {', '.join(plain)}"] if plain else []
    brought = {"scattered": SCATTERED, "erf": NUMPY_ERF}
    return found + [text for word, text in brought.items() if word in words]


def views_of(inputs: tuple[str, ...], views: dict[str, tuple[str, str]]) -> list[str]:
    """The views among the inputs of a call, each after the one that it is cut from."""
    found: list[str] = []
    for name in inputs:
        chain = []
        while name in views:
            chain.append(name)
            name = views[name][0]
        found += reversed(chain)
    return found
