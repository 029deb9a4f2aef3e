"""Compile it: `to_numpy`, the program of a scalar cost; shown, run, and asked where a scalar went.

program = to_numpy(loss, inputs=[[x1, x2], [y1, y2]], parameters=model.parameters())
print(program)                        # Z1 = X @ W1.T + b1 …
value, gradients = program(X, Y)      # the mean over the rows of X and Y
program.at(w)                         # ("W1", (0, 1))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.program.arrays import spelled
from tinygrad_fr.program.fast import Fast, Plan
from tinygrad_fr.program.given import columns_of, cost_of, moving_of, numbers_of, shown, table_of
from tinygrad_fr.program.lifted import Placed, lifted
from tinygrad_fr.program.namespace import Namespace, on
from tinygrad_fr.program.nodes import Walk
from tinygrad_fr.program.outline import Given, Leaves
from tinygrad_fr.program.recall import recalled
from tinygrad_fr.program.running import Running
from tinygrad_fr.program.written import function, lines_of, written
from tinygrad_fr.refusals import excerpt, refuse, whole
from tinygrad_fr.replay import replay
from tinygrad_fr.rest import at_rest

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, Any]


def to_numpy(
    loss: Value,
    inputs: Sequence[Sequence[Value]] = (),
    parameters: Iterable[Value] = (),
    *,
    xp: Any = None,
) -> Program:
    """The array program of a cost: the matrices that its scalars are, and their derivative.

    loss        the cost of one example, ordinary scalar code; or, without inputs, any cost as it
                stands, a mean over examples that was written in a loop among them
    inputs      the leaves that are data, one list per array: its columns
    parameters  the leaves whose gradients are wanted; they are read anew at each call
    xp          whose arrays are given and come back, where not NumPy's: torch, jax.numpy,
                dask.array; the gradients are then theirs too, lazy where they are

    Every other leaf is the number that it holds now, and a Python `if` on a number is as it was
    when the cost was built: the graph holds the branch that was taken, and no trace of the other.
    Write the choice as maximum, relu, clip or |x|, which are in the graph; or call to_numpy anew.
    `fit` builds several examples and sees it; here an array of data is refused that was only read.

    A cost that is built anew, with other parameters and data, is recognised by its outline and not
    lifted again, nor is a mini-batch written out in a loop, whose numbers are data; numbers that
    something was reckoned or decided with must be the same.

    Raises TypeError for an operation of a client, which has no rule, naming the node; ValueError
    for an array of data that the cost does not know, where it knows another, and where thousands
    of scalars have nothing in common: they stay on the scalar engine.
    """
    return Program(loss, inputs, parameters, xp=xp)


class Program:
    """Statements over arrays: the cost, then the gradient of each parameter.

    forward     the statements up to L; backward: those of the gradients, in their order
    given       the arrays of data in order, and parameters, the arrays that move
    constants   the arrays of numbers that were written, and of indices, by name
    lines       the statements before L; of `kept`, other nodes that are wanted, each has one, and
                its array and place there are in `places`
    derived     the gradients anew, the mean taken as 1/m at first (`seed`) or at the end (`by`)
    """

    def __init__(
        self,
        loss: Value,
        inputs: Sequence[Sequence[Value]],
        parameters: Iterable[Value],
        kept: Sequence[Value] = (),
        *,
        xp: Any = None,
    ) -> None:
        self.loss, self.xp, self.kept = cost_of(loss), xp, list(kept)
        self.columns = columns_of(inputs)
        self.wanted = moving_of(parameters, self.columns)
        given = Given((*self.kept, loss), self.wanted, self.columns)
        with at_rest():
            found, self.constants, self._inner = recalled(given)
        self.batched = found.batched
        self.given = [Placed(f, c) for f, c in zip(found.inputs, self.columns, strict=True)]
        self._hold_data()
        self.parameters = [
            Placed(f, [self.wanted[i] for i in ranks])
            for f, ranks in zip(found.parameters, found.ranks, strict=True)
        ]
        if self.wanted and not self.parameters:
            _refuse_others(self.wanted)
        self.places, self.derived = found.kept, found.derived
        self.forward, self.backward, self.lines = found.forward, found.backward, found.lines

    def _hold_data(self) -> None:
        """Refuse an array of data that the cost does not know, where it knows another."""
        used = [f.used for f in self.given]
        if any(used) and not all(used):
            i = used.index(False)
            names = ", ".join(map(shown, self.columns[i]))
            refuse(
                fr=f"le coût ne dépend pas de {excerpt(names)}, la liste {i + 1} de inputs : ses "
                "nombres ont été lus quand le coût a été construit (une classe, un `if` sur "
                ".data). Donnez une classe comme une ligne de 0 avec un 1, des Value ; ou ôtez la "
                "liste",
                en=f"the cost does not depend on {excerpt(names)}, list {i + 1} of inputs: its "
                "numbers were read when the cost was built (a class, an `if` on .data). Give a "
                "class as a row of 0s with a 1, Values; or leave the list out",
            )

    @cached_property
    def home(self) -> dict[Value, tuple[Placed, int]]:
        """Of each scalar with a place of its own, its array and where it lies there, in one."""
        inner = self._inner
        if inner is None:  # the program was recalled: this graph is lifted too, for once
            given = Given((*self.kept, self.loss), self.wanted, self.columns)
            walk = Walk(given.roots)
            found, inner = lifted(given, walk, Leaves(given, walk))
            if written([found.forward], self.constants) != written([self.forward], self.constants):
                inner = []  # something is built once here and was built twice there
        arrays = [*inner, *self.given, *self.parameters]
        return {v: (f, i) for f in arrays for i, v in enumerate(f.values)}

    # ── shown ──

    def __str__(self) -> str:
        return written([self.forward, self.backward], self.constants)

    __repr__ = __str__

    def source(self, fast: bool = False, m: int = 1) -> str:
        """A file of its own, for NumPy alone.

        `program(W1, b1, …, X, Y)` in it gives L and the gradients by name, as calling this does.

        fast  calls that write in place, for m examples at a time: fill `theta` (all parameters) and
              the data, a column per example; `run()` gives L and leaves the gradients in `slopes`
        """
        if fast:
            return Fast(Plan(self), whole("m", m, 1)).source
        names = [f.name for f in self.parameters]
        data = [f.name for f in self.given]
        rows = [f"m = len({data[0]})"] if self.batched else []
        lines = [
            *rows,
            *lines_of(self.forward, self.constants),
            "",
            *lines_of(self.backward, self.constants),
        ]
        slopes = ", ".join(f'"{name}": d{name}' for name in names)
        return function("program", [*names, *data], lines, f"L, {{{slopes}}}", self.constants)

    def at(self, v: Value) -> tuple[str, tuple[int, ...]]:
        """Where a scalar went: the name of its array and its place there, the batch apart.

        Raises ValueError for a scalar that has no place of its own: a number, a sum that was taken
        over by the one above it, a parameter on which the cost does not depend.
        """
        if v is self.loss:
            return "L", ()
        if not isinstance(v, Value) or v not in self.home:
            name = shown(v)
            if isinstance(v, Value) and v in self.wanted:
                refuse(
                    fr=f"le coût ne dépend pas de {name} : il n’est pas dans ce programme",
                    en=f"the cost does not depend on {name}: it is not in this program",
                )
            refuse(
                fr=f"{name} n’a pas de place à lui dans ce programme : c’est un nombre, ou une "
                "partie d’une autre ligne",
                en=f"{name} has no place of its own in this program: it is a number, or a part "
                "of another line",
            )
        f, place = self.home[v]
        return f.name, _unravel(place, f.shape)

    # ── run ──

    def __call__(self, *data: Any) -> tuple[float, dict[str, Numbers]]:
        """The cost, its mean over the rows given, and the gradient of each parameter by name.

        data    one array per list of inputs, one row per example; an array of one column may be
                given as a list of numbers
        """
        import numpy as np

        space = self.space(data)
        if self.xp is not None:
            return self._elsewhere(space)
        page = Running(space)
        with np.errstate(all="ignore"):
            for name, array in (*self.forward, *self.backward):
                space[name] = spelled(page, array)
        value = float(space["L"])
        if value - value != 0:
            self.replay_first(data)
        return value, {
            f.name: np.array(space["d" + f.name], dtype=float).reshape(f.shape)
            for f in self.parameters
        }

    def _elsewhere(self, space: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        """The same lines, on the arrays of xp."""
        space, dtype = on(self.xp, space)
        page = Namespace(space, self.xp, dtype)
        for name, array in (*self.forward, *self.backward):
            space[name] = page.array(spelled(page, array))
        gradients = {f.name: space["d" + f.name].reshape(f.shape) for f in self.parameters}
        return float(space["L"]), gradients

    def space(self, data: Sequence[Any]) -> dict[str, Any]:
        """The arrays by name, before the first line."""
        import numpy as np

        space: dict[str, Any] = dict(self.constants)
        if len(data) != len(self.columns):
            refuse(
                fr=f"ce programme attend {_arrays(self)} ; tableaux reçus : {len(data)}",
                en=f"this program expects {_arrays(self)}; arrays given: {len(data)}",
            )
        m = None
        for f, given in zip(self.given, data, strict=True):
            X = table_of(given, len(f.values), f.name, self.xp)
            m = len(X) if m is None else m
            if len(X) != m:
                refuse(
                    fr=f"{self.given[0].name} a {m} lignes et {f.name} en a "
                    f"{len(X)} : donnez une ligne par exemple dans chacun",
                    en=f"{self.given[0].name} has {m} rows and {f.name} has "
                    f"{len(X)}: give one row per example in each",
                )
            space[f.name] = X
        space["m"] = m or 1
        for f in self.parameters:
            space[f.name] = np.array(numbers_of(f.values)).reshape(f.shape)
        return space

    def replay_first(self, data: Sequence[Any]) -> None:
        """Replay the examples on the scalar engine: it raises the error of the first wrong one."""
        tables = [table_of(X, len(c), "X") for X, c in zip(data, self.columns, strict=True)]
        for i in range(len(tables[0]) if tables else 1):
            point = {
                v: Value(float(X[i, j]), label=v.label)
                for X, column in zip(tables, self.columns, strict=True)
                for j, v in enumerate(column)
            }
            replay(self.loss, point)


def _refuse_others(parameters: Sequence[Value]) -> NoReturn:
    names = excerpt(", ".join(map(shown, parameters)))
    refuse(
        fr=f"le coût ne dépend d’aucun des paramètres ({names}) : il a été construit avec "
        "d’autres. Construisez-le avec ceux-ci, ou donnez les siens",
        en=f"the cost depends on none of the parameters ({names}): it was built with others. "
        "Build it with these, or give its own",
    )


def _arrays(program: Program) -> str:
    return ", ".join(f"{f.name} (m × {len(f.values)})" for f in program.given) or "0"


def _unravel(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    found: list[int] = []
    for n in reversed(shape):
        place, rest = divmod(place, n)
        found.append(rest)
    return tuple(reversed(found))
