"""Check it: a whole class at once, one row of a CSV file for each student.

print(check_class("answers.csv", "td3.py"))     # numbers only; the key is a file with a loss(…)
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.hand import Number, as_typed
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.student_file import read_exercise
from tinygrad_fr.checking.verdict import UNDECIDED, WRONG
from tinygrad_fr.reading.table import read_table
from tinygrad_fr.refusals import refuse
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import say


@dataclass(slots=True)
class Student:
    """One row of the class: the report, or why there is none."""

    name: str
    report: Report | None
    remark: str = ""


@dataclass(slots=True)
class ClassReport:
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
                named = found.kind == "named"
                counts[found.hypotheses[0].name if named else _unnamed(found.kind)] += 1
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
            table.add_row(*map(Text, self._row(student)))
        counts = Table(box=None, header_style="bold")
        counts.add_column(say(fr="erreur", en="mistake"))
        counts.add_column(say(fr="élèves", en="students"), justify="right")
        for name, count in self.mistakes:
            counts.add_row(Text(name), str(count))
        return Group(table, Text(""), counts) if self.mistakes else table

    def _row(self, student: Student) -> list[str]:
        """The name, a mark for each parameter, and what is to be said."""
        report = student.report
        given = {e.name: mark(e.verdict) for e in report.entries} if report else {}
        words = filter(None, (student.remark, _in_short(report) if report else ""))
        return [student.name, *(given.get(p, "–") for p in self.parameters), "\n".join(words)]


def mark(verdict: str) -> str:
    """A verdict in one character."""
    return {WRONG: "✗", UNDECIDED: "?"}.get(verdict, "✓")


def _in_short(report: Report) -> str:
    """One line for the class: the diagnosis, else the first remark."""
    if report.diagnosis is not None:
        return str(report.diagnosis)
    remarks = [
        say(fr=f"{e.name} : {e.remark}", en=f"{e.name}: {e.remark}")
        for e in report.entries
        if e.remark
    ]
    return next(iter([*report.notes, *remarks]), "")


def _unnamed(kind: str) -> str:
    return {
        "slip": say(fr="faute de calcul", en="slip in the arithmetic"),
        "several": say(fr="plusieurs erreurs possibles", en="several possible mistakes"),
    }.get(kind, say(fr="erreur inconnue", en="unknown mistake"))


def check_class(
    path: str | os.PathLike[str], key: str | os.PathLike[str], seconds: float | None = None
) -> ClassReport:
    """Check the answers of a class, one CSV row per student, against the loss of a Python file.

    The first column names the student, the others are parameters.  A missing or unreadable answer
    is told in that student's row and shown as –; what else they answered is still checked.
    """
    exercise = read_exercise(key, seconds)
    table = read_table(path, header=True, corner=True)
    _, *names = table.names
    unknown = [name for name in names if name not in exercise.leaves]
    if unknown or not names:
        told, known = ", ".join(unknown), ", ".join(exercise.leaves)
        table.refuse(
            fr=f"colonne inconnue : {told} ; le corrigé a {known}",
            en=f"unknown column: {told}; the key has {known}",
        )
    students = []
    for _, (student, *cells) in table.rows:
        answers, remarks = _read(names, cells)
        report = check(exercise.output, answers) if answers else None
        students.append(Student(student, report, "\n".join(remarks)))
    return ClassReport(names, students)


def _read(names: Sequence[str], cells: Sequence[str]) -> tuple[dict[str, Number], list[str]]:
    """The numbers of one row by name, and what is missing or cannot be read."""
    answers: dict[str, Number] = {}
    remarks = []
    for name, cell in zip(names, cells, strict=True):
        try:
            if not cell:
                refuse(fr="pas de réponse", en="no answer")
            answers[name] = as_typed(cell)
        except ValueError as error:
            remarks.append(say(fr=f"{name} : {error}", en=f"{name}: {error}"))
    return answers, remarks
