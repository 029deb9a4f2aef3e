"""Compile it to run fast: the same program for m examples, as calls of NumPy that write in place.

fast = Fast(program, 64)          # one function of no arguments, made from our own text
fast.data[0][...] = X.T           # feature-major: a column per example
cost = fast.run()                 # and fast.slopes holds every gradient, a view of one vector
print(fast.source)                # dot(W1_b1, X_1, v0); tanh(v0, A1) …
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tinygrad_fr.pages import NUMPY_ERF
from tinygrad_fr.program.arrays import Array, named, spelled
from tinygrad_fr.program.emit import SCATTERED, Call, Emitting, Slot
from tinygrad_fr.program.storage import stored
from tinygrad_fr.program.theta import Fold, decayed, folds, joined, squares
from tinygrad_fr.program.written import assigned

if TYPE_CHECKING:
    from collections.abc import Callable, Container


class Theta:
    """All parameters in one vector, and their gradients in another; each array a view of both.

    vector, slopes    θ and ∂L/∂θ
    views, gradients  of each array by name, [W | b] too where they lie together
    order             the scalars, in the order of the vector
    """

    def __init__(self, program: Any, together: list[Fold]) -> None:
        import numpy as np

        cells = {f.name: f for f in program.parameters}
        behind = {fold.b: fold for fold in together}
        size = sum(len(f.cells) for f in program.parameters)
        self.vector, self.slopes = np.zeros(size), np.zeros(size)
        self.views: dict[str, Any] = {}
        self.gradients: dict[str, Any] = {}
        self.order: list[Any] = []
        self.lines = [f"theta, slopes = np.zeros({size}), np.zeros({size})"]
        for name, f in cells.items():
            if name in behind:
                continue
            fold = next((fold for fold in together if fold.w == name), None)
            start = len(self.order)
            if fold is None:
                self.order += [c.value for c in f.cells]
                self.keep(name, start, f.shape)
                continue
            rows, width = f.shape
            biases = cells[fold.b].cells
            for r in range(rows):
                row = f.cells[r * width : (r + 1) * width]
                self.order += [*(c.value for c in row), biases[r].value]
            self.keep(fold.both, start, (rows, width + 1))
            for where in (self.views, self.gradients):
                where[name], where[fold.b] = where[fold.both][:, :-1], where[fold.both][:, -1]
            self.lines.append(f"{name}, {fold.b} = {fold.both}[:, :-1], {fold.both}[:, -1]")

    def keep(self, name: str, start: int, shape: tuple[int, ...]) -> None:
        end = len(self.order)
        self.views[name] = self.vector[start:end].reshape(shape)
        self.gradients[name] = self.slopes[start:end].reshape(shape)
        cut = f"[{start}:{end}].reshape({shape})"
        self.lines.append(f"{name}, d{name} = theta{cut}, slopes{cut}")

    @property
    def space(self) -> dict[str, Any]:
        """All of it by name, as the lines make it."""
        slopes = {"d" + name: array for name, array in self.gradients.items()}
        return {"theta": self.vector, "slopes": self.slopes, **self.views, **slopes}

    def read(self) -> None:
        """Take the numbers of the scalars."""
        self.vector[:] = [float(v.data) for v in self.order]

    def write(self) -> None:
        """Give the scalars their numbers."""
        for v, x in zip(self.order, self.vector.tolist(), strict=True):
            v.data = x


class Plan:
    """What is the same for every m: the lines, folded, and where θ lies."""

    def __init__(self, program: Any) -> None:
        self.program = program
        self.parameters = {f.name: named(f.name, f.shape) for f in program.parameters}
        backward, _ = decayed(program.derived(1.0, 1), self.parameters)
        self.folds = folds(program.lines, backward, self.parameters)
        self.theta = Theta(program, self.folds)


class Fast:
    """The program for m examples.

    data      the arrays to be filled before `run`, one row per column, one column per example
    kept      the lines whose results are left in `space` after a run
    run       computes the cost and, in `theta.slopes`, the gradients
    source    the text that runs
    """

    def __init__(
        self, plan: Plan, m: int, gradients: bool = True, kept: Container[str] = ()
    ) -> None:
        self.kept = kept
        self.plan, self.program, self.m = plan, plan.program, m
        self.sizes: dict[str, tuple[int, ...]] = {}  # of places that results are written to
        self.before: list[str] = []  # the lines that make the arrays, once
        self.fixed: dict[str, str] = {}  # results that are written to a place of their own
        self.page = Emitting(m, {})
        self.names_of_leaves()
        self.forward()
        cost = self.cost()
        if gradients:
            self.backward()
        self.body = self.written(cost)
        self.space: dict[str, Any] = self.made()
        self.run: Callable[[], float] = self.space["run"]
        self.data = [self.space[f.name] for f in self.program.given]

    # ── leaves ──

    def names_of_leaves(self) -> None:
        known, theta = self.page.known, self.plan.theta
        for name, array in (*theta.views.items(), *self.program.constants.items()):
            known[name] = Slot(name, array.shape, False, name)
        self.padded = {fold.x: fold.padded for fold in self.plan.folds}
        for f in self.program.given:
            self.place(f.name, (len(f.cells), self.m))
            known[f.name] = Slot(f.name, f.shape, True, f.name)

    def place(self, name: str, size: tuple[int, ...]) -> None:
        """An array with this name; where its line is folded, a row of ones lies below it."""
        self.sizes[name] = size
        if name not in self.padded:
            self.before.append(f"{name} = np.zeros({size})")
            return
        both, wide = self.padded[name], (size[0] + 1, self.m)
        self.page.known[both] = Slot(both, wide[:1], True, both)
        self.before += [f"{both} = np.ones({wide})", f"{name} = {both}[:-1]"]

    # ── lines ──

    def forward(self) -> None:
        folded = {fold.line: fold for fold in self.plan.folds}
        for name, array in self.program.lines:
            fold = folded.get(name)
            if fold is not None:
                x, w = self.page.known[fold.padded], self.page.known[fold.both]
                product = Array(
                    "matmul",
                    (named(x.name, x.shape, True), named(w.name, w.shape)),
                    array.shape,
                    True,
                )
                array = joined([(1, product), *fold.others])
            slot = spelled(self.page, array)
            if name in self.padded or name in self.kept:
                self.place(name, self.page.size(array.shape, array.batched))
                slot = self.directed(slot, name)
            self.page.known[name] = slot

    def cost(self) -> str:
        """Python text of the cost: the mean, then the rest."""
        program, parts = self.program, []
        if program.batched:
            total = spelled(self.page, program.total)
            parts.append(f"{self.scalar(total)} * {1 / self.m!r}")
        c = squares(program.rest, self.plan.parameters)
        if c is not None:
            theta = Slot("theta", self.plan.theta.vector.shape, False, "theta")
            parts.append(f"{c!r} * {self.scalar(self.page.line('dot', (theta, theta), (), False))}")
        else:
            parts += [self.scalar(spelled(self.page, part)) for part in program.rest]
        return " + ".join(parts) or "0.0"

    def scalar(self, x: Any) -> str:
        return x.name if isinstance(x, Slot) else repr(float(x))

    def backward(self) -> None:
        lines = self.program.derived(1 / self.m if self.program.batched else 1.0, 1)
        lines, rate = decayed(lines, self.plan.parameters)
        by = {fold.w: fold for fold in self.plan.folds}
        behind = {fold.b for fold in self.plan.folds}
        theta = self.plan.theta
        for name, array in lines:
            p = name[1:]
            if p in behind:
                continue
            if p not in self.plan.parameters:
                self.page.known[name] = spelled(self.page, array)
                continue
            if p in by:
                fold = by[p]
                x, signal = self.page.known[fold.padded], array.inputs[0]
                array = Array(
                    "outer",
                    (signal, named(x.name, x.shape, True)),
                    (array.shape[0], array.shape[1] + 1),
                )
                p = fold.both
            self.sizes["d" + p] = theta.gradients[p].shape
            self.directed(spelled(self.page, array), "d" + p, batched=False)
        if rate:
            self.add_decay(rate)

    def add_decay(self, rate: float) -> None:
        """∂L/∂θ += c·θ, all at once."""
        theta = self.plan.theta
        vector = Slot("theta", theta.vector.shape, False, "theta")
        scaled = self.page.line("multiply", (vector, rate), theta.vector.shape, False)
        reads = (scaled.base,)
        self.page.calls.append(Call("add", ("slopes", scaled.name), "slopes", reads, None, True))
        self.fixed["slopes"] = "slopes"

    def directed(self, x: Any, name: str, batched: bool = True) -> Slot:
        """Let a result be written where `name` lies: by the call that makes it, or copied."""
        calls, size = self.page.calls, self.sizes[name]
        shape = size[:-1] if batched else size
        if not isinstance(x, Slot):
            x = self.page.filled(float(x), shape, batched)
        made = calls and calls[-1].out == x.name and calls[-1].size == size
        if not made or x.name in self.fixed:
            copy = f"v{len(calls)}"
            calls.append(Call("positive", (x.name,), copy, (x.base,), size, True))
            x = Slot(copy, shape, batched, copy)
        found: Slot = x
        self.fixed[found.name] = name
        return found

    # ── text ──

    def written(self, cost: str) -> str:
        """What makes the arrays and the function, θ and the constants apart: our own text only."""
        page, before = self.page, self.before
        place, sizes = stored(page.calls, self.fixed)
        before += [f"r{k} = np.zeros({size})" for k, size in enumerate(sizes)]
        before += [f"{name} = np.full({size}, {x!r})" for name, (size, x) in page.full.items()]
        late: set[str] = set()  # what is made anew at each run
        for call in page.calls:
            if call.out in place:
                before.append(f"{call.out} = r{place[call.out]}.reshape({call.size})")
            elif self.fixed.get(call.out, call.out) != call.out:
                before.append(f"{call.out} = {self.fixed[call.out]}")
            elif call.out not in self.fixed:
                late.add(call.out)
        made = {name: f"{name} = {base}{cut}" for name, (base, cut) in page.views.items()}
        for name, (base, cut) in page.views.items():
            if base in late or (cut[1:2] == "r" and self.strided(base)):
                late.add(name)
            else:
                before.append(made[name])
        before += [f"{name} = {text}" for name, text in page.functions.items()]
        inside: list[str] = []
        shown: set[str] = set()
        for call in page.calls:
            views = [v for v in _views_of(call.inputs, page.views) if v in late and v not in shown]
            shown.update(views)
            inside += [*(made[name] for name in views), _line(call, call.out in late)]
        run = ["def run():", *("    " + line for line in (*inside, f"return {cost}"))]
        return "\n".join([*self.needed(), *before, "", "", *run, ""])

    def needed(self) -> list[str]:
        """What is imported, and defined where NumPy lacks it."""
        words = {call.function for call in self.page.calls} - self.page.functions.keys()
        plain = sorted(words - {"erf"})
        found = [f"from numpy import {', '.join(plain)}"] if plain else []
        if any("scattered(" in text for text in self.page.functions.values()):
            found.append(SCATTERED)
        return found + ([NUMPY_ERF] if "erf" in words else [])

    def strided(self, name: str) -> bool:
        array = self.plan.theta.views.get(name)
        return array is not None and not array.flags.c_contiguous

    def made(self) -> dict[str, Any]:
        """The text, run once: θ is that of the plan, shared by the programs for every m."""
        import numpy as np

        space = {"np": np, **self.program.constants, **self.plan.theta.space}
        exec(self.body, space)
        return space

    @property
    def source(self) -> str:
        """A file of its own: fill theta and the data, call `run`, read slopes."""
        constants = self.program.constants
        words = {*re.findall(r"\w+", self.body)}
        numbers = [assigned(name, x) for name, x in constants.items() if name in words]
        return "\n".join(["import numpy as np", *self.plan.theta.lines, *numbers, self.body])


def _line(call: Call, late: bool) -> str:
    listed = ", ".join(call.inputs)
    if late:
        return f"{call.out} = {call.function}({listed})"
    named = "out=" if call.function in ("maximum", "minimum") else ""  # as NumPy asks
    return f"{call.function}({listed}, {named}{call.out})"


def _views_of(inputs: tuple[str, ...], views: dict[str, tuple[str, str]]) -> list[str]:
    """The views among the inputs of a call, each after the one that it is cut from."""
    found: list[str] = []
    for name in inputs:
        chain = []
        while name in views:
            chain.append(name)
            name = views[name][0]
        found += reversed(chain)
    return found
