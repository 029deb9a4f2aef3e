"""Compile it to run fast: the same program for m examples, as calls of NumPy that write in place.

fast = Fast(program, 64)          # one function of no arguments, made from our own text
fast.data[0][...] = X.T           # feature-major: a column per example
cost = fast.run()                 # and fast.slopes holds every gradient, a view of one vector
print(fast.source)                # dot(W1_b1, X_1, v0); tanh(v0, A1) …
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tinygrad_fr.program.arrays import Array, named, spelled
from tinygrad_fr.program.emit import Call, Emitting, Slot
from tinygrad_fr.program.running import brought
from tinygrad_fr.program.storage import stored
from tinygrad_fr.program.theta import Fold, decayed, folds, joined, squares

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from tinygrad_fr.program.program import Program


class Theta:
    """All parameters in one vector, and their gradients in another; each array a view of both.

    vector, slopes    θ and ∂L/∂θ
    views, gradients  of each array by name, [W | b] too where they lie together
    order             the scalars, in the order of the vector
    """

    def __init__(self, program: Program, together: list[Fold]) -> None:
        import numpy as np

        cells = {f.name: f for f in program.parameters}
        behind = {fold.b: fold for fold in together}
        size = sum(len(f.cells) for f in program.parameters)
        self.vector, self.slopes = np.zeros(size), np.zeros(size)
        self.views: dict[str, Any] = {}
        self.gradients: dict[str, Any] = {}
        self.order: list[Any] = []
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

    def keep(self, name: str, start: int, shape: tuple[int, ...]) -> None:
        size = len(self.order) - start
        self.views[name] = self.vector[start : start + size].reshape(shape)
        self.gradients[name] = self.slopes[start : start + size].reshape(shape)

    def read(self) -> None:
        """Take the numbers of the scalars."""
        self.vector[:] = [float(v.data) for v in self.order]

    def write(self) -> None:
        """Give the scalars their numbers."""
        for v, x in zip(self.order, self.vector.tolist(), strict=True):
            v.data = x


class Plan:
    """What is the same for every m: the lines, folded, and where θ lies."""

    def __init__(self, program: Program) -> None:
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
        self.space: dict[str, Any] = dict(self.program.constants)
        self.fixed: dict[str, str] = {}  # results that are written to a place of their own
        self.page = Emitting(m, {})
        self.names_of_leaves()
        self.forward()
        cost = self.cost()
        if gradients:
            self.backward()
        self.run = self.compiled(cost)

    # ── leaves ──

    def names_of_leaves(self) -> None:
        import numpy as np

        known, theta = self.page.known, self.plan.theta
        for name, array in theta.views.items():
            self.space[name] = array
            known[name] = Slot(name, array.shape, False, name)
        for name, array in self.program.constants.items():
            known[name] = Slot(name, array.shape, False, name)
        self.padded = {fold.x: fold.padded for fold in self.plan.folds}
        self.data: list[Any] = []
        for i in range(len(self.program.columns)):
            f = self.program.inputs[i]
            self.space[f.name] = self.padded_array(f.name, len(f.cells))
            known[f.name] = Slot(f.name, f.shape, True, f.name)
            self.data.append(self.space[f.name])
        self.space["np"] = np

    def padded_array(self, name: str, rows: int) -> Any:
        """An array of this many rows; where its line is folded, with a row of ones below it."""
        import numpy as np

        if name not in self.padded:
            return np.zeros((rows, self.m))
        both = self.padded[name]
        self.space[both] = np.ones((rows + 1, self.m))
        self.page.known[both] = Slot(both, (rows + 1,), True, both)
        return self.space[both][:-1]

    # ── lines ──

    def forward(self) -> None:
        import numpy as np

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
            if name in self.padded:
                self.space[name] = self.padded_array(name, array.shape[0])
                slot = self.directed(slot, name)
            elif name in self.kept:
                self.space[name] = np.zeros(self.page.size(array.shape, array.batched))
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
            self.space["theta"] = self.plan.theta.vector
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
            self.space["d" + p] = theta.gradients[p]
            self.directed(spelled(self.page, array), "d" + p, batched=False)
        if rate:
            self.add_decay(rate)

    def add_decay(self, rate: float) -> None:
        """∂L/∂θ += c·θ, all at once."""
        theta = self.plan.theta
        self.space |= {"theta": theta.vector, "slopes": theta.slopes}
        vector = Slot("theta", theta.vector.shape, False, "theta")
        scaled = self.page.line("multiply", (vector, rate), theta.vector.shape, False)
        reads = (scaled.base,)
        self.page.calls.append(Call("add", ("slopes", scaled.name), "slopes", reads, None, True))
        self.fixed["slopes"] = "slopes"

    def directed(self, x: Any, name: str, batched: bool = True) -> Slot:
        """Let a result be written where `name` lies: by the call that makes it, or copied."""
        calls, size = self.page.calls, self.space[name].shape
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

    def compiled(self, cost: str) -> Callable[[], float]:
        """The function, from our own text: it holds names of ours and numbers only."""
        import numpy as np

        page = self.page
        place, sizes = stored(page.calls, self.fixed)
        arrays = [np.zeros(size) for size in sizes]
        for name, (size, number) in page.full.items():
            self.space[name] = np.full(size, number)
        before, inside = [], []
        for call in page.calls:
            if call.out in place:
                assert call.size is not None
                self.space[call.out] = arrays[place[call.out]].reshape(call.size)
            elif call.out in self.fixed:
                self.space[call.out] = self.space[self.fixed[call.out]]
        late = {call.out for call in page.calls if call.out not in self.space}
        made = {name: f"{name} = {base}{cut}" for name, (base, cut) in page.views.items()}
        for name, (base, cut) in page.views.items():
            moves = base in late or (cut[1:2] in "r" and self.strided(base))
            if moves:
                late.add(name)
            else:
                before.append(made[name])
        shown = set[str]()
        for call in page.calls:
            for name in _views_of(call.inputs, page.views):
                if name in late and name not in shown:
                    shown.add(name)
                    inside.append(made[name])
            listed = ", ".join(call.inputs)
            out = call.out
            line = f"{out} = {call.function}({listed})" if out in late else ""
            named = "out=" if call.function in ("maximum", "minimum") else ""  # as NumPy asks
            inside.append(line or f"{call.function}({listed}, {named}{out})")
        words = {call.function for call in page.calls}
        for word in words - page.functions.keys():
            self.space[word] = brought(word) if word == "erf" else getattr(np, word)
        self.space |= page.functions
        return self.built([*before], [*inside, f"return {cost}"])

    def strided(self, name: str) -> bool:
        array = self.space.get(name)
        return array is not None and not array.flags.c_contiguous

    def built(self, before: list[str], inside: list[str]) -> Callable[[], float]:
        text = "\n".join(before + inside)
        import re

        used = sorted({*re.findall(r"[A-Za-z_]\w*", text)} & self.space.keys())
        lines = [f"def made({', '.join(used)}):"]
        lines += ["    " + line for line in before]
        lines += ["    def run():", *("        " + line for line in inside), "    return run", ""]
        self.source = "\n".join(lines)
        space: dict[str, Any] = {}
        exec(self.source, space)
        run: Callable[[], float] = space["made"](*(self.space[name] for name in used))
        return run


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
