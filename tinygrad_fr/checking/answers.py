"""Check it: the answers of students as they come, typed, in a file, or a whole class at once.

    check_expression("(w*x - y)**2", {"w": 1, "x": 2, "y": 4}, formulas={"w": "2*x*(w*x - y)"})
    check_file("td3.py")                            # its loss(…) and its gradient(…)
    check_class("answers.csv", "td3.py")            # one row per student, numbers only

A student's Python file is executed, because a person named it; nothing else ever is.
"""

from __future__ import annotations

import inspect
import json
import os
import runpy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.hand import Number, as_typed
from tinygrad_fr.checking.report import Report
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.formula import to_text
from tinygrad_fr.gradient import gradient
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.reading.table import read_table
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import number, say

SECONDS = 10.0  # how long a student's file may run


# ── typed ────────────────────────────────────────────────────────────────────────────────────────


def check_expression(
    text: str,
    values: Mapping[str, float],
    formulas: Mapping[str, str] | None = None,
    numbers: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> tuple[Report, Value, dict[str, Value]]:
    """Check formulas and numbers typed beside an expression; gives the report, L and its leaves.

    where names intermediate quantities that the formulas may use: {"a": "sigmoid(w*x + b)"}.
    Raises ValueError, naming what was typed, for what cannot be read.
    """
    leaves = {name: Value(x, label=name) for name, x in values.items()}
    L = parse(text, leaves)
    named: dict[str, Value] = dict(leaves)
    for name, definition in (where or {}).items():
        if name in named:
            raise ValueError(
                say(
                    fr=f"{name} a déjà une valeur : choisissez un autre nom dans --where",
                    en=f"{name} has a value already: choose another name in --where",
                )
            )
        named[name] = parse(definition, named)
    answers: dict[str, Any] = {
        name: parse(formula, named) for name, formula in (formulas or {}).items()
    }
    for name, typed in (numbers or {}).items():
        answers[name] = _one(name, [as_typed(part) for part in typed.split(";")])
    return check(L, answers), L, leaves


def _one(name: str, numbers: Sequence[Number]) -> Number:
    if len(numbers) != 1:
        raise ValueError(
            say(
                fr=f"{name} est un nombre, la réponse en a {len(numbers)}. Donnez-en un ; "
                "la virgule est décimale, le point-virgule sépare",
                en=f"{name} is one number, the answer has {len(numbers)}. Give one; "
                "a comma is decimal, a semicolon separates",
            )
        )
    return numbers[0]


def solution(output: Value, leaves: Mapping[str, Value], names: Sequence[str]) -> list[str]:
    """The derivation asked for: ∂L/∂w as the graph writes it, one line per parameter."""
    return [
        f"∂L/∂{name} = {to_text(gradient(output, leaves[name]))}"
        for name in names
        if name in leaves
    ]


# ── a student's file ─────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Exercise:
    """A file's `def loss(w=0.5, x=1.5, …)`: its defaults are the point."""

    path: str
    output: Value
    leaves: dict[str, Value]
    gradient: Callable[..., Any] | None


def read_exercise(path: str | os.PathLike[str], seconds: float | None = None) -> Exercise:
    """Execute a Python file and build the graph of its loss at the defaults of its parameters.

    Raises ValueError in one line where the file fails, runs too long, or has no such loss.
    """
    path = os.fspath(path)
    if not Path(path).is_file():
        _refuse(path, "fichier introuvable", "no such file")
    with _within(path, seconds):
        content = runpy.run_path(path)
    loss = content.get("loss")
    if not callable(loss):
        _refuse(
            path,
            "il faut une fonction loss(w=0.5, x=1.5, …) dont les valeurs par défaut sont le point",
            "a function loss(w=0.5, x=1.5, …) is needed, whose defaults are the point",
        )
    leaves: dict[str, Value] = {}
    for name, parameter in inspect.signature(loss).parameters.items():
        if parameter.default is inspect.Parameter.empty:
            _refuse(
                path,
                f"loss : {name} n’a pas de valeur par défaut (écrivez {name}=0.5)",
                f"loss: {name} has no default value (write {name}=0.5)",
            )
        leaves[name] = Value(parameter.default, label=name)
    with _within(path, seconds):
        output = loss(**leaves)
    if not isinstance(output, Value):
        _refuse(
            path,
            f"loss doit rendre un seul nombre calculé de ses paramètres, elle rend {output!r}",
            f"loss must give one number computed from its parameters, it gives {output!r}",
        )
    hand = content.get("gradient")
    return Exercise(path, output, leaves, hand if callable(hand) else None)


def check_file(
    path: str | os.PathLike[str],
    numbers: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> tuple[Report, Exercise]:
    """Check the gradient(…) of a student's file, or numbers given beside it, against its loss(…).

    gradient has the same parameters as loss and gives {name: value}.
    """
    exercise = read_exercise(path, seconds)
    if numbers:
        answers: dict[str, Any] = {
            name: _one(name, [as_typed(part) for part in text.split(";")])
            for name, text in numbers.items()
        }
        return check(exercise.output, answers), exercise
    hand = exercise.gradient
    if hand is None:
        _refuse(
            exercise.path,
            "il faut une fonction gradient(…) qui rend {nom: valeur}, ou des réponses avec --answer",
            "a function gradient(…) that gives {name: value} is needed, or answers with --answer",
        )
    asked = [
        p.name for p in inspect.signature(hand).parameters.values() if p.kind is not p.VAR_KEYWORD
    ]
    if set(asked) != set(exercise.leaves) and len(asked) == len(inspect.signature(hand).parameters):
        _refuse(
            exercise.path,
            f"gradient({', '.join(asked)}) doit avoir les mêmes noms que loss({', '.join(exercise.leaves)})",
            f"gradient({', '.join(asked)}) must have the same names as loss({', '.join(exercise.leaves)})",
        )
    with _within(exercise.path, seconds):
        first = hand(**{name: leaf.data for name, leaf in exercise.leaves.items()})
        if not isinstance(first, Mapping) or not first:
            _refuse(
                exercise.path,
                f"gradient doit rendre {{nom: valeur}}, elle rend {first!r}",
                f"gradient must give {{name: value}}, it gives {first!r}",
            )
        known = _remembering(hand)
        report = check(exercise.output, {name: _entry(known, name) for name in first})
    return report, exercise


def _remembering(hand: Callable[..., Any]) -> Callable[..., Any]:
    """The student's function, called once per point."""
    last: list[Any] = [None, None]

    def call(**point: Any) -> Any:
        if last[0] != point:
            last[:] = [point, hand(**point)]
        return last[1]

    return call


def _entry(hand: Callable[..., Any], name: str) -> Callable[..., Any]:
    def value(**point: Any) -> Any:
        given = hand(**point)[name]
        if isinstance(given, (str, bytes)) or given is None or hasattr(given, "__len__"):
            raise ValueError(
                say(
                    fr=f"gradient : {name} = {given!r} n’est pas un nombre",
                    en=f"gradient: {name} = {given!r} is not a number",
                )
            )
        if given != given:
            raise ValueError(say(fr=f"gradient : {name} est NaN", en=f"gradient: {name} is NaN"))
        return given

    return value


@contextmanager
def _within(path: str, seconds: float | None) -> Iterator[None]:
    """Run a student's code: its errors in one line, and no longer than so many seconds.

    Python can be interrupted between two of its own steps only; code that does not come back from
    one (`sum(range(10**15))`) is what `watch` is for.
    """
    import threading
    from _thread import interrupt_main

    seconds = SECONDS if seconds is None else seconds
    late = threading.Event()

    def stop() -> None:
        late.set()
        interrupt_main()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except KeyboardInterrupt:
        if not late.is_set():
            raise
        raise ValueError(too_long(path, seconds)) from None
    except SystemExit:
        _refuse(path, "le fichier se termine par exit()", "the file ends with exit()")
    except SyntaxError as error:
        _refuse(
            path,
            f"erreur de syntaxe, ligne {error.lineno} ({error.msg})",
            f"syntax error, line {error.lineno} ({error.msg})",
        )
    except Exception as error:
        line = _line_of(error, path)
        if line or not isinstance(error, (ValueError, TypeError)):
            _refuse(
                path,
                f"{type(error).__name__}{line} : {error}",
                f"{type(error).__name__}{line}: {error}",
            )
        raise ValueError(
            _said(path, str(error))
        ) from None  # one of ours, in the reader's words already
    finally:
        timer.cancel()


def too_long(path: str, seconds: float) -> str:
    """What is said of a student's file that does not come back."""
    return _said(
        path,
        say(
            fr=f"arrêté après {number(seconds)} s : une boucle sans fin ?",
            en=f"stopped after {number(seconds)} s: an endless loop?",
        ),
    )


def _line_of(error: BaseException, path: str) -> str:
    """Where in the student's file it happened: ", line 7"; "" if outside."""
    trace = error.__traceback__
    found = ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            found = say(fr=f", ligne {trace.tb_lineno}", en=f", line {trace.tb_lineno}")
        trace = trace.tb_next
    return found


def _refuse(path: str, fr: str, en: str) -> NoReturn:
    raise ValueError(_said(path, say(fr=fr, en=en))) from None


def _said(path: str, message: str) -> str:
    name = os.path.basename(path)
    return (
        message
        if message.startswith(name)
        else say(fr=f"{name} : {message}", en=f"{name}: {message}")
    )


# ── numbers in a file, and a whole class ─────────────────────────────────────────────────────────


def read_answers(path: str | os.PathLike[str]) -> dict[str, str]:
    """The answers of a .json file ({"w": "-0,188"}) or a .csv file (a line of names, one of numbers)."""
    path = os.fspath(path)
    if path.lower().endswith(".json"):
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            _refuse(
                path,
                f"ce n’est pas un fichier JSON lisible ({error})",
                f"not a readable JSON file ({error})",
            )
        if not isinstance(content, dict):
            _refuse(path, "il faut un objet {nom: nombre}", "an object {name: number} is needed")
        return {str(name): str(x) for name, x in content.items()}
    table = read_table(path, header=True)
    if len(table.rows) != 1:
        table.refuse(
            fr=f"il faut une ligne de nombres, il y en a {len(table.rows)}",
            en=f"one line of numbers is needed, there are {len(table.rows)}",
        )
    return dict(zip(table.names, table.rows[0].cells, strict=True))


@dataclass(slots=True)
class Student:
    """One row of the class: the report, or why there is none."""

    name: str
    report: Report | None
    remark: str = ""


@dataclass(slots=True)
class Class:
    """A whole class: one Student per row, and how many made each mistake."""

    parameters: list[str]
    students: list[Student]

    @property
    def mistakes(self) -> list[tuple[str, int]]:
        """(mistake, how many students), the most frequent first."""
        counts: Counter[str] = Counter()
        for student in self.students:
            found = student.report.diagnosis if student.report else None
            if found is not None:
                counts[
                    found.hypotheses[0].name if found.kind == "named" else _unnamed(found.kind)
                ] += 1
        return counts.most_common()

    def __rich__(self) -> Any:
        with unmoved():
            from rich.console import Group
            from rich.table import Table
            from rich.text import Text

        table = Table(box=None, header_style="bold")
        table.add_column(say(fr="élève", en="student"))
        for name in self.parameters:
            table.add_column(name, justify="center")
        table.add_column(say(fr="diagnostic", en="diagnosis"))
        for student in self.students:
            given = (
                {e.name: _mark(e.verdict) for e in student.report.entries} if student.report else {}
            )
            marks = [given.get(name, "–") for name in self.parameters]
            words = "\n".join(
                filter(None, (student.remark, _in_short(student.report) if student.report else ""))
            )
            table.add_row(*map(Text, (student.name, *marks, words)))
        counts = Table(box=None, header_style="bold")
        counts.add_column(say(fr="erreur", en="mistake"))
        counts.add_column(say(fr="élèves", en="students"), justify="right")
        for name, count in self.mistakes:
            counts.add_row(Text(name), str(count))
        return Group(table, Text(""), counts) if self.mistakes else table


def _in_short(report: Report) -> str:
    """One line for the class: the diagnosis, else the first remark."""
    if report.diagnosis is not None:
        return str(report.diagnosis)
    remarks = [
        *report.notes,
        *(
            say(fr=f"{e.name} : {e.remark}", en=f"{e.name}: {e.remark}")
            for e in report.entries
            if e.remark
        ),
    ]
    return remarks[0] if remarks else ""


def _unnamed(kind: str) -> str:
    return {
        "slip": say(fr="faute de calcul", en="slip in the arithmetic"),
        "several": say(fr="plusieurs erreurs possibles", en="several possible mistakes"),
    }.get(kind, say(fr="erreur inconnue", en="unknown mistake"))


def _mark(verdict: str) -> str:
    return {"wrong": "✗", "undecided": "?"}.get(verdict, "✓")


def check_class(
    path: str | os.PathLike[str], key: str | os.PathLike[str], seconds: float | None = None
) -> Class:
    """Check the answers of a class, one CSV row per student, against the loss of a Python file.

    The first column names the student, the others are parameters.  A missing or unreadable answer
    is told in that student's row and shown as –; what else they answered is still checked.
    """
    exercise = read_exercise(key, seconds)
    table = read_table(path, header=True, corner=True)
    _, *names = table.names
    unknown = [name for name in names if name not in exercise.leaves]
    if unknown or not names:
        table.refuse(
            fr=f"colonne inconnue : {', '.join(unknown)} ; le corrigé a {', '.join(exercise.leaves)}",
            en=f"unknown column: {', '.join(unknown)}; the key has {', '.join(exercise.leaves)}",
        )
    students = []
    for _, (student, *cells) in table.rows:
        answers: dict[str, Any] = {}
        remarks = []
        for name, cell in zip(names, cells, strict=True):
            try:
                if not cell:
                    raise ValueError(say(fr="pas de réponse", en="no answer"))
                answers[name] = as_typed(cell)
            except ValueError as error:
                remarks.append(say(fr=f"{name} : {error}", en=f"{name}: {error}"))
        report = check(exercise.output, answers) if answers else None
        students.append(Student(student, report, "\n".join(remarks)))
    return Class(names, students)
