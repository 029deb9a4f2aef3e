"""What a row of the table is: an operation's value, one partial derivative per input, its spelling.

A row called on numbers computes; where an argument says how to take part (`__op__(row, inputs)`:
nodes, text) it hands itself over, so that nothing here knows a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.numbers import is_real, too_large
from tinygrad_fr.pages import PAGES
from tinygrad_fr.refusals import refuse
from tinygrad_fr.spelling import Page, Term
from tinygrad_fr.words import counted, number, say

TABLE: dict[str, Op] = {}


class DomainError(ValueError):
    """A number outside what the operation accepts: log of −1, 1/0, √ of −4.

    `row` and `inputs` say which operation met which numbers; `where` is filled by the engine,
    which knows the node; `told` is the message without its advice.
    """

    def __init__(self, row: Op, inputs: Sequence[Any], where: str = "") -> None:
        self.row, self.inputs, self.where = row, tuple(inputs), where
        names = "abc"[: len(inputs)] if len(inputs) < 4 else ""
        needs = row.needs
        if any(map(too_large, inputs)):
            needs = say(fr="des nombres sous 1,8×10³⁰⁸", en="numbers below 1.8×10³⁰⁸")
        name = row.name
        got = ", ".join(f"{n} = {number(x)}" for n, x in zip(names, inputs, strict=False))
        if len(names) > 1:  # by place: the caller's own a and b may stand elsewhere
            apart = say(fr=" ; ", en=", ")
            name = f"{row.name}({apart.join(names)})"
            got = f"{row.name}({apart.join(map(number, inputs))})"
        self.told = say(
            fr=f"{name} demande {needs}, reçu {got}{where}",
            en=f"{name} needs {needs}, got {got}{where}",
        )
        advice = say(
            fr="Changez les valeurs de départ ou protégez l’entrée (par exemple avec clip).",
            en="Change the starting values or protect the input (with clip, for example).",
        )
        super().__init__(f"{self.told}. {advice}")

    def __reduce__(self) -> tuple[Any, ...]:
        return DomainError, (self.row, self.inputs, self.where)


class Domain(NamedTuple):
    """Where an operation is defined: in words, and the test that its inputs are outside.

    `outside` is False for NaN, which stays NaN.
    """

    needs: str
    outside: Callable[..., bool]


class Op:
    """One row of the table; called on numbers it computes, on nodes or text it hands itself over.

    name, arity     how it is called; arity None for rows over any number of inputs
    value           the result on floats, ints, Fractions, mpmath numbers
    partials        one function per input, of the inputs and the result: `lambda a, b, y: …`;
                    rows over any number of inputs give `slopes` instead, one function of (inputs,
                    result) that lists them all
    taught          the partials as a course writes them, where floats need another form
    domain          where it is defined; read as `needs`, its words, and `outside`, its test
    written         how it stands on a page, in the page's own words, where `name(a, b)` is not the
                    custom: `lambda p, a, b: p.quotient(a, b)`
    numpy           how a NumPy program says it, where that is not the same: the name of a function,
                    or an expression in the same words
    symbol          the `_op` string that micrograd's clients read
    defaults        values of the last inputs when they are not given (slopes, bounds)
    note            the convention at kinks and edges
    aliases         other names under which it may be typed: ln, arcsin
    kind            "sum": the result is the sum of the inputs; "transfer": what a neuron may put
                    after its sum; "guard": only partials write it; "lists": its inputs are a list
                    and something else, so that it is called through its function; else ""
    kinks           None, or the expressions of the inputs whose zero is a kink: there the slope or
                    the value jumps, and where the two sides differ the sign says which one it is
    parity          what becomes of the result if every input changes its sign: +1 nothing (even),
                    −1 it changes its own (odd), 0 neither
    shelf           where it is put, by name: the table, unless a clause has rows of its own
    """

    __slots__ = (
        "aliases",
        "arity",
        "compute",
        "defaults",
        "kind",
        "kinks",
        "name",
        "needs",
        "note",
        "numpy",
        "outside",
        "parity",
        "partials",
        "symbol",
        "taught",
        "value",
        "written",
    )

    def __init__(
        self,
        name: str,
        value: Callable[..., Any],
        *partials: Callable[..., Any],
        slopes: Callable[..., list[Any]] | None = None,
        taught: Callable[..., list[Any]] | tuple[Callable[..., Any], ...] = (),
        domain: Domain | None = None,
        written: Callable[..., Term] | None = None,
        numpy: Callable[..., Term] | str | None = None,
        symbol: str = "",
        defaults: tuple[float, ...] = (),
        note: str = "",
        aliases: tuple[str, ...] = (),
        kind: str = "",
        kinks: Callable[..., tuple[Any, ...]] | None = None,
        parity: int = 0,
        shelf: dict[str, Op] | None = None,
    ) -> None:
        self.name, self.value = name, value
        self.partials: tuple[Callable[..., Any], ...] = partials if slopes is None else (slopes,)
        self.arity = len(partials) if slopes is None else None
        self.taught = ((taught,) if callable(taught) else taught) or self.partials
        self.needs = domain.needs if domain else ""
        self.outside = domain.outside if domain else None
        self.note = note
        self.written, self.numpy = written, numpy
        self.symbol, self.defaults = symbol or name, defaults
        self.aliases, self.kind, self.kinks, self.parity = aliases, kind, kinks, parity
        self.compute = value if domain is None else self._guarded
        (TABLE if shelf is None else shelf)[name] = self

    def __call__(self, *inputs: Any) -> Any:
        if self.arity == 1 == len(inputs) and inputs[0].__class__ is float:  # most calls by far
            return self.compute(inputs[0])
        if self.arity != len(inputs) and self.arity is not None:
            given = len(inputs)
            inputs += self.defaults[given - self.arity :] if given < self.arity else ()
            if len(inputs) != self.arity:
                self._refuse_count(given)
        for x in inputs:
            take_part = getattr(x, "__op__", None)
            if take_part is not None:
                return take_part(self, inputs)
        for x in inputs:
            if x.__class__ is not float and not is_real(x):
                self._refuse_type(x)
        return self.compute(*inputs)

    def _guarded(self, *inputs: Any) -> Any:
        assert self.outside is not None
        if self.outside(*inputs):
            raise DomainError(self, inputs)
        return self.value(*inputs)

    def local_derivatives(
        self,
        inputs: Sequence[Any],
        y: Any,
        wanted: Iterable[bool] | None = None,
        taught: bool = False,
    ) -> list[Any]:
        """The partial derivatives at these inputs (numbers, nodes or text), one per input.

        `wanted` says for which inputs: None stands in place of the others.  `taught` asks for them
        as a course writes them.
        """
        rules = self.taught if taught else self.partials
        n_ary = self.arity is None
        if wanted is None:  # most calls by far
            return list(rules[0](inputs, y)) if n_ary else [rule(*inputs, y) for rule in rules]
        if n_ary:
            return [d if w else None for d, w in zip(rules[0](inputs, y), wanted, strict=True)]
        return [rule(*inputs, y) if w else None for rule, w in zip(rules, wanted, strict=True)]

    def local_derivative(self, i: int, inputs: Sequence[Any], y: Any) -> Any:
        """The partial derivative with respect to input number i."""
        if self.arity is None:
            return self.partials[0](inputs, y)[i]
        return self.partials[i](*inputs, y)

    def spell(self, page: Page | str, inputs: Sequence[Any]) -> Term:
        """This operation on these inputs, on a Page or on that of a language: "text", "latex", …"""
        page = PAGES[page] if isinstance(page, str) else page
        parts = [page.term(x) for x in inputs]
        how = page.chosen(self.written, self.numpy) or self.name
        return page.call(how, *parts) if isinstance(how, str) else how(page, *parts)

    def _refuse_count(self, given: int) -> NoReturn:
        inputs = counted(given, fr="entrée", en="input")
        refuse(
            fr=f"{self.name} reçoit {inputs} et en attend {self.arity}",
            en=f"{self.name} was given {inputs}, it expects {self.arity}",
            kind=TypeError,
        )

    def _refuse_type(self, x: object) -> NoReturn:
        listed = hasattr(x, "__iter__") and not isinstance(x, str)
        each = f" : [{self.name}(x) for x in xs]" if listed else ""
        refuse(
            fr=f"{self.name} attend des nombres réels ou des Value, "
            f"reçu {type(x).__name__} : {x!r}. Donnez-les un par un{each}",
            en=f"{self.name} expects real numbers or Values, got {type(x).__name__}: {x!r}. "
            f"Give them one by one{each.replace(' :', ':')}",
            kind=TypeError,
        )

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return row, (self.name,)  # pickled by name: there is one table


def row(name: str) -> Op:
    """The row of that name."""
    return TABLE[name]
