"""Check it: a student's file as it is written: its loss and its gradient, called at any point.

A parameter of loss stands for its default, or for what the file calls so; with arrays among them it
is the usual NumPy lab file, whose gradient gives {name: array}, or a tuple (dW1, db1, …).
"""

from __future__ import annotations

import ast
import inspect
import re
import runpy
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from tinygrad_fr.checking.arrays import Stopped, nodes
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import counted, say

GRADIENTS = ("gradient", "backward", "grad")  # how the function is called
CALLED = (  # how the slope along {} is called in a program
    r"(?:d|D|g|G|∂|∇|grad|nabla|delta)_?{}",
    r"(?:d|∂)_?[LJCE]_?/?(?:d|∂)?_?{}",
    r"(?:d|∂)(?:loss|cost|Loss)_?/?(?:d|∂)?_?{}",
    r"{}_?(?:grad|g)",
)
MOST = 2_000_000  # slopes × examples; beyond, no graph is built
NEAR = 1e-9  # relative: the graph's number is that of the file in floats


@dataclass
class Lab:
    """A file that was run.

    names   what it defines
    loss    its function; `hand`: its gradient, if it has one
    point   what each parameter of the loss stands for
    wide    there are arrays among them
    """

    path: str
    names: dict[str, Any]
    loss: Callable[..., Any]
    hand: Callable[..., Any] | None
    point: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def run(cls, path: str) -> Lab:
        """Run the file.  Raises ValueError where it has no loss, or one without a point."""
        if b"\0" in Path(path).read_bytes():  # what Python says of it depends on its version
            raise SyntaxError(
                say(fr="le fichier contient des caractères nuls", en="the file has null bytes")
            )
        names = runpy.run_path(path)
        loss = names.get("loss")
        if not callable(loss):
            refuse(
                fr="il faut une fonction loss(w=0.5, x=1.5, …) dont les valeurs par défaut sont "
                "le point",
                en="a function loss(w=0.5, x=1.5, …) is needed, whose defaults are the point",
            )
        for around in (names, getattr(loss, "__globals__", names)):
            around.update({name: _in_doubles(x) for name, x in around.items() if is_array(x)})
        hand = next((names[n] for n in GRADIENTS if callable(names.get(n))), None)
        lab = cls(path, names, loss, hand)
        for parameter in _named(loss):
            lab.point[parameter.name] = lab._stands_for(parameter)
        return lab

    def _stands_for(self, parameter: inspect.Parameter) -> Any:
        """Its default; without one, the number or the array that has its name in the file."""
        if parameter.default is not inspect.Parameter.empty:
            return _in_doubles(_in_arrays(parameter.default))
        found = self.names.get(parameter.name)
        if found is None or callable(found):
            name = parameter.name
            refuse(
                fr=f"loss : {name} n’a pas de valeur par défaut (écrivez {name}=0.5)",
                en=f"loss: {name} has no default value (write {name}=0.5)",
            )
        return _in_arrays(found)

    @property
    def wide(self) -> bool:
        return any(map(is_array, self.point.values()))

    def call(self, function: Callable[..., Any], values: Mapping[str, Any]) -> Any:
        """The function with these values, also where it reads them by their names in the file."""
        around = getattr(function, "__globals__", {})
        around.update({name: _own(x) for name, x in values.items() if name in around})
        parameters = list(inspect.signature(function).parameters.values())
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return function(**{name: _own(x) for name, x in values.items()})
        given = {p.name: _own(values[p.name]) for p in parameters if p.name in values}
        for p in parameters:
            if p.name not in given and p.default is p.empty and p.name in self.names:
                given[p.name] = self.names[p.name]
        alone = [given.pop(p.name) for p in parameters if p.kind is p.POSITIONAL_ONLY]
        return function(*alone, **given)

    # ── the gradient ──

    def asked(self) -> dict[str, Any] | None:
        """The names of gradient's parameters, and whether it takes any others; None without one."""
        if self.hand is None:
            return None
        every = list(inspect.signature(self.hand).parameters.values())
        named = [p for p in every if p.kind is not p.VAR_KEYWORD]
        known = {p.name for p in named if p.default is not p.empty or p.name in self.names}
        others = len(named) < len(every)
        return {"names": [p.name for p in named], "known": sorted(known), "others": others}

    def gradient(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the student's gradient gives there, by the names of the parameters."""
        if self.hand is None:
            return {}
        given = self.call(self.hand, values)
        if isinstance(given, Mapping) and given:
            return {self._parameter(str(name)): self._slope(x) for name, x in given.items()}
        listed = _flat(given) if self.wide or isinstance(given, tuple) else []
        if self.wide and is_array(given):
            listed = [given]
        names = self._in_order(len(listed))
        whole, only = self._slope(given), self._in_order(1)
        row_by_row = not names or self._named() == only
        if is_array(whole) and only and row_by_row:
            listed, names = [whole], only
        if not names:
            shown = counted(len(listed), fr="valeur", en="value") if listed else repr(given)
            refuse(
                fr="gradient doit renvoyer {nom: valeur}, ou une valeur par paramètre dans l’ordre "
                f"de loss ; elle renvoie {shown}",
                en="gradient must return {name: value}, or one value per parameter in the order of "
                f"loss; it returns {shown}",
            )
        return dict(zip(names, map(self._slope, listed), strict=True))

    def _slope(self, x: Any) -> Any:
        """A slope as it is given; a list as an array, where the loss takes arrays."""
        return _in_arrays(x) if self.wide else x

    def _parameter(self, name: str) -> str:
        """Which parameter of the loss a slope belongs to: dW1, grad_W1, dL_dW1 → W1."""
        return slope_of(name, self.point) or name

    def _named(self) -> list[str | None]:
        """The parameters of the names after `return`."""
        return [slope_of(name, self.point) for name in _returned(self.hand)]

    def _in_order(self, count: int) -> list[str]:
        """To which parameters the entries of a tuple belong.

        By the names after `return`, if they tell; else in the order of the loss: those whose name
        begins as a parameter's, those that are arrays, all.
        """
        told = self._named()
        if len(told) == count and all(told) and len(set(told)) == count:
            return [name for name in told if name]
        names = list(self.point)
        arrays = [n for n in names if is_array(self.point[n])]
        for found in ([n for n in names if is_parameter(Value(0, label=n))], arrays, names):
            if count and len(found) == count:
                return found
        return []

    # ── the loss ──

    def value(self, values: Mapping[str, Any]) -> float:
        """The loss in floats."""
        found = self.call(self.loss, values)
        try:
            return float(found.item() if is_array(found) and found.size == 1 else found)
        except (TypeError, ValueError):
            _refuse_loss(found)

    def output(self, values: Mapping[str, Any]) -> Value:
        """The loss of Values: the root of its graph."""
        found = self.call(self.loss, values)
        if is_array(found) and found.size == 1:
            found = found.item()
        if not isinstance(found, Value):
            _refuse_loss(found)
        return found

    def graph(self, values: Mapping[str, Any], asked: Sequence[str]) -> Graph | str:
        """The graph of a loss of arrays; where Values cannot go, in words, what stopped them.

        The entries of what is asked for are labelled.  Data are Values without a label; if they
        cannot be (numbers of columns, for example), plain arrays.
        """
        size = sum(_size(values[n]) for n in asked)
        examples = max((len(x) for x in values.values() if is_array(x) and x.ndim), default=1)
        if size * examples > MOST:
            return say(fr="la taille des tableaux", en="the size of the arrays")
        expected = self.value(values)
        why = ""
        for data in (True, False):
            entries = {n: _as_nodes(n, x, n in asked, data) for n, x in values.items()}
            around = getattr(self.loss, "__globals__", {})
            own = around.setdefault("float", _PassingFloat)
            try:
                found = self.output(entries)
            except Exception as error:
                why = self._stopped_by(error)
                continue
            finally:
                if own is _PassingFloat:
                    del around["float"]
            if abs(found.data - expected) <= NEAR * (abs(expected) + 1):
                return Graph(found)
            why = say(fr="un autre nombre qu’en flottants", en="another number than in floats")
        return why

    def _stopped_by(self, error: Exception) -> str:
        """np.linalg.inv, line 7."""
        line = line_of(error, self.path)
        if isinstance(error, Stopped):
            return error.call + line
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        converted = trace is not None and trace.tb_frame.f_code.co_name == "__float__"
        if converted:
            return say(fr="une conversion en float", en="a conversion to float") + line
        return f"{error}{line}"


def slope_of(name: str, known: Iterable[str]) -> str | None:
    """The parameter that a slope is named for; None if there is none.

    >>> slope_of("dW1", ["W1", "b1"]), slope_of("grad_b1", ["W1", "b1"]), slope_of("x", ["W1"])
    ('W1', 'b1', None)
    """
    known = list(known)
    if name in known:
        return name
    for parameter in known:
        if any(re.fullmatch(form.format(re.escape(parameter)), name) for form in CALLED):
            return parameter
    return None


def _in_arrays(x: Any) -> Any:
    """A list of numbers, or of rows of them, as an array; anything else as it is."""
    if not isinstance(x, (list, tuple)) or not x:
        return x
    import numpy as np

    try:
        found = np.array(x, dtype=float)
    except (TypeError, ValueError):
        return x
    return found


def _in_doubles(x: Any) -> Any:
    """An array of single precision as the same numbers in doubles: what is computed has digits."""
    short = is_array(x) and x.dtype.kind == "f" and x.dtype.itemsize < 8
    return x.astype(float) if short else x


def is_array(x: Any) -> bool:
    """A NumPy array, of any number of axes but 0."""
    axes = getattr(x, "ndim", 0)
    return hasattr(x, "dtype") and isinstance(axes, int) and axes > 0


def line_of(error: BaseException, path: str) -> str:
    """Where in the student's file it happened: ", line 7"; "" if outside."""
    trace = error.__traceback__
    found = ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            found = say(fr=f", ligne {trace.tb_lineno}", en=f", line {trace.tb_lineno}")
        trace = trace.tb_next
    return found


def _refuse_loss(found: Any) -> NoReturn:
    shown = repr(found)
    if is_array(found):
        shape = tuple(found.shape)
        shown = say(fr=f"un tableau de forme {shape}", en=f"an array of shape {shape}")
    refuse(
        fr=f"loss doit renvoyer un seul nombre calculé de ses paramètres, elle renvoie {shown}",
        en=f"loss must return one number computed from its parameters, it returns {shown}",
    )


def _named(function: Callable[..., Any]) -> list[inspect.Parameter]:
    every = inspect.signature(function).parameters.values()
    return [p for p in every if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]


def _own(x: Any) -> Any:
    """A copy of an array: what a function writes into it stays its own."""
    return x.copy() if is_array(x) else x


def _size(x: Any) -> int:
    return int(x.size) if is_array(x) else 1


def _as_nodes(name: str, x: Any, asked: bool, data: bool) -> Any:
    """An array, or a number, of Values; what is not asked for keeps its numbers unless `data`."""
    if asked:
        return nodes(x, name) if is_array(x) else Value(x, label=name)
    if not data or not is_array(x) or x.dtype.kind not in "fiu":
        return x
    return nodes(x)


def _flat(given: Any) -> list[Any]:
    """(dW1, db1, …) or [(dW1, db1), (dW2, db2)] as one list; [] for anything else."""
    if not isinstance(given, (tuple, list)):
        return []
    out: list[Any] = []
    for x in given:
        out += _flat(x) if isinstance(x, (tuple, list)) and any(map(is_array, x)) else [x]
    return out


def _returned(function: Callable[..., Any] | None) -> list[str]:
    """The names after the last `return` of a function, if it gives names."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]
    except (OSError, TypeError, SyntaxError):
        return []
    found = [n.value for n in ast.walk(tree) if isinstance(n, ast.Return) and n.value is not None]
    if not found:
        return []
    last = max(found, key=lambda value: value.lineno)
    entries = last.elts if isinstance(last, (ast.Tuple, ast.List)) else [last]
    return [_first_name(entry) for entry in entries]


def _first_name(entry: ast.expr) -> str:
    """dW1 of dW1.T, dW1 / m, dW1.reshape(3, 2)."""
    while isinstance(entry, (ast.Attribute, ast.BinOp, ast.Call, ast.Subscript)):
        if isinstance(entry, ast.BinOp):
            entry = entry.left
        else:
            entry = entry.func if isinstance(entry, ast.Call) else entry.value
    return entry.id if isinstance(entry, ast.Name) else ""


class _Float(type):
    """What `float` is while Values go through the file: it leaves them as they are."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, float)

    def __call__(cls, x: Any = 0.0) -> Any:
        return x if isinstance(x, Value) else float(x)


class _PassingFloat(metaclass=_Float):
    pass
